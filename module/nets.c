// SPDX-License-Identifier: GPL-2.0
/*
 * The namespaces. Each has a slot (slot.h) for every CPU that had a hooked call in it.
 * This file knows them all, from creation to end, and begins to count.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "closed.h"
#include "events.h"
#include "compat.h"
#include "mibs.h"
#include "nets.h"
#include "slot.h"
#include "slots.h"
#include "stock.h"

unsigned int tlq_net_id __ro_after_init;
bool tlq_nets_counting __ro_after_init;
u32 tlq_nets_columns;

/* Protects @nets, @last_id, @visited and @started. */
static DEFINE_MUTEX(nets_lock);
static LIST_HEAD(nets);		/* by id */
static u64 last_id;
static struct tlq_net *visited;	/* tlq_nets_next() goes on behind it */
static atomic64_t gone_refused[TLQ_NR_REFUSALS];	/* in namespaces that have gone */
static bool started;	/* new namespaces count from their creation on */

/**
 * tlq_nets_know() - what the hooks provide from now on
 * @columns: TLQ_KNOWN_*
 */
void tlq_nets_know(u32 columns)
{
	WRITE_ONCE(tlq_nets_columns, columns);
}

/*
 * A place in the list that @id's successor is behind, and near, if whoever lists the
 * namespaces is the only one: it comes back for the same one, or for the next.
 */
static struct list_head *place_before(u64 id)
{
	lockdep_assert_held(&nets_lock);
	if (visited && visited->id <= id)
		return &visited->node;
	if (visited && visited->id == id + 1)
		return visited->node.prev;
	return &nets;
}

/**
 * tlq_nets_next() - call a function about the next namespace
 * @id: of the one before; 0 for the first
 * @fn: called with it and with @data; the namespace lives and is not torn down
 *	meanwhile; may sleep. New and dying namespaces wait for it.
 * @data: passed on
 *
 * Context: process; may sleep.
 * Return: the id of the namespace, or 0 when there are no more.
 */
u64 tlq_nets_next(u64 id, void (*fn)(struct tlq_net *tn, void *data), void *data)
{
	struct tlq_net *tn;
	u64 found = 0;

	mutex_lock(&nets_lock);
	tn = list_entry(place_before(id), struct tlq_net, node);
	list_for_each_entry_continue(tn, &nets, node) {
		if (tn->id <= id)
			continue;
		fn(tn, data);
		visited = tn;
		found = tn->id;
		break;
	}
	mutex_unlock(&nets_lock);
	cond_resched();
	return found;
}

static void settle_next(struct tlq_net *tn, void *data)
{
	tlq_net_settle(tn);
}

/**
 * tlq_nets_settle() - charge all that has been counted, before a read
 * @net: namespace, not being torn down; NULL: all of them
 *
 * Context: process; may sleep.
 */
void tlq_nets_settle(struct net *net)
{
	u64 id = 0;

	if (!tlq_nets_counting)
		return;
	if (net) {
		tlq_net_settle(tlq_net_of(net));
		return;
	}
	do {
		id = tlq_nets_next(id, settle_next, NULL);
	} while (id);
}

/* It is not known at what its counters began. */
static void set_blind(struct tlq_net *tn)
{
	WRITE_ONCE(tn->blind, true);
	atomic64_inc(&tn->share.refused[TLQ_NO_MEMORY]);
}

/*
 * Counting begins at a moment: slots that are there begin at what is counted so far,
 * and so do CPUs that have counted anything. Those made later begin at 0.
 */
static void start_net(struct tlq_net *tn)
{
	struct tlq_slot **slots, *slot;
	int cpu;

	for_each_possible_cpu(cpu) {
		slots = READ_ONCE(tn->slots);
		slot = slots ? READ_ONCE(slots[cpu]) : NULL;
		if (!slot && tlq_mibs_any(tn->net, cpu)) {
			slot = tlq_slots_make(tn, cpu, tlq_stock_get_sleeping);
			if (!slot)
				set_blind(tn);
		}
		if (slot)
			tlq_slot_start(slot);
	}
	/* After all slots: slot.c begins at 0 in those it does not find. */
	smp_store_release(&tn->started, true);
}

