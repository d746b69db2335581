// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for what is made at packets.
 *
 * PREEMPT_RT allows no allocation with interrupts or preemption off. There, memory comes
 * from a stock of each kind that a work item refills. It is unbound: a task of high priority
 * that keeps the CPU of a packet busy does not keep it from running on another one.
 * When a stock is used up, no more are made until the work item has run.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/llist.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "stock.h"

/* As many as packets may ask for before the work item runs */
#define FULL_STOCK (IS_ENABLED(CONFIG_PREEMPT_RT) ? 256 : 0)

/**
 * struct stock - the stock of a kind
 * @cache: where its objects come from
 * @size: of an object
 * @used: objects that somebody has got
 * @free: objects; each begins with the list's pointer
 * @nr: how many
 * @full: how many there should be
 */
struct stock {
	struct kmem_cache *cache;
	size_t size;
	atomic_t used;
	struct llist_head free;
	atomic_t nr;
	int full;
};

static struct stock stocks[TLQ_NR_KINDS];

/* Only one at a time may take from a list. Raw: taken with interrupts off. */
static DEFINE_RAW_SPINLOCK(take_lock);

/* The work item that fills them has been sent: by one at a time, as in intake.c */
static bool filling;

static void put_back(struct stock *stock, void *object)
{
	llist_add(object, &stock->free);
	atomic_inc(&stock->nr);
}

static void fill(struct stock *stock)
{
	void *object;

	while (atomic_read(&stock->nr) < stock->full) {
		object = kmem_cache_alloc(stock->cache, GFP_KERNEL);
		if (!object)
			return;
		put_back(stock, object);
	}
}

static void fill_stocks(struct work_struct *work)
{
	int kind;

	smp_store_mb(filling, false); /* pairs with the barrier in take() */
	for (kind = 0; kind < TLQ_NR_KINDS; kind++)
		if (stocks[kind].cache)
			fill(&stocks[kind]);
}

static DECLARE_WORK(fill_work, fill_stocks);

static void *take(struct stock *stock)
{
	struct llist_node *node;
	unsigned long flags;

	raw_spin_lock_irqsave(&take_lock, flags);
	node = llist_del_first(&stock->free);
	raw_spin_unlock_irqrestore(&take_lock, flags);
	if (node)
		atomic_dec(&stock->nr);
	/* A work item that has begun sees the new number, or we see that it has begun. */
	smp_mb__after_atomic();
	if (atomic_read(&stock->nr) <= stock->full / 2 && !READ_ONCE(filling) &&
	    !xchg(&filling, true))
		queue_work(system_unbound_wq, &fill_work);
	return node;
}

/**
 * tlq_stock_get() - memory for an object, in packet processing
 * @kind: of what
 *
 * Context: interrupts may be off; no raw lock may be held, because the allocator
 * takes spinlocks.
 * Return: zeroed memory, or NULL.
 */
void *tlq_stock_get(enum tlq_kind kind)
{
	struct stock *stock = &stocks[kind];
	void *object;

	/* A work item that makes many at a time may ask the allocator. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible())
		object = take(stock);
	else
		object = kmem_cache_alloc(stock->cache, GFP_NOWAIT | __GFP_NOWARN);
	if (!object)
		return NULL;
	atomic_inc(&stock->used);
	return memset(object, 0, stock->size);
}

/**
 * tlq_stock_get_sleeping() - the same in process context
 * @kind: of what
 *
 * Return: zeroed memory, or NULL.
 */
void *tlq_stock_get_sleeping(enum tlq_kind kind)
{
	void *object = kmem_cache_zalloc(stocks[kind].cache, GFP_KERNEL);

	if (object)
		atomic_inc(&stocks[kind].used);
	return object;
}

/**
 * tlq_stock_put() - give an object back
 * @kind: of what
 * @object: it; nobody sees it any more
 *
 * Context: as for tlq_stock_get().
 */
void tlq_stock_put(enum tlq_kind kind, void *object)
{
	atomic_dec(&stocks[kind].used);
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && irqs_disabled())
		put_back(&stocks[kind], object);
	else
		kmem_cache_free(stocks[kind].cache, object);
}

/**
 * tlq_stock_bytes() - memory in a stock
 * @kind: of what
 *
 * Return: bytes.
 */
size_t tlq_stock_bytes(enum tlq_kind kind)
{
	return atomic_read(&stocks[kind].nr) * stocks[kind].size;
}

/**
 * tlq_stock_size() - size of an object
 * @kind: of what
 *
 * Return: bytes; 0 if the stock has not been made.
 */
size_t tlq_stock_size(enum tlq_kind kind)
{
	return stocks[kind].size;
}

/**
 * tlq_stock_used() - memory that somebody has got
 * @kind: of what
 *
 * Return: bytes.
 */
size_t tlq_stock_used(enum tlq_kind kind)
{
	return atomic_read(&stocks[kind].used) * stocks[kind].size;
}

/**
 * tlq_stock_init() - make a stock and fill it
 * @kind: of what
 * @name: for /proc/slabinfo
 * @size: of an object in bytes
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_stock_init(enum tlq_kind kind, const char *name, size_t size)
{
	struct stock *stock = &stocks[kind];

	stock->cache = kmem_cache_create(name, size, 0, 0, NULL);
	if (!stock->cache)
		return -ENOMEM;
	stock->size = size;
	/* An array may be long, and only a namespace needs one. */
	stock->full = kind == TLQ_SLOT_ARRAYS ? FULL_STOCK / 8 : FULL_STOCK;
	fill(stock);
	return 0;
}

/**
 * tlq_stock_exit() - free a stock
 * @kind: of what; all objects have been given back, and a call_rcu() that does so
 *	has been waited for
 */
void tlq_stock_exit(enum tlq_kind kind)
{
	struct stock *stock = &stocks[kind];
	struct llist_node *node;

	/* Nobody takes anything any more. */
	cancel_work_sync(&fill_work);
	while ((node = llist_del_first(&stock->free)))
		kmem_cache_free(stock->cache, node);
	kmem_cache_destroy(stock->cache);
	stock->cache = NULL;
}
