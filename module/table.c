// SPDX-License-Identifier: GPL-2.0
/*
 * The table of listeners that have counters, by socket cookie.
 *
 * Written from packet processing: no sleeping lock, bounded work, bounded memory.
 * Each namespace has a share of it. When the table or the share is full or memory is
 * short, a listener gets no numbers; what it loses then is remembered in lost.c.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sock_diag.h>
#include <linux/spinlock.h>

#include "closed.h"
#include "listener.h"
#include "share.h"
#include "stock.h"
#include "waits.h"

/*
 * Protects the lists of @tlq_table, @tracked and that of each share. Raw: taken in
 * packet processing with interrupts off, where PREEMPT_RT may not sleep either.
 */
static DEFINE_RAW_SPINLOCK(table_lock);
struct tlq_table tlq_table __ro_after_init;
static unsigned int tracked;

static unsigned int limit __ro_after_init;
static unsigned int share_limit __ro_after_init;

/**
 * tlq_give_cookie() - assign a cookie to a socket
 * @sk: full socket
 *
 * Return: its cookie.
 */
u64 tlq_give_cookie(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}

static bool is_full(const struct tlq_share *share)
{
	return READ_ONCE(tracked) >= limit ||
	       READ_ONCE(share->tracked) >= share_limit;
}

static void free_numbers(struct tlq_listener *listener)
{
	tlq_waits_free(listener);
	tlq_stock_put(TLQ_LISTENERS, listener);
}

static void free_listener(struct rcu_head *rcu)
{
	free_numbers(container_of(rcu, struct tlq_listener, rcu));
}

/*
 * Nothing is forgotten, or not that much: else the numbers are not to be trusted. Who
 * forgets and who makes numbers each write first and then look at what the other wrote.
 */
static void doubt(struct tlq_share *share, struct tlq_listener *listener,
		  int forgotten)
{
	smp_mb(); /* pairs with the one in lost.c's forget() */
	if (atomic_read(&share->forgotten) != forgotten)
		WRITE_ONCE(listener->doubtful, true);
}

/* Add @listener, unless there is no room, or another CPU has made numbers. */
static enum tlq_refusal add(struct tlq_share *share,
			    struct tlq_listener **listener, int forgotten)
{
	u64 cookie = (*listener)->cookie;

	lockdep_assert_held(&table_lock);
	if (tlq_listener_find(cookie))
		return TLQ_NOT_REFUSED;
	if (is_full(share))
		return TLQ_TABLE_FULL;
	hlist_add_head_rcu(&(*listener)->node, tlq_table_head(cookie));
	WRITE_ONCE(tracked, tracked + 1);
	WRITE_ONCE(share->tracked, share->tracked + 1);
	doubt(share, *listener, forgotten);
	*listener = NULL;
	return TLQ_NOT_REFUSED;
}

static bool has_numbers(u64 cookie)
{
	bool found;

	rcu_read_lock();
	found = tlq_listener_find(cookie);
	rcu_read_unlock();
	return found;
}

/**
 * tlq_listener_make() - make numbers for a listener that may have none
 * @share: of its namespace
 * @cookie: its cookie
 * @forgotten: value of the share's @forgotten up to which it has lost nothing
 *
 * Context: interrupts may be off; no raw lock may be held. Who calls makes sure
 * that tlq_listener_forget() follows the close of the listener.
 * Return: TLQ_NOT_REFUSED if it has numbers now, or why not.
 */
enum tlq_refusal tlq_listener_make(struct tlq_share *share, u64 cookie,
				   int forgotten)
{
	struct tlq_listener *listener;
	enum tlq_refusal refusal;
	unsigned long flags;

	/* Made by a packet before the work item comes, mostly. */
	if (has_numbers(cookie))
		return TLQ_NOT_REFUSED;
	/* Another CPU may have made them meanwhile, in the last place. */
	if (is_full(share))
		return has_numbers(cookie) ? TLQ_NOT_REFUSED : TLQ_TABLE_FULL;
	if (!tlq_closed_make(share))
		return TLQ_NO_MEMORY;
	listener = tlq_stock_get(TLQ_LISTENERS);
	if (!listener)
		return TLQ_NO_MEMORY;
	listener->cookie = cookie;
	listener->doubtful = atomic_read(&share->forgotten) != forgotten;
	raw_spin_lock_irqsave(&table_lock, flags);
	refusal = add(share, &listener, forgotten);
	raw_spin_unlock_irqrestore(&table_lock, flags);
	if (listener)
		tlq_stock_put(TLQ_LISTENERS, listener);
	return refusal;
}

/**
 * tlq_listener_offer() - the same while nothing happens to the listener
 * @share: as above
 * @cookie: as above
 * @forgotten: as above
 *
 * One that has lost something has no use for numbers until something happens to it
 * again, but others may have for the room.
 *
 * Context: as above.
 * Return: TLQ_NOT_REFUSED if it has numbers now, or no use for them; or why not.
 */
