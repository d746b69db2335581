// SPDX-License-Identifier: GPL-2.0
/*
 * read [-t] [-6] [-k] [-r RUNS] [-c CONNECTIONS] LISTENERS,... WAY... - what it
 * costs to learn of the listeners, in each of these ways
 *
 *	-t	nanoseconds, not instructions
 *	-6	listeners of IPv6
 *	-k	each has had a connection
 *
 * The ways take turns, RUNS times after one that does not count. A line each:
 *	read FAMILY TRACKED CONNECTIONS LISTENERS WAY MIN MEDIAN MAX TOLD
 * TOLD is how many listeners, or sockets, the way told of.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WAYS 16
#define MAX_RUNS 1000

static struct {
	bool time;
	bool v6;
	bool touch;
	int runs;
	int connections;
} opt = { .runs = 3 };

static const struct bench_way *ways[MAX_WAYS];
static int nr_ways;

static __u64 runs[MAX_WAYS][MAX_RUNS];
static long told[MAX_WAYS];

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

static void measure_all(int listeners)
{
	int i, run;

	for (i = 0; i < nr_ways; i++)
		told[i] = ways[i]->run(ways[i], true);
	measure(0);
	for (run = 0; run < opt.runs; run++)
		measure(run);
	for (i = 0; i < nr_ways; i++) {
		bench_sort(runs[i], opt.runs);
		printf("read %d %d %d %d %s %llu %llu %llu %ld\n",
		       opt.v6 ? 6 : 4, opt.touch, opt.connections, listeners,
		       ways[i]->name, runs[i][0], runs[i][opt.runs / 2],
		       runs[i][opt.runs - 1], told[i]);
	}
	fflush(stdout);
}

static void take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "t6kr:c:")) != -1) {
		switch (c) {
		case 't':
			opt.time = true;
			break;
		case '6':
			opt.v6 = true;
			break;
		case 'k':
			opt.touch = true;
			break;
		case 'r':
			opt.runs = atoi(optarg);
			break;
		case 'c':
			opt.connections = atoi(optarg);
			break;
		default:
			exit(2);
		}
	}
	if (opt.runs < 1 || opt.runs > MAX_RUNS || argc - optind < 2 ||
	    argc - optind > MAX_WAYS)
		exit(2);
}

int main(int argc, char **argv)
{
	char *list, *number;
	int i, n;

	take_options(argc, argv);
	for (i = optind + 1; i < argc; i++)
		ways[nr_ways++] = bench_way(argv[i]);
	bench_clock_init(opt.time);
	bench_connections(opt.connections);
	list = argv[optind];
	while ((number = strsep(&list, ","))) {
		n = atoi(number);
		bench_listeners(n, opt.v6);
		if (opt.touch)
			bench_touch();
		measure_all(n);
	}
	return 0;
}
