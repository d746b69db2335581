// SPDX-License-Identifier: GPL-2.0
/*
 * The records of listeners that have closed: for every namespace those of the last ones
 * and of the worst ones.
 *
 * A record is a row, made when the listener closes. Hooks allocate nothing: there are
 * spare ones (spare.c). With the records of its own a namespace goes on for ever; another
 * namespace cannot push them out.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "closed.h"
#include "nets.h"
#include "records.h"
#include "stock.h"

/* How much went wrong at a listener: refusals and resets */
static u64 badness(const struct tlq_closed_row *row)
{
	const u64 *count = row->listener.count;

	return count[TLQ_C_LISTEN_DROPS] + count[TLQ_C_REQQ_FULL_COOKIES] +
	       row->resets;
}

static struct tlq_record *least_bad(const struct list_head *list)
{
	struct tlq_record *record, *least = NULL;

	list_for_each_entry(record, list, node)
		if (!least || badness(&record->row) < badness(&least->row))
			least = record;
	return least;
}

/*
 * The oldest of the last ones goes, or becomes one of the worst. Returns the one that
 * goes, out of both lists; NULL if there is room for all.
 */
static struct tlq_record *retire(struct tlq_closed *closed)
{
	struct tlq_record *goes;

	lockdep_assert_held(&tlq_records_lock);
	goes = list_last_entry(&closed->last, struct tlq_record, node);
	closed->nr_last--;
	if (badness(&goes->row)) {
		list_move(&goes->node, &closed->worst);
		if (closed->nr_worst++ < TLQ_CLOSED_WORST)
			return NULL;
		goes = least_bad(&closed->worst);
		closed->nr_worst--;
	}
	list_del(&goes->node);
	return goes;
}

/* The oldest of the last ones to which nothing happened: nothing is lost with it. */
static struct tlq_record *take_good(struct tlq_closed *closed)
{
	struct tlq_record *record;

	list_for_each_entry_reverse(record, &closed->last, node) {
		if (badness(&record->row))
			continue;
		closed->nr_last--;
		list_del(&record->node);
		return record;
	}
	return NULL;
}

/* One of its own. Where there are few, the worst keep at least half of them. */
static struct tlq_record *take_own(struct tlq_closed *closed)
{
	unsigned int have = closed->nr_last + closed->nr_worst;
	struct tlq_record *record = take_good(closed);

	while (!record && closed->nr_last && closed->nr_last >= have - have / 2)
		record = retire(closed);
	if (!record && closed->nr_worst) {
		record = least_bad(&closed->worst);
		closed->nr_worst--;
		list_del(&record->node);
	}
	return record;
}

/**
 * tlq_record_take() - a record to fill
 * @closed: of the namespace; the lock is held
 * @is_first: it is the first namespace
 *
 * Return: a spare one, or that of the oldest, in front of the last ones now; NULL if
 * there is none.
 */
struct tlq_record *tlq_record_take(struct tlq_closed *closed, bool is_first)
{
	struct tlq_record *record = NULL;

	lockdep_assert_held(&tlq_records_lock);
	if (closed->nr_last == TLQ_CLOSED_LAST)
		record = retire(closed);
	if (!record)
		record = tlq_spare_take(is_first);
	if (!record)
		record = take_own(closed);
	if (!record)
		return NULL;
	list_add(&record->node, &closed->last);
	closed->nr_last++;
	return record;
}

/**
 * tlq_record_find() - the newest record of a socket
 * @closed: of the namespace; the lock is held
 * @cookie: the socket; may have listened and closed more than once
 *
 * Return: the record; NULL if there is none, or no more.
 */
struct tlq_record *tlq_record_find(const struct tlq_closed *closed, u64 cookie)
{
	struct tlq_record *record, *newest = NULL;

	lockdep_assert_held(&tlq_records_lock);
	list_for_each_entry(record, &closed->last, node)
		if (record->row.listener.cookie == cookie)
			return record;
	list_for_each_entry(record, &closed->worst, node)
		if (record->row.listener.cookie == cookie &&
		    (!newest || record->row.number > newest->row.number))
			newest = record;
	return newest;
}

static u64 resets_in(const struct list_head *list, u64 cookie)
{
	const struct tlq_record *record;
	u64 resets = 0;

	list_for_each_entry(record, list, node)
		if (record->row.listener.cookie == cookie)
			resets += record->row.resets;
	return resets;
}

/**
 * tlq_record_resets() - connections that were reset when a socket closed
 * @closed: of the namespace; the lock is held
 * @cookie: the socket
 *
 * Return: the sum of all its records.
 */
u64 tlq_record_resets(const struct tlq_closed *closed, u64 cookie)
{
	lockdep_assert_held(&tlq_records_lock);
	return resets_in(&closed->last, cookie) + resets_in(&closed->worst, cookie);
}

/**
 * tlq_closed_next() - the newest record before a number
 * @closed: of the namespace
 * @below: its number is below this one; U64_MAX: any
 * @row: filled in
 *
 * Return: false if there is none.
 */
bool tlq_closed_next(struct tlq_closed *closed, u64 below,
		     struct tlq_closed_row *row)
{
	const struct tlq_record *record, *next = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&tlq_records_lock, flags);
	list_for_each_entry(record, &closed->last, node)
		if (record->row.number < below) {
			next = record;
			break;
		}
	list_for_each_entry(record, &closed->worst, node)
		if (record->row.number < below &&
		    (!next || record->row.number > next->row.number))
			next = record;
	if (next)
		*row = next->row;
	raw_spin_unlock_irqrestore(&tlq_records_lock, flags);
	if (!next)
		return false;
	row->closed_ms = jiffies64_to_msecs(get_jiffies_64() - row->when);
	return true;
}

/**
 * tlq_closed_make() - see to it that the sums of a namespace are there
 * @share: its share
 *
 * Context: interrupts may be off; no raw lock may be held.
 * Return: false if there is no memory for them.
 */
bool tlq_closed_make(struct tlq_share *share)
{
	struct tlq_closed *closed;

	if (likely(READ_ONCE(share->closed)))
		return true;
	closed = tlq_stock_get(TLQ_CLOSED);
	if (!closed)
		return false;
	INIT_LIST_HEAD(&closed->last);
	INIT_LIST_HEAD(&closed->worst);
	if (cmpxchg(&share->closed, NULL, closed))
		tlq_stock_put(TLQ_CLOSED, closed);
	return true;
}

/**
 * tlq_closed_take() - keep nothing any more
 * @tn: namespace that is being torn down; listeners may be closing
 */
void tlq_closed_take(struct tlq_net *tn)
{
	tn->doomed_closed = xchg(&tn->share.closed, TLQ_CLOSED_NEVER);
}

/**
 * tlq_closed_free() - free what was kept
 * @tn: namespace; a grace period has ended since tlq_closed_take()
 */
void tlq_closed_free(struct tlq_net *tn)
{
	struct tlq_closed *closed = tn->doomed_closed;

	if (!closed)
		return;
	list_splice(&closed->worst, &closed->last);
	tlq_spare_free(&closed->last, closed->nr_last + closed->nr_worst);
	tlq_stock_put(TLQ_CLOSED, closed);
}
