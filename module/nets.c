// SPDX-License-Identifier: GPL-2.0
/*
 * The namespaces: each has a slot for every CPU (slot.h). This file makes and frees
 * the slots, settles them, and adds them up for debugfs.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "compat.h"
#include "listener.h"
#include "mibs.h"
#include "nets.h"
#include "slot.h"

unsigned int tlq_net_id __ro_after_init;
static bool active __ro_after_init;

/* Protects @nets and @started. */
static DEFINE_MUTEX(nets_lock);
static LIST_HEAD(nets);
static bool started;	/* new namespaces count from their creation on */

static struct tlq_net *net_of(const struct net *net)
{
	return net_generic(net, tlq_net_id);
}

/**
 * tlq_nets_leave() - a listener has closed
 * @sk: its socket, in state CLOSE and out of the listening hash
 */
void tlq_nets_leave(struct sock *sk)
{
	u64 final[TLQ_NR_COUNTERS] = {}, cookie = tlq_cookie(sk);
	struct net *net = sock_net(sk);
	struct tlq_net *tn = net_of(net);
	struct tlq_slot __percpu *slots;
	int cpu, i;

	rcu_read_lock();
	slots = READ_ONCE(tn->slots);
	if (slots)
		for_each_possible_cpu(cpu)
			tlq_slot_leave(per_cpu_ptr(slots, cpu), net, cpu,
				       cookie);
	tlq_listener_forget(cookie, final);
	final[TLQ_C_OVERFLOW_SYN] += final[TLQ_C_OVERFLOW_ACK];
	for (i = 0; i < TLQ_NR_MIBS; i++)
		atomic64_add(final[tlq_mibs[i].counter], &tn->closed[i]);
	rcu_read_unlock();
}

static void settle_net(const struct tlq_net *tn)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tlq_slot_settle(per_cpu_ptr(tn->slots, cpu), tn->net, cpu);
}

/**
 * tlq_nets_settle() - charge all that has been counted, before a read
 * @net: namespace, not being torn down; NULL: all of them
 *
 * Context: process; may sleep.
 */
void tlq_nets_settle(struct net *net)
{
	const struct tlq_net *tn;

	if (!active)
		return;
	if (net) {
		settle_net(net_of(net));
		return;
	}
	mutex_lock(&nets_lock);
	list_for_each_entry(tn, &nets, node) {
		settle_net(tn);
		cond_resched();
	}
	mutex_unlock(&nets_lock);
}

static void add_slot(struct tlq_slot *slot, struct tlq_totals *totals)
{
	unsigned long flags, live;
	int fate, i;

	raw_spin_lock_irqsave(&slot->lock, flags);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		live = slot->last[i] - slot->base[i];
		totals->growth[i] += live;
		for (fate = 0; fate < TLQ_NR_FATES; fate++) {
			totals->sum[fate][i] += slot->sum[fate][i];
			live -= slot->sum[fate][i];
		}
		totals->sum[TLQ_LIVE][i] += live;
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/*
 * @closed is read first: it is part of the live charges read after it, so their
 * difference cannot be negative.
 */
static void add_totals(const struct tlq_net *tn, struct tlq_totals *totals)
{
	u64 closed[TLQ_NR_MIBS];
	int cpu, i;

	for (i = 0; i < TLQ_NR_MIBS; i++)
		closed[i] = atomic64_read(&tn->closed[i]);
	for_each_possible_cpu(cpu)
		add_slot(per_cpu_ptr(tn->slots, cpu), totals);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		totals->sum[TLQ_LIVE][i] -= closed[i];
		totals->sum[TLQ_GONE][i] += closed[i];
	}
}

