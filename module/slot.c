// SPDX-License-Identifier: GPL-2.0
/*
 * The slot of one CPU in one namespace: charges growth of the MIB to listeners.
 * slot.h explains the idea, enter.c changes the owner.
 */
#include <linux/percpu.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include "charge.h"
#include "mibs.h"
#include "nets.h"
#include "slot.h"

/**
 * tlq_charge_nobody() - charge growth that belongs to no listener
 * @slot: without owner; its lock is held
 * @i: counter
 * @delta: growth
 */
void tlq_charge_nobody(struct tlq_slot *slot, enum tlq_mib i,
		       unsigned long delta)
{
	lockdep_assert_held(&slot->lock);
	slot->sum[slot->fate][i] += delta;
	if (i == TLQ_M_LISTEN_OVERFLOWS && slot->stage == TLQ_STAGE_ACK)
		atomic64_add(delta, &slot->net->nobody_ack);
	if (i == TLQ_M_LISTEN_OVERFLOWS && slot->stage == TLQ_STAGE_COOKIE)
		atomic64_add(delta, &slot->net->nobody_cookie);
	if (slot->fate == TLQ_NO_ROOM)
		tlq_lost_add(&slot->net->share, slot->loser, TLQ_KNOWN_ALL);
}

/* Their connections may have no request when they are accepted, see accept.c. */
static void note_fast_opens(struct tlq_slot *slot)
{
	unsigned long now = READ_ONCE(slot->mib[LINUX_MIB_TCPFASTOPENPASSIVE]);

	if (now == slot->fast_opens)
		return;
	slot->fast_opens = now;
	if (slot->owner)
		WRITE_ONCE(slot->owner->unseen, true);
	else if (slot->fate == TLQ_NO_ROOM)
		tlq_lost_add(&slot->net->share, slot->loser,
			     TLQ_KNOWN_WAITS | TLQ_KNOWN_LAST_ACCEPT);
}

/**
 * tlq_settle_rare() - charge growth of the counters that refused SYNs do not raise
 * @slot: slot; its lock is held
 */
void tlq_settle_rare(struct tlq_slot *slot)
{
	struct tlq_listener *owner = slot->owner;

	/* Before the charges: growth during them is noticed next time. */
	slot->rare = tlq_mibs_rare(slot->mib);
	tlq_charge(slot, TLQ_M_REQQ_FULL_DROP, owner);
	tlq_charge(slot, TLQ_M_REQQ_FULL_COOKIES, owner);
	tlq_charge(slot, TLQ_M_SYNCOOKIES_SENT, owner);
	tlq_charge(slot, TLQ_M_EMBRYONIC_RSTS, owner);
	tlq_charge(slot, TLQ_M_TFO_OVERFLOW, owner);
	note_fast_opens(slot);
}

/*
 * Begin to count in a slot made after tlq_nets_start(), which has made slots for all
 * CPUs whose counters were not 0. So all that this CPU has counted came after it.
 */
static bool start_late(struct tlq_slot *slot)
{
	/* Pairs with the release in nets.c's start_net(), after it has made slots. */
	slot->started = smp_load_acquire(&slot->net->started);
	return slot->started;
}

/**
 * tlq_slot_settle_locked() - charge all that a CPU has counted
 * @slot: its slot; the lock is held
 */
void tlq_slot_settle_locked(struct tlq_slot *slot)
{
	if (slot->started || start_late(slot)) {
		tlq_settle(slot);
	} else {
		tlq_charge_syns(slot);
		tlq_note_full(slot);
	}
}

/**
 * tlq_slot_leave() - a listener has closed
 * @slot: a slot of its namespace
 * @cookie: the listener
 *
 * What calls still in progress count for it is charged as TLQ_GONE.
 */
void tlq_slot_leave(struct tlq_slot *slot, u64 cookie)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	if (slot->cookie == cookie || slot->loser == cookie) {
		tlq_slot_settle_locked(slot);
		tlq_set_nobody(slot, TLQ_GONE, 0);
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_start() - begin to count from here on
 * @slot: slot; the current owner is kept
 */
void tlq_slot_start(struct tlq_slot *slot)
{
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&slot->lock, flags);
	/* Before the others, as in tlq_settle_rare(). */
	slot->rare = tlq_mibs_rare(slot->mib);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		slot->last[i] = READ_ONCE(slot->mib[tlq_mibs[i].index]);
		slot->base[i] = slot->last[i];
	}
	slot->overflows = slot->last[TLQ_M_LISTEN_OVERFLOWS];
	slot->reqq_fulls = tlq_reqq_fulls(slot);
	slot->fast_opens = READ_ONCE(slot->mib[LINUX_MIB_TCPFASTOPENPASSIVE]);
	slot->started = true;
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_init() - set up a slot without owner, not started
 * @slot: zeroed
 * @net: its namespace
 * @cpu: its CPU
 */
void tlq_slot_init(struct tlq_slot *slot, struct tlq_net *net, unsigned int cpu)
{
	BUILD_BUG_ON(sizeof(*slot) > 512 && !IS_ENABLED(CONFIG_DEBUG_SPINLOCK));
	raw_spin_lock_init(&slot->lock);
	tlq_set_nobody(slot, TLQ_NOBODY, 0);
	slot->net = net;
	slot->cpu = cpu;
	slot->mib = per_cpu_ptr(net->net->mib.net_statistics, cpu)->mibs;
}
