// SPDX-License-Identifier: GPL-2.0
/*
 * The table of listeners that have counters, by socket cookie.
 *
 * Written from packet processing: no sleeping lock, bounded work, bounded
 * memory. A listener that has had no packet since load costs nothing. When the
 * table is full or memory is short, its events are counted as unassigned (slot.c)
 * and its counters print "-" from then on: nobody knows what it lost.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/limits.h>
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "listener.h"

#define LOST_BITS 15

/*
 * Protects the lists of @tlq_table and @tracked. Raw: taken in packet processing
 * with interrupts off, where PREEMPT_RT may not sleep either.
 */
static DEFINE_RAW_SPINLOCK(table_lock);
struct hlist_head tlq_table[1 << TLQ_TABLE_BITS];
static unsigned int tracked;

static unsigned int limit __ro_after_init;
static struct kmem_cache *cache __ro_after_init;

static atomic64_t table_full;
static atomic64_t no_memory;

/*
 * Listeners that found no room or no memory, by a hash of their cookie. Two may
 * share a bit; then one prints "-" without need.
 */
static DECLARE_BITMAP(lost, 1 << LOST_BITS);

/*
 * PREEMPT_RT allows no allocation with interrupts off. There, memory comes from
 * a stock that a work item refills. When it is used up, new listeners find no
 * memory until the work item has run.
 */
#define STOCK_SIZE 256

static LLIST_HEAD(stock);	/* llist_del_first() needs table_lock */
static atomic_t stock_size;

static void fill_stock(struct work_struct *work)
{
	struct tlq_listener *listener;

	while (atomic_read(&stock_size) < STOCK_SIZE) {
		listener = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!listener)
			return;
		llist_add(&listener->stock, &stock);
		atomic_inc(&stock_size);
	}
}

static DECLARE_WORK(stock_work, fill_stock);

static struct tlq_listener *take_from_stock(void)
{
	struct llist_node *node;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	node = llist_del_first(&stock);
	raw_spin_unlock_irqrestore(&table_lock, flags);
	if (node)
		atomic_dec(&stock_size);
	if (atomic_read(&stock_size) < STOCK_SIZE / 2)
		schedule_work(&stock_work);
	return node ? llist_entry(node, struct tlq_listener, stock) : NULL;
}

static void free_listener(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct tlq_listener, rcu));
}

/**
 * tlq_listener_spare() - memory for the numbers of a listener that has none
 * @cookie: its cookie
 *
 * Context: interrupts may be off; no raw lock may be held, because the allocator
 * takes spinlocks.
 * Return: memory to pass to tlq_listener_get() and then tlq_listener_unspare();
 * NULL if the listener has numbers, or there is no room or no memory.
 */
struct tlq_listener *tlq_listener_spare(u64 cookie)
{
	bool needed;

	rcu_read_lock();
	needed = !tlq_listener_find(cookie);
	rcu_read_unlock();
	if (!needed || READ_ONCE(tracked) >= limit)
		return NULL;
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return take_from_stock();
	return kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * tlq_listener_unspare() - give back unused memory
 * @spare: from tlq_listener_spare(), or NULL
 */
void tlq_listener_unspare(struct tlq_listener *spare)
{
	if (likely(!spare))
		return;
	if (!IS_ENABLED(CONFIG_PREEMPT_RT)) {
		kmem_cache_free(cache, spare);
		return;
	}
	llist_add(&spare->stock, &stock);
	atomic_inc(&stock_size);
}

static struct tlq_listener *lose(u64 cookie, atomic64_t *reason)
{
	set_bit(hash_64(cookie, LOST_BITS), lost);
	atomic64_inc(reason);
	return NULL;
}

static struct tlq_listener *make_listener(u64 cookie,
					  struct tlq_listener **spare)
{
	struct tlq_listener *listener = *spare;

	lockdep_assert_held(&table_lock);
	if (tracked >= limit)
		return lose(cookie, &table_full);
	if (!listener)
		return lose(cookie, &no_memory);
	*spare = NULL;
	memset(listener, 0, sizeof(*listener));
	listener->cookie = cookie;
	hash_add_rcu(tlq_table, &listener->node, cookie);
	WRITE_ONCE(tracked, tracked + 1);
	return listener;
}

/**
 * tlq_listener_get() - find or make the numbers of a listener
 * @cookie: its cookie; the caller keeps it from being forgotten meanwhile
 * @spare: from tlq_listener_spare(); set to NULL if it is used
 *
 * Context: interrupts off.
 * Return: the numbers, or NULL when there is no room or no memory.
 */
struct tlq_listener *tlq_listener_get(u64 cookie, struct tlq_listener **spare)
{
	struct tlq_listener *listener;

	raw_spin_lock(&table_lock);
	listener = tlq_listener_find(cookie);
	if (!listener)
		listener = make_listener(cookie, spare);
	raw_spin_unlock(&table_lock);
	return listener;
}

/**
 * tlq_listener_forget() - drop the numbers of a listener that has closed
 * @cookie: its cookie; no slot points to its numbers any more
 * @final: array of TLQ_NR_COUNTERS; the counters are added to it
 */
void tlq_listener_forget(u64 cookie, u64 *final)
{
	struct tlq_listener *listener;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&table_lock, flags);
	listener = tlq_listener_find(cookie);
	if (listener) {
		hash_del_rcu(&listener->node);
		WRITE_ONCE(tracked, tracked - 1);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
	if (!listener)
		return;

	for (i = 0; i < TLQ_NR_COUNTERS; i++)
		final[i] += atomic64_read(&listener->count[i]);
	call_rcu(&listener->rcu, free_listener);
}

/**
 * tlq_listener_lost() - whether events of a listener may have been lost
 * @cookie: its cookie
 *
 * Return: true from the first time it found no room or no memory.
 */
bool tlq_listener_lost(u64 cookie)
{
	return test_bit(hash_64(cookie, LOST_BITS), lost);
}

/**
 * tlq_table_usage() - what the table holds
 * @usage: filled in
 */
void tlq_table_usage(struct tlq_usage *usage)
{
	unsigned int spare = atomic_read(&stock_size);

	usage->tracked = READ_ONCE(tracked);
	usage->limit = limit;
	usage->bytes = sizeof(tlq_table) + sizeof(lost) +
		       sizeof(struct tlq_listener) *
		       ((u64)usage->tracked + spare);
	usage->bytes_limit = sizeof(tlq_table) + sizeof(lost) +
			     sizeof(struct tlq_listener) *
			     ((u64)limit + spare);
	usage->table_full = atomic64_read(&table_full);
	usage->no_memory = atomic64_read(&no_memory);
}

/**
 * tlq_table_init() - make the table
 * @max: how many listeners it may hold
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_table_init(unsigned int max)
{
	BUILD_BUG_ON(sizeof(struct tlq_listener) > 256);
	limit = max;
	cache = KMEM_CACHE(tlq_listener, 0);
	if (!cache)
		return -ENOMEM;
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		fill_stock(NULL);
	return 0;
}

static void free_stock(void)
{
	struct tlq_listener *listener, *next;

	llist_for_each_entry_safe(listener, next, llist_del_all(&stock), stock)
		kmem_cache_free(cache, listener);
}

/**
 * tlq_table_exit() - free the table; hooks and readers have gone
 */
void tlq_table_exit(void)
{
	struct tlq_listener *listener;
	struct hlist_node *next;
	int bucket;

	cancel_work_sync(&stock_work);
	hash_for_each_safe(tlq_table, bucket, next, listener, node)
		kmem_cache_free(cache, listener);
	free_stock();
	rcu_barrier();
	kmem_cache_destroy(cache);
}
