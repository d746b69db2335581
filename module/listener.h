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

struct tlq_waits;

/**
 * struct tlq_lengths - how long the queues of a listener were
 * @ack_backlog: the accept queue
 * @reqsk_qlen: the SYN queue
 */
struct tlq_lengths {
	u32 ack_backlog;
	u32 reqsk_qlen;
};

/**
 * struct tlq_listener - the numbers of one listener
 * @node: in the table, by @cookie; protected by the table's lock, read
 *	under RCU
 * @cookie: the socket's cookie, never reused; no pointer to the socket is kept
 * @doubtful: made when nobody knew any more which listeners had lost events
 *	(lost.c): all its columns print "-"
 * @unseen: it has got connections without a request, which accept.c may not see
 * @by_known: @by was seen
 * @window: number of the window (window.c)
 * @count: by enum tlq_counter
 * @recent: highest since the window began (window.c); raised by the hooks
 * @before: highest in the window before; protected by the lock of the listener's
 *	bucket in the listening hash, as are @peak and @window
 * @peak: highest before @recent
 * @last_overflow: 64-bit jiffies; 0: never
 * @last_reqq_full: the same for a full SYN queue
 * @waits: who accepts, and how long clients wait; NULL before the first accept(2)
 * @by: who called listen(2); written once, before @by_known
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
	bool unseen;
	bool by_known;
	u32 window;
	atomic64_t count[TLQ_NR_COUNTERS];
	struct tlq_lengths recent;
	struct tlq_lengths before;
	struct tlq_lengths peak;
	atomic64_t last_overflow;
	atomic64_t last_reqq_full;
	struct tlq_waits *waits;
	struct tlq_task by;
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
int tlq_table_init(unsigned int max, unsigned int max_netns, bool waits);
void tlq_table_exit(void);
unsigned int tlq_table_share_limit(void);
enum tlq_refusal tlq_listener_make(struct tlq_share *share, u64 cookie,
				   int forgotten);
enum tlq_refusal tlq_listener_offer(struct tlq_share *share, u64 cookie,
				    int forgotten);
void tlq_listener_trust(struct tlq_share *share, u64 cookie, int forgotten);
struct tlq_listener *tlq_listener_forget(struct tlq_share *share, u64 cookie);
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
void tlq_listener_window(struct tlq_listener *listener, const struct sock *sk,
			 u32 window);
void tlq_listener_copy(struct tlq_row *row, const struct tlq_share *share,
		       u32 known, struct tlq_listener *listener);
void tlq_listener_fill(struct tlq_row *row, struct tlq_share *share, u32 known);
void tlq_listener_by(u64 cookie, const struct tlq_task *by);

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
 * tlq_later() - note when something last happened
 * @last: 64-bit jiffies; 0: never
 * @when: when it happened, never 0
 */
static inline void tlq_later(atomic64_t *last, u64 when)
{
	s64 old = atomic64_read(last);

	while (time_after64(when, (u64)old))
		if (atomic64_try_cmpxchg(last, &old, when))
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
	if (unlikely(data_race(backlog > listener->recent.ack_backlog)) ||
	    unlikely(data_race(qlen > (int)listener->recent.reqsk_qlen))) /* ditto */
		tlq_raise_peaks(listener, backlog, qlen);
}

#endif /* TLQ_LISTENER_H */
