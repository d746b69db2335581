// SPDX-License-Identifier: GPL-2.0
/*
 * Before a read, the slots of a namespace are settled: those that had calls since
 * somebody settled them last.
 *
 * A call puts its slot into the list of these. It may still be in progress when a
 * reader settles, and count later. So the slot stays in the list until it is settled
 * once more after a grace period: hooked functions run in RCU read-side sections.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "nets.h"
#include "slot.h"

/* Grace periods that have ended, at least; one at a time is asked for. */
static unsigned long graces;
static atomic_t grace_asked;
static struct rcu_head grace_rcu;

static void end_grace(struct rcu_head *rcu)
{
	WRITE_ONCE(graces, graces + 1);
	atomic_set_release(&grace_asked, 0);
}

static void ask(void)
{
	if (!atomic_xchg(&grace_asked, 1))
		call_rcu(&grace_rcu, end_grace);
}

/* What grace_over() says true to after a grace period from now */
static unsigned long ask_for_grace(void)
{
	unsigned long now = READ_ONCE(graces);

	/* What was asked for before may have begun before: so the one after it. */
	ask();
	return now + 2;
}

static bool grace_over(unsigned long grace)
{
	/* The grace period comes after all that calls before it have counted, and the
	 * acquire before the look at that.
	 */
	return time_after_eq(smp_load_acquire(&graces), grace);
}

/**
 * tlq_slot_queue() - a call begins: whatever it counts has to be settled
 * @slot: its slot; not queued; its lock is held
 */
void tlq_slot_queue(struct tlq_slot *slot)
{
	lockdep_assert_held(&slot->lock);
	slot->queued = true;
	slot->grace = 0;
	llist_add(&slot->to_settle, &slot->net->queued);
}

static void leave_queue(struct tlq_slot *slot)
{
	slot->queued = false;
	slot->ready = false;
}

/*
 * Settle a slot; false if it has to be settled once more. A call within the jiffy in
 * which a grace period begins cannot be told from one before, so none begins then.
 */
static bool settle_for_good(struct tlq_slot *slot)
{
	bool quiet, ask = false;
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	quiet = slot->grace && slot->when == slot->quiet_since;
	if (quiet && grace_over(slot->grace))
		leave_queue(slot);
	else if (!quiet)
		ask = time_before64(slot->when, get_jiffies_64());
	tlq_slot_settle_locked(slot);
	quiet = !slot->queued;
	if (ask)
		slot->quiet_since = slot->when;
	raw_spin_unlock_irqrestore(&slot->lock, flags);
	if (!quiet && ask)
		slot->grace = ask_for_grace();
	return quiet;
}

/**
 * tlq_net_settle() - charge all that has been counted, before a read
 * @tn: namespace, not being torn down
 *
 * Context: process; may sleep.
 */
void tlq_net_settle(struct tlq_net *tn)
{
	struct llist_node *node, *next, *keep = NULL;
	int round;

	mutex_lock(&tn->lock);
	if (tn->settling)
		ask();
	for (round = 0; round < 2; round++) {
		/* First those that others settled before, then the new ones. */
		node = round ? llist_del_all(&tn->queued) : tn->settling;
		for (; node; node = next) {
			next = node->next;
			if (settle_for_good(llist_entry(node, struct tlq_slot,
							to_settle)))
				continue;
			node->next = keep;
			keep = node;
		}
	}
	tn->settling = keep;
	mutex_unlock(&tn->lock);
}
