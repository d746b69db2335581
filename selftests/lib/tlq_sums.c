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

static bool opens(__u64 least, __u64 most)
{
	__u64 accepts = 0, waiting = tlq_waiting(), known;
	__u64 resets = tlq_closed_sum("*", "reset_at_close");
	long long opens = tlq_tcp("PassiveOpens");

	if (!total("accepts", &accepts))
		return false;
	known = accepts + waiting + resets;
	if (opens >= 0 && known + least <= (__u64)opens &&
	    known + most >= (__u64)opens)
		return true;
	printf("# PassiveOpens %lld; accepts %llu, waiting %llu, reset %llu, dead %llu to %llu\n",
	       opens, accepts, waiting, resets, least, most);
	return false;
}

bool tlq_opens_are(__u64 dead)
{
	return opens(dead, dead);
}

bool tlq_opens_within(__u64 dead)
{
	return opens(0, dead);
}

__u64 tlq_thrown_away(void)
{
	return tlq_tcpext("ListenDrops") - tlq_tcpext("ListenOverflows") -
	       tlq_tcpext("TCPReqQFullDrop");
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
