/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose are the kernel's counters?
 *
 * TCP counts in per-CPU counters of a namespace (its MIB). A slot, one for each
 * namespace and CPU, remembers the listener that the last hooked call on this
 * CPU was about, and how far the MIB of this CPU had been given away. What the
 * MIB has grown by since then belongs to that listener. It is charged to it when
 * the next call about another one comes in, or when somebody reads.
 *
 * So every step of the MIB is charged exactly once, whichever function made it:
 * that the sums agree does not depend on the hooks, only who is charged does.
 *
 * Each slot adds up what is charged to no listener, by the reason; the rest of what
 * the MIB has grown by is that of listeners. So for each slot, and hence for any
 * set of them however far apart in time they are read,
 *	live + gone + unassigned = MIB - MIB at start
 * and at a quiet moment live is what the rows add up to, which have it from
 * elsewhere.
 */
#ifndef TLQ_SLOT_H
#define TLQ_SLOT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "counters.h"

struct net;
struct sock;

/* What became of a charge. */
enum tlq_fate {
	TLQ_LIVE,		/* charged to a listener */
	TLQ_GONE,		/* that has closed */
	TLQ_NOBODY,		/* no hooked call yet, on this CPU */
	TLQ_NO_ROOM,	/* the table was full, or memory short */
	TLQ_NR_FATES
};

/**
 * struct tlq_slot - one CPU in one namespace
 * @lock: protects all members; taken by the hooks on this CPU and by readers.
 *	Raw, as the hooks may not sleep on PREEMPT_RT either; interrupts are off,
 *	as a hooked call in process context may be interrupted by another.
 * @started: charges are made; before, the MIB is only followed
 * @stage: of the last call
 * @owner: whom the next charge goes to; NULL: to nobody
 * @fate: what becomes of the next charge when it has no @owner
 * @when: time of the last call, jiffies, 64 bits
 * @overflows: ListenOverflows when somebody last looked
 * @overflow_when: time of the call that last raised it
 * @last: MIB up to which all is charged
 * @rare: that of the MIBs that seldom change, added up
 * @base: MIB at start
 * @sum: charges by fate; those to listeners are the rest, TLQ_LIVE stays 0
 */
struct tlq_slot {
	raw_spinlock_t lock;
	bool started;
	u8 stage;
	u8 fate;
	struct tlq_listener *owner;
	u64 when;
	unsigned long overflows;
	u64 overflow_when;
	unsigned long last[TLQ_NR_MIBS];
	unsigned long rare;
	unsigned long base[TLQ_NR_MIBS];
	u64 sum[TLQ_NR_FATES][TLQ_NR_MIBS];
};

/**
 * struct tlq_slots - a namespace
 * @slots: NULL from when it is dismantled
 * @doomed: what @slots was; freed a grace period later
 * @net: back pointer
 * @node: in the list that nets.c has of all
 * @closed: what listeners that have closed since had been charged, by MIB
 */
struct tlq_slots {
	struct tlq_slot __percpu *slots;
	struct tlq_slot __percpu *doomed;
	struct net *net;
	struct list_head node;
	atomic64_t closed[TLQ_NR_MIBS];
};

/* Of struct tlq_slots, for net_generic(); set in nets.c */
extern unsigned int tlq_slots_id;

/**
 * struct tlq_totals - slots added up
 * @sum: charges by fate
 * @growth: of the MIB since its start, up to the last charge
 */
struct tlq_totals {
	u64 sum[TLQ_NR_FATES][TLQ_NR_MIBS];
	u64 growth[TLQ_NR_MIBS];
};

/* slot.c */
void tlq_slot_init(struct tlq_slot *slot);
void tlq_slot_start(struct tlq_slot *slot, const struct net *net, int cpu);
void tlq_slot_leave(struct tlq_slot *slot, const struct net *net, int cpu,
		    u64 cookie);
void tlq_slot_settle(struct tlq_slot *slot, const struct net *net, int cpu);

#endif /* TLQ_SLOT_H */
