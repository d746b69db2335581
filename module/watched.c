// SPDX-License-Identifier: GPL-2.0
/* What a watch counts: at a listener, or in a namespace */
#include <linux/atomic.h>
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

/* By enum tlq_counter. Resets come when it has closed, and are in its record alone. */
static u64 of_counts(const u64 *count, u32 counter)
{
	switch (counter) {
	case TCP_LISTENQ_OVERFLOWS:
		return count[TLQ_C_OVERFLOW_SYN] + count[TLQ_C_OVERFLOW_ACK] +
		       count[TLQ_C_OVERFLOW_COOKIE];
	case TCP_LISTENQ_DROPS:
		return count[TLQ_C_LISTEN_DROPS];
	default:
		return 0;
	}
}

static bool of_listener(const struct tcp_listenq_watch *what, u64 *now)
{
	const struct tlq_listener *listener;
	u64 count[TLQ_NR_COUNTERS];
	int i;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "numbers read without RCU");
	listener = tlq_listener_find(what->cookie);
	if (!listener)
		return false;
	for (i = 0; i < TLQ_NR_COUNTERS; i++)
		count[i] = atomic64_read(&listener->count[i]);
	*now = of_counts(count, what->counter);
	return true;
}

static u64 of_record(const struct tlq_record *record, u32 counter)
{
	lockdep_assert_held(&tlq_records_lock);
	if (counter == TCP_LISTENQ_RESETS)
		return record->row.resets;
	return of_counts(record->row.listener.count, counter);
}

/* What it had counted when it closed, and its resets; 0 if it has no record */
static u64 of_closed(const struct net *net, const struct tcp_listenq_watch *what)
{
	const struct tlq_closed *closed = tlq_closed_of(&tlq_net_of(net)->share);
	const struct tlq_record *record;
	unsigned long flags;
	u64 last = 0;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "numbers read without RCU");
	if (!closed)
		return 0;
	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	record = tlq_record_find(closed, what->cookie);
	if (record)
		last = of_record(record, what->counter);
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
	return last;
}

/**
 * tlq_watched_now() - read the counter of a watch
 * @net: its namespace, held
 * @what: counter and listener
 * @now: filled in; of a listener that has closed what it was then, and its resets, as
 *	far as they are known
 *
 * Context: process; may sleep.
 * Return: false if the listener has closed.
 */
bool tlq_watched_now(struct net *net, const struct tcp_listenq_watch *what, u64 *now)
{
	bool there;

	if (!what->cookie) {
		*now = of_namespace(net, what->counter);
		return true;
	}
	*now = 0;
	tlq_nets_settle(net);
	rcu_read_lock();
	there = of_listener(what, now);
	if (!there)
		*now = of_closed(net, what);
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
