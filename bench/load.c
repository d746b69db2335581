// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners and established connections for the other programs
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../selftests/lib/tlq_net.h"
#include "../selftests/lib/tlq_sys.h"

#define MAX_LISTENERS 60000
#define MAX_CONNECTIONS 20000

/* Ports stay below those that clients get. */
#define FIRST_PORT 1000
#define ADDRESSES 500

/* Connections that are made through one listener */
#define SHARE 1000

#define MAX_FDS (MAX_LISTENERS + 2 * MAX_CONNECTIONS + 1000)

static int listener[MAX_LISTENERS];
static int listeners;
static int connection[MAX_CONNECTIONS][2];
static int connections;

int bench_listener(int i)
{
	return listener[i];
}

static bool one_bucket;
static bool half_bound;
static bool groups;

void bench_shape(bool one, bool bound, bool each)
{
	one_bucket = one;
	half_bound = bound;
	groups = each;
}

static int open_listener(int i, bool v6)
{
	struct tlq_lopt opt = { .backlog = 128, .tfo = groups,
				.reuseport = one_bucket || groups };
	int a = i % ADDRESSES;
	char addr[32];

	opt.dev = half_bound && i % 2 ? "lo" : NULL;
	if (one_bucket) {
		opt.port = FIRST_PORT;
		return tlq_listen(&opt);
	}
	if (v6) {
		opt.family = AF_INET6;
		opt.port = FIRST_PORT + i;
		return tlq_listen(&opt);
	}
	snprintf(addr, sizeof(addr), "127.1.%d.%d", a / 200, 1 + a % 200);
	opt.addr = addr;
	opt.port = FIRST_PORT + i / ADDRESSES;
	return tlq_listen(&opt);
}

void bench_listeners(int n, bool v6)
{
	if (n > MAX_LISTENERS || tlq_nofile(MAX_FDS))
		bench_die("too many listeners");
	while (listeners > n)
		close(listener[--listeners]);
	while (listeners < n) {
		listener[listeners] = open_listener(listeners, v6);
		if (listener[listeners] < 0) {
			errno = -listener[listeners];
			bench_die("no listener");
		}
		listeners++;
	}
}

/* On loopback the handshake is over when connect(2) returns. */
static void connect_to(int lfd, int *client, int *server)
{
	*client = tlq_connect(lfd);
	if (*client < 0) {
		errno = -*client;
		bench_die("no connection");
	}
	*server = tlq_accept(lfd);
	if (*server < 0) {
		errno = -*server;
		bench_die("nothing to accept");
	}
}

/* With a reset, so that nothing stays in TIME_WAIT. */
static void disconnect(int client, int server)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(client);
	close(server);
}

void bench_touch(void)
{
	int i, client, server;

	for (i = 0; i < listeners; i++) {
		connect_to(listener[i], &client, &server);
		disconnect(client, server);
	}
}

/* Each share has an address of its own, where clients find free ports at once. */
static int open_share(int share)
{
	struct tlq_lopt opt = { .port = FIRST_PORT, .backlog = 16 };
	char addr[32];
	int lfd;

	snprintf(addr, sizeof(addr), "127.9.0.%d", 1 + share);
	opt.addr = addr;
	lfd = tlq_listen(&opt);
	if (lfd < 0) {
		errno = -lfd;
		bench_die("no listener for connections");
	}
	return lfd;
}

void bench_connections(int n)
{
	int lfd;

	if (n > MAX_CONNECTIONS || tlq_nofile(MAX_FDS))
		bench_die("too many connections");
	while (connections > n) {
		connections--;
		disconnect(connection[connections][0],
			   connection[connections][1]);
	}
	while (connections < n) {
		lfd = open_share(connections / SHARE);
		do {
			connect_to(lfd, &connection[connections][0],
				   &connection[connections][1]);
			connections++;
		} while (connections < n && connections % SHARE);
		close(lfd);
	}
}
