// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners have lost what: those for which there was no room or no memory
 * when something was to be counted. What they lost prints "-" until they close.
 *
 * A packet must be able to leave a note here at any time: no lock, no allocation,
 * bounded work. So it is an array of sets, each with room for a few cookies, in which
 * a place is taken with cmpxchg and given back when the listener closes. When a set
 * is full, the namespace only knows that some listener has lost something; then all
 * of its listeners without numbers print "-", and those that get numbers later, until
 * look.c has looked at all of them once.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "listener.h"
#include "share.h"
#include "tlq.h"

#define SET_BITS 9
#define WAYS 16

/**
 * struct place - a listener that has lost something
 * @cookie: its cookie, or 0
 * @columns: TLQ_KNOWN_* that it has lost
 */
struct place {
	atomic64_t cookie;
	atomic_t columns;
};

static struct place (*sets)[WAYS] __ro_after_init;
static u64 seed __ro_after_init;
atomic_t tlq_lost_notes;

static struct place *set_of(u64 cookie)
{
	return sets[(cookie * seed) >> (64 - SET_BITS)];
}

static struct place *find(struct place *set, u64 cookie)
{
	int i;

	for (i = 0; i < WAYS; i++)
		if (atomic64_read(&set[i].cookie) == cookie)
			return &set[i];
	return NULL;
}

static struct place *take(struct place *set, u64 cookie)
{
	int i;

	for (i = 0; i < WAYS; i++)
		if (!atomic64_read(&set[i].cookie) &&
		    !atomic64_cmpxchg(&set[i].cookie, 0, cookie))
			return &set[i];
	return NULL;
}

/* No place for a note. The listener may have got numbers meanwhile. */
static void forget(struct tlq_share *share, u64 cookie)
{
	struct tlq_listener *listener;

	atomic_inc(&share->forgotten);
	smp_mb(); /* pairs with the one in table.c's doubt() */
	listener = tlq_listener_find(cookie);
	if (listener)
		WRITE_ONCE(listener->doubtful, true);
}

/**
 * tlq_lost_add() - a listener has lost something
 * @share: of its namespace
 * @cookie: the listener, not closed yet or with a call in progress: who calls makes
 *	sure that tlq_lost_forget() follows
 * @columns: TLQ_KNOWN_* that it has lost
 *
 * Two CPUs may take a place each for the same listener; all others look at the whole
 * set.
 *
 * Context: RCU read-side section, or interrupts off.
 */
void tlq_lost_add(struct tlq_share *share, u64 cookie, u32 columns)
{
	struct place *set = set_of(cookie);
	struct place *place = find(set, cookie);

	if (!place) {
		place = take(set, cookie);
		if (!place) {
			forget(share, cookie);
			return;
		}
		atomic_inc(&tlq_lost_notes);
		atomic_inc(&share->lost);
	}
	if (columns & ~atomic_read(&place->columns))
		atomic_or(columns, &place->columns);
}

/**
 * tlq_lost_columns() - what the notes say of a listener
 * @cookie: the listener
 *
 * Return: TLQ_KNOWN_* that it has lost.
 */
u32 tlq_lost_columns(u64 cookie)
{
	struct place *set = set_of(cookie);
	u32 columns = 0;
	int i;

	for (i = 0; i < WAYS; i++)
		/* Not the columns of whose place it was before */
		if (atomic64_read_acquire(&set[i].cookie) == cookie)
			columns |= atomic_read(&set[i].columns);
	return columns;
}

/**
 * tlq_lost_forget() - a listener has closed
 * @share: of its namespace
 * @cookie: the listener; nobody can add anything any more
 */
void tlq_lost_forget(struct tlq_share *share, u64 cookie)
{
	struct place *set = set_of(cookie);
	int i;

	for (i = 0; atomic_read(&tlq_lost_notes) && i < WAYS; i++) {
		if (atomic64_read(&set[i].cookie) != cookie)
			continue;
		atomic_set(&set[i].columns, 0);
		/* Who takes the place must see that it has no columns. */
		atomic64_set_release(&set[i].cookie, 0);
		atomic_dec(&share->lost);
		atomic_dec(&tlq_lost_notes);
	}
}

/**
 * tlq_lost_bytes() - memory in use
 *
 * Return: bytes.
 */
size_t tlq_lost_bytes(void)
{
	return sets ? sizeof(*sets) << SET_BITS : 0;
}

/**
 * tlq_lost_init() - make the sets
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_lost_init(void)
{
	seed = get_random_u64() | 1;
	sets = kvcalloc(1 << SET_BITS, sizeof(*sets), GFP_KERNEL);
	return sets ? 0 : -ENOMEM;
}

/** tlq_lost_exit() - free them; hooks and readers have gone */
void tlq_lost_exit(void)
{
	kvfree(sets);
}
