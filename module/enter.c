// SPDX-License-Identifier: GPL-2.0
/*
 * A hooked call begins: its listener becomes the owner of the slot of this CPU.
 */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/snmp.h>

#include "charge.h"
#include "listener.h"
#include "look.h"
#include "nets.h"
#include "slot.h"
#include "slots.h"
#include "stock.h"
#include "track.h"

/*
 * tlq_untrack() runs after the state is CLOSE and takes the lock of each slot that
 * may have the listener: either we see CLOSE here, or it sees the owner that we set.
 * The acquire orders this load before the lookup in the table: a socket that listens
 * again must not find the numbers of its first life, which were removed before. It
 * pairs with the release in inet_sk_state_store().
 */
static bool listening(const struct sock *sk)
{
	if (READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return false;
	smp_acquire__after_ctrl_dep();
	return true;
}

/* The numbers of @sk; NULL if it does not listen or has none */
static __always_inline struct tlq_listener *lookup_listening(struct sock *sk,
							     u64 cookie)
{
	return likely(listening(sk)) ? tlq_listener_find(cookie) : NULL;
}

static __always_inline void set_owner(struct tlq_slot *slot,
				      struct tlq_listener *owner)
{
	lockdep_assert_held(&slot->lock);
	slot->cookie = owner->cookie;
	slot->owner = owner;
}

/* What a listener without numbers loses in a call, whatever the kernel counts in it */
static u32 lost_in_call(enum tlq_stage stage)
{
	switch (stage) {
	case TLQ_STAGE_SYN:
		return TLQ_KNOWN_PEAKS | BIT(TLQ_C_SYNS);
	case TLQ_STAGE_COOKIE:
		return TLQ_KNOWN_PEAKS | TLQ_KNOWN_WAITS | TLQ_KNOWN_LAST_ACCEPT;
	default:
		return TLQ_KNOWN_PEAKS;
	}
}

/*
 * The call is about a listener without numbers: it gets some, if it listens. Nothing
 * can be allocated under a raw spinlock, so drop it meanwhile: nothing is counted on
 * this CPU with interrupts off, and nobody else sets an owner.
 */
static noinline void make_owner(struct tlq_slot *slot, struct sock *sk,
				enum tlq_stage stage)
	__releases(&slot->lock) __acquires(&slot->lock)
{
	enum tlq_refusal refusal = TLQ_NOT_REFUSED;
	struct tlq_listener *owner;
	u64 cookie = tlq_cookie(sk);

	if (listening(sk)) {
		raw_spin_unlock(&slot->lock);
		refusal = tlq_track(slot->net, sk, lost_in_call(stage));
		if (refusal != TLQ_NOT_REFUSED)
			tlq_look_again();
		raw_spin_lock(&slot->lock);
	}
	owner = lookup_listening(sk, cookie);
	if (owner) {
		set_owner(slot, owner);
	} else if (refusal != TLQ_NOT_REFUSED && listening(sk)) {
		/* Read without the lock */
		WRITE_ONCE(slot->refused[refusal], slot->refused[refusal] + 1);
		tlq_set_nobody(slot, TLQ_NO_ROOM, cookie);
	} else {
		tlq_set_nobody(slot, TLQ_GONE, 0);
	}
}

static __always_inline void find_owner(struct tlq_slot *slot, struct sock *sk,
				       u64 cookie, enum tlq_stage stage)
{
	struct tlq_listener *owner = lookup_listening(sk, cookie);

	if (likely(owner))
		set_owner(slot, owner);
	else
		make_owner(slot, sk, stage);
}

static __always_inline void note_call(struct tlq_slot *slot, struct sock *sk,
				      enum tlq_stage stage)
{
	slot->stage = stage;
	slot->when = get_jiffies_64();
	slot->syns += stage == TLQ_STAGE_SYN;
	/* Cookies may have been sent before the module was there. */
	if (stage == TLQ_STAGE_COOKIE && slot->owner)
		WRITE_ONCE(slot->owner->unseen, true);
	if (likely(slot->owner))
		tlq_listener_peaks(slot->owner, sk);
}

/*
 * A call about the same listener changes nothing of what is charged to it, but for
 * overflows, which have a counter for each stage.
 */
static __always_inline void enter(struct tlq_slot *slot, struct sock *sk,
				  enum tlq_stage stage)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	lockdep_assert_held(&slot->lock);
	if (slot->cookie == cookie) {
		tlq_note_full(slot);
		if (slot->stage != stage &&
		    slot->overflows != slot->last[TLQ_M_LISTEN_OVERFLOWS])
			tlq_slot_settle_locked(slot);
	} else {
		tlq_settle(slot);
		find_owner(slot, sk, cookie, stage);
	}
	note_call(slot, sk, stage);
}

