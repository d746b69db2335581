// SPDX-License-Identifier: GPL-2.0
/*
 * A listener closes: what it was goes into a record (records.c) and into the sums over
 * all that ever closed. Then its connections that nobody has accepted are reset.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "accept.h"
#include "closed.h"
#include "listener.h"
#include "nets.h"
#include "records.h"
#include "tlq.h"
#include "track.h"

/**
 * struct early - connections that were reset before their listener had a record
 * @cookie: the listener; 0: none
 * @resets: how many
 */
struct early {
	u64 cookie;
	u64 resets;
};

/* Protected by the lock in records.h */
static u64 number;	/* of the last that closed */
static u64 unrecorded;	/* those for which there was no record */
static struct early early[16];	/* of listeners between CLOSE and the hook at close */
static unsigned int next_early;

/* TLQ_KNOWN_* of all records, beside what is known of the listener */
static u32 known __ro_after_init = TLQ_KNOWN_CLOSED;

/* A listener has got no record yet. The oldest of these has one by now. */
static void add_early(u64 cookie)
{
	unsigned int i;

	lockdep_assert_held(&tlq_records_lock);
	for (i = 0; i < ARRAY_SIZE(early); i++)
		if (early[i].cookie == cookie)
			break;
	if (i == ARRAY_SIZE(early)) {
		i = next_early++ % ARRAY_SIZE(early);
		early[i] = (struct early){ .cookie = cookie };
	}
	early[i].resets++;
}

static u64 take_early(u64 cookie)
{
	unsigned int i;

	lockdep_assert_held(&tlq_records_lock);
	for (i = 0; i < ARRAY_SIZE(early); i++)
		if (early[i].cookie == cookie) {
			early[i].cookie = 0;
			return early[i].resets;
		}
	return 0;
}

/* @closed: NULL if there is no memory for any */
static void keep(struct tlq_closed *closed, const struct tlq_row *row, bool is_first)
{
	struct tlq_record *record;
	unsigned long flags;
	u64 resets;

	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	resets = take_early(row->cookie);
	record = closed ? tlq_record_take(closed, is_first) : NULL;
	if (record) {
		record->row.listener = *row;
		record->row.number = ++number;
		record->row.when = get_jiffies_64();
		record->row.resets = resets;
	} else {
		unrecorded++;
	}
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
	tlq_spare_refill();
}

/**
 * tlq_closed_add() - a listener has closed
 * @sk: it, in the call that closes it: inet_csk_listen_stop() is about to reset what
 *	is in its accept queue
 *
 * Context: process; no raw lock may be held.
 */
void tlq_closed_add(struct sock *sk)
{
	struct tlq_net *tn = tlq_net_of(sock_net(sk));
	struct tlq_row row;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	rcu_read_lock();
	tlq_row_fill_closed(&row, sk);
	tlq_untrack_row(sk, &row);
	if (tlq_accept_misses(&row)) {
		row.known &= ~(TLQ_KNOWN_WAITS | TLQ_KNOWN_LAST_ACCEPT);
		WRITE_ONCE(tn->closed_missed, true);
	}
	row.known |= known;
	keep(tlq_closed_of(&tn->share), &row, tn->net == &init_net);
	rcu_read_unlock();
}

/*
 * As the kernel's tcp_need_reset(): a connection that its peer has reset before, while
 * it waited, dies silently.
 */
static bool needs_reset(const struct sock *child)
{
	return (1 << READ_ONCE(child->sk_state)) &
	       (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_FIN_WAIT1 |
		TCPF_FIN_WAIT2 | TCPF_SYN_RECV);
}

static void add_reset(const struct tlq_closed *closed, u64 cookie)
{
	struct tlq_record *record = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	/* While it has numbers, a record is of an earlier life of the same socket. */
	if (closed && !tlq_listener_find(cookie))
		record = tlq_record_find(closed, cookie);
	if (record)
		record->row.resets++;
	else
		add_early(cookie);
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
}

/**
 * tlq_closed_reset() - a connection dies, as its listener has closed
 * @sk: the listener
 * @child: the connection, locked
 *
 * Context: any; no raw lock may be held.
 */
void tlq_closed_reset(struct sock *sk, const struct sock *child)
{
	struct tlq_net *tn;

	if (sk->sk_protocol != IPPROTO_TCP || !needs_reset(child))
		return;
	tn = tlq_net_of(sock_net(sk));
	atomic64_inc(&tn->closed_resets);
	rcu_read_lock();
	add_reset(tlq_closed_of(&tn->share), atomic64_read(&sk->sk_cookie));
	rcu_read_unlock();
}

/** tlq_closed_know_resets() - each call of tlq_closed_reset() comes here from now on */
void __init tlq_closed_know_resets(void)
{
	known |= TLQ_KNOWN_RESETS;
}

/**
 * tlq_closed_known() - what is known beside the counters
 *
 * Return: TLQ_KNOWN_RESETS, or 0.
 */
u32 tlq_closed_known(void)
{
	return known & TLQ_KNOWN_RESETS;
}

/**
 * tlq_closed_unrecorded() - listeners that closed and have no record
 *
 * Return: how many, of all namespaces since load.
 */
u64 tlq_closed_unrecorded(void)
{
	unsigned long flags;
	u64 nr;

	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	nr = unrecorded;
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
	return nr;
}
