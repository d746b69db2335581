// SPDX-License-Identifier: GPL-2.0
/*
 * The processes of a storm
 *
 * The server accepts, closes listeners and opens them again, and changes
 * sysctls: an act for every so many packets. A sender's clients close at once
 * or stay a while, and some send data.
 */
#include "../../kselftest.h"
#include "tlq_storm_work.h"
#include "tlq_sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RING 48
#define PACKETS_PER_ACT 20
#define ROOMY 16

const struct tlq_lopt tlq_storm_all[12] = {
	{ .port = 201 },
	{ .port = 202 },
	{ .port = 203, .family = AF_INET6 },
	{ .port = 204, .family = AF_INET6, .dual = true, .addr = "::" },
	{ .port = 205, .family = AF_INET6, .dual = true, .addr = "::" },
	{ .port = 206, .reuseport = true },
	{ .port = 206, .reuseport = true },
	{ .port = 206, .reuseport = true },
	{ .port = 207, .defer = 30 },
	{ .port = 208, .defer = 30, .family = AF_INET6 },
	{ .port = 209, .tfo = 1 },
	{ .port = 210, .protocol = IPPROTO_MPTCP },
};

static const struct {
	const char *name;
	int value[4];
} sysctl[] = {
	{ "net/ipv4/tcp_syncookies", { 0, 1, 2, 1 } },
	{ "net/ipv4/tcp_syncookies", { 0, 1, 0, 1 } },
	{ "net/ipv4/tcp_abort_on_overflow", { 0, 1, 0, 1 } },
	{ "net/ipv4/tcp_max_syn_backlog", { 4, 16, 128, 4096 } },
	{ "net/ipv4/tcp_migrate_req", { 0, 1, 0, 1 } },
	{ "net/ipv4/tcp_fastopen", { 0x207, 0x207, 0x207, 3 } },
};

unsigned int tlq_storm_random(struct tlq_storm *s, unsigned int below)
{
	s->rnd ^= s->rnd << 13;
	s->rnd ^= s->rnd >> 7;
	s->rnd ^= s->rnd << 17;
	return (s->rnd >> 16) % below;
}

void tlq_storm_wait(struct tlq_storm *s, unsigned long more)
{
	unsigned long until = get(&s->sh->attempts) + more;

	while (get(&s->sh->attempts) < until && !is_set(&s->sh->senders_stop))
		usleep(1000);
}

/* The queue of Fast Open is seen to be full only where the accept queue is not. */
static int some_backlog(struct tlq_storm *s, int i)
{
	return tlq_storm_random(s, 6) + (s->kind[i].tfo ? ROOMY : 0);
}

static int open_kind(struct tlq_storm *s, int i)
{
	struct tlq_lopt opt = s->kind[i];
	int fd;

	if (!s->steady)
		opt.backlog = some_backlog(s, i);
	fd = tlq_listen(&opt);
	if (fd < 0)
		return fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void accept_some(struct tlq_storm *s, int lfd)
{
	struct linger now = { .l_onoff = 1 };
	int n = 1 + tlq_storm_random(s, 6), fd;

	while (n--) {
		fd = tlq_accept(lfd);
		if (fd < 0)
			break;
		if (tlq_storm_random(s, 2))
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now,
				   sizeof(now));
		close(fd);
	}
}

static void act(struct tlq_storm *s, int *lfd)
{
	int i = tlq_storm_random(s, s->kinds), j;
	unsigned int what = tlq_storm_random(s, 100);

	if (lfd[i] < 0 || what < 5) {
		if (lfd[i] >= 0)
			close(lfd[i]);
		lfd[i] = open_kind(s, i);
	} else if (what < 20) {
		j = tlq_storm_random(s, ARRAY_SIZE(sysctl));
		tlq_sysctl(sysctl[j].name,
			   sysctl[j].value[tlq_storm_random(s, 4)]);
	} else if (what < 25) {
		listen(lfd[i], some_backlog(s, i));
	} else {
		accept_some(s, lfd[i]);
	}
	add(&s->sh->ops, 1);
}

int tlq_storm_server(struct tlq_storm *s)
{
	int lfd[12], i, open = 0;

	/* Clients that get no answer would not try Fast Open again for an hour. */
	tlq_sysctl("net/ipv4/tcp_fastopen_blackhole_timeout_sec", 0);
	for (i = 0; i < s->kinds; i++) {
		lfd[i] = open_kind(s, i);
		if (lfd[i] >= 0)
			open++;
		else
			printf("# no listener at port %d: %s\n",
			       s->kind[i].port, strerror(-lfd[i]));
	}
	fflush(stdout);
	__atomic_store_n(&s->sh->ready, open ? open : -1, __ATOMIC_RELEASE);
	while (!is_set(&s->sh->senders_stop)) {
		tlq_storm_wait(s, PACKETS_PER_ACT);
		if (s->steady)
			accept_some(s, lfd[0]);
		else
			act(s, lfd);
	}
	set(&s->sh->server_idle);
	while (!is_set(&s->sh->server_stop))
		usleep(1000);
	return 0;
}

static int connect_one(struct tlq_storm *s, const struct tlq_lopt *k)
{
	int family = k->family ? k->family : AF_INET, how = 0;
	union tlq_addr to;

	if (k->dual && tlq_storm_random(s, 2))
		family = AF_INET;
	tlq_addr_set(&to, family, NULL, k->port);
	if (!tlq_storm_random(s, 6))
		how = TLQ_MUTE;
	/* One that is mute keeps its place in the queue of Fast Open. */
	if (k->tfo && tlq_storm_random(s, 2))
		how = tlq_storm_random(s, 2) ? TLQ_TFO : TLQ_TFO | TLQ_MUTE;
	if (k->protocol && tlq_storm_random(s, 2))
		how |= TLQ_MPTCP;
	return tlq_connect_to(&to, how);
}

static void drop(struct tlq_storm *s, int fd)
{
	struct linger now = { .l_onoff = 1 };

	if (fd < 0)
		return;
	if (!s->gentle && tlq_storm_random(s, 2))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* Clients of a few packets each: most close at once, some stay or send data. */
int tlq_storm_sender(struct tlq_storm *s)
{
	int ring[RING], at = 0, fd, i;

	memset(ring, 0xff, sizeof(ring));
	if (s->steady || s->gentle)
		tlq_use_cpu(s->me);
	while (!is_set(&s->sh->senders_stop)) {
		i = tlq_storm_random(s, s->kinds);
		fd = connect_one(s, &s->kind[i]);
		add(&s->sh->attempts, 1);
		if (fd >= 0 && !tlq_storm_random(s, 3)) {
			if (tlq_storm_random(s, 2))
				send(fd, "x", 1, MSG_NOSIGNAL);
			drop(s, ring[at]);
			ring[at] = fd;
			at = (at + 1) % RING;
		} else {
			drop(s, fd);
		}
	}
	return 0;
}
