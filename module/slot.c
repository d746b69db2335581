// SPDX-License-Identifier: GPL-2.0
/*
 * The slot of one CPU in one namespace: charges growth of the MIB to listeners.
 * slot.h explains the idea.
 */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/snmp.h>

#include "compat.h"
#include "listener.h"
#include "mibs.h"
#include "nets.h"
#include "slot.h"

static const unsigned long *mib_of(const struct net *net, int cpu)
{
	return per_cpu_ptr(net->mib.net_statistics, cpu)->mibs;
}

/* Overflows since the last look were counted in the last call. */
static void note_overflow(struct tlq_slot *slot, const unsigned long *mib)
{
	unsigned long now = READ_ONCE(mib[LINUX_MIB_LISTENOVERFLOWS]);

	if (now == slot->overflows)
		return;
	slot->overflows = now;
	slot->overflow_when = slot->when;
}

static_assert(TLQ_C_OVERFLOW_SYN + TLQ_STAGE_ACK == TLQ_C_OVERFLOW_ACK);

/* Charge the growth of one counter to @owner, or to slot->fate if it is NULL. */
static __always_inline void charge(struct tlq_slot *slot,
				   const unsigned long *mib, enum tlq_mib i,
				   struct tlq_listener *owner)
{
	unsigned int counter = tlq_mibs[i].counter;
	unsigned long now, delta;

	/* note_overflow() has just read this one. */
	now = i == TLQ_M_LISTEN_OVERFLOWS ? slot->overflows :
					    READ_ONCE(mib[tlq_mibs[i].index]);
	delta = now - slot->last[i];
	if (!delta)
		return;
	slot->last[i] = now;
	if (!owner) {
		slot->sum[slot->fate][i] += delta;
		return;
	}
	if (i == TLQ_M_LISTEN_OVERFLOWS)
		counter = TLQ_C_OVERFLOW_SYN + slot->stage;
	atomic64_add(delta, &owner->count[counter]);
	if (i == TLQ_M_LISTEN_OVERFLOWS)
		tlq_listener_overflow(owner, slot->overflow_when);
}

/* Charge growth of the counters that refused SYNs do not raise. */
static noinline void settle_rare(struct tlq_slot *slot,
				 const unsigned long *mib,
				 struct tlq_listener *owner)
{
	/* Before the charges: growth during them is noticed next time. */
	slot->rare = tlq_mibs_rare(mib);
	charge(slot, mib, TLQ_M_REQQ_FULL_DROP, owner);
	charge(slot, mib, TLQ_M_REQQ_FULL_COOKIES, owner);
	charge(slot, mib, TLQ_M_SYNCOOKIES_SENT, owner);
	charge(slot, mib, TLQ_M_EMBRYONIC_RSTS, owner);
}

/* Charge all growth of the MIB since the last time. */
static __always_inline void settle(struct tlq_slot *slot,
				   const unsigned long *mib)
{
	struct tlq_listener *owner = slot->owner;

	lockdep_assert_held(&slot->lock);
	note_overflow(slot, mib);
	if (unlikely(!slot->started))
		return;
	charge(slot, mib, TLQ_M_LISTEN_OVERFLOWS, owner);
	charge(slot, mib, TLQ_M_LISTEN_DROPS, owner);
	if (unlikely(tlq_mibs_rare(mib) != slot->rare))
		settle_rare(slot, mib, owner);
}

/* The same out of line, for all but the SYN of another listener than the last */
static noinline void settle_seldom(struct tlq_slot *slot,
				   const unsigned long *mib)
{
	settle(slot, mib);
}

static bool owned_by(const struct tlq_slot *slot, u64 cookie)
{
	return slot->owner && slot->owner->cookie == cookie;
}

static void set_owner(struct tlq_slot *slot, struct tlq_listener *owner,
		      enum tlq_fate fate)
{
	lockdep_assert_held(&slot->lock);
	slot->owner = owner;
	if (!owner)
		slot->fate = fate;
}

/*
 * tlq_slot_leave() runs after the state is CLOSE and takes each slot's lock: either
 * we see CLOSE here, or it sees the owner that we set. The acquire orders this load
 * before the lookup in the table: a socket that listens again must not find the
 * numbers of its first life, which were removed before.
 */
