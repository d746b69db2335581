/* SPDX-License-Identifier: GPL-2.0 */
/* The program's own clock, and columns that tell a time */
#ifndef TLQ_MOMENT_H
#define TLQ_MOMENT_H

#include <stdbool.h>
#include <linux/types.h>

#define TLQ_NS_PER_MS 1000000LL

/*
 * Both are CLOCK_MONOTONIC in nanoseconds. The coarse one stands between two ticks. A
 * virtual machine that its host does not run misses ticks; then it goes slower.
 */
struct tlq_moment {
	long long ns;
	long long coarse;
};

struct tlq_moment tlq_moment(void);
/* Whether so many milliseconds have passed since then */
bool tlq_passed(struct tlq_moment since, int ms);

/* A value in the line of a listener, by its cookie; TLQ_BAD when it has none */
__u64 tlq_cookie_value(__u64 cookie, const char *column);
/*
 * Whether @column, which the module counts in ticks, is the time since something
 * that happened between @from and @to, true to 10 ms. Prints both if not.
 */
bool tlq_shows_since(__u64 cookie, const char *column, struct tlq_moment from,
		     struct tlq_moment to);

#endif
