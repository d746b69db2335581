// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU in one namespace: whom its part of the MIB is charged to. The idea is
 * told in slot.h.
 */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <net/snmp.h>

#include "compat.h"
#include "slot.h"

static const struct {
	const char *name;	/* as in /proc/net/netstat */
	int index;
	enum tlq_counter counter;
} mibs[TLQ_NR_MIBS] = {
	[TLQ_M_LISTEN_OVERFLOWS] = {
		"ListenOverflows", LINUX_MIB_LISTENOVERFLOWS,
		TLQ_C_OVERFLOW_SYN },
	[TLQ_M_REQQ_FULL_DROP] = {
		"TCPReqQFullDrop", LINUX_MIB_TCPREQQFULLDROP,
		TLQ_C_REQQ_FULL_DROP },
	[TLQ_M_REQQ_FULL_COOKIES] = {
		"TCPReqQFullDoCookies", LINUX_MIB_TCPREQQFULLDOCOOKIES,
		TLQ_C_REQQ_FULL_COOKIES },
	[TLQ_M_SYNCOOKIES_SENT] = {
		"SyncookiesSent", LINUX_MIB_SYNCOOKIESSENT,
		TLQ_C_SYNCOOKIES_SENT },
	[TLQ_M_LISTEN_DROPS] = {
		"ListenDrops", LINUX_MIB_LISTENDROPS,
		TLQ_C_LISTEN_DROPS },
	[TLQ_M_EMBRYONIC_RSTS] = {
		"EmbryonicRsts", LINUX_MIB_EMBRYONICRSTS,
		TLQ_C_EMBRYONIC_RSTS },
};

static const unsigned long *mib_of(const struct net *net, int cpu)
{
	return per_cpu_ptr(net->mib.net_statistics, cpu)->mibs;
}

/* The overflows since somebody last looked belong to the last call. */
static void note_overflow(struct tlq_slot *slot, const unsigned long *mib)
{
	unsigned long now = READ_ONCE(mib[LINUX_MIB_LISTENOVERFLOWS]);

	if (now == slot->overflows)
		return;
	slot->overflows = now;
	slot->overflow_when = slot->when;
}

static __always_inline void charge(const struct tlq_slot *slot,
				   struct tlq_listener *owner, enum tlq_mib i,
				   unsigned long delta)
{
	enum tlq_counter counter = mibs[i].counter;

	if (i == TLQ_M_LISTEN_OVERFLOWS) {
		tlq_listener_overflow(owner, slot->overflow_when);
		if (slot->stage == TLQ_STAGE_ACK)
			counter = TLQ_C_OVERFLOW_ACK;
	}
	atomic64_add(delta, &owner->count[counter]);
}

/*
 * Charge what the MIB has grown by since last time. Unrolled, with @i a
 * constant: a storm of SYNs for many listeners comes here with each.
 */
static __always_inline void charge_all(struct tlq_slot *slot,
				       const unsigned long *mib)
{
	struct tlq_listener *owner = slot->owner;
	u64 *sum = slot->sum[slot->fate];
	unsigned long now, delta;
	int i;

	if (!slot->started)
		return;
#pragma GCC unroll 6
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		now = READ_ONCE(mib[mibs[i].index]);
		delta = now - slot->last[i];
		if (!delta)
			continue;
		slot->last[i] = now;
		sum[i] += delta;
		if (owner)
			charge(slot, owner, i, delta);
	}
}

static noinline void settle(struct tlq_slot *slot, const unsigned long *mib)
{
	lockdep_assert_held(&slot->lock);
	note_overflow(slot, mib);
	charge_all(slot, mib);
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
	slot->fate = fate;
}

/*
 * A listener on its way out has state CLOSE before the locks of the slots are
 * taken one by one to remove it, tlq_slot_leave(). So either its state shows
 * here, or the owner set here is found there. One that listens again was removed
 * from the table before: its state is loaded before that is looked at.
 */
static bool listening(const struct sock *sk)
{
	return inet_sk_state_load(sk) == TCP_LISTEN;
}

/* The first packet of a listener. Memory is not to be had under a raw lock. */
static noinline void make_owner(struct tlq_slot *slot, const unsigned long *mib,
				const struct sock *sk, u64 cookie)
	__releases(&slot->lock) __acquires(&slot->lock)
{
	struct tlq_listener *spare, *owner;

	raw_spin_unlock(&slot->lock);
	spare = tlq_listener_spare(cookie);
	raw_spin_lock(&slot->lock);
	settle(slot, mib);
	if (listening(sk)) {
		owner = tlq_listener_get(cookie, &spare);
		set_owner(slot, owner, owner ? TLQ_LIVE : TLQ_NO_ROOM);
	} else {
		set_owner(slot, NULL, TLQ_GONE);
	}
	if (likely(!spare))
		return;
	raw_spin_unlock(&slot->lock);
	tlq_listener_unspare(spare);
	raw_spin_lock(&slot->lock);
}

