// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners get numbers soon after listen(2), so that memory is there before their
 * first packet, however fast packets come.
 *
 * The hook at listen(2) cannot allocate and does not know yet whether listen(2) will
 * succeed. So it puts the socket into a queue, and a work item makes the numbers when
 * the socket listens. When the queue is full, look.c looks at all listeners instead.
 *
 * A socket in the queue is held in the way of a packet that is being sent: by
 * sk_wmem_alloc, which has the socket freed by the last sk_free(). /proc/net/tcp shows
 * sk_refcnt, and nothing there may change because of us.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "intake.h"
#include "listener.h"
#include "look.h"
#include "nets.h"
#include "share.h"
#include "track.h"

/* Sockets that call listen(2) before the work item runs */
#define QUEUE_SIZE 2048

/* How often a socket is looked at, a jiffy or more apart, until listen(2) has failed */
#define TRIES 50

/**
 * struct entry - a socket in listen(2)
 * @sk: the socket, held
 * @forgotten: of its namespace's share, before the socket listened
 * @tries: how often it did not listen yet
 * @by: who called listen(2)
 */
struct entry {
	struct sock *sk;
	int forgotten;
	unsigned int tries;
	struct tlq_task by;
};

/*
 * Protects @queue, @first, @queued, @sent, @stopped, and @pinned of all namespaces. Raw:
 * for a hook.
 */
static DEFINE_RAW_SPINLOCK(queue_lock);
static struct entry queue[QUEUE_SIZE];
static unsigned int first, queued;
static bool sent;	/* the work item is on its way, or runs */
static bool stopped = true;	/* before the module counts, and after */

/*
 * Protects what has been taken out of the queue. While nobody has it, @sent is true if
 * there is anything in the queue.
 */
static DEFINE_MUTEX(serve_lock);

static void serve_queue(struct work_struct *work);
static DECLARE_DELAYED_WORK(queue_work_item, serve_queue);

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
	tlq_task_now(&entry.by);
	if (!put(&entry))
		return false;
	refcount_inc(&sk->sk_wmem_alloc);
	tn->pinned++;
	return true;
}

/*
 * True if the caller has to send the work item. Of several only one does: in
 * queue_delayed_work() the kernel reads plainly what a second caller writes (KCSAN).
 */
static bool must_send(void)
{
	bool must = !sent;

	lockdep_assert_held(&queue_lock);
	sent = true;
	return must;
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
	bool room = true, send = false;
	unsigned long flags;

	/* DCCP's come here, too. */
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	raw_spin_lock_irqsave(&queue_lock, flags);
	if (!stopped && !tn->no_intake) {
		room = hold(sk, tn);
		send = room && must_send();
	}
	raw_spin_unlock_irqrestore(&queue_lock, flags);
	if (send)
		queue_delayed_work(system_unbound_wq, &queue_work_item, 0);
	if (!room)
		tlq_look(1);
}

/*
 * In state LISTEN alone listen(2) may still fail, and nobody would tell us. In the
 * hash it has succeeded, and a hook sees the close.
 */
static bool listens(const struct sock *sk)
{
	return READ_ONCE(sk->sk_state) == TCP_LISTEN &&
	       !hlist_unhashed_lockless(&sk->sk_node);
}

/* True if there is nothing to do for it any more */
static bool serve(struct entry *entry)
{
	struct tlq_net *tn = tlq_net_of(sock_net(entry->sk));

	if (READ_ONCE(stopped) || READ_ONCE(tn->no_intake))
		return true;
	if (!listens(entry->sk))
		return ++entry->tries > TRIES;
	if (tlq_track_early(tn, entry->sk, entry->forgotten) != TLQ_NOT_REFUSED)
		tlq_look_again();
	tlq_look_tell_of(tn->net);
	tlq_listener_by(tlq_cookie(entry->sk), &entry->by);
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

/* Each that is there now. Return how many were put again, for the next time. */
static unsigned int serve_present(void)
{
	unsigned int left, again = 0;
	struct entry entry;

	lockdep_assert_held(&serve_lock);
	for (left = READ_ONCE(queued); left && take(&entry); left--) {
		if (!serve(&entry) && put_again(&entry))
			again++;
		else
			release(entry.sk);
		cond_resched();
	}
	return again;
}

static void serve_queue(struct work_struct *work)
{
	unsigned int again, left;

	mutex_lock(&serve_lock);
	again = serve_present();
	raw_spin_lock_irq(&queue_lock);
	left = queued;
	sent = left;
	raw_spin_unlock_irq(&queue_lock);
	mutex_unlock(&serve_lock);
	if (left)
		queue_delayed_work(system_unbound_wq, &queue_work_item,
				   left > again ? 0 : 1);
}

/* The same beside the work item: when it returns, nobody else is serving, either. */
static void serve_now(void)
{
	mutex_lock(&serve_lock);
	serve_present();
	mutex_unlock(&serve_lock);
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
		serve_now();
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
	tlq_look(0);
}

/** tlq_intake_stop() - end; hooks and readers have gone */
void tlq_intake_stop(void)
{
	raw_spin_lock_irq(&queue_lock);
	WRITE_ONCE(stopped, true);
	raw_spin_unlock_irq(&queue_lock);
	cancel_delayed_work_sync(&queue_work_item);
	/* All that is there is released: nothing is tracked or put again. */
	serve_now();
	/* Serving may have asked for a look. */
	tlq_look_stop();
}

/** tlq_intake_exit() - undo tlq_intake_init() */
void tlq_intake_exit(void)
{
	unregister_pernet_subsys(&intake_net_ops);
}
