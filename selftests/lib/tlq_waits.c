// SPDX-License-Identifier: GPL-2.0
/*
 * What the module says of the connections accepted from a listener
 */
#include "tlq_waits.h"
#include "tlq_hooks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The index of the bucket; as many bits as the number has */
static int bucket_of(__u64 us)
{
	int bits = us ? 64 - __builtin_clzll(us) : 0;

	return bits < TLQ_BUCKETS ? bits : TLQ_BUCKETS - 1;
}

static const char *bucket_name(int i)
{
	static char name[16];

	snprintf(name, sizeof(name), "us_%lu", 1UL << i);
	return i < TLQ_BUCKETS - 1 ? name : "us_inf";
}

void tlq_waits_add(struct tlq_waits *w, __u64 us)
{
	w->accepts++;
	w->sum += us;
	w->max = us > w->max ? us : w->max;
	w->bucket[bucket_of(us)]++;
}

bool tlq_waits_equal(const struct tlq_waits *a, const struct tlq_waits *b)
{
	return !memcmp(a, b, sizeof(*a));
}

void tlq_waits_print(const char *what, const struct tlq_waits *w)
{
	int i;

	printf("# %s: accepts %lld sum %lld max %lld", what, w->accepts,
	       w->sum, w->max);
	for (i = 0; i < TLQ_BUCKETS; i++)
		if (w->bucket[i])
			printf(" %s %lld", bucket_name(i), w->bucket[i]);
	putchar('\n');
}

static void take(struct tlq_waits *w, struct tlq_line line)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->accepts = tlq_u64(line, "accepts");
	w->sum = tlq_u64(line, "wait_us_sum");
	w->max = tlq_u64(line, "wait_us_max");
	for (i = 0; i < TLQ_BUCKETS; i++)
		w->bucket[i] = tlq_u64(line, bucket_name(i));
}

/* What a line says agrees with itself. */
static bool consistent(const struct tlq_waits *w)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i < TLQ_BUCKETS; i++)
		sum += w->bucket[i];
	return sum == w->accepts && w->accepts && w->max <= w->sum &&
	       w->sum <= w->max * w->accepts && w->bucket[bucket_of(w->max)];
}

/* A line of the file of waits; without one, all is 0. -EPROTO: it makes no sense. */
static int from_file(struct tlq_waits *w, __u64 cookie)
{
	struct tlq_table t;
	struct tlq_line line;
	int err = tlq_load(&t, TLQ_PROC_WAIT);

	memset(w, 0, sizeof(*w));
	if (err)
		return err;
	line = tlq_find_u64(&t, "cookie", cookie);
	if (line.cell) {
		take(w, line);
		if (!consistent(w)) {
			tlq_waits_print("inconsistent", w);
			err = -EPROTO;
		}
	}
	tlq_free(&t);
	return err;
}

/* Whether the columns of a line agree with what the file of waits says */
static bool agrees(struct tlq_line line, const struct tlq_waits *w)
{
	bool never = tlq_u64(line, "last_accept_ms") == TLQ_NONE;

	return tlq_u64(line, "accepts") == w->accepts &&
	       tlq_u64(line, "wait_us_sum") == w->sum &&
	       tlq_u64(line, "wait_us_max") == w->max && never == !w->accepts;
}

static bool all_unknown(struct tlq_line line)
{
	return tlq_u64(line, "accepts") == TLQ_NONE &&
	       tlq_u64(line, "wait_us_sum") == TLQ_NONE &&
	       tlq_u64(line, "wait_us_max") == TLQ_NONE &&
	       tlq_u64(line, "last_accept_ms") == TLQ_NONE;
}

int tlq_waits(struct tlq_waits *w, __u64 cookie)
{
	struct tlq_table t;
	struct tlq_line line;
	int err = from_file(w, cookie);

	if (err)
		return err;
	err = tlq_load(&t, TLQ_PROC);
	if (err)
		return err;
	line = tlq_find_u64(&t, "cookie", cookie);
	if (!w->accepts && all_unknown(line)) {
		err = -ENODATA;
	} else if (!agrees(line, w)) {
		err = -EPROTO;
		tlq_waits_print(TLQ_PROC_WAIT, w);
		printf("# but accepts %s last_accept_ms %s wait_us_sum %s wait_us_max %s\n",
		       tlq_str(line, "accepts"),
		       tlq_str(line, "last_accept_ms"),
		       tlq_str(line, "wait_us_sum"),
		       tlq_str(line, "wait_us_max"));
	}
	tlq_free(&t);
	return err;
}

bool tlq_waits_exact(void)
{
	return tlq_symbol("__inet_accept");
}

const char *tlq_debug_value(__u64 cookie, const char *column, char *buf,
			    int size)
{
	struct tlq_table t;

	*buf = '\0';
	if (tlq_load(&t, TLQ_DEBUG))
		return buf;
	snprintf(buf, size, "%s",
		 tlq_str(tlq_find_u64(&t, "cookie", cookie), column));
	tlq_free(&t);
	return buf;
}