/**
 * tlq_nets_start() - count from here on
 *
 * Call when all hooks are live. Waits for calls that started before: they have no
 * owner.
 */
void __init tlq_nets_start(void)
{
	struct tlq_net *tn;

	synchronize_rcu();
	mutex_lock(&nets_lock);
	started = true;
	list_for_each_entry(tn, &nets, node) {
		start_net(tn);
		cond_resched();
	}
	mutex_unlock(&nets_lock);
}

/* Nothing is allocated: a namespace must not fail because of us. */
static int __net_init nets_net_init(struct net *net)
{
	struct tlq_net *tn = tlq_net_of(net);

	tn->net = net;
	mutex_init(&tn->lock);
	mutex_lock(&nets_lock);
	tn->id = ++last_id;
	tn->started = started;
	list_add_tail(&tn->node, &nets);
	mutex_unlock(&nets_lock);
	return 0;
}

/**
 * tlq_net_refused() - how often listeners of a namespace got no numbers
 * @tn: namespace
 * @refused: by enum tlq_refusal; added to
 */
void tlq_net_refused(const struct tlq_net *tn, u64 *refused)
{
	const struct tlq_slot *slot;
	int why;

	for (why = 0; why < TLQ_NR_REFUSALS; why++) {
		refused[why] += atomic64_read(&tn->share.refused[why]);
		llist_for_each_entry(slot, READ_ONCE(tn->all.first), next)
			refused[why] += READ_ONCE(slot->refused[why]);
	}
}

/**
 * tlq_nets_refused() - the same for namespaces that have gone
 * @refused: as above
 */
void tlq_nets_refused(u64 *refused)
{
	int why;

	for (why = 0; why < TLQ_NR_REFUSALS; why++)
		refused[why] += atomic64_read(&gone_refused[why]);
}

/* What is still counted after this is not kept. */
static void keep_refused(const struct tlq_net *tn)
{
	u64 refused[TLQ_NR_REFUSALS] = {};
	int why;

	tlq_net_refused(tn, refused);
	for (why = 0; why < TLQ_NR_REFUSALS; why++)
		atomic64_add(refused[why], &gone_refused[why]);
}

/* The kernel waits for a grace period between the two: calls in progress end. */
static void __net_exit nets_net_pre_exit(struct net *net)
{
	struct tlq_net *tn = tlq_net_of(net);

	mutex_lock(&nets_lock);
	list_del(&tn->node);
	if (visited == tn)
		visited = NULL;
	mutex_unlock(&nets_lock);
	keep_refused(tn);
	tlq_slots_take(tn);
	tlq_events_forget(net);
	tlq_closed_take(tn);
}

static void __net_exit nets_net_exit(struct net *net)
{
	tlq_closed_free(tlq_net_of(net));
	tlq_slots_free(tlq_net_of(net));
}

static struct pernet_operations nets_net_ops = {
	.init = nets_net_init,
	.pre_exit = nets_net_pre_exit,
	.exit = nets_net_exit,
	.id = &tlq_net_id,
	.size = sizeof(struct tlq_net),
};

/**
 * tlq_nets_init() - prepare all namespaces
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_nets_init(void)
{
	int err = tlq_slots_init();

	if (err)
		return err;
	err = register_pernet_subsys(&nets_net_ops);
	if (err)
		tlq_slots_exit();
	tlq_nets_counting = !err;
	return err;
}

/** tlq_nets_exit() - free them; hooks and readers have gone */
void tlq_nets_exit(void)
{
	unregister_pernet_subsys(&nets_net_ops);
	rcu_barrier();
	tlq_slots_exit();
}
