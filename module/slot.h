/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slot.c and enter.c: how the kernel's counters are charged to listeners.
 *
 * TCP counts in per-CPU counters of a namespace (its MIB). A slot, one for each
 * namespace and CPU, remembers the listener that the last hooked call on this
 * CPU was about, and the counter values up to which everything has been charged.
 * Growth beyond them belongs to that listener. It is charged at the latest when a
 * call about another listener comes in, the listener closes, or somebody reads.
 *
 * So all growth of the MIB is charged exactly once, whichever function counted.
 * A missing hook cannot make the sums wrong, only charge the wrong listener.
 *
 * Growth charged to no listener is summed per reason; the remainder was charged
 * to listeners. So for each slot, and for any set of slots even if they are read
 * at different times,
 *	live + gone + unassigned = MIB - MIB at start
 * At a quiet moment live is also the sum over the rows, which show struct
 * tlq_listener: an independent count.
 */
#ifndef TLQ_SLOT_H
#define TLQ_SLOT_H

#include <linux/limits.h>
#include <linux/llist.h>
#include <linux/percpu-defs.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "share.h"
#include "tlq.h"

struct net;
struct tlq_listener;
struct tlq_net;

/* No socket has this cookie, nor is it 0, as that of a socket that has none yet. */
#define TLQ_NO_COOKIE U64_MAX

/* Where growth of the MIB went */
enum tlq_fate {
	TLQ_GONE,		/* to a listener that has since closed */
	TLQ_NOBODY,		/* to none: no hooked call yet in this slot */
	TLQ_NO_ROOM,	/* to none: the table was full, or memory short */
	TLQ_NR_LOST,	/* the fates before are those of growth without owner */
	TLQ_LIVE = TLQ_NR_LOST,	/* to a listener that still listens */
	TLQ_NR_FATES
};

/**
 * struct tlq_slot - one CPU in one namespace
 * @lock: protects all members but those that never change; taken by the hooks on
 *	this CPU, when a listener that had packets closes, and by readers. Raw,
 *	because hooks may not sleep, also on PREEMPT_RT; with interrupts off, because
 *	a softirq may interrupt a hooked call in process context.
 * @started: counting has begun; before, nothing is charged
 * @stage: enum tlq_stage of the last call
 * @fate: enum tlq_fate of growth while @owner is NULL
 * @queued: in the namespace's list of slots to settle
 * @ready: @started and @queued: a call has nothing else to do about them
 * @cpu: its CPU; never changes
 * @owner: numbers that MIB growth from now on is charged to, or NULL
 * @cookie: listener of @owner; TLQ_NO_COOKIE without
 * @loser: listener of the last call if it could not get numbers, or 0
 * @when: time of the last call, 64-bit jiffies
 * @overflows: ListenOverflows when last read
 * @overflow_when: time of the call that last raised it
 * @reqq_fulls: SYNs that had found the SYN queue full when last looked
 * @reqq_full_when: time of the call that last raised it
 * @syns: SYNs for @owner, not yet added to its count
 * @fast_opens: connections of TCP Fast Open when last looked
 * @last: MIB values up to which everything has been charged
 * @rare: sum of the rarely changing counters at the last settle
 * @base: MIB at start
 * @sum: growth charged to no listener, by fate
 * @refused: calls about listeners that got no numbers, by enum tlq_refusal
 * @mib: MIB of the CPU in the namespace; never changes
 * @net: the namespace; never changes
 * @next: in the namespace's list of all its slots; never changes
 * @to_settle: in the list of slots to settle; written by who sets @queued, then by
 *	who holds the namespace's lock
 * @grace: nets.c: grace period after which the slot may leave that list
 * @quiet_since: nets.c: @when at the begin of @grace
 */
struct tlq_slot {
	raw_spinlock_t lock;
	bool started;
	u8 stage;
	u8 fate;
	bool queued;
	bool ready;
	unsigned int cpu;
	u64 cookie;
	struct tlq_listener *owner;
	u64 loser;
	u64 when;
	unsigned long overflows;
	u64 overflow_when;
	unsigned long reqq_fulls;
	u64 reqq_full_when;
	unsigned long syns;
	unsigned long fast_opens;
	unsigned long last[TLQ_NR_MIBS];
	unsigned long rare;
	unsigned long base[TLQ_NR_MIBS];
	u64 sum[TLQ_NR_LOST][TLQ_NR_MIBS];
	u64 refused[TLQ_NR_REFUSALS];
	const unsigned long *mib;
	struct tlq_net *net;
	struct llist_node next;
	struct llist_node to_settle;
	unsigned long grace;
	u64 quiet_since;
};

/* Where a call stands in the handshake; tells the three overflows apart. */
enum tlq_stage {
	TLQ_STAGE_SYN,
	TLQ_STAGE_ACK,
	TLQ_STAGE_COOKIE,
};

/**
 * struct tlq_last - the slot of the last call on a CPU
 * @net: its namespace, or NULL
 * @slot: the slot
 *
 * Read and written on its CPU with interrupts off, under the lock of @slot; slots.c
 * clears @net when it takes the slot away, and frees the slot a grace period later:
 * interrupts that are off make it wait.
 */
struct tlq_last {
	const struct net *net;
	struct tlq_slot *slot;
};

DECLARE_PER_CPU(struct tlq_last, tlq_last);

/* slot.c */
void tlq_slot_init(struct tlq_slot *slot, struct tlq_net *net, unsigned int cpu);
void tlq_slot_start(struct tlq_slot *slot);
void tlq_slot_leave(struct tlq_slot *slot, u64 cookie);
void tlq_slot_settle_locked(struct tlq_slot *slot);

/* enter.c */
void tlq_enter_syn(struct sock *sk);
void tlq_enter_ack(struct sock *sk);
void tlq_enter_cookie(struct sock *sk);

#endif /* TLQ_SLOT_H */
