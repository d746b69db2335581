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
 * Each slot keeps sums by what became of the charges. For each slot, and hence
 * for any set of them however far apart in time they are read,
 *	live + gone + unassigned = MIB - MIB at start
 */
#ifndef TLQ_SLOT_H
#define TLQ_SLOT_H

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
 * @fate: what becomes of the next charge
 * @owner: whom it goes to when @fate is TLQ_LIVE; NULL otherwise
 * @when: time of the last call, jiffies, 64 bits
 * @overflows: ListenOverflows when somebody last looked
 * @overflow_when: time of the call that last raised it
 * @last: MIB up to which all is charged
 * @base: MIB at start
 * @sum: charges by fate
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
	unsigned long base[TLQ_NR_MIBS];
	u64 sum[TLQ_NR_FATES][TLQ_NR_MIBS];
};

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
void tlq_slot_enter(struct tlq_slot *slot, struct sock *sk,
		    enum tlq_stage stage);
void tlq_slot_leave(struct tlq_slot *slot, const struct net *net, int cpu,
		    u64 cookie);
void tlq_slot_settle(struct tlq_slot *slot, const struct net *net, int cpu);
void tlq_slot_add_sums(struct tlq_slot *slot, struct tlq_totals *totals);
const char *tlq_mib_name(enum tlq_mib i);
enum tlq_counter tlq_mib_counter(enum tlq_mib i);

#endif /* TLQ_SLOT_H */
