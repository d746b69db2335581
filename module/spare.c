// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of records (records.c), for all namespaces. Some are spare; a work item
 * makes more when these have been taken. There are always some that only the first
 * namespace may take.
 */
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "closed.h"
#include "records.h"
#include "stock.h"

/* Spare records, as far as there may be more; those that are for the first namespace */
#define SPARE 256
#define KEPT 128

DEFINE_RAW_SPINLOCK(tlq_records_lock);
static LIST_HEAD(spare);	/* protected by this lock, as are these two */
static unsigned int nr_spare;
static unsigned int records;	/* spare or not */

static unsigned int limit __ro_after_init;
static struct kmem_cache *cache __ro_after_init;

static void fill_spare(struct work_struct *work);
static DECLARE_WORK(fill_work, fill_spare);

/**
 * tlq_spare_take() - take a spare record
 * @is_first: for the first namespace
 *
 * Return: the record, in no list; NULL if there is none. The lock is held.
 */
struct tlq_record *tlq_spare_take(bool is_first)
{
	unsigned int leave = is_first ? 0 : min_t(unsigned int, limit / 2, KEPT);
	struct tlq_record *record;

	lockdep_assert_held(&tlq_records_lock);
	if (nr_spare <= leave)
		return NULL;
	record = list_first_entry(&spare, struct tlq_record, node);
	list_del(&record->node);
	WRITE_ONCE(nr_spare, nr_spare - 1);
	return record;
}

/**
 * tlq_spare_refill() - have spare records made in place of those that were taken
 *
 * Context: any; no raw lock may be held.
 */
void tlq_spare_refill(void)
{
	if (READ_ONCE(nr_spare) < SPARE && READ_ONCE(records) < limit)
		queue_work(system_unbound_wq, &fill_work);
}

/* Whether one more is wanted; it is @record, if there is one. */
static bool add_spare(struct tlq_record *record)
{
	bool wanted;

	raw_spin_lock_irq(&tlq_records_lock);
	wanted = nr_spare < SPARE && records < limit;
	if (wanted && record) {
		list_add(&record->node, &spare);
		WRITE_ONCE(nr_spare, nr_spare + 1);
		WRITE_ONCE(records, records + 1);
	}
	raw_spin_unlock_irq(&tlq_records_lock);
	return wanted;
}

static void fill_spare(struct work_struct *work)
{
	struct tlq_record *record;

	while (add_spare(NULL)) {
		record = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
		if (!record)
			return;
		if (!add_spare(record)) {
			kmem_cache_free(cache, record);
			return;
		}
	}
}

/**
 * tlq_spare_free() - free records of a namespace that has gone
 * @list: the records; nobody else sees it
 * @nr: how many
 */
void tlq_spare_free(struct list_head *list, unsigned int nr)
{
	struct tlq_record *record, *next;

	list_for_each_entry_safe(record, next, list, node)
		kmem_cache_free(cache, record);
	raw_spin_lock_irq(&tlq_records_lock);
	WRITE_ONCE(records, records - nr);
	raw_spin_unlock_irq(&tlq_records_lock);
	tlq_spare_refill();
}

/**
 * tlq_closed_bytes() - memory for records
 *
 * Return: bytes.
 */
size_t tlq_closed_bytes(void)
{
	return READ_ONCE(records) * sizeof(struct tlq_record);
}

/**
 * tlq_closed_max_bytes() - the same, at the bound
 *
 * Return: bytes.
 */
size_t tlq_closed_max_bytes(void)
{
	return limit * sizeof(struct tlq_record);
}

/**
 * tlq_closed_init() - prepare the memory
 * @max: records of all namespaces together
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_closed_init(unsigned int max)
{
	int err;

	limit = max;
	cache = kmem_cache_create("tlq_record", sizeof(struct tlq_record), 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	err = tlq_stock_init(TLQ_CLOSED, "tlq_closed", sizeof(struct tlq_closed));
	if (err)
		kmem_cache_destroy(cache);
	else
		fill_spare(NULL);
	return err;
}

/** tlq_closed_exit() - undo tlq_closed_init(); all namespaces have gone */
void tlq_closed_exit(void)
{
	struct tlq_record *record, *next;

	cancel_work_sync(&fill_work);
	list_for_each_entry_safe(record, next, &spare, node)
		kmem_cache_free(cache, record);
	tlq_stock_exit(TLQ_CLOSED);
	kmem_cache_destroy(cache);
}
