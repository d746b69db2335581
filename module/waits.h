/* SPDX-License-Identifier: GPL-2.0 */
/* waits.c: who accepts from a listener, and how long clients waited for it */
#ifndef TLQ_WAITS_H
#define TLQ_WAITS_H

#include <linux/err.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "tlq.h"

struct tlq_listener;

/* 0 us, below 2, 4, ... 2^25 us, and all longer ones */
#define TLQ_NR_WAITS 27

/**
 * struct tlq_waits - what accept(2) has taken from one listener
 * @lock: protects all members: a copy adds up. Raw, as a reader takes it under the
 *	lock of a bucket.
 * @ended: the listener has closed and its sums have been taken
 * @acceptor: who accepted last
 * @accepts: connections
 * @sum: microseconds that they waited
 * @max: the longest of these
 * @last: when the last one was accepted, 64-bit jiffies
 * @bucket: how many waited less than 2^index microseconds, and not less than half of
 *	that
 *
 * Made at the first accept(2), freed with the numbers of its listener.
 */
struct tlq_waits {
	raw_spinlock_t lock;
	bool ended;
	struct tlq_task acceptor;
	u64 accepts;
	u64 sum;
	u64 max;
	u64 last;
	u64 bucket[TLQ_NR_WAITS];
};

/* In place of a listener's waits, when it has closed without any */
#define TLQ_WAITS_NEVER ((struct tlq_waits *)ERR_PTR(-ESHUTDOWN))

/**
 * struct tlq_wait_row - the waits of a listener at one moment
 * @listener: address, cookie, namespace and all else
 * @bucket: as in struct tlq_waits
 */
struct tlq_wait_row {
	struct tlq_row listener;
	u64 bucket[TLQ_NR_WAITS];
};

int tlq_waits_init(void);
void tlq_waits_exit(void);
u64 tlq_waits_size(void);
int tlq_waits_add(struct tlq_listener *listener, u64 wait_us);
void tlq_waits_fill(struct tlq_row *row, struct tlq_waits *waits);
bool tlq_waits_buckets(struct tlq_wait_row *row, const struct tlq_listener *listener);
void tlq_waits_end(struct tlq_row *row, struct tlq_listener *listener);
void tlq_waits_free(struct tlq_listener *listener);

#endif /* TLQ_WAITS_H */
