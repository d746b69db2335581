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

/* What SYNs that found the SYN queue full raise */
static __always_inline unsigned long tlq_reqq_fulls(const struct tlq_slot *slot)
{
	return READ_ONCE(slot->mib[LINUX_MIB_TCPREQQFULLDROP]) +
	       READ_ONCE(slot->mib[LINUX_MIB_TCPREQQFULLDOCOOKIES]);
}

/* Events since the last look were counted in the last call. */
static __always_inline void tlq_note_full(struct tlq_slot *slot)
{
	unsigned long now = READ_ONCE(slot->mib[LINUX_MIB_LISTENOVERFLOWS]);

	if (now != slot->overflows) {
		slot->overflows = now;
		slot->overflow_when = slot->when;
	}
	now = tlq_reqq_fulls(slot);
	if (unlikely(now != slot->reqq_fulls)) {
		slot->reqq_fulls = now;
		slot->reqq_full_when = slot->when;
	}
}

static_assert(TLQ_C_OVERFLOW_SYN + TLQ_STAGE_ACK == TLQ_C_OVERFLOW_ACK);
static_assert(TLQ_C_OVERFLOW_SYN + TLQ_STAGE_COOKIE == TLQ_C_OVERFLOW_COOKIE);

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

	/* tlq_note_full() has just read this one. */
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
		tlq_later(&owner->last_overflow, slot->overflow_when);
	else if (i == TLQ_M_REQQ_FULL_DROP || i == TLQ_M_REQQ_FULL_COOKIES)
		tlq_later(&owner->last_reqq_full, slot->reqq_full_when);
}

/* SYNs are counted here, not by the kernel: those for nobody are nobody's. */
static __always_inline void tlq_charge_syns(struct tlq_slot *slot)
{
	if (likely(slot->owner))
		atomic64_add(slot->syns, &slot->owner->count[TLQ_C_SYNS]);
	slot->syns = 0;
}

/* Charge all growth of the MIB since the last time; the slot has started. */
static __always_inline void tlq_settle(struct tlq_slot *slot)
{
	struct tlq_listener *owner = slot->owner;

	lockdep_assert_held(&slot->lock);
	tlq_charge_syns(slot);
	tlq_note_full(slot);
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
