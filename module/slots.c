// SPDX-License-Identifier: GPL-2.0
/*
 * The slots of a namespace: an array of pointers, by CPU, made at its first hooked
 * call, and a slot for each CPU, made at the first call there. So what is not used
 * costs nothing.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/llist.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "nets.h"
#include "slot.h"
#include "slots.h"
#include "stock.h"

DEFINE_PER_CPU(struct tlq_last, tlq_last);

/* @made is what others see, unless somebody else was faster or it is too late. */
static struct tlq_slot **publish_array(struct tlq_net *tn, struct tlq_slot **made)
{
	struct tlq_slot **there = cmpxchg(&tn->slots, NULL, made);

	if (there) {
		tlq_stock_put(TLQ_SLOT_ARRAYS, made);
		return there;
	}
	/* Either we see that it is dying, or tlq_slots_take() sees the array. */
	if (READ_ONCE(tn->dying) && cmpxchg(&tn->slots, made, NULL) == made) {
		tlq_stock_put(TLQ_SLOT_ARRAYS, made);
		return NULL;
	}
	return made;
}

static struct tlq_slot *publish_slot(struct tlq_net *tn, struct tlq_slot **slots,
				     unsigned int cpu, struct tlq_slot *made)
{
	struct tlq_slot *there;
	unsigned long flags;

	tlq_slot_init(made, tn, cpu);
	/* A call on that CPU may find it as soon as it is in the array. With its lock, no
	 * listener becomes its owner before who closes one sees it in the list.
	 */
	raw_spin_lock_irqsave(&made->lock, flags);
	there = cmpxchg(&slots[cpu], NULL, made);
	if (!there)
		llist_add(&made->next, &tn->all);
	raw_spin_unlock_irqrestore(&made->lock, flags);
	if (!there)
		return made;
	tlq_stock_put(TLQ_SLOTS, made);
	return there;
}

/**
 * tlq_slots_make() - the slot of a CPU, made now if there is none
 * @tn: namespace
 * @cpu: CPU
 * @get: tlq_stock_get() or tlq_stock_get_sleeping()
 *
 * Context: as @get has it; no raw lock may be held. The namespace stays.
 * Return: the slot; NULL if there is no memory, or the namespace is being torn down.
 */
struct tlq_slot *tlq_slots_make(struct tlq_net *tn, unsigned int cpu,
				void *(*get)(enum tlq_kind kind))
{
	struct tlq_slot **slots = READ_ONCE(tn->slots), *slot;

	if (!slots && !READ_ONCE(tn->dying)) {
		slots = get(TLQ_SLOT_ARRAYS);
		if (slots)
			slots = publish_array(tn, slots);
	}
	if (!slots)
		return NULL;
	slot = READ_ONCE(slots[cpu]);
	if (slot)
		return slot;
	slot = get(TLQ_SLOTS);
	return slot ? publish_slot(tn, slots, cpu, slot) : NULL;
}

/*
 * Calls that have read it end before the next grace period does. With the lock, no
 * call sets it again: enter.c looks at tn->dying then.
 */
static void clear_last(struct tlq_slot *slot)
{
	struct tlq_last *last = per_cpu_ptr(&tlq_last, slot->cpu);
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	if (last->slot == slot)
		WRITE_ONCE(last->net, NULL);
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slots_take() - take the slots of a namespace away
 * @tn: namespace that is being torn down; calls may be in progress
 */
void tlq_slots_take(struct tlq_net *tn)
{
	struct tlq_slot *slot;

	WRITE_ONCE(tn->dying, true);
	/* A full barrier, as the cmpxchg in publish_array(), which looks the other way. */
	tn->doomed = xchg(&tn->slots, NULL);
	tn->doomed_slots = llist_del_all(&tn->all);
	llist_for_each_entry(slot, tn->doomed_slots, next)
		clear_last(slot);
}

static void free_list(struct llist_node *first)
{
	struct tlq_slot *slot, *next;

	llist_for_each_entry_safe(slot, next, first, next)
		tlq_stock_put(TLQ_SLOTS, slot);
}

/**
 * tlq_slots_free() - free them
 * @tn: namespace; a grace period has ended since tlq_slots_take()
 *
 * Listeners of the kernel's own may close even later, and look at the list.
 */
void tlq_slots_free(struct tlq_net *tn)
{
	struct llist_node *late = llist_del_all(&tn->all);

	/* Made by a call that had begun before: somebody may be looking at it. */
	if (late)
		synchronize_rcu();
	free_list(late);
	free_list(tn->doomed_slots);
	if (tn->doomed)
		tlq_stock_put(TLQ_SLOT_ARRAYS, tn->doomed);
}

/**
 * tlq_slots_init() - prepare the memory for slots
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_slots_init(void)
{
	int err = tlq_stock_init(TLQ_SLOTS, "tlq_slot", sizeof(struct tlq_slot));

	if (err)
		return err;
	err = tlq_stock_init(TLQ_SLOT_ARRAYS, "tlq_slots",
			     nr_cpu_ids * sizeof(struct tlq_slot *));
	if (err)
		tlq_stock_exit(TLQ_SLOTS);
	return err;
}

/** tlq_slots_exit() - undo tlq_slots_init(); all slots have been freed */
void tlq_slots_exit(void)
{
	tlq_stock_exit(TLQ_SLOT_ARRAYS);
	tlq_stock_exit(TLQ_SLOTS);
}
