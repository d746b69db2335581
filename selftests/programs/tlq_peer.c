// SPDX-License-Identifier: GPL-2.0
/*
 * tlq_peer - listeners with clients nobody accepts, to look at from outside
 *
 * It opens one listener (or the members of a reuseport group), connects the
 * clients, prints "ready PORT" once every connection attempt has come to rest,
 * and then obeys commands, one a line, on its standard input:
 *
 *   accept N        accept(2) N connections and keep them   -> ok accepted N
 *   clients N       connect N more clients                  -> ok connected N
 *   listen BACKLOG  call listen(2) again                    -> ok listen BACKLOG
 *   quit            (or end of file) close everything       -> ok quit
 *
 * A command that fails is answered with "error ...".
 */
#include "tlq_net.h"
#include "tlq_sys.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MEMBERS 64
#define MAX_CLIENTS 60000
#define CALM_MS 100

static struct tlq_lopt opt = { .backlog = 128 };
static int member[MAX_MEMBERS];
static int members = 1;
static int *client;
static int clients;

static void bad_usage(void)
{
	fputs("tlq_peer [-4|-6] [-p PORT] [-a ADDR] [-b BACKLOG] [-n CLIENTS]\n",
	      stderr);
	fputs("         [-d DEFER_SECONDS] [-f TFO_QLEN] [-r REUSEPORT_MEMBERS]\n",
	      stderr);
	exit(2);
}

static int number(const char *text, int max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 0 || n > max)
		return -1;
	return n;
}

static int option(const char *text, int max)
{
	int n = number(text, max);

	if (n < 0)
		bad_usage();
	return n;
}

static int parse(int argc, char **argv)
{
	int c, wanted = 0;

	while ((c = getopt(argc, argv, "46p:a:b:n:d:f:r:")) != -1) {
		switch (c) {
		case '4':
			opt.family = AF_INET;
			break;
		case '6':
			opt.family = AF_INET6;
			break;
		case 'p':
			opt.port = option(optarg, 65535);
			break;
		case 'a':
			opt.addr = optarg;
			break;
		case 'b':
			opt.backlog = option(optarg, 0x7fffffff);
			break;
		case 'n':
			wanted = option(optarg, MAX_CLIENTS);
			break;
		case 'd':
			opt.defer = option(optarg, 3600);
			break;
		case 'f':
			opt.tfo = option(optarg, 65535);
			break;
		case 'r':
			members = option(optarg, MAX_MEMBERS);
			opt.reuseport = true;
			break;
		default:
			bad_usage();
		}
	}
	if (optind < argc || members < 1)
		bad_usage();
	return wanted;
}

static int queued_by_all(void)
{
	int i, sum = 0;

	for (i = 0; i < members; i++)
		sum += tlq_queued(member[i]);
	return sum;
}

static int connected_clients(void)
{
	int i, sum = 0;

	for (i = 0; i < clients; i++)
		sum += tlq_connected(client[i]);
	return sum;
}

/* At rest: neither the queues nor the clients changed for CALM_MS. */
static void settle(void)
{
	long long end = tlq_now_ms() + TLQ_DEADLINE_MS, since = tlq_now_ms();
	int queued = -1, connected = -1, q, c;

	while (tlq_now_ms() < end && tlq_now_ms() - since < CALM_MS) {
		q = queued_by_all();
		c = connected_clients();
		if (q != queued || c != connected)
			since = tlq_now_ms();
		queued = q;
		connected = c;
		poll(NULL, 0, 5);
	}
}

static int connect_more(int n)
{
	int i, fd, how = opt.tfo ? TLQ_TFO : 0;

	if (clients + n > MAX_CLIENTS)
		return -EMFILE;
	for (i = 0; i < n; i++) {
		fd = tlq_client(member[0], how);
		if (fd < 0)
			return fd;
		client[clients++] = fd;
	}
	settle();
	return 0;
}

/* Accepted connections stay open until the end: they leave the queue only. */
static int accept_some(int n)
{
	int done = 0, m = 0, fd;

	while (done < n) {
		while (m < members && tlq_queued(member[m]) < 1)
			m++;
		if (m == members)
			break;
		fd = tlq_accept(member[m]);
		if (fd < 0)
			return fd;
		done++;
	}
	settle();
	return done;
}

static int listen_again(int backlog)
{
	int i;

	for (i = 0; i < members; i++)
		if (listen(member[i], backlog))
			return -errno;
	settle();
	return backlog;
}

static void answer(const char *what, int result)
{
	if (result < 0)
		printf("error %s: %s\n", what, strerror(-result));
	else
		printf("ok %s %d\n", what, result);
}

/* False at quit */
static bool obey(char *line)
{
	char word[16], arg[16];
	int n, got;

	got = sscanf(line, "%15s %15s", word, arg);
	if (got < 1)
		return true;
	if (got == 1 && !strcmp(word, "quit"))
		return false;
	n = got == 2 ? number(arg, 0x7fffffff) : -1;
	if (n >= 0 && !strcmp(word, "accept")) {
		answer("accepted", accept_some(n));
	} else if (n >= 0 && !strcmp(word, "clients")) {
		got = connect_more(n);
		answer("connected", got ? got : n);
	} else if (n >= 0 && !strcmp(word, "listen")) {
		answer("listen", listen_again(n));
	} else {
		puts("error: accept N, clients N, listen BACKLOG or quit");
	}
	return true;
}

static void open_all(void)
{
	int i;

	for (i = 0; i < members; i++) {
		member[i] = tlq_listen(&opt);
		if (member[i] < 0)
			errx(1, "listen: %s", strerror(-member[i]));
		if (!opt.port)
			opt.port = tlq_port(member[i]);
	}
}

int main(int argc, char **argv)
{
	int wanted = parse(argc, argv), ret;
	char line[64];

	client = calloc(MAX_CLIENTS, sizeof(*client));
	if (!client)
		err(1, "calloc");
	/* Two descriptors for a connection: the client and the accepted end. */
	tlq_nofile(2UL * wanted + 4096);
	open_all();
	ret = connect_more(wanted);
	if (ret)
		errx(1, "connect: %s", strerror(-ret));
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready %d\n", opt.port);
	while (fgets(line, sizeof(line), stdin))
		if (!obey(line))
			break;
	puts("ok quit");
	return 0;
}
