/* SPDX-License-Identifier: GPL-2.0 */
/* listener.c and table.c: the numbers of one listener, and the table of them all */
#ifndef TLQ_LISTENER_H
#define TLQ_LISTENER_H

#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "share.h"
#include "tlq.h"

/**
 * struct tlq_listener - the numbers of one listener
 * @node: in the table, by @cookie; protected by the table's lock, read
 *	under RCU
 * @cookie: the socket's cookie, never reused; no pointer to the socket is kept
 * @doubtful: made when nobody knew any more which listeners had lost events
 *	(lost.c): all its columns print "-"
 * @count: by enum tlq_counter
 * @peak_ack_backlog: highest seen
 * @peak_reqsk_qlen: highest seen
 * @last_overflow: 64-bit jiffies; 0: never
 * @rcu: for freeing
 *
 * Made soon after listen(2) (intake.c), or at the first packet that a hook sees for
 * the listener, or when a reader finds connections in its queues. Lives until the
 * listener closes: track.c first clears the slots' pointers to it, under their
 * locks, then takes it out of the table and frees it after a grace period.
 */
struct tlq_listener {
	struct hlist_node node;
	u64 cookie;
	bool doubtful;
	atomic64_t count[TLQ_NR_COUNTERS];
	u32 peak_ack_backlog;
	u32 peak_reqsk_qlen;
	atomic64_t last_overflow;
	struct rcu_head rcu;
};

/* table.c */

/**
 * struct tlq_table - where the listeners are
 * @heads: the buckets
 * @seed: odd, random: nobody can choose cookies that share a bucket
 * @mask: of the bits that choose a bucket
 */
struct tlq_table {
	struct hlist_head *heads;
	u64 seed;
	u64 mask;
};

extern struct tlq_table tlq_table;

/**
 * struct tlq_usage - what the table holds
 * @tracked: listeners
 * @limit: bound of @tracked
 * @bytes: memory in use
 * @bytes_limit: bound of @bytes
 */
struct tlq_usage {
	unsigned int tracked;
	unsigned int limit;
	u64 bytes;
	u64 bytes_limit;
};

u64 tlq_give_cookie(struct sock *sk);
int tlq_table_init(unsigned int max, unsigned int max_netns);
void tlq_table_exit(void);
unsigned int tlq_table_share_limit(void);
enum tlq_refusal tlq_listener_make(struct tlq_share *share, u64 cookie,
				   int forgotten);
void tlq_listener_trust(struct tlq_share *share, u64 cookie, int forgotten);
bool tlq_listener_forget(struct tlq_share *share, u64 cookie, u64 *final);
void tlq_table_usage(struct tlq_usage *usage);

/* The bucket of a cookie. The upper bits of a product are the better ones. */
static __always_inline struct hlist_head *tlq_table_head(u64 cookie)
{
	return &tlq_table.heads[((cookie * tlq_table.seed) >> 32) & tlq_table.mask];
}

/**
 * tlq_listener_find() - the numbers of a listener
 * @cookie: its cookie
 *
 * Context: RCU read-side section, or interrupts off.
 * Return: the numbers, or NULL if there are none.
 */
static __always_inline struct tlq_listener *tlq_listener_find(u64 cookie)
{
	struct tlq_listener *listener;

	hlist_for_each_entry_rcu(listener, tlq_table_head(cookie), node,
				 irqs_disabled())
		if (listener->cookie == cookie)
			return listener;
	return NULL;
}

/* listener.c */
void tlq_raise_peaks(struct tlq_listener *listener, u32 ack_backlog,
		     int reqsk_qlen);
void tlq_listener_fill(struct tlq_row *row, struct tlq_share *share, u32 known);

/**
 * tlq_cookie() - identity of a socket
 * @sk: full socket
 *
 * Return: its cookie, as ss -e prints it; assigned now if it had none.
 */
static inline u64 tlq_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : tlq_give_cookie(sk);
}

/**
 * tlq_listener_overflow() - note when a listener last overflowed
 * @listener: its numbers
 * @when: 64-bit jiffies, never 0
 */
static inline void tlq_listener_overflow(struct tlq_listener *listener,
					 u64 when)
{
	s64 old = atomic64_read(&listener->last_overflow);

	while (time_after64(when, (u64)old))
		if (atomic64_try_cmpxchg(&listener->last_overflow, &old, when))
			break;
}

/**
 * tlq_listener_peaks() - look at the queues of a listener
 * @listener: its numbers
 * @sk: its socket
 */
static inline void tlq_listener_peaks(struct tlq_listener *listener,
				      const struct sock *sk)
{
	int qlen = reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue);
	u32 backlog = READ_ONCE(sk->sk_ack_backlog);

	/* Racy reads are fine: only a hint whether to take the slow path. */
	if (unlikely(data_race(backlog > listener->peak_ack_backlog)) ||
	    unlikely(data_race(qlen > (int)listener->peak_reqsk_qlen))) /* ditto */
		tlq_raise_peaks(listener, backlog, qlen);
}

#endif /* TLQ_LISTENER_H */
