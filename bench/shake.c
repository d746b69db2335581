// SPDX-License-Identifier: GPL-2.0
/*
 * shake [-t] [-r ROUNDS] LISTENERS LABEL - what connections cost everybody
 *
 *	-t	nanoseconds, not instructions
 *
 * A round is so many of one kind (kinds.c), over the listeners in turn. A line
 * each, of rounds after some that do not count:
 *	shake LABEL LISTENERS KIND ROUND MIN MEDIAN MAX
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../selftests/tlq_sys.h"

#define MAX_LISTENERS 1000
#define MAX_ROUNDS 1000

/* One in so many, and when to give up */
#define CALM 500
static int max_calm = 40;

static int listeners;

static __u64 measure_round(const struct bench_kind *kind)
{
	__u64 start = bench_now();
	int i;

	for (i = 0; i < kind->round; i++)
		kind->one(i % listeners);
	return bench_now() - start;
}

/*
 * What was done before is freed later, by RCU: rounds do not count until two in
 * a row take the same, but for a tick of the timer. Real time never does. Returns
 * how many there were.
 */
static int calm_down(const struct bench_kind *kind)
{
	__u64 before, now = measure_round(kind);
	int rounds = 1;

	do {
		before = now;
		now = measure_round(kind);
		rounds++;
	} while (rounds < max_calm && (now > before + before / CALM ||
				       before > now + now / CALM));
	return rounds;
}

static void measure(const struct bench_kind *kind, int rounds, const char *label)
{
	long long before = tlq_tcpext("ListenOverflows"), want;
	static __u64 run[MAX_ROUNDS];
	int i, all;

	all = rounds + calm_down(kind);
	for (i = 0; i < rounds; i++)
		run[i] = measure_round(kind);
	want = kind->refused ? all * kind->round : 0;
	/* On a busy machine the last ones are still to be looked at. */
	errno = 0;
	if (!tlq_until(tlq_tcpext("ListenOverflows") - before >= want) ||
	    tlq_tcpext("ListenOverflows") - before != want)
		bench_die("refused connections");
	bench_sort(run, rounds);
	printf("shake %s %d %s %d %llu %llu %llu\n", label, listeners,
	       kind->name, kind->round, run[0], run[rounds / 2],
	       run[rounds - 1]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct bench_kind *kind;
	bool time = false;
	int c, rounds = 15;

	while ((c = getopt(argc, argv, "tr:")) != -1) {
		if (c == 't')
			time = true;
		else if (c == 'r')
			rounds = atoi(optarg);
		else
			return 2;
	}
	listeners = argc - optind == 2 ? atoi(argv[optind]) : 0;
	if (listeners < 1 || listeners > MAX_LISTENERS || rounds < 1 ||
	    rounds > MAX_ROUNDS)
		return 2;
	if (time)
		max_calm = 1;
	bench_clock_init(time);
	bench_listeners(listeners, false);
	bench_aim(listeners);
	for (kind = bench_kinds; kind->name; kind++) {
		if (kind->refused && !kind[-1].refused)
			bench_fill_queues();
		measure(kind, rounds, argv[optind + 1]);
	}
	return 0;
}