/* The first call since a reader has settled the slot, or since it was made */
static noinline void enter_unready(struct tlq_slot *slot, struct sock *sk,
				   enum tlq_stage stage)
{
	if (!slot->queued)
		tlq_slot_queue(slot);
	tlq_slot_settle_locked(slot);
	find_owner(slot, sk, atomic64_read(&sk->sk_cookie), stage);
	note_call(slot, sk, stage);
	slot->ready = slot->started;
}

/* Remember the slot for the next call, unless the namespace is being torn down. */
static void set_last(struct tlq_slot *slot, const struct net *net)
{
	lockdep_assert_held(&slot->lock);
	if (READ_ONCE(slot->net->dying))
		return;
	this_cpu_write(tlq_last.slot, slot);
	this_cpu_write(tlq_last.net, net);
}

/* The first hooked call on this CPU in this namespace, or no memory for it so far */
static noinline struct tlq_slot *make_slot(struct tlq_net *tn, struct sock *sk)
{
	struct tlq_slot *slot = tlq_slots_make(tn, smp_processor_id(), tlq_stock_get);

	if (!slot) {
		tlq_track_lost(tn, sk, TLQ_KNOWN_ALL);
		tlq_look_again();
	}
	return slot;
}

/* The last call on this CPU was in another namespace. Interrupts are off. */
static noinline struct tlq_slot *find_slot(const struct net *net, struct sock *sk)
{
	struct tlq_slot **slots, *slot = NULL;
	struct tlq_net *tn;

	/* net_generic() without rcu_read_lock(): interrupts are off. */
	tn = rcu_dereference_sched(net->gen)->ptr[tlq_net_id];
	slots = READ_ONCE(tn->slots);
	if (likely(slots))
		slot = READ_ONCE(slots[smp_processor_id()]);
	if (unlikely(!slot))
		slot = make_slot(tn, sk);
	if (likely(slot)) {
		raw_spin_lock(&slot->lock);
		set_last(slot, net);
		raw_spin_unlock(&slot->lock);
	}
	return slot;
}

/*
 * With the slot of the last call at hand a refused SYN is some 25 instructions of 7,500
 * shorter than through the array of the namespace.
 */
static __always_inline void enter_here(struct sock *sk, enum tlq_stage stage)
{
	const struct net *net = sock_net(sk);
	struct tlq_slot *slot;
	unsigned long flags;

	local_irq_save(flags);
	if (likely(this_cpu_read(tlq_last.net) == net)) {
		slot = this_cpu_read(tlq_last.slot);
	} else {
		slot = find_slot(net, sk);
		if (!slot)
			goto out;
	}
	raw_spin_lock(&slot->lock);
	if (likely(slot->ready))
		enter(slot, sk, stage);
	else
		enter_unready(slot, sk, stage);
	raw_spin_unlock(&slot->lock);
out:
	local_irq_restore(flags);
}

/**
 * tlq_enter_syn() - a call about a SYN begins on this CPU
 * @sk: the listener, or one that has just closed
 *
 * The path of a SYN to a listener that has numbers is all inlined here, as this is
 * what a storm of SYNs costs.
 *
 * Context: any but hard interrupts, no raw lock held; the caller keeps @sk alive.
 */
notrace void tlq_enter_syn(struct sock *sk)
{
	enter_here(sk, TLQ_STAGE_SYN);
}

/**
 * tlq_enter_ack() - the same for an ACK
 * @sk: as above
 */
notrace void tlq_enter_ack(struct sock *sk)
{
	enter_here(sk, TLQ_STAGE_ACK);
}

/**
 * tlq_enter_cookie() - the same for an ACK that brings a SYN cookie back
 * @sk: as above
 */
notrace void tlq_enter_cookie(struct sock *sk)
{
	enter_here(sk, TLQ_STAGE_COOKIE);
}
