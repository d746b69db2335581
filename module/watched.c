// SPDX-License-Identifier: GPL-2.0
/* What a watch counts: at a listener, or in a namespace */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/snmp.h>
#include <net/sock.h>

#include "closed.h"
#include "hash.h"
#include "listener.h"
#include "mibs.h"
#include "nets.h"
#include "records.h"
#include "tcp_listenq.h"
#include "watched.h"

static u64 of_namespace(struct net *net, u32 counter)
{
	switch (counter) {
	case TCP_LISTENQ_OVERFLOWS:
		return tlq_mibs_sum(net, LINUX_MIB_LISTENOVERFLOWS);
	case TCP_LISTENQ_DROPS:
		return tlq_mibs_sum(net, LINUX_MIB_LISTENDROPS);
	default:
		return atomic64_read(&tlq_net_of(net)->closed_resets);
	}
}

/* TLQ_KNOWN_* that must be known of a listener; a record alone has the resets */
static u32 columns_of(u32 counter)
{
	switch (counter) {
	case TCP_LISTENQ_OVERFLOWS:
		return BIT(TLQ_C_OVERFLOW_SYN) | BIT(TLQ_C_OVERFLOW_ACK) |
		       BIT(TLQ_C_OVERFLOW_COOKIE);
	case TCP_LISTENQ_DROPS:
		return BIT(TLQ_C_LISTEN_DROPS);
	default:
		return 0;
	}
}

/* By enum tlq_counter */
static u64 of_counts(const u64 *count, u32 counter)
{
	u32 left;
	u64 sum = 0;

	for (left = columns_of(counter); left; left &= left - 1)
		sum += count[__ffs(left)];
	return sum;
}

/* What there is of a listener; false if it has closed, or has no numbers */
static bool copy_listener(const struct net *net, u64 cookie, struct tlq_row *row)
{
	struct tlq_net *tn = tlq_net_of(net);
	struct tlq_listener *listener;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "numbers read without RCU");
	listener = tlq_listener_find(cookie);
	if (!listener)
		return false;
	row->cookie = cookie;
	row->ack_backlog = 0;
	row->reqsk_qlen = 0;
	tlq_listener_copy(row, &tn->share, tlq_net_known(tn), listener);
	return true;
}

/* What it had counted when it closed. A record from before @alive is of another life. */
static void of_closed(const struct net *net, const struct tcp_listenq_watch *what,
		      u64 alive, u64 *now)
{
	const struct tlq_closed *closed = tlq_closed_of(&tlq_net_of(net)->share);
	const struct tlq_record *record;
	unsigned long flags;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "numbers read without RCU");
	if (!closed)
		return;
	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	record = tlq_record_find(closed, what->cookie);
	if (record && !time_before64(record->row.when, alive))
		*now = of_counts(record->row.listener.count, what->counter);
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
}

/* Of all the times that it closed */
static u64 resets_of(const struct net *net, u64 cookie)
{
	const struct tlq_closed *closed = tlq_closed_of(&tlq_net_of(net)->share);
	unsigned long flags;
	u64 resets;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "numbers read without RCU");
	if (!closed)
		return 0;
	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	resets = tlq_record_resets(closed, cookie);
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
	return resets;
}

/**
 * tlq_watched_known() - whether what a watch counts is counted
 * @net: its namespace
 * @what: counter and listener
 *
 * Return: false if the columns of the listener show "-", or it has no numbers yet.
 */
bool tlq_watched_known(const struct net *net, const struct tcp_listenq_watch *what)
{
	u32 columns = columns_of(what->counter);
	struct tlq_row row;
	bool known;

	if (what->counter == TCP_LISTENQ_RESETS && !tlq_closed_known())
		return false;
	if (!what->cookie)
		return true;
	rcu_read_lock();
	known = copy_listener(net, what->cookie, &row) &&
		(row.known & columns) == columns;
	rcu_read_unlock();
	return known;
}

/**
 * tlq_watched_now() - read the counter of a watch
 * @net: its namespace, held
 * @what: counter and listener
 * @alive: when the listener was last seen, 64-bit jiffies
 * @now: filled in; of a listener that has closed what it was then, and its resets so far.
 *	If it has no record (yet), it is left as it is.
 *
 * Context: process; may sleep.
 * Return: false if the listener has closed.
 */
bool tlq_watched_now(struct net *net, const struct tcp_listenq_watch *what, u64 alive,
		     u64 *now)
{
	struct tlq_row row;
	bool there;

	if (!what->cookie) {
		*now = of_namespace(net, what->counter);
		return true;
	}
	tlq_nets_settle(net);
	rcu_read_lock();
	there = copy_listener(net, what->cookie, &row);
	if (what->counter == TCP_LISTENQ_RESETS)
		*now = resets_of(net, what->cookie);
	else if (there)
		*now = of_counts(row.count, what->counter);
	else
		of_closed(net, what, alive, now);
	rcu_read_unlock();
	return there;
}

struct sought {
	const struct net *net;
	u64 cookie;
	bool found;
};

static void seek(struct sock *sk, void *data)
{
	struct sought *sought = data;

	if (sock_net(sk) == sought->net &&
	    atomic64_read(&sk->sk_cookie) == sought->cookie)
		sought->found = true;
}

/**
 * tlq_watched_listens() - whether a namespace has a listener
 * @net: the namespace
 * @cookie: the listener
 *
 * A cookie tells nothing of its namespace, and others' are none of the caller's business.
 *
 * Context: process; may sleep.
 * Return: true if it is in the listening hash.
 */
bool tlq_watched_listens(const struct net *net, u64 cookie)
{
	struct sought sought = { .net = net, .cookie = cookie };

	tlq_hash_each(seek, &sought);
	return sought.found;
}