static void show_net(struct seq_file *m, const struct tlq_net *tn)
{
	struct tlq_totals totals = {};
	int i;

	settle_net(tn);
	add_totals(tn, &totals);
	for (i = 0; i < TLQ_NR_MIBS; i++)
		seq_printf(m, "%10u %-20s %12llu %12llu %12llu %12llu\n",
			   tn->net->ns.inum, tlq_mibs[i].name,
			   totals.sum[TLQ_LIVE][i], totals.sum[TLQ_GONE][i],
			   totals.sum[TLQ_NOBODY][i] +
			   totals.sum[TLQ_NO_ROOM][i], totals.growth[i]);
}

/**
 * tlq_nets_show_totals() - print the sums of each namespace
 * @m: file
 */
void tlq_nets_show_totals(struct seq_file *m)
{
	const struct tlq_net *tn;

	seq_printf(m, "%10s %-20s %12s %12s %12s %12s\n", "netns", "counter",
		   "live", "gone", "unassigned", "kernel");
	if (!active)
		return;
	mutex_lock(&nets_lock);
	list_for_each_entry(tn, &nets, node) {
		show_net(m, tn);
		cond_resched();
	}
	mutex_unlock(&nets_lock);
}

/**
 * tlq_nets_unassigned() - events that were charged to no listener
 * @outside: set to those counted in a slot before its first hooked call
 * @no_room: set to those of listeners that could not be tracked
 */
void tlq_nets_unassigned(u64 *outside, u64 *no_room)
{
	const struct tlq_net *tn;
	struct tlq_totals totals = {};
	int i;

	*outside = 0;
	*no_room = 0;
	if (!active)
		return;
	mutex_lock(&nets_lock);
	list_for_each_entry(tn, &nets, node) {
		settle_net(tn);
		add_totals(tn, &totals);
	}
	mutex_unlock(&nets_lock);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		*outside += totals.sum[TLQ_NOBODY][i];
		*no_room += totals.sum[TLQ_NO_ROOM][i];
	}
}

static void start_net(const struct tlq_net *tn)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tlq_slot_start(per_cpu_ptr(tn->slots, cpu), tn->net, cpu);
}

/**
 * tlq_nets_start() - count from here on
 *
 * Call when all hooks are live. Waits for calls that started before: they have no
 * owner.
 */
void tlq_nets_start(void)
{
	const struct tlq_net *tn;

	synchronize_rcu();
	mutex_lock(&nets_lock);
	started = true;
	list_for_each_entry(tn, &nets, node)
		start_net(tn);
	mutex_unlock(&nets_lock);
}

static int __net_init nets_net_init(struct net *net)
{
	struct tlq_net *tn = net_of(net);
	int cpu;

	tn->net = net;
	tn->slots = alloc_percpu(struct tlq_slot);
	if (!tn->slots)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		tlq_slot_init(per_cpu_ptr(tn->slots, cpu));
	mutex_lock(&nets_lock);
	if (started)
		start_net(tn);
	list_add_tail(&tn->node, &nets);
	mutex_unlock(&nets_lock);
	return 0;
}

/* The kernel waits for a grace period between the two: calls in progress end. */
static void __net_exit nets_net_pre_exit(struct net *net)
{
	struct tlq_net *tn = net_of(net);

	mutex_lock(&nets_lock);
	list_del(&tn->node);
	mutex_unlock(&nets_lock);
	tn->doomed = tn->slots;
	WRITE_ONCE(tn->slots, NULL);
}

static void __net_exit nets_net_exit(struct net *net)
{
	free_percpu(net_of(net)->doomed);
}

static struct pernet_operations nets_net_ops = {
	.init = nets_net_init,
	.pre_exit = nets_net_pre_exit,
	.exit = nets_net_exit,
	.id = &tlq_net_id,
	.size = sizeof(struct tlq_net),
};

/**
 * tlq_nets_init() - make the slots of all namespaces
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_nets_init(void)
{
	int err = register_pernet_subsys(&nets_net_ops);

	active = !err;
	return err;
}

/** tlq_nets_exit() - free them; hooks and readers have gone */
void tlq_nets_exit(void)
{
	if (active)
		unregister_pernet_subsys(&nets_net_ops);
}
