/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting. hooks.c tells which listener a call is about; nets.c has a slot for
 * each CPU of each namespace; slot.c charges what the kernel counts to the numbers
 * of listeners; listeners.c has the table of these numbers; counters.c copies them
 * into rows.
 */
#ifndef TLQ_COUNTERS_H
#define TLQ_COUNTERS_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/hashtable.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

struct net;
struct seq_file;
struct tlq_row;

/* Counters of a listener, named like the columns */
enum tlq_counter {
	TLQ_C_OVERFLOW_SYN,
	TLQ_C_OVERFLOW_ACK,
	TLQ_C_REQQ_FULL_DROP,
	TLQ_C_REQQ_FULL_COOKIES,
	TLQ_C_SYNCOOKIES_SENT,
	TLQ_C_LISTEN_DROPS,
	TLQ_C_EMBRYONIC_RSTS,
	TLQ_NR_COUNTERS
};

/* Masks of what is known of a listener: BIT(enum tlq_counter) and these */
#define TLQ_KNOWN_PEAKS BIT(TLQ_NR_COUNTERS)
#define TLQ_KNOWN_LAST_OVERFLOW BIT(TLQ_NR_COUNTERS + 1)
#define TLQ_KNOWN_ALL (BIT(TLQ_NR_COUNTERS + 2) - 1)

/* Kernel counters (kept per network namespace); mibs.h has their names. */
enum tlq_mib {
	TLQ_M_LISTEN_OVERFLOWS,
	TLQ_M_REQQ_FULL_DROP,
	TLQ_M_REQQ_FULL_COOKIES,
	TLQ_M_SYNCOOKIES_SENT,
	TLQ_M_LISTEN_DROPS,
	TLQ_M_EMBRYONIC_RSTS,
	TLQ_NR_MIBS
};

/**
 * struct tlq_listener - the numbers of one listener
 * @node: in the table, by @cookie; protected by the table's lock, read
 *	under RCU
 * @stock: in the stock of free ones
 * @cookie: the socket's cookie, never reused; no pointer to the socket is kept
 * @count: by enum tlq_counter
 * @peak_ack_backlog: highest seen
 * @peak_reqsk_qlen: highest seen
 * @last_overflow: 64-bit jiffies; 0: never
 * @rcu: for freeing
 *
 * Made at the first packet that a hook sees for the listener, or when a reader
 * finds connections in its queues. Lives until the listener closes: nets.c first
 * clears the slots' pointers to it, under their locks, then takes it out of the
 * table and frees it after a grace period.
 */
struct tlq_listener {
	union {
		struct hlist_node node;
		struct llist_node stock;
	};
	u64 cookie;
	atomic64_t count[TLQ_NR_COUNTERS];
	u32 peak_ack_backlog;
	u32 peak_reqsk_qlen;
	atomic64_t last_overflow;
	struct rcu_head rcu;
};

/* listeners.c */

/**
 * struct tlq_usage - what the table holds
 * @tracked: listeners
 * @limit: bound of @tracked
 * @bytes: memory in use
 * @bytes_limit: bound of @bytes
 * @table_full: how often, at a packet or a read, a listener found no room
 * @no_memory: how often one found room but no memory
 */
struct tlq_usage {
	unsigned int tracked;
	unsigned int limit;
	u64 bytes;
	u64 bytes_limit;
	u64 table_full;
	u64 no_memory;
};

int tlq_listeners_init(unsigned int max);
void tlq_listeners_exit(void);
struct tlq_listener *tlq_listener_spare(u64 cookie);
void tlq_listener_unspare(struct tlq_listener *spare);
struct tlq_listener *tlq_listener_get(u64 cookie, struct tlq_listener **spare);
void tlq_listener_forget(u64 cookie, u64 *final);
bool tlq_listener_lost(u64 cookie);
void tlq_listeners_usage(struct tlq_usage *usage);

#define TLQ_TABLE_BITS 13
extern struct hlist_head tlq_table[1 << TLQ_TABLE_BITS];

/**
 * tlq_listener_find() - the numbers of a listener
 * @cookie: its cookie
 *
 * Context: RCU read-side section, or interrupts off.
 * Return: the numbers, or NULL if there are none.
 */
static inline struct tlq_listener *tlq_listener_find(u64 cookie)
{
	struct tlq_listener *listener;

	hash_for_each_possible_rcu(tlq_table, listener, node, cookie,
				   irqs_disabled())
		if (listener->cookie == cookie)
			return listener;
	return NULL;
}

/* counters.c */
u64 tlq_give_cookie(struct sock *sk);
void tlq_raise_peaks(struct tlq_listener *listener, u32 ack_backlog,
		     int reqsk_qlen);
void tlq_counters_fill(struct tlq_row *row, u32 known);

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

/* Where a call stands in the handshake; tells the two overflows apart. */
enum tlq_stage {
	TLQ_STAGE_SYN,
	TLQ_STAGE_ACK,
};

/* nets.c */
int tlq_nets_init(void);
void tlq_nets_exit(void);
void tlq_nets_start(void);
void tlq_nets_leave(struct sock *sk);
void tlq_nets_settle(struct net *net);
void tlq_nets_show_totals(struct seq_file *m);
void tlq_nets_unassigned(u64 *outside, u64 *no_room);

/* slot.c */
void tlq_slot_syn(struct sock *sk);
void tlq_slot_ack(struct sock *sk);

/* hooks.c */
void tlq_hooks_init(const char *skip);
void tlq_hooks_off(void);
void tlq_hooks_exit(void);
u32 tlq_hooks_known(void);
int tlq_hooks_netstat(bool on);
void tlq_hooks_show(struct seq_file *m);

#endif /* TLQ_COUNTERS_H */
