// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners get numbers soon after listen(2), so that memory is there before their
 * first packet, however fast packets come.
 *
 * The hook at listen(2) cannot allocate and does not know yet whether listen(2) will
 * succeed. So it puts the socket into a queue, and a work item makes the numbers when
 * the socket listens. When the queue is full, or there was no room for somebody, the
 * work item looks at all listeners instead.
 *
 * A socket in the queue is held in the way of a packet that is being sent: by
 * sk_wmem_alloc, which has the socket freed by the last sk_free(). /proc/net/tcp shows
 * sk_refcnt, and nothing there may change because of us.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "hash.h"
#include "intake.h"
#include "listener.h"
#include "nets.h"
#include "share.h"
#include "track.h"

/* Sockets that call listen(2) before the work item runs */
#define QUEUE_SIZE 2048

/* How often a socket is looked at, a jiffy or more apart, until listen(2) has failed */
#define TRIES 50

/* Between two looks at all listeners while some of them find no room */
#define LOOK_AGAIN HZ

/**
 * struct entry - a socket in listen(2)
 * @sk: the socket, held
 * @forgotten: of its namespace's share, before the socket listened
 * @tries: how often it did not listen yet
 */
struct entry {
	struct sock *sk;
	int forgotten;
	unsigned int tries;
};

/* Protects @queue, @first, @queued, @stopped, and @pinned of all namespaces. Raw: for a hook. */
static DEFINE_RAW_SPINLOCK(queue_lock);
static struct entry queue[QUEUE_SIZE];
static unsigned int first, queued;
static bool stopped = true;	/* before the module counts, and after */

/* Somebody found no room, and the work item that looks at all is on its way. */
static bool refused;

static void serve_queue(struct work_struct *work);
static DECLARE_DELAYED_WORK(queue_work_item, serve_queue);
static void look_at_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_at_all);

static bool put(const struct entry *entry)
{
	lockdep_assert_held(&queue_lock);
	if (queued == QUEUE_SIZE)
		return false;
	queue[(first + queued) % QUEUE_SIZE] = *entry;
	WRITE_ONCE(queued, queued + 1);
	return true;
}

static bool hold(struct sock *sk, struct tlq_net *tn)
{
	struct entry entry = {
		.sk = sk, .forgotten = atomic_read(&tn->share.forgotten),
	};

	lockdep_assert_held(&queue_lock);
	if (!put(&entry))
		return false;
	refcount_inc(&sk->sk_wmem_alloc);
	tn->pinned++;
	return true;
}

/**
 * tlq_intake_listen() - a socket is about to listen
 * @sk: it; the caller holds it
 *
 * Context: any; no raw lock may be held.
 */
void tlq_intake_listen(struct sock *sk)
{
	struct tlq_net *tn = tlq_net_of(sock_net(sk));
	bool room = true, wanted;
	unsigned long flags;

	/* DCCP's come here, too. */
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	raw_spin_lock_irqsave(&queue_lock, flags);
	wanted = !stopped && !tn->no_intake;
	if (wanted)
		room = hold(sk, tn);
	raw_spin_unlock_irqrestore(&queue_lock, flags);
	if (!room)
		queue_delayed_work(system_unbound_wq, &look_work, 1);
	else if (wanted)
		queue_delayed_work(system_unbound_wq, &queue_work_item, 0);
}

/**
 * tlq_intake_refused() - a listener has found no room, or no memory
 *
 * Context: any; often, while the table is full.
 */
void tlq_intake_refused(void)
{
	if (READ_ONCE(refused))
		return;
	WRITE_ONCE(refused, true);
	queue_delayed_work(system_unbound_wq, &look_work, LOOK_AGAIN);
}

/* True if the work item has nothing to do for it any more */
static bool serve(struct entry *entry)
{
	struct tlq_net *tn = tlq_net_of(sock_net(entry->sk));

	if (READ_ONCE(tn->no_intake))
		return true;
	if (READ_ONCE(entry->sk->sk_state) != TCP_LISTEN)
		return ++entry->tries > TRIES;
	if (tlq_track_early(tn, entry->sk, entry->forgotten) != TLQ_NOT_REFUSED)
		tlq_intake_refused();
	return true;
}