/* The call is about another listener than the last one, or another stage of it. */
static noinline void turn(struct tlq_slot *slot, const unsigned long *mib,
			  struct sock *sk)
{
	u64 cookie = tlq_cookie(sk);
	struct tlq_listener *owner;

	charge_all(slot, mib);
	if (owned_by(slot, cookie))
		return;
	if (!listening(sk)) {
		set_owner(slot, NULL, TLQ_GONE);
		return;
	}
	owner = tlq_listener_find(cookie);
	if (likely(owner))
		set_owner(slot, owner, TLQ_LIVE);
	else
		make_owner(slot, mib, sk, cookie);
}

/**
 * tlq_slot_enter() - a call about a listener begins on this CPU
 * @slot: of this CPU, in the listener's namespace
 * @sk: the listener, or one that has just closed
 * @stage: of the handshake
 *
 * Nothing but what each call needs is here, and little is kept across the taking
 * of the lock: each register saved for that is two instructions of a SYN.
 *
 * Context: interrupts off, no raw lock held; the caller keeps @sk alive.
 */
void tlq_slot_enter(struct tlq_slot *slot, struct sock *sk,
		    enum tlq_stage stage)
{
	const unsigned long *mib;

	raw_spin_lock(&slot->lock);
	mib = this_cpu_ptr(sock_net(sk)->mib.net_statistics)->mibs;
	note_overflow(slot, mib);
	if (!owned_by(slot, atomic64_read(&sk->sk_cookie)) ||
	    (slot->stage != stage &&
	     slot->overflows != slot->last[TLQ_M_LISTEN_OVERFLOWS]))
		turn(slot, mib, sk);
	slot->stage = stage;
	slot->when = get_jiffies_64();
	if (slot->owner)
		tlq_listener_peaks(slot->owner, sk);
	raw_spin_unlock(&slot->lock);
}

/**
 * tlq_slot_leave() - a listener has closed
 * @slot: a slot of its namespace
 * @net: the namespace
 * @cpu: whose slot it is
 * @cookie: the listener
 *
 * What calls about it that are still in progress add is charged to those that
 * have gone.
 */
void tlq_slot_leave(struct tlq_slot *slot, const struct net *net, int cpu,
		    u64 cookie)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	if (owned_by(slot, cookie)) {
		settle(slot, mib_of(net, cpu));
		set_owner(slot, NULL, TLQ_GONE);
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_settle() - charge all that has happened on a CPU
 * @slot: its slot
 * @net: namespace
 * @cpu: CPU
 */
void tlq_slot_settle(struct tlq_slot *slot, const struct net *net, int cpu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&slot->lock, flags);
	settle(slot, mib_of(net, cpu));
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_add_sums() - add up slots
 * @slot: slot; consistent in itself
 * @totals: it is added to this
 */
void tlq_slot_add_sums(struct tlq_slot *slot, struct tlq_totals *totals)
{
	unsigned long flags;
	int fate, i;

	raw_spin_lock_irqsave(&slot->lock, flags);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		for (fate = 0; fate < TLQ_NR_FATES; fate++)
			totals->sum[fate][i] += slot->sum[fate][i];
		totals->growth[i] += slot->last[i] - slot->base[i];
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_start() - begin to count from here on
 * @slot: slot; whoever it belongs to by now keeps it
 * @net: namespace
 * @cpu: CPU
 */
void tlq_slot_start(struct tlq_slot *slot, const struct net *net, int cpu)
{
	const unsigned long *mib = mib_of(net, cpu);
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&slot->lock, flags);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		slot->last[i] = READ_ONCE(mib[mibs[i].index]);
		slot->base[i] = slot->last[i];
	}
	slot->overflows = slot->last[TLQ_M_LISTEN_OVERFLOWS];
	slot->started = true;
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/**
 * tlq_slot_init() - a slot that nobody owns and that does not count yet
 * @slot: zeroed
 */
void tlq_slot_init(struct tlq_slot *slot)
{
	raw_spin_lock_init(&slot->lock);
	slot->fate = TLQ_NOBODY;
}

/**
 * tlq_mib_name() - name of a counter of the kernel
 * @i: counter
 *
 * Return: its name in /proc/net/netstat.
 */
const char *tlq_mib_name(enum tlq_mib i)
{
	return mibs[i].name;
}

/**
 * tlq_mib_counter() - what counts the same for a listener
 * @i: counter of the kernel
 *
 * Return: its counter; of the overflows the one at the SYN.
 */
enum tlq_counter tlq_mib_counter(enum tlq_mib i)
{
	return mibs[i].counter;
}
