// SPDX-License-Identifier: GPL-2.0
/*
 * What the slots of each namespace add up to, for debugfs: a record a namespace.
 */
#include <linux/fs.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "closed.h"
#include "listener.h"
#include "mibs.h"
#include "nets.h"
#include "slot.h"

/**
 * struct totals - slots added up
 * @sum: growth by fate
 * @growth: growth of the MIB from start to the last settle
 */
struct totals {
	u64 sum[TLQ_NR_FATES][TLQ_NR_MIBS];
	u64 growth[TLQ_NR_MIBS];
};

/**
 * struct record - a namespace at one moment
 * @id: its id, 0: there is none
 * @inum: its inode number
 * @counted: @totals are valid
 * @totals: of its slots
 * @tracked: listeners in the table
 * @lost: listeners that have lost something
 * @refused: how often one got no numbers
 */
struct record {
	u64 id;
	unsigned int inum;
	bool counted;
	struct totals totals;
	unsigned int tracked;
	unsigned int lost;
	u64 refused[TLQ_NR_REFUSALS];
};

static void add_slot(struct tlq_slot *slot, struct totals *totals)
{
	unsigned long flags, live;
	int fate, i;

	raw_spin_lock_irqsave(&slot->lock, flags);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		live = slot->last[i] - slot->base[i];
		totals->growth[i] += live;
		for (fate = 0; fate < TLQ_NR_LOST; fate++) {
			totals->sum[fate][i] += slot->sum[fate][i];
			live -= slot->sum[fate][i];
		}
		totals->sum[TLQ_LIVE][i] += live;
	}
	raw_spin_unlock_irqrestore(&slot->lock, flags);
}

/* A CPU without a slot has had no hooked call: nobody gets what it has counted. */
static void add_slotless(const struct net *net, int cpu, struct totals *totals)
{
	const unsigned long *mib = per_cpu_ptr(net->mib.net_statistics, cpu)->mibs;
	unsigned long now;
	int i;

	for (i = 0; i < TLQ_NR_MIBS; i++) {
		now = READ_ONCE(mib[tlq_mibs[i].index]);
		totals->growth[i] += now;
		totals->sum[TLQ_NOBODY][i] += now;
	}
}

/* What listeners that have closed were charged of a counter of the kernel's */
static u64 closed_sum(const struct tlq_closed *closed, enum tlq_mib i)
{
	u64 sum = atomic64_read(&closed->count[tlq_mibs[i].counter]);

	if (i == TLQ_M_LISTEN_OVERFLOWS)
		sum += atomic64_read(&closed->count[TLQ_C_OVERFLOW_ACK]) +
		       atomic64_read(&closed->count[TLQ_C_OVERFLOW_COOKIE]);
	return sum;
}

/* CPUs that are possible but not there count nothing. */
static void add_slots(const struct tlq_net *tn, struct totals *totals)
{
	struct tlq_slot **slots = READ_ONCE(tn->slots);
	struct tlq_slot *slot;
	int cpu;

	for_each_present_cpu(cpu)
		if (!slots || !READ_ONCE(slots[cpu]))
			add_slotless(tn->net, cpu, totals);
	llist_for_each_entry(slot, READ_ONCE(tn->all.first), next)
		add_slot(slot, totals);
}

/*
 * @sum is read first: it is part of the live charges read after it, so their
 * difference cannot be negative.
 */
static void add_totals(const struct tlq_net *tn, struct totals *totals)
{
	const struct tlq_closed *closed = tlq_closed_of(&tn->share);
	u64 sum[TLQ_NR_MIBS];
	int i;

	for (i = 0; i < TLQ_NR_MIBS; i++)
		sum[i] = closed ? closed_sum(closed, i) : 0;
	add_slots(tn, totals);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		totals->sum[TLQ_LIVE][i] -= sum[i];
		totals->sum[TLQ_GONE][i] += sum[i];
	}
}

/* By counter of a listener; the overflows at the SYN are what is left of all. */
static void split(const struct totals *totals, u64 *nobody)
{
	int i;

	for (i = 0; i < TLQ_NR_MIBS; i++)
		nobody[tlq_mibs[i].counter] = totals->sum[TLQ_NOBODY][i] +
			totals->sum[TLQ_NO_ROOM][i] + totals->sum[TLQ_GONE][i];
	nobody[TLQ_C_OVERFLOW_SYN] -= nobody[TLQ_C_OVERFLOW_ACK] +
				      nobody[TLQ_C_OVERFLOW_COOKIE];
}

/**
 * tlq_totals_nobody() - what was charged to no listener, open or closed
 * @tn: namespace, not being torn down
 * @nobody: by enum tlq_counter, since load; those of the kernel are set
 *
 * Context: process; may sleep.
 * Return: false if it is not known.
 */