static void release(struct sock *sk)
{
	struct tlq_net *tn = tlq_net_of(sock_net(sk));

	raw_spin_lock_irq(&queue_lock);
	tn->pinned--;
	raw_spin_unlock_irq(&queue_lock);
	/* May end the namespace. */
	sk_free(sk);
}

static bool put_again(const struct entry *entry)
{
	bool done;

	raw_spin_lock_irq(&queue_lock);
	done = !stopped && put(entry);
	raw_spin_unlock_irq(&queue_lock);
	return done;
}

static bool take(struct entry *entry)
{
	bool taken;

	raw_spin_lock_irq(&queue_lock);
	taken = queued;
	if (taken) {
		*entry = queue[first];
		first = (first + 1) % QUEUE_SIZE;
		WRITE_ONCE(queued, queued - 1);
	}
	raw_spin_unlock_irq(&queue_lock);
	return taken;
}

/* Each that is there now; what is put again is for the next time. */
static void serve_queue(struct work_struct *work)
{
	unsigned int left = READ_ONCE(queued);
	struct entry entry;
	bool again = false;

	for (; left && take(&entry); left--) {
		if (!serve(&entry) && put_again(&entry))
			again = true;
		else
			release(entry.sk);
		cond_resched();
	}
	if (again)
		queue_delayed_work(system_unbound_wq, &queue_work_item, 1);
}

/*
 * Make sure that a listener has numbers or a note of what it lost. One with a note
 * has no use for numbers, but others may have for the room.
 */
static void look_at(struct sock *sk)
{
	struct tlq_share *share = &tlq_net_of(sock_net(sk))->share;
	u64 cookie = tlq_cookie(sk);

	if (tlq_listener_find(cookie) || tlq_lost_of(share, cookie, true) ||
	    tlq_listener_make(share, cookie, READ_ONCE(share->settled)) ==
	    TLQ_NOT_REFUSED)
		return;
	if (tlq_lost_all(share))
		tlq_lost_add(share, cookie, TLQ_KNOWN_ALL);
}

static void begin_look(struct tlq_net *tn, void *data)
{
	tn->looked = atomic_read(&tn->share.forgotten);
}

static void tell(struct tlq_net *tn)
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
	tell(tn);
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

	WRITE_ONCE(refused, false);
	for_all(begin_look, NULL);
	tlq_hash_each(look_at);
	for_all(end_look, &again);
	if (again)
		tlq_intake_refused();
}

/* When this returns, none of the namespace's sockets is held, and none will be. */
static void __net_exit intake_pre_exit(struct net *net)
{
	struct tlq_net *tn = tlq_net_of(net);
	unsigned int pinned;

	raw_spin_lock_irq(&queue_lock);
	WRITE_ONCE(tn->no_intake, true);
	pinned = tn->pinned;
	raw_spin_unlock_irq(&queue_lock);
	if (pinned)
		flush_delayed_work(&queue_work_item);
}

static struct pernet_operations intake_net_ops = {
	.pre_exit = intake_pre_exit,
};

/**
 * tlq_intake_init() - prepare all namespaces; after tlq_nets_init()
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_intake_init(void)
{
	return register_pernet_subsys(&intake_net_ops);
}

/**
 * tlq_intake_start() - begin; the listeners that are there get numbers soon
 */
void __init tlq_intake_start(void)
{
	raw_spin_lock_irq(&queue_lock);
	stopped = false;
	raw_spin_unlock_irq(&queue_lock);
	queue_delayed_work(system_unbound_wq, &look_work, 0);
}

/** tlq_intake_stop() - end; hooks and readers have gone */
void tlq_intake_stop(void)
{
	raw_spin_lock_irq(&queue_lock);
	stopped = true;
	raw_spin_unlock_irq(&queue_lock);
	cancel_delayed_work_sync(&look_work);
	cancel_delayed_work_sync(&queue_work_item);
	/* What it still has is released: nothing is put again. */
	serve_queue(NULL);
}

/** tlq_intake_exit() - undo tlq_intake_init() */
void tlq_intake_exit(void)
{
	unregister_pernet_subsys(&intake_net_ops);
}
