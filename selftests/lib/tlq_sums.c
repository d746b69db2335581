// SPDX-License-Identifier: GPL-2.0
/*
 * What rows, the line "-" and the line "*" of a namespace add up to
 */
#include "tlq_sums.h"
#include "tlq_closed.h"
#include "tlq_sys.h"
#include "tlq_table.h"

#include <stdio.h>

#define PARTS 3

static const struct {
	const char *mib;
	const char *column[PARTS];
} sums[] = {
	{ "ListenOverflows", { "overflow_syn", "overflow_ack", "overflow_cookie" } },
	{ "ListenDrops", { "listen_drops" } },
	{ "TCPReqQFullDrop", { "reqq_full_drop" } },
	{ "TCPReqQFullDoCookies", { "reqq_full_cookies" } },
	{ "SyncookiesSent", { "syncookies_sent" } },
	{ "EmbryonicRsts", { "embryonic_rsts" } },
	{ "TCPFastOpenListenOverflow", { "tfo_overflow" } },
};

/* Over lines of a table from @i on; false when a value is not known */
static bool add(const struct tlq_table *t, size_t i, const char *column, __u64 *sum)
{
	bool known = true;
	__u64 v;

	for (; i < t->nlines; i++) {
		v = tlq_u64(tlq_line(t, i), column);
		if (v == TLQ_NONE || v == TLQ_BAD) {
			printf("# %s of %s is %s\n", column,
			       tlq_str(tlq_line(t, i), "local"),
			       tlq_str(tlq_line(t, i), column));
			known = false;
		}
		*sum += v;
	}
	return known;
}

static bool total(const char *column, __u64 *sum)
{
	struct tlq_table rows, closed;
	size_t records;
	bool known;

	known = !tlq_load(&rows, TLQ_PROC) && add(&rows, 0, column, sum);
	known &= !tlq_closed_load(&closed, &records) &&
		 add(&closed, records, column, sum);
	tlq_free(&rows);
	tlq_free(&closed);
	return known;
}

__u64 tlq_waiting(void)
{
	struct tlq_table t;
	__u64 sum = 0;
	bool known;

	known = !tlq_load(&t, TLQ_PROC) && add(&t, 0, "ack_backlog", &sum);
	tlq_free(&t);
	return known ? sum : TLQ_BAD;
}

/* The right side of the sum, as the module has it */
struct ends {
	__u64 accepts;
	__u64 waiting;
	__u64 resets;
};

static bool ends_read(struct ends *e)
{
	e->accepts = 0;
	e->waiting = tlq_waiting();
	e->resets = tlq_closed_sum("*", "reset_at_close");
	return total("accepts", &e->accepts);
}

static __u64 ends_sum(const struct ends *e)
{
	return e->accepts + e->waiting + e->resets;
}

static bool opens_are(const struct ends *e, __u64 opens, __u64 dead, __u64 thrown)
{
	bool right = opens == ends_sum(e) + dead + thrown;

	if (!right || thrown)
		printf("# opens %llu: accepts %llu wait %llu reset %llu dead %llu thrown %llu\n",
		       opens, e->accepts, e->waiting, e->resets, dead, thrown);
	return right;
}

bool tlq_opens_are(__u64 dead)
{
	struct ends e;

	return ends_read(&e) && opens_are(&e, tlq_tcp("PassiveOpens"), dead, 0);
}

static bool is(const char *what, __u64 ours, __u64 theirs)
{
	if (ours == theirs)
		return true;
	printf("# %s: %llu; the helper has %llu\n", what, ours, theirs);
	return false;
}

static __u64 end_of(const struct tlq_table *t, const char *name)
{
	return tlq_u64(tlq_find(t, "name", name), "value");
}

/* Each term, where the helper has seen all */
static bool ends_are(const struct ends *e, const struct tlq_table *t, __u64 opens)
{
	bool right = is("PassiveOpens", opens, end_of(t, "made"));

	right &= is("reset_at_close", e->resets, end_of(t, "reset"));
	if (end_of(t, "accepted") != TLQ_NONE)
		right &= is("accepts", e->accepts, end_of(t, "accepted"));
	return opens_are(e, opens, end_of(t, "dead"), end_of(t, "thrown")) && right;
}

bool tlq_opens_add_up(void)
{
	__u64 opens = tlq_tcp("PassiveOpens");
	struct tlq_table t;
	struct ends e;
	bool right;

	if (!ends_read(&e))
		return false;
	if (tlq_load(&t, TLQ_OPENS) || end_of(&t, "missed")) {
		printf("# " TLQ_OPENS " misses some: PassiveOpens %llu, %llu explained\n",
		       opens, ends_sum(&e));
		right = ends_sum(&e) <= opens;
	} else {
		right = ends_are(&e, &t, opens);
	}
	tlq_free(&t);
	return right;
}

bool tlq_counters_are(void)
{
	bool right = true;
	long long kernel;
	__u64 sum;
	size_t i;
	int j;

	for (i = 0; i < sizeof(sums) / sizeof(*sums); i++) {
		sum = 0;
		for (j = 0; j < PARTS && sums[i].column[j]; j++)
			right &= total(sums[i].column[j], &sum);
		kernel = tlq_tcpext(sums[i].mib);
		if (kernel >= 0 && sum == (__u64)kernel)
			continue;
		printf("# %s %lld; rows and sums %llu\n", sums[i].mib, kernel, sum);
		right = false;
	}
	return right;
}
