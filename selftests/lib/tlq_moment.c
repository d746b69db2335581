// SPDX-License-Identifier: GPL-2.0
/*
 * The program's own clock, and columns that tell a time
 */
#include "tlq_moment.h"
#include "tlq_table.h"

#include <stdio.h>
#include <sys/param.h>
#include <time.h>

#define TRUE_TO_MS 10

static long long now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

struct tlq_moment tlq_moment(void)
{
	return (struct tlq_moment){
		.ns = now(CLOCK_MONOTONIC),
		.coarse = now(CLOCK_MONOTONIC_COARSE),
	};
}

bool tlq_passed(struct tlq_moment since, int ms)
{
	return now(CLOCK_MONOTONIC) - since.ns >= ms * TLQ_NS_PER_MS;
}

/* Time between two moments, by the clock that says less, or more */
static long long least_ms(struct tlq_moment a, struct tlq_moment b)
{
	return MIN(b.ns - a.ns, b.coarse - a.coarse) / TLQ_NS_PER_MS;
}

static long long most_ms(struct tlq_moment a, struct tlq_moment b)
{
	return MAX(b.ns - a.ns, b.coarse - a.coarse) / TLQ_NS_PER_MS + 1;
}

__u64 tlq_cookie_value(__u64 cookie, const char *column)
{
	struct tlq_table t;
	__u64 v = TLQ_BAD;

	if (tlq_load(&t, TLQ_PROC))
		return v;
	v = tlq_u64(tlq_find_u64(&t, "cookie", cookie), column);
	tlq_free(&t);
	return v;
}

bool tlq_shows_since(__u64 cookie, const char *column, struct tlq_moment from,
		     struct tlq_moment to)
{
	struct tlq_moment before = tlq_moment(), after;
	__u64 v = tlq_cookie_value(cookie, column);
	long long least, most;

	after = tlq_moment();
	least = least_ms(to, before) - TRUE_TO_MS;
	most = most_ms(from, after) + TRUE_TO_MS;
	if (v < TLQ_BAD && least <= (long long)v && (long long)v <= most)
		return true;
	printf("# %s is %lld, not between %lld and %lld ms\n", column,
	       (long long)v, least, most);
	return false;
}
