/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nets.c: the namespaces, each with a slot for every CPU that had a hooked call in it.
 * totals.c: what they add up to, for debugfs.
 */
#ifndef TLQ_NETS_H
#define TLQ_NETS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "share.h"
#include "slot.h"
#include "tlq.h"

struct file;
struct tlq_closed;

/**
 * struct tlq_net - a namespace
 * @slots: by CPU; NULL before its first hooked call, and once it is being torn down
 * @all: its slots, under RCU; empty once it is being torn down
 * @queued: slots with calls that nobody has settled for good; see nets.c
 * @settling: slots taken out of @queued, to be settled once more; protected by @lock
 * @started: counting has begun
 * @blind: there was no memory at load: its listeners have no counters, ever
 * @dying: it is being torn down; no slots are made any more
 * @told: the log has said that listeners get no counters; protected by nets_lock
 * @no_intake: intake.c takes none of its sockets any more; protected by its lock, as
 *	is @pinned
 * @pinned: sockets that intake.c holds
 * @looked: share's @forgotten when intake.c began to look at all listeners
 * @lock: protects @settling: one reader settles at a time
 * @net: back pointer
 * @node: in the list of all namespaces; protected by nets_lock in nets.c, as is @id
 * @doomed: once it is out of that list: the old @slots, to be freed after a grace period
 * @doomed_slots: the same of @all
 * @doomed_closed: the same of what @share has of closed listeners
 * @id: grows with each namespace
 * @closed_missed: @closed_accepts lacks some of a listener that was accepted from unseen
 * @closed_accepts: connections accepted from listeners that have closed
 * @closed_resets: connections reset when their listener closed
 * @nobody_accepts: connections accepted from listeners that could not get numbers
 * @nobody_ack: final ACKs refused that were charged to no listener
 * @nobody_cookie: returning cookies refused that were charged to no listener
 * @share: of the table
 */
struct tlq_net {
	struct tlq_slot **slots;
	struct llist_head all;
	struct llist_head queued;
	struct llist_node *settling;
	bool started;
	bool blind;
	bool dying;
	bool told;
	bool no_intake;
	bool closed_missed;
	unsigned int pinned;
	int looked;
	struct mutex lock; /* of @settling */
	struct net *net;
	union {
		struct {
			struct list_head node;
			u64 id;
		};
		struct {
			struct tlq_slot **doomed;
			struct llist_node *doomed_slots;
			struct tlq_closed *doomed_closed;
		};
	};
	atomic64_t closed_accepts;
	atomic64_t closed_resets;
	atomic64_t nobody_accepts;
	atomic64_t nobody_ack;
	atomic64_t nobody_cookie;
	struct tlq_share share;
};

/* But for what watches locks */
static_assert(sizeof(struct tlq_net) <= 192 || IS_ENABLED(CONFIG_DEBUG_SPINLOCK));

/* nets.c: counters are kept; TLQ_KNOWN_* of the columns that the hooks provide */
extern bool tlq_nets_counting;
extern u32 tlq_nets_columns;

/**
 * tlq_nets_active() - whether counters are kept at all
 *
 * Return: false with counters=0.
 */
static inline bool tlq_nets_active(void)
{
	return tlq_nets_counting;
}

/**
 * tlq_net_known() - columns that are counted in a namespace
 * @tn: the namespace; NULL with counters=0
 *
 * Return: TLQ_KNOWN_*.
 */
static inline u32 tlq_net_known(const struct tlq_net *tn)
{
	return tn && !READ_ONCE(tn->blind) ? READ_ONCE(tlq_nets_columns) : 0;
}

/* Index of struct tlq_net for net_generic(); set in nets.c */
extern unsigned int tlq_net_id;

/**
 * tlq_net_of() - what the module keeps of a namespace
 * @net: namespace
 *
 * Return: it.
 */
static inline struct tlq_net *tlq_net_of(const struct net *net)
{
	return net_generic(net, tlq_net_id);
}

int tlq_nets_init(void);
void tlq_nets_exit(void);
void tlq_nets_start(void);
void tlq_nets_know(u32 known);
void tlq_nets_settle(struct net *net);
u64 tlq_nets_next(u64 id, void (*fn)(struct tlq_net *tn, void *data), void *data);

void tlq_nets_refused(u64 *refused);
void tlq_net_refused(const struct tlq_net *tn, u64 *refused);

/* settle.c */
void tlq_slot_queue(struct tlq_slot *slot);
void tlq_net_settle(struct tlq_net *tn);

/* totals.c */
bool tlq_totals_nobody(struct tlq_net *tn, u64 *nobody);

int tlq_totals_open(struct file *file);
int tlq_untracked_open(struct file *file);

/**
 * struct tlq_unassigned - what was charged to no listener, in all namespaces
 * @outside: events counted on a CPU before its first hooked call
 * @no_room: events of listeners that could not be tracked
 * @refused: how often one could not
 */
struct tlq_unassigned {
	u64 outside;
	u64 no_room;
	u64 refused[TLQ_NR_REFUSALS];
};

void tlq_totals_unassigned(struct tlq_unassigned *sums);

#endif /* TLQ_NETS_H */