enum tlq_refusal tlq_listener_offer(struct tlq_share *share, u64 cookie,
				    int forgotten)
{
	if (tlq_lost_of(share, cookie, true))
		return TLQ_NOT_REFUSED;
	return tlq_listener_make(share, cookie, forgotten);
}

/**
 * tlq_listener_trust() - a listener has lost nothing
 * @share: of its namespace
 * @cookie: its cookie
 * @forgotten: the share's @forgotten before it listened
 */
void tlq_listener_trust(struct tlq_share *share, u64 cookie, int forgotten)
{
	struct tlq_listener *listener;
	unsigned long flags;

	/* Who is adding it now would doubt it after us. */
	raw_spin_lock_irqsave(&table_lock, flags);
	listener = tlq_listener_find(cookie);
	if (listener && READ_ONCE(listener->doubtful) &&
	    atomic_read(&share->forgotten) == forgotten) {
		WRITE_ONCE(listener->doubtful, false);
		doubt(share, listener, forgotten);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

static struct tlq_listener *remove(struct tlq_share *share, u64 cookie)
{
	struct tlq_listener *listener;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	listener = tlq_listener_find(cookie);
	if (listener) {
		hlist_del_rcu(&listener->node);
		WRITE_ONCE(tracked, tracked - 1);
		WRITE_ONCE(share->tracked, share->tracked - 1);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
	return listener;
}

/**
 * tlq_listener_forget() - drop the numbers of a listener that has closed
 * @share: of its namespace
 * @cookie: its cookie; no slot points to its numbers any more
 *
 * Context: RCU read-side section, at whose end the numbers are freed.
 * Return: the numbers, or NULL if there were none.
 */
struct tlq_listener *tlq_listener_forget(struct tlq_share *share, u64 cookie)
{
	struct tlq_listener *listener = remove(share, cookie);

	if (listener)
		call_rcu(&listener->rcu, free_listener);
	return listener;
}

static u64 bytes(u64 listeners)
{
	if (!tlq_table.heads)
		return 0;
	return sizeof(*tlq_table.heads) * (tlq_table.mask + 1) +
	       tlq_stock_bytes(TLQ_LISTENERS) +
	       sizeof(struct tlq_listener) * listeners;
}

/**
 * tlq_table_usage() - what the table holds
 * @usage: filled in
 */
void tlq_table_usage(struct tlq_usage *usage)
{
	usage->tracked = READ_ONCE(tracked);
	usage->limit = limit;
	usage->bytes = bytes(usage->tracked) + tlq_stock_bytes(TLQ_WAITS) +
		       tlq_stock_used(TLQ_WAITS);
	usage->bytes_limit = bytes(limit) + tlq_stock_bytes(TLQ_WAITS) +
			     tlq_waits_size() * limit;
}

/**
 * tlq_table_share_limit() - how many listeners of a namespace it may hold
 *
 * Return: the bound.
 */
unsigned int tlq_table_share_limit(void)
{
	return share_limit;
}

/**
 * tlq_table_init() - make the table
 * @max: how many listeners it may hold
 * @max_netns: how many of one namespace
 * @waits: they may have waits, too
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_table_init(unsigned int max, unsigned int max_netns, bool waits)
{
	/* Four in a bucket when it is full; up to 32 MB of buckets. */
	unsigned int bits = clamp_t(unsigned int, order_base_2(max), 12, 24) - 2;
	int err;

	BUILD_BUG_ON(sizeof(struct tlq_listener) > 256);
	limit = max;
	share_limit = max_netns;
	tlq_table.mask = BIT(bits) - 1;
	tlq_table.seed = get_random_u64() | 1;
	tlq_table.heads = kvcalloc(1 << bits, sizeof(*tlq_table.heads),
				   GFP_KERNEL);
	if (!tlq_table.heads)
		return -ENOMEM;
	err = tlq_stock_init(TLQ_LISTENERS, "tlq_listener",
			     sizeof(struct tlq_listener));
	if (err)
		goto no_listeners;
	err = waits ? tlq_waits_init() : 0;
	if (err)
		goto no_waits;
	return 0;

no_waits:
	tlq_stock_exit(TLQ_LISTENERS);
no_listeners:
	kvfree(tlq_table.heads);
	return err;
}

/**
 * tlq_table_exit() - free the table; hooks and readers have gone
 */
void tlq_table_exit(void)
{
	struct tlq_listener *listener;
	struct hlist_node *next;
	u64 i;

	for (i = 0; i <= tlq_table.mask; i++) {
		hlist_for_each_entry_safe(listener, next, &tlq_table.heads[i], node)
			free_numbers(listener);
		cond_resched();
	}
	rcu_barrier();
	if (tlq_waits_size())
		tlq_waits_exit();
	tlq_stock_exit(TLQ_LISTENERS);
	kvfree(tlq_table.heads);
}
