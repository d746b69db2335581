/* SPDX-License-Identifier: GPL-2.0 */
/* nets.c: the namespaces, each with a slot for every CPU */
#ifndef TLQ_NETS_H
#define TLQ_NETS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "slot.h"
#include "tlq.h"

struct net;
struct seq_file;
struct sock;

/**
 * struct tlq_net - a namespace
 * @slots: one for each CPU; NULL once the namespace is being torn down
 * @doomed: the old @slots, saved for freeing after a grace period
 * @net: back pointer
 * @node: in the list of all namespaces in nets.c
 * @closed: sums charged to listeners that have since closed, by MIB
 */
struct tlq_net {
	struct tlq_slot __percpu *slots;
	struct tlq_slot __percpu *doomed;
	struct net *net;
	struct list_head node;
	atomic64_t closed[TLQ_NR_MIBS];
};

/* Index of struct tlq_net for net_generic(); set in nets.c */
extern unsigned int tlq_net_id;

/**
 * struct tlq_totals - slots added up
 * @sum: growth by fate
 * @growth: growth of the MIB from start to the last settle
 */
struct tlq_totals {
	u64 sum[TLQ_NR_FATES][TLQ_NR_MIBS];
	u64 growth[TLQ_NR_MIBS];
};

int tlq_nets_init(void);
void tlq_nets_exit(void);
void tlq_nets_start(void);
void tlq_nets_leave(struct sock *sk);
void tlq_nets_settle(struct net *net);
void tlq_nets_show_totals(struct seq_file *m);
void tlq_nets_unassigned(u64 *outside, u64 *no_room);

#endif /* TLQ_NETS_H */
