// SPDX-License-Identifier: GPL-2.0
/*
 * A listener, and packets that make it count
 *
 * Each function sends a known number of packets that count. Clients that are
 * not needed any more are closed at once, so that they retransmit nothing;
 * others live until the process ends.
 */
#include "tlq_drive.h"
#include "tlq_diag.h"
#include "tlq_sys.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OFFSET_TCP_FLAGS 13

int tlq_target_open(struct tlq_target *t, const struct tlq_lopt *opt,
		    int client)
{
	const char *text = NULL;
	int err;

	t->lfd = tlq_listen(opt);
	if (t->lfd < 0)
		return t->lfd;
	t->port = tlq_port(t->lfd);
	if (opt->addr && strcmp(opt->addr, "::"))
		text = opt->addr;
	err = tlq_addr_set(&t->to, client, text, t->port);
	if (err)
		close(t->lfd);
	return err;
}

int tlq_target_backlog(struct tlq_target *t, struct tlq_lopt *opt, int client,
		       int backlog)
{
	opt->backlog = backlog;
	return tlq_target_open(t, opt, client);
}

int tlq_target_full(struct tlq_target *t, const struct tlq_lopt *opt)
{
	int err = tlq_target_open(t, opt, opt->family ?: AF_INET);

	return err ? err : tlq_fill_accept(t, opt->backlog + 1);
}

struct tlq_line tlq_target_line(const struct tlq_target *t,
				struct tlq_table *table)
{
	int family = AF_UNSPEC;
	struct tlq_line line = { };
	const char *local;
	socklen_t size;
	char tail[16];
	size_t i, len;

	size = sizeof(family);
	getsockopt(t->lfd, SOL_SOCKET, SO_DOMAIN, &family, &size);
	snprintf(tail, sizeof(tail), ":%d", t->port);
	if (tlq_load(table, TLQ_PROC))
		return line;
	for (i = 0; i < table->nlines; i++) {
		line = tlq_line(table, i);
		local = tlq_str(line, "local");
		len = strlen(local);
		if (len > strlen(tail) &&
		    family == (strchr("[*", *local) ? AF_INET6 : AF_INET) &&
		    !strcmp(local + len - strlen(tail), tail))
			return line;
	}
	return tlq_line(table, table->nlines);
}

__u64 tlq_target_value(const struct tlq_target *t, const char *column)
{
	struct tlq_table table;
	__u64 v = tlq_u64(tlq_target_line(t, &table), column);

	tlq_free(&table);
	return v;
}

int tlq_target_queued(const struct tlq_target *t)
{
	struct tlq_diags d;
	int sum = 0;
	size_t i;

	if (tlq_diag_dump(&d, TLQ_LISTEN))
		return -EIO;
	for (i = 0; i < d.n; i++)
		if (d.v[i].port == t->port)
			sum += d.v[i].rqueue;
	tlq_diag_free(&d);
	return sum;
}

int tlq_fill_accept(const struct tlq_target *t, int n)
{
	int fd, want = tlq_target_queued(t);

	while (n--) {
		want++;
		fd = tlq_connect_to(&t->to, 0);
		if (fd < 0)
			return fd;
		if (!tlq_until(tlq_target_queued(t) == want))
			return -ETIMEDOUT;
	}
	return 0;
}

int tlq_fill_syn(const struct tlq_target *t, int n)
{
	int fd, want = tlq_diag_half_open(t->port);

	while (n--) {
		want++;
		fd = tlq_connect_to(&t->to, TLQ_MUTE);
		if (fd < 0)
			return fd;
		if (!tlq_until(tlq_diag_half_open(t->port) == want))
			return -ETIMEDOUT;
	}
	return 0;
}

int tlq_knock(const struct tlq_target *t, int n)
{
	int fd;

	while (n--) {
		fd = tlq_connect_to(&t->to, TLQ_MUTE);
		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

int tlq_refuse(const struct tlq_target *t, int n)
{
	long long want = tlq_tcpext("ListenOverflows") + n;
	int err = tlq_knock(t, n);

	if (err)
		return err;
	return tlq_until(tlq_tcpext("ListenOverflows") >= want) ? 0 :
								  -ETIMEDOUT;
}

int tlq_clients(const struct tlq_target *t, int n, int *fd)
{
	int i;

	for (i = 0; i < n; i++) {
		fd[i] = tlq_connect_to(&t->to, 0);
		if (fd[i] < 0)
			return fd[i];
		if (!tlq_until(tlq_connected(fd[i])))
			return -ETIMEDOUT;
	}
	return 0;
}

/* A socket in TCP_REPAIR sends no packet when it closes. */
int tlq_send_and_vanish(const int *fd, int n)
{
	int i, on = 1;

	for (i = 0; i < n; i++) {
		if (send(fd[i], "x", 1, 0) != 1 ||
		    setsockopt(fd[i], IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
			return -errno;
		close(fd[i]);
	}
	return 0;
}

int tlq_reset(const int *fd, int n)
{
	struct linger now = { .l_onoff = 1 };
	int i;

	for (i = 0; i < n; i++) {
		if (setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
			return -errno;
		close(fd[i]);
	}
	return 0;
}

/* A filter sees the packet from the TCP header on, for both IP versions. */
int tlq_deaf(const struct tlq_target *t, bool deaf)
{
	struct sock_filter only_syn[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, OFFSET_TCP_FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ~0U),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = 4, .filter = only_syn };

	if (deaf)
		return setsockopt(t->lfd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				  sizeof(prog)) ? -errno : 0;
	return setsockopt(t->lfd, SOL_SOCKET, SO_DETACH_FILTER, &prog,
			  sizeof(prog)) ? -errno : 0;
}

int tlq_dropped(const struct tlq_target *t)
{
	__u32 info[SK_MEMINFO_VARS] = { };
	socklen_t len = sizeof(info);

	if (getsockopt(t->lfd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return -errno;
	return info[SK_MEMINFO_DROPS];
}
