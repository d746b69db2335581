// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners in which every column is set, and connections wait
 *
 * What happens to each comes from clients, one after the other. A client that holds
 * its final ACK back is what tells a full queue at the ACK from one at the SYN; its
 * kernel sends that ACK after 40 ms, so a listener gets all it needs at once. What is
 * young for a second only comes last, to all of them.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "../selftests/lib/tlq_drive.h"
#include "../selftests/lib/tlq_sys.h"
#include "../selftests/lib/tlq_table.h"

#define MAX_FULL 1000
/* Two wait, as the queue is full above its limit. */
#define BACKLOG 1
/* More than there will ever be */
#define ROOM 16
/* SYNs that are refused, dropped, or answered by cookies, of each kind */
#define REFUSED 10
#define OWNER 1000

static int client[3 * MAX_FULL];
static int clients;

static int need(int fd, const char *what)
{
	if (fd < 0) {
		errno = -fd;
		bench_die(what);
	}
	return fd;
}

/* It stays connected, or goes on trying. */
static void keep(const struct tlq_target *t, int how)
{
	client[clients++] = need(tlq_connect_to(&t->to, how), "no client");
}

/*
 * Connected from its side. A socket that begins without quick ACKs holds its first one
 * back, for data to go with it.
 */
static int slow_client(const struct tlq_target *t)
{
	int fd, no = 0;

	fd = socket(t->to.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &no, sizeof(no)) ||
	    (connect(fd, &t->to.sa, sizeof(t->to)) && errno != EINPROGRESS) ||
	    !tlq_until(tlq_connected(fd)))
		bench_die("no slow client");
	return fd;
}

static void listen_again(const struct tlq_target *t, int backlog)
{
	if (listen(t->lfd, backlog))
		bench_die("listen");
}

static void cookies(int value)
{
	need(tlq_sysctl("net/ipv4/tcp_syncookies", value), "tcp_syncookies");
}

static void knock(const struct tlq_target *t)
{
	need(tlq_knock(t, REFUSED), "no SYN");
}

static struct tlq_target target(int i)
{
	struct tlq_target t = { .lfd = bench_listener(i) };
	socklen_t len = sizeof(t.to);

	if (getsockname(t.lfd, &t.to.sa, &len))
		bench_die("getsockname");
	return t;
}

/* One connection has been accepted before. */
static void make_trouble(const struct tlq_target *t)
{
	int late, resets, returns;

	/* Waits from its SYN on, and is all that Fast Open's queue takes. */
	keep(t, TLQ_TFO | TLQ_MUTE);
	late = slow_client(t);
	resets = slow_client(t);
	/* These two requests fill the SYN queue; the accept queue has room for one. */
	listen_again(t, BACKLOG);
	cookies(0);
	knock(t);
	cookies(1);
	knock(t);
	returns = slow_client(t);
	/* It comes by a cookie, too, and fills the accept queue. */
	keep(t, 0);
	need(tlq_send_and_vanish(&late, 1), "no ACK");
	need(tlq_send_and_vanish(&returns, 1), "no cookie");
	need(tlq_reset(&resets, 1), "no reset");
	knock(t);
}

/* Half-open and young, as Fast Open's queue is full and it is sent on from there */
static void make_young(const struct tlq_target *t)
{
	listen_again(t, ROOM);
	keep(t, TLQ_TFO | TLQ_MUTE);
	listen_again(t, BACKLOG);
}

static void close_all(void)
{
	bench_listeners(0, false);
	while (clients)
		close(client[--clients]);
}

void bench_full(int n, bool v6)
{
	struct tlq_target t;
	int i;

	if (n > MAX_FULL)
		bench_die("too many listeners to fill");
	close_all();
	need(tlq_sysctl("net/ipv4/tcp_fastopen", 0x207), "tcp_fastopen");
	setfsuid(OWNER);
	bench_listeners(n, v6);
	setfsuid(0);
	bench_touch();
	for (i = 0; i < n; i++) {
		t = target(i);
		make_trouble(&t);
	}
	for (i = 0; i < n; i++) {
		t = target(i);
		make_young(&t);
	}
	/* So that no time is 0. */
	usleep(50000);
}

/* The first reuseport group's id is 0. */
static bool is_set(const char *column, const char *value)
{
	return strcmp(value, "-") &&
	       (strcmp(value, "0") || !strcmp(column, "reuseport_group"));
}

static void check_line(const char *path, struct tlq_line line)
{
	const struct tlq_table *t = line.table;
	char text[256];
	size_t i;

	for (i = 0; i < t->ncols; i++) {
		if (is_set(t->col[i], line.cell[i]))
			continue;
		snprintf(text, sizeof(text), "%s: %s is %s for %s", path,
			 t->col[i], line.cell[i], tlq_str(line, "local"));
		errno = 0;
		bench_die(text);
	}
}

static void check_file(const char *path, size_t n)
{
	struct tlq_table t;
	size_t i;

	need(tlq_load(&t, path), path);
	errno = 0;
	if (t.nlines != n)
		bench_die("lines of the table");
	for (i = 0; i < n; i++)
		check_line(path, tlq_line(&t, i));
	tlq_free(&t);
}

void bench_check_full(int n)
{
	check_file(TLQ_PROC, n);
	check_file(TLQ_DEBUG, n);
}
