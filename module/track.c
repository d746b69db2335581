// SPDX-License-Identifier: GPL-2.0
/*
 * A listener gets numbers, or a note of what it has lost, and loses both when it
 * closes.
 *
 * Who makes them while the listener may close makes them visible and then looks at
 * the state once more; who closes sets the state to CLOSE and then looks for them.
 * So one of the two sees the other, and a listener that never had any closes without
 * a lock.
 */
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>
#include <net/tcp_states.h>

#include "closed.h"
#include "listener.h"
#include "mibs.h"
#include "nets.h"
#include "share.h"
#include "slot.h"
#include "track.h"
#include "waits.h"

/* What was just made may have missed the close. */
static void check_close(struct sock *sk)
{
	smp_mb(); /* pairs with the one in tlq_untrack() */
	if (unlikely(READ_ONCE(sk->sk_state) != TCP_LISTEN))
		tlq_untrack(sk);
}

/**
 * tlq_track() - make numbers for a listener
 * @tn: its namespace
 * @sk: the listener; may close meanwhile
 * @columns: TLQ_KNOWN_* that it has lost if that fails
 *
 * Context: interrupts may be off; no raw lock may be held.
 * Return: TLQ_NOT_REFUSED if it has numbers, or had before it closed; or why not.
 */
enum tlq_refusal tlq_track(struct tlq_net *tn, struct sock *sk, u32 columns)
{
	u64 cookie = tlq_cookie(sk);
	enum tlq_refusal refusal;

	refusal = tlq_listener_make(&tn->share, cookie,
				    READ_ONCE(tn->share.settled));
	if (refusal == TLQ_NOT_REFUSED)
		check_close(sk);
	else
		tlq_track_lost(tn, sk, columns);
	return refusal;
}

/**
 * tlq_track_early() - make numbers for a listener before its first packet, if it can be
 * @tn: its namespace
 * @sk: the listener; may close meanwhile
 * @forgotten: of the share, before it listened
 *
 * Context: process.
 * Return: TLQ_NOT_REFUSED if it has numbers, or had before it closed, or no use for them;
 *	or why not.
 */
enum tlq_refusal tlq_track_early(struct tlq_net *tn, struct sock *sk,
				 int forgotten)
{
	u64 cookie = tlq_cookie(sk);
	enum tlq_refusal refusal;

	refusal = tlq_listener_offer(&tn->share, cookie, forgotten);
	if (refusal != TLQ_NOT_REFUSED)
		return refusal;
	/* Its first packet may have come before us. */
	tlq_listener_trust(&tn->share, cookie, forgotten);
	check_close(sk);
	return refusal;
}

/**
 * tlq_track_lost() - a listener loses something
 * @tn: its namespace
 * @sk: the listener; may close meanwhile
 * @columns: TLQ_KNOWN_* that it has lost
 *
 * Context: RCU read-side section, or interrupts off; no raw lock may be held.
 */
void tlq_track_lost(struct tlq_net *tn, struct sock *sk, u32 columns)
{
	tlq_lost_add(&tn->share, tlq_cookie(sk), columns);
	check_close(sk);
}

static void leave_slots(const struct tlq_net *tn, u64 cookie)
{
	struct tlq_slot *slot;

	llist_for_each_entry(slot, READ_ONCE(tn->all.first), next)
		tlq_slot_leave(slot, cookie);
}

static void add_closed(struct tlq_net *tn, const struct tlq_listener *listener,
		       u64 accepts)
{
	struct tlq_closed *closed = tlq_closed_of(&tn->share);
	int i;

	for (i = 0; closed && i < TLQ_NR_COUNTERS; i++)
		atomic64_add(atomic64_read(&listener->count[i]), &closed->count[i]);
	atomic64_add(accepts, &tn->closed_accepts);
}

/**
 * tlq_untrack_row() - a listener has closed: its numbers go into a row
 * @sk: its socket, in state CLOSE and out of the listening hash
 * @row: its row; the numbers are written, and more of @known
 *
 * May run twice for the same close: then only one of them has the numbers.
 *
 * Context: any; no raw lock may be held.
 */
void tlq_untrack_row(struct sock *sk, struct tlq_row *row)
{
	struct tlq_net *tn = tlq_net_of(sock_net(sk));
	u32 socket = row->known & ~TLQ_KNOWN_ALL;
	struct tlq_listener *listener;
	u64 cookie = row->cookie;

	smp_mb(); /* pairs with the one in check_close() */
	rcu_read_lock();
	listener = tlq_listener_find(cookie);
	if (listener || tlq_lost_of(&tn->share, cookie, false))
		leave_slots(tn, cookie);
	tlq_listener_copy(row, &tn->share, tlq_net_known(tn), listener);
	listener = tlq_listener_forget(&tn->share, cookie);
	if (listener) {
		tlq_waits_end(row, listener);
		add_closed(tn, listener, row->accepts);
	}
	tlq_lost_forget(&tn->share, cookie);
	rcu_read_unlock();
	row->known |= socket;
}

/**
 * tlq_untrack() - the same for who made numbers that came too late
 * @sk: its socket
 *
 * Context: any; no raw lock may be held.
 */
void tlq_untrack(struct sock *sk)
{
	struct tlq_row row = { .cookie = tlq_cookie(sk) };

	tlq_untrack_row(sk, &row);
}
