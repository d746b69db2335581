/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Charging growth of the MIB, for slot.c and enter.c. In a header, as the path of a
 * SYN to a listener that has numbers is all inlined in enter.c.
 */
#ifndef TLQ_CHARGE_H
#define TLQ_CHARGE_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <net/snmp.h>

#include "listener.h"
#include "mibs.h"
#include "nets.h"
#include "slot.h"

/* Overflows since the last look were counted in the last call. */
static __always_inline void tlq_note_overflow(struct tlq_slot *slot)
{
	unsigned long now = READ_ONCE(slot->mib[LINUX_MIB_LISTENOVERFLOWS]);

	if (now == slot->overflows)
		return;
	slot->overflows = now;
	slot->overflow_when = slot->when;
}

static_assert(TLQ_C_OVERFLOW_SYN + TLQ_STAGE_ACK == TLQ_C_OVERFLOW_ACK);

/* slot.c */
void tlq_charge_nobody(struct tlq_slot *slot, enum tlq_mib i,
		       unsigned long delta);
void tlq_settle_rare(struct tlq_slot *slot);

/* Charge the growth of one counter to the owner, or to slot->fate if there is none. */
static __always_inline void tlq_charge(struct tlq_slot *slot, enum tlq_mib i,
				       struct tlq_listener *owner)
{
	unsigned int counter = tlq_mibs[i].counter;
	unsigned long now, delta;

	/* tlq_note_overflow() has just read this one. */
	now = i == TLQ_M_LISTEN_OVERFLOWS ? slot->overflows :
					    READ_ONCE(slot->mib[tlq_mibs[i].index]);
	delta = now - slot->last[i];
	if (!delta)
		return;
	slot->last[i] = now;
	if (unlikely(!owner)) {
		tlq_charge_nobody(slot, i, delta);
		return;
	}
	if (i == TLQ_M_LISTEN_OVERFLOWS)
		counter = TLQ_C_OVERFLOW_SYN + slot->stage;
	atomic64_add(delta, &owner->count[counter]);
	if (i == TLQ_M_LISTEN_OVERFLOWS)
		tlq_listener_overflow(owner, slot->overflow_when);
}

/* Charge all growth of the MIB since the last time; the slot has started. */
static __always_inline void tlq_settle(struct tlq_slot *slot)
{
	struct tlq_listener *owner = slot->owner;

	lockdep_assert_held(&slot->lock);
	tlq_note_overflow(slot);
	tlq_charge(slot, TLQ_M_LISTEN_OVERFLOWS, owner);
	tlq_charge(slot, TLQ_M_LISTEN_DROPS, owner);
	if (unlikely(tlq_mibs_rare(slot->mib) != slot->rare))
		tlq_settle_rare(slot);
}

/* What is charged from now on belongs to nobody. @loser: who loses it, or 0 */
static inline void tlq_set_nobody(struct tlq_slot *slot, enum tlq_fate fate,
				  u64 loser)
{
	slot->cookie = TLQ_NO_COOKIE;
	slot->owner = NULL;
	slot->loser = loser;
	slot->fate = fate;
}

#endif /* TLQ_CHARGE_H */