bool tlq_totals_nobody(struct tlq_net *tn, u64 *nobody)
{
	struct totals totals = {};

	/* Pairs with the release in nets.c's start_net(). */
	if (!smp_load_acquire(&tn->started) || tn->blind)
		return false;
	tlq_net_settle(tn);
	/* Before the slots: parts of what is read there, so never more than it. */
	nobody[TLQ_C_OVERFLOW_ACK] = atomic64_read(&tn->nobody_ack);
	nobody[TLQ_C_OVERFLOW_COOKIE] = atomic64_read(&tn->nobody_cookie);
	add_slots(tn, &totals);
	split(&totals, nobody);
	return true;
}

static void fill_record(struct tlq_net *tn, void *data)
{
	struct record *record = data;

	memset(record, 0, sizeof(*record));
	record->inum = tn->net->ns.inum;
	record->tracked = READ_ONCE(tn->share.tracked);
	record->lost = tlq_lost_count(&tn->share);
	tlq_net_refused(tn, record->refused);
	/* Pairs with the release in nets.c's start_net(). */
	record->counted = smp_load_acquire(&tn->started) && !tn->blind;
	if (!record->counted)
		return;
	tlq_net_settle(tn);
	add_totals(tn, &record->totals);
}

/* A position is one past the id of the namespace before. */
static void *record_at(struct record *record, loff_t *pos)
{
	record->id = tlq_nets_active() ?
		     tlq_nets_next(*pos - 1, fill_record, record) : 0;
	if (!record->id)
		return NULL;
	*pos = record->id;
	return record;
}

static void *totals_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? record_at(m->private, pos) : SEQ_START_TOKEN;
}

static void *totals_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return record_at(m->private, pos);
}

static void totals_stop(struct seq_file *m, void *v)
{
}

static int totals_show(struct seq_file *m, void *v)
{
	const struct record *record = v;
	const struct totals *totals = &record->totals;
	int i;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "%10s %-25s %12s %12s %12s %12s\n", "netns",
			   "counter", "live", "gone", "unassigned", "kernel");
		return 0;
	}
	for (i = 0; record->counted && i < TLQ_NR_MIBS; i++)
		seq_printf(m, "%10u %-25s %12llu %12llu %12llu %12llu\n",
			   record->inum, tlq_mibs[i].name,
			   totals->sum[TLQ_LIVE][i], totals->sum[TLQ_GONE][i],
			   totals->sum[TLQ_NOBODY][i] +
			   totals->sum[TLQ_NO_ROOM][i], totals->growth[i]);
	return 0;
}

static int untracked_show(struct seq_file *m, void *v)
{
	const struct record *record = v;

	if (v == SEQ_START_TOKEN)
		seq_printf(m, "%10s %8s %8s %12s %12s %8s\n", "netns", "tracked",
			   "limit", "table_full", "no_memory", "lost");
	else
		seq_printf(m, "%10u %8u %8u %12llu %12llu %8u\n",
			   record->inum, record->tracked, tlq_table_share_limit(),
			   record->refused[TLQ_TABLE_FULL],
			   record->refused[TLQ_NO_MEMORY], record->lost);
	return 0;
}

static const struct seq_operations totals_ops = {
	.start	= totals_start,
	.next	= totals_next,
	.stop	= totals_stop,
	.show	= totals_show,
};

static const struct seq_operations untracked_ops = {
	.start	= totals_start,
	.next	= totals_next,
	.stop	= totals_stop,
	.show	= untracked_show,
};

/**
 * tlq_totals_open() - open the file of sums
 * @file: file
 *
 * Return: 0 or -ENOMEM.
 */
int tlq_totals_open(struct file *file)
{
	return seq_open_private(file, &totals_ops, sizeof(struct record));
}

/**
 * tlq_untracked_open() - open the file that says why columns print "-"
 * @file: file
 *
 * Return: 0 or -ENOMEM.
 */
int tlq_untracked_open(struct file *file)
{
	return seq_open_private(file, &untracked_ops, sizeof(struct record));
}

static void add_unassigned(struct tlq_net *tn, void *data)
{
	struct record record;
	struct tlq_unassigned *sums = data;
	int i;

	fill_record(tn, &record);
	for (i = 0; i < TLQ_NR_MIBS; i++) {
		sums->outside += record.totals.sum[TLQ_NOBODY][i];
		sums->no_room += record.totals.sum[TLQ_NO_ROOM][i];
	}
	for (i = 0; i < TLQ_NR_REFUSALS; i++)
		sums->refused[i] += record.refused[i];
}

/**
 * tlq_totals_unassigned() - events that were charged to no listener
 * @sums: filled in
 */
void tlq_totals_unassigned(struct tlq_unassigned *sums)
{
	u64 id = 0;

	memset(sums, 0, sizeof(*sums));
	if (!tlq_nets_active())
		return;
	tlq_nets_refused(sums->refused);
	do {
		id = tlq_nets_next(id, add_unassigned, sums);
	} while (id);
}