static bool listening(const struct sock *sk)
{
	if (READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return false;
	smp_acquire__after_ctrl_dep();
	return true;
}

/*
 * Make numbers for a listener that has none. Cannot allocate under a raw spinlock,
 * so drop it first.
 */
static noinline void make_owner(struct tlq_slot *slot, const unsigned long *mib,
				struct sock *sk)
	__releases(&slot->lock) __acquires(&slot->lock)
{
	struct tlq_listener *spare, *owner;
	u64 cookie = tlq_cookie(sk);

	raw_spin_unlock(&slot->lock);
	spare = tlq_listener_spare(cookie);
	raw_spin_lock(&slot->lock);
	settle_seldom(slot, mib);
	if (listening(sk)) {
		owner = tlq_listener_get(cookie, &spare);
		set_owner(slot, owner, owner ? TLQ_LIVE : TLQ_NO_ROOM);
	} else {
		set_owner(slot, NULL, TLQ_GONE);
	}
	if (unlikely(spare)) {
		raw_spin_unlock(&slot->lock);
		tlq_listener_unspare(spare);
		raw_spin_lock(&slot->lock);
	}
}

/* The numbers of @sk; NULL if it does not listen or has none */
static __always_inline struct tlq_listener *lookup_listening(struct sock *sk,
							     u64 cookie)
{
	return likely(listening(sk)) ? tlq_listener_find(cookie) : NULL;
}

static __always_inline void find_owner(struct tlq_slot *slot,
				       const unsigned long *mib,
				       struct sock *sk, u64 cookie)
{
	struct tlq_listener *owner = lookup_listening(sk, cookie);

	if (likely(owner))
		set_owner(slot, owner, TLQ_LIVE);
	else if (listening(sk))
		make_owner(slot, mib, sk);
	else
		set_owner(slot, NULL, TLQ_GONE);
}

static __always_inline void note_call(struct tlq_slot *slot, struct sock *sk,
				      enum tlq_stage stage)
{
	slot->stage = stage;
	slot->when = get_jiffies_64();
	if (slot->owner)
		tlq_listener_peaks(slot->owner, sk);
}

/*
 * A call about the same listener changes nothing of what is charged to it, but for
 * overflows, which have a counter for each stage.
 */
static __always_inline void enter(struct tlq_slot *slot,
				  const unsigned long *mib, struct sock *sk,
				  enum tlq_stage stage)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	lockdep_assert_held(&slot->lock);
	if (owned_by(slot, cookie)) {
		note_overflow(slot, mib);
		if (slot->stage != stage &&
		    slot->overflows != slot->last[TLQ_M_LISTEN_OVERFLOWS])
			settle_seldom(slot, mib);
	} else {
		settle(slot, mib);
		find_owner(slot, mib, sk, cookie);
	}
	note_call(slot, sk, stage);
}

static __always_inline void enter_here(struct sock *sk, enum tlq_stage stage)
{
	const struct net *net = sock_net(sk);
	struct tlq_slot __percpu *slots;
	const struct tlq_net *of_net;
	struct tlq_slot *slot;
	unsigned long flags;

	local_irq_save(flags);
	/* net_generic() without rcu_read_lock(): interrupts are off. */
	of_net = rcu_dereference_sched(net->gen)->ptr[tlq_net_id];
	slots = READ_ONCE(of_net->slots);
	if (likely(slots)) {
		slot = this_cpu_ptr(slots);
		raw_spin_lock(&slot->lock);
		enter(slot, this_cpu_ptr(net->mib.net_statistics)->mibs, sk,
		      stage);
		raw_spin_unlock(&slot->lock);
	}
	local_irq_restore(flags);
}

/**
 * tlq_slot_syn() - a call about a SYN begins on this CPU
 * @sk: the listener, or one that has just closed
 *
 * The path of a SYN to a listener that has numbers is all inlined here, as this is
 * what a storm of SYNs costs.
 *
 * Context: any but hard interrupts, no raw lock held; the caller keeps @sk alive.
 */
notrace void tlq_slot_syn(struct sock *sk)
{
	enter_here(sk, TLQ_STAGE_SYN);
}

/**
 * tlq_slot_ack() - the same for an ACK
 * @sk: as above
 */
notrace void tlq_slot_ack(struct sock *sk)
{
	enter_here(sk, TLQ_STAGE_ACK);
}

/**
 * tlq_slot_leave() - a listener has closed
 * @slot: a slot of its namespace
 * @net: the namespace
 * @cpu: CPU of the slot
 * @cookie: the listener
 *
 * What calls still in progress count for it is charged as TLQ_GONE.
 */
void tlq_slot_leave(struct tlq_slot *slot, const struct net *net, int cpu,
		    u64 cookie)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	if (owned_by(slot, cookie)) {
		settle_seldom(slot, mib_of(net, cpu));
		set_owner(slot, NULL, TLQ_GONE);
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_settle() - charge all that a CPU has counted
 * @slot: its slot
 * @net: namespace
 * @cpu: CPU
 */
void tlq_slot_settle(struct tlq_slot *slot, const struct net *net, int cpu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	settle_seldom(slot, mib_of(net, cpu));
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_start() - begin to count from here on
 * @slot: slot; the current owner is kept
 * @net: namespace
 * @cpu: CPU
 */
void tlq_slot_start(struct tlq_slot *slot, const struct net *net, int cpu)
{
	const unsigned long *mib = mib_of(net, cpu);
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&slot->lock, flags);
	/* Before the others, as in settle(). */
	slot->rare = tlq_mibs_rare(mib);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		slot->last[i] = READ_ONCE(mib[tlq_mibs[i].index]);
		slot->base[i] = slot->last[i];
	}
	slot->overflows = slot->last[TLQ_M_LISTEN_OVERFLOWS];
	slot->started = true;
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_init() - set up a slot without owner, not started
 * @slot: zeroed
 */
void tlq_slot_init(struct tlq_slot *slot)
{
	raw_spin_lock_init(&slot->lock);
	slot->fate = TLQ_NOBODY;
}
