/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one namespace has of the table of listeners (table.c) and of the memory for
 * lost events (lost.c), which all namespaces share.
 */
#ifndef TLQ_SHARE_H
#define TLQ_SHARE_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "tlq.h"

struct tlq_closed;

/* Why a listener has no numbers */
enum tlq_refusal {
	TLQ_TABLE_FULL,		/* the table, or the namespace's share of it */
	TLQ_NO_MEMORY,
	TLQ_NR_REFUSALS,
	TLQ_NOT_REFUSED = TLQ_NR_REFUSALS	/* it has */
};

/**
 * struct tlq_share - the share of one namespace
 * @closed: its listeners that have closed; see tlq_closed_of()
 * @tracked: listeners in the table; protected by the table's lock
 * @lost: listeners that lost.c remembers
 * @forgotten: how often one found no place there
 * @settled: value of @forgotten up to which nothing is forgotten any more
 * @refused: how often a reader or listen(2) found no room, by enum tlq_refusal;
 *	packets are counted in the slots
 */
struct tlq_share {
	struct tlq_closed *closed;
	unsigned int tracked;
	atomic_t lost;
	atomic_t forgotten;
	int settled;
	atomic64_t refused[TLQ_NR_REFUSALS];
};

/* lost.c */

/* Notes there are; 0 lets readers pass quickly. */
extern atomic_t tlq_lost_notes;

int tlq_lost_init(void);
void tlq_lost_exit(void);
void tlq_lost_add(struct tlq_share *share, u64 cookie, u32 columns);
u32 tlq_lost_columns(u64 cookie);
void tlq_lost_forget(struct tlq_share *share, u64 cookie);
size_t tlq_lost_bytes(void);

/**
 * tlq_lost_all() - whether listeners have lost events that nobody remembers
 * @share: of their namespace
 *
 * Return: true if a listener without numbers may be one of them.
 */
static inline bool tlq_lost_all(const struct tlq_share *share)
{
	return atomic_read(&share->forgotten) != READ_ONCE(share->settled);
}

/**
 * tlq_lost_of() - what a listener has lost
 * @share: of its namespace
 * @cookie: the listener
 * @tracked: it has numbers, so that it is none of those that are forgotten
 *
 * Return: TLQ_KNOWN_* of the columns that cannot be shown.
 */
static inline u32 tlq_lost_of(const struct tlq_share *share, u64 cookie,
			      bool tracked)
{
	if (!tracked && tlq_lost_all(share))
		return TLQ_KNOWN_ALL;
	return unlikely(atomic_read(&tlq_lost_notes)) ?
	       tlq_lost_columns(cookie) : 0;
}

/**
 * tlq_lost_count() - how many listeners have lost something
 * @share: of their namespace
 *
 * Return: their number, at most: a listener may be forgotten more than once.
 */
static inline unsigned int tlq_lost_count(const struct tlq_share *share)
{
	return atomic_read(&share->lost) + atomic_read(&share->forgotten) -
	       READ_ONCE(share->settled);
}

#endif /* TLQ_SHARE_H */
