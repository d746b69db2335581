// SPDX-License-Identifier: GPL-2.0
/*
 * read [-t] [-6] [-k | -f] [-o] [-l] [-r RUNS] [-c CONNECTIONS,...]
 * LISTENERS,... WAY... - the cost of listing the listeners, in each of these ways
 *
 *	-t	nanoseconds, not instructions
 *	-6	listeners of IPv6
 *	-k	each listener has had a connection
 *	-f	each has every column set and connections waiting, before all runs
 *		and after them
 *	-o	all listeners are in one bucket of the hash
 *	-l	every other one is bound to lo
 *
 * The ways take turns, RUNS times after one that is not measured. A line each:
 *	read FAMILY STATE CONNECTIONS LISTENERS WAY MIN MEDIAN MAX TOLD
 * STATE is 1 with -k, 2 with -f, else 0. TOLD is the number of listeners, or sockets,
 * that the way listed. With -t the times of all runs, in their order, take the place of
 * the three.
 *
 * Another process holds the sockets: one with thousands of descriptors starts
 * others more slowly. The listeners stay the same beside any number of
 * connections, down to their inodes: digits count.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../selftests/lib/tlq_sys.h"

#define MAX_WAYS 16
#define MAX_RUNS 1000

static struct {
	bool time;
	bool v6;
	enum { UNUSED, TOUCHED, FULL } state;
	bool one_bucket;
	bool half_bound;
	int runs;
	char *connections;
} opt = { .runs = 3 };

/* The sockets that the holder is to have */
struct order {
	int listeners;
	int connections;
};

static int holder;

static const struct bench_way *ways[MAX_WAYS];
static int nr_ways;

static __u64 runs[MAX_WAYS][MAX_RUNS];
static long told[MAX_WAYS];

static void hold(int orders)
{
	struct order order;
	int full = -1;

	while (read(orders, &order, sizeof(order)) == sizeof(order)) {
		bench_connections(order.connections);
		if (opt.state != FULL)
			bench_listeners(order.listeners, opt.v6);
		else if (order.listeners != full)
			bench_full(full = order.listeners, opt.v6);
		if (opt.state == TOUCHED && !order.connections)
			bench_touch();
		if (write(orders, &order, sizeof(order)) != sizeof(order))
			break;
	}
	_exit(0);
}

static void start_holder(void)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		bench_die("socketpair");
	pid = tlq_fork();
	if (pid < 0)
		bench_die("fork");
	if (!pid) {
		close(pair[0]);
		hold(pair[1]);
	}
	close(pair[1]);
	holder = pair[0];
}

static void have(struct order order)
{
	if (write(holder, &order, sizeof(order)) != sizeof(order) ||
	    read(holder, &order, sizeof(order)) != sizeof(order))
		bench_die("no sockets to look at");
}

static void measure(int run)
{
	__u64 start;
	int i;

	for (i = 0; i < nr_ways; i++) {
		start = bench_now();
		ways[i]->run(ways[i], false);
		runs[i][run] = bench_now() - start;
	}
}

static void print(int i, struct order order)
{
	int run;

	printf("read %d %d %d %d %s", opt.v6 ? 6 : 4, opt.state,
	       order.connections, order.listeners, ways[i]->name);
	if (opt.time) {
		for (run = 0; run < opt.runs; run++)
			printf(" %llu", runs[i][run]);
	} else {
		bench_sort(runs[i], opt.runs);
		printf(" %llu %llu %llu", runs[i][0], runs[i][opt.runs / 2],
		       runs[i][opt.runs - 1]);
	}
	printf(" %ld\n", told[i]);
}

static void measure_all(struct order order)
{
	int i, run;

	have(order);
	if (opt.state == FULL)
		bench_check_full(order.listeners);
	for (i = 0; i < nr_ways; i++)
		told[i] = ways[i]->run(ways[i], true);
	for (run = 0; run < opt.runs; run++)
		measure(run);
	if (opt.state == FULL)
		bench_check_full(order.listeners);
	for (i = 0; i < nr_ways; i++)
		print(i, order);
	fflush(stdout);
}

static void take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "t6kfolr:c:")) != -1) {
		switch (c) {
		case 't':
			opt.time = true;
			break;
		case '6':
			opt.v6 = true;
			break;
		case 'k':
			opt.state = TOUCHED;
			break;
		case 'f':
			opt.state = FULL;
			break;
		case 'o':
			opt.one_bucket = true;
			break;
		case 'l':
			opt.half_bound = true;
			break;
		case 'r':
			opt.runs = atoi(optarg);
			break;
		case 'c':
			opt.connections = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (opt.runs < 1 || opt.runs > MAX_RUNS || argc - optind < 2 ||
	    argc - optind > MAX_WAYS)
		exit(2);
}

/* The next number of a list, or -1 */
static int next(char **list)
{
	char *number = strsep(list, ",");

	return number ? atoi(number) : -1;
}

int main(int argc, char **argv)
{
	struct order order;
	char *left, *again;
	int i;

	take_options(argc, argv);
	for (i = optind + 1; i < argc; i++)
		ways[nr_ways++] = bench_way(argv[i]);
	bench_shape(opt.one_bucket, opt.half_bound, opt.state == FULL);
	bench_clock_init(opt.time);
	start_holder();
	while ((order.listeners = next(&argv[optind])) >= 0) {
		again = strdup(opt.connections ? opt.connections : "0");
		left = again;
		order.connections = 0;
		have(order);
		while ((order.connections = next(&left)) >= 0)
			measure_all(order);
		free(again);
	}
	return 0;
}
