// SPDX-License-Identifier: GPL-2.0
/*
 * A look at all listeners: who has no numbers gets them, or a note of what it lost.
 *
 * At start, for those that were there before the module; when a listener has found no
 * room, until all of them have either; and when more called listen(2) at a time than
 * intake.c remembers.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "hash.h"
#include "listener.h"
#include "look.h"
#include "nets.h"
#include "share.h"

/* Between two looks while some listeners find no room */
#define AGAIN HZ

static void look_at_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_at_all);

/* The work item has been sent: by one at a time, as in intake.c. */
static bool looking;

/* Told of namespaces that have listeners */
static void (*tell_net)(struct net *net);

/**
 * tlq_look() - look at all listeners soon
 * @delay: jiffies; if a look is to come anyhow, that one is enough
 *
 * Context: any.
 */
void tlq_look(unsigned long delay)
{
	/* Pairs with look_at_all()'s: a look that has begun sees what we want it to see,
	 * or we see that it has begun.
	 */
	smp_mb();
	if (!READ_ONCE(looking) && !xchg(&looking, true))
		queue_delayed_work(system_unbound_wq, &look_work, delay);
}

/**
 * tlq_look_again() - a listener has found no room, or no memory
 *
 * Context: any; often, while the table is full.
 */
void tlq_look_again(void)
{
	tlq_look(AGAIN);
}

/**
 * tlq_look_tell() - have a function told of each namespace that has listeners
 * @fn: called with it in process context, again and again; the namespace is not torn
 *	down meanwhile
 */
void __init tlq_look_tell(void (*fn)(struct net *net))
{
	WRITE_ONCE(tell_net, fn);
	tlq_look(0);
}

/** tlq_look_tell_of() - a namespace has listeners; it is not torn down meanwhile */
void tlq_look_tell_of(struct net *net)
{
	void (*fn)(struct net *net) = READ_ONCE(tell_net);

	if (fn)
		fn(net);
}

/* Make sure that a listener has numbers or a note of what it lost. */
static void look_at(struct sock *sk, void *data)
{
	struct tlq_share *share = &tlq_net_of(sock_net(sk))->share;
	u64 cookie = tlq_cookie(sk);

	if (tlq_listener_find(cookie) ||
	    tlq_listener_offer(share, cookie, READ_ONCE(share->settled)) ==
	    TLQ_NOT_REFUSED)
		return;
	if (tlq_lost_all(share))
		tlq_lost_add(share, cookie, TLQ_KNOWN_ALL);
}

static void begin_look(struct tlq_net *tn, void *data)
{
	tn->looked = atomic_read(&tn->share.forgotten);
}

static void warn_of(struct tlq_net *tn)
{
	u64 refused[TLQ_NR_REFUSALS] = {};

	tlq_net_refused(tn, refused);
	if (tn->told || !(refused[TLQ_TABLE_FULL] + refused[TLQ_NO_MEMORY]))
		return;
	tn->told = true;
	pr_warn_ratelimited("some listeners of network namespace %u get no counters (%s), see \"untracked\" in debugfs\n",
			    tn->net->ns.inum, refused[TLQ_TABLE_FULL] ?
			    "no room" : "no memory");
}

static void end_look(struct tlq_net *tn, void *data)
{
	bool *again = data;

	WRITE_ONCE(tn->share.settled, tn->looked);
	*again |= tlq_lost_all(&tn->share);
	warn_of(tn);
	if (READ_ONCE(tn->share.tracked))
		tlq_look_tell_of(tn->net);
}

static void for_all(void (*fn)(struct tlq_net *tn, void *data), void *data)
{
	u64 id = 0;

	do {
		id = tlq_nets_next(id, fn, data);
	} while (id);
}

/* What a listener lost without a note before the look has one, or it has closed. */
static void look_at_all(struct work_struct *work)
{
	bool again = false;

	smp_store_mb(looking, false); /* pairs with the barrier in tlq_look() */
	for_all(begin_look, NULL);
	tlq_hash_each(look_at, NULL);
	for_all(end_look, &again);
	if (again)
		tlq_look_again();
}

/** tlq_look_stop() - end; nobody asks for a look any more */
void tlq_look_stop(void)
{
	cancel_delayed_work_sync(&look_work);
}
