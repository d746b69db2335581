// SPDX-License-Identifier: GPL-2.0
/*
 * Who accepts from a listener, and how long clients waited for it: written by the
 * hook at accept(2) (accept.c), copied into rows here.
 */
#include <linux/bitops.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "listener.h"
#include "stock.h"
#include "tlq.h"
#include "waits.h"

/* The waits of a listener; made now if there are none. NULL: no memory */
static struct tlq_waits *waits_of(struct tlq_listener *listener)
{
	struct tlq_waits *waits = READ_ONCE(listener->waits), *there;

	if (likely(waits))
		return waits;
	waits = tlq_stock_get(TLQ_WAITS);
	if (!waits)
		return NULL;
	raw_spin_lock_init(&waits->lock);
	there = cmpxchg(&listener->waits, NULL, waits);
	if (!there)
		return waits;
	tlq_stock_put(TLQ_WAITS, waits);
	return there;
}

/* False if its listener has closed, and this comes too late. */
static bool add(struct tlq_waits *waits, u64 wait_us)
{
	bool ended;

	if (waits == TLQ_WAITS_NEVER)
		return false;
	raw_spin_lock(&waits->lock);
	ended = waits->ended;
	if (!ended) {
		waits->accepts++;
		waits->sum += wait_us;
		waits->max = max(waits->max, wait_us);
		waits->last = get_jiffies_64();
		waits->bucket[min(fls64(wait_us), TLQ_NR_WAITS - 1)]++;
		tlq_task_now(&waits->acceptor);
	}
	raw_spin_unlock(&waits->lock);
	return !ended;
}

/**
 * tlq_waits_add() - a connection has been accepted
 * @listener: the numbers of its listener, which may close meanwhile
 * @wait_us: microseconds since it was established
 *
 * Context: process, interrupts off.
 * Return: 0, -ENOMEM, or -ESHUTDOWN if the listener has closed and its sums have been
 * taken.
 */
int tlq_waits_add(struct tlq_listener *listener, u64 wait_us)
{
	struct tlq_waits *waits;

	lockdep_assert_irqs_disabled();
	waits = waits_of(listener);
	if (!waits)
		return -ENOMEM;
	return add(waits, wait_us) ? 0 : -ESHUTDOWN;
}

static void clear(struct tlq_row *row)
{
	row->known &= ~TLQ_KNOWN_LAST_ACCEPT;
	row->accepts = 0;
	row->last_accept_ms = 0;
	row->wait_us_sum = 0;
	row->wait_us_max = 0;
	row->acceptor.pid = 0;
}

static __always_inline void copy(struct tlq_row *row,
				 const struct tlq_waits *waits)
{
	lockdep_assert_held(&waits->lock);
	if (!waits->accepts) {
		clear(row);
		return;
	}
	row->accepts = waits->accepts;
	row->last_accept_ms = jiffies64_to_msecs(get_jiffies_64() - waits->last);
	row->wait_us_sum = waits->sum;
	row->wait_us_max = waits->max;
	row->acceptor = waits->acceptor;
}

/**
 * tlq_waits_fill() - copy the sums into a row
 * @row: row
 * @waits: of its listener, or NULL
 *
 * Context: RCU read-side section.
 */
void tlq_waits_fill(struct tlq_row *row, struct tlq_waits *waits)
{
	unsigned long flags;

	if (IS_ERR_OR_NULL(waits)) {
		clear(row);
		return;
	}
	raw_spin_lock_irqsave(&waits->lock, flags);
	copy(row, waits);
	raw_spin_unlock_irqrestore(&waits->lock, flags);
}

/**
 * tlq_waits_buckets() - copy the sums once more, with the buckets that add up to them
 * @row: row, filled in but for the buckets
 * @listener: its numbers, or NULL
 *
 * Context: RCU read-side section.
 * Return: false if nothing was accepted.
 */
bool tlq_waits_buckets(struct tlq_wait_row *row, const struct tlq_listener *listener)
{
	struct tlq_waits *waits;
	unsigned long flags;

	waits = listener ? READ_ONCE(listener->waits) : NULL;
	if (IS_ERR_OR_NULL(waits))
		return false;
	raw_spin_lock_irqsave(&waits->lock, flags);
	copy(&row->listener, waits);
	memcpy(row->bucket, waits->bucket, sizeof(row->bucket));
	raw_spin_unlock_irqrestore(&waits->lock, flags);
	return row->listener.accepts;
}

/**
 * tlq_waits_end() - the listener has closed: nothing is added any more
 * @row: its row; the sums are filled in
 * @listener: its numbers, out of the table
 *
 * Context: RCU read-side section.
 */
void tlq_waits_end(struct tlq_row *row, struct tlq_listener *listener)
{
	struct tlq_waits *waits;
	unsigned long flags;

	waits = cmpxchg(&listener->waits, NULL, TLQ_WAITS_NEVER);
	if (waits) {
		raw_spin_lock_irqsave(&waits->lock, flags);
		waits->ended = true;
		raw_spin_unlock_irqrestore(&waits->lock, flags);
	}
	tlq_waits_fill(row, waits);
}

/**
 * tlq_waits_free() - free the waits of a listener
 * @listener: its numbers; nobody sees them any more
 */
void tlq_waits_free(struct tlq_listener *listener)
{
	if (!IS_ERR_OR_NULL(listener->waits))
		tlq_stock_put(TLQ_WAITS, listener->waits);
}

/**
 * tlq_waits_init() - prepare the memory
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_waits_init(void)
{
	return tlq_stock_init(TLQ_WAITS, "tlq_waits", sizeof(struct tlq_waits));
}

/**
 * tlq_waits_size() - memory for the waits of a listener
 *
 * Return: bytes; 0 if nobody is going to have any.
 */
u64 tlq_waits_size(void)
{
	return tlq_stock_size(TLQ_WAITS);
}

/** tlq_waits_exit() - undo tlq_waits_init(); all have been freed */
void tlq_waits_exit(void)
{
	tlq_stock_exit(TLQ_WAITS);
}
