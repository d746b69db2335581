// SPDX-License-Identifier: GPL-2.0
/*
 * shake [-t] [-r ROUNDS] LISTENERS LABEL - the cost of connections
 *
 *	-t	nanoseconds, not instructions
 *
 * A round is a number of one kind (kinds.c), to the listeners in turn. A line for
 * each kind, of the rounds after some that do not count:
 *	shake LABEL LISTENERS KIND ROUND MIN MEDIAN MAX
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../selftests/lib/tlq_sys.h"

#define MAX_LISTENERS 1000
#define MAX_ROUNDS 1000

/* Rounds take the same up to one in so many. Give up after max_calm rounds. */
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
 * RCU frees the memory of earlier work later: rounds do not count until two in a
 * row take the same, but for a tick of the timer. In real time they never do.
 * Returns the number of rounds.
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
	/* On a busy machine the kernel may not have got to the last ones. */
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
