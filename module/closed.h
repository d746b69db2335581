/* SPDX-License-Identifier: GPL-2.0 */
/* closed.c, records.c and spare.c: what is kept of listeners that have closed */
#ifndef TLQ_CLOSED_H
#define TLQ_CLOSED_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/types.h>

#include "share.h"
#include "tlq.h"

struct sock;
struct tlq_net;

/* Records of a namespace: the last ones, and the worst of those before */
#define TLQ_CLOSED_LAST 64
#define TLQ_CLOSED_WORST 64
#define TLQ_CLOSED_MAX (TLQ_CLOSED_LAST + TLQ_CLOSED_WORST)

/**
 * struct tlq_closed - the listeners of a namespace that have closed
 * @last: records of the last ones, newest first
 * @worst: records of the worst of those before, in no order
 * @nr_last: how many; protected, as are both lists, by the lock in spare.c
 * @nr_worst: how many
 * @count: sums over all that ever closed, by enum tlq_counter
 *
 * Made with the first numbers in a namespace, freed at its end.
 */
struct tlq_closed {
	struct list_head last;
	struct list_head worst;
	u8 nr_last;
	u8 nr_worst;
	atomic64_t count[TLQ_NR_COUNTERS];
};

/* In its place, when the namespace is being torn down */
#define TLQ_CLOSED_NEVER ((struct tlq_closed *)ERR_PTR(-ESHUTDOWN))

/**
 * tlq_closed_of() - what a namespace has of closed listeners
 * @share: its share
 *
 * Return: it; NULL if no listener ever had numbers, or the namespace is being torn
 * down. Stays until a grace period after that.
 */
static inline struct tlq_closed *tlq_closed_of(const struct tlq_share *share)
{
	struct tlq_closed *closed = READ_ONCE(share->closed);

	return IS_ERR(closed) ? NULL : closed;
}

/**
 * struct tlq_closed_row - a listener that has closed
 * @listener: as it was then
 * @number: grows with each that closes on the machine
 * @when: when it closed, 64-bit jiffies
 * @closed_ms: milliseconds since
 * @resets: connections that were in its accept queue, or came late, and were reset
 */
struct tlq_closed_row {
	struct tlq_row listener;
	u64 number;
	u64 when;
	u64 closed_ms;
	u64 resets;
};

/* closed.c */
void tlq_closed_add(struct sock *sk);
void tlq_closed_reset(struct sock *sk, const struct sock *child);
void tlq_closed_know_resets(void);
u32 tlq_closed_known(void);
u64 tlq_closed_unrecorded(void);

/* spare.c */
int tlq_closed_init(unsigned int max);
void tlq_closed_exit(void);
size_t tlq_closed_bytes(void);
size_t tlq_closed_max_bytes(void);

/* records.c */
bool tlq_closed_make(struct tlq_share *share);
void tlq_closed_take(struct tlq_net *tn);
void tlq_closed_free(struct tlq_net *tn);
bool tlq_closed_next(struct tlq_closed *closed, u64 below,
		     struct tlq_closed_row *row);

#endif /* TLQ_CLOSED_H */
