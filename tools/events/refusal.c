// SPDX-License-Identifier: GPL-2.0
/* Refusals of two looks */
#include <stdio.h>
#include <stdlib.h>

#include "../common/text.h"
#include "refusal.h"

static const struct {
	const char *name;
	enum column column;	/* that counts them */
} reasons[NR_REASONS] = {
	[REFUSED_ACCEPT_QUEUE_SYN] = { "accept_queue_syn", COL_overflow_syn },
	[REFUSED_ACCEPT_QUEUE_ACK] = { "accept_queue_ack", COL_overflow_ack },
	[REFUSED_ACCEPT_QUEUE_COOKIE] = { "accept_queue_cookie", COL_overflow_cookie },
	[REFUSED_SYN_QUEUE_DROP] = { "syn_queue_drop", COL_reqq_full_drop },
	[REFUSED_SYN_QUEUE_COOKIE] = { "syn_queue_cookie", COL_reqq_full_cookies },
	[REFUSED_OTHER] = { "other", COL_listen_drops },
};

const char *reason_name(unsigned int reason)
{
	return reason < NR_REASONS ? reasons[reason].name : "?";
}

/*
 * growth - of a column; 0 where a look does not know it, or it fell: the module was loaded
 * again
 */
static uint64_t growth(const struct listener *before, const struct listener *now,
		       enum column column)
{
	uint64_t was = 0;

	if (!knows(now, column) || (before && !knows(before, column)))
		return 0;
	if (before)
		was = before->value[column];
	return now->value[column] > was ? now->value[column] - was : 0;
}

/*
 * other - what ListenDrops has besides those with a reason of their own. A packet may be in one
 * column and not yet in the other: it is what is there now, not what grew. False: not known
 */
static bool other(const struct listener *l, uint64_t *nr)
{
	static const enum column of_its_own[] = {
		COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie, COL_reqq_full_drop,
	};
	size_t i;

	if (!knows(l, COL_listen_drops))
		return false;
	*nr = l->value[COL_listen_drops];
	for (i = 0; i < ARRAY_SIZE(of_its_own); i++) {
		uint64_t reason = value_or(l, of_its_own[i], 0);

		*nr -= reason < *nr ? reason : *nr;
	}
	return true;
}

static void find_growth(const struct listener *before, const struct listener *now,
			uint64_t grown[NR_REASONS])
{
	uint64_t was = 0, is = 0;
	size_t i;

	for (i = 0; i < REFUSED_OTHER; i++)
		grown[i] = growth(before, now, reasons[i].column);
	grown[REFUSED_OTHER] = 0;
	if (other(now, &is) && (!before || other(before, &was)) && is > was)
		grown[REFUSED_OTHER] = is - was;
}

static void fill(struct refusal *refusal, const struct look *look, const struct listener *l)
{
	const char *local = listener_text(l, COL_local);

	refusal->time = look->time;
	refusal->netns = value_or(l, COL_netns, look->netns);
	refusal->cookie = l->value[COL_cookie];
	refusal->knows_queue = knows(l, COL_ack_backlog) && knows(l, COL_max_ack_backlog);
	refusal->ack_backlog = value_or(l, COL_ack_backlog, 0);
	refusal->max_ack_backlog = value_or(l, COL_max_ack_backlog, 0);
	snprintf(refusal->local, sizeof(refusal->local), "%s", local ? local : "");
}

size_t refusals_between(const struct look *before, const struct look *now,
			struct refusal **refusals)
{
	uint64_t grown[NR_REASONS];
	size_t i, nr = 0, room = 0;
	unsigned int reason;

	*refusals = NULL;
	for (i = 0; i < now->nr; i++) {
		const struct listener *l = &now->listeners[i];

		if (!knows(l, COL_cookie))
			continue;
		find_growth(look_find(before, l->value[COL_cookie]), l, grown);
		for (reason = 0; reason < NR_REASONS; reason++) {
			if (!grown[reason])
				continue;
			if (nr == room)
				*refusals = xrealloc(*refusals, room += 64, sizeof(**refusals));
			(*refusals)[nr] = (struct refusal){ .reason = reason,
							    .count = grown[reason] };
			fill(&(*refusals)[nr++], now, l);
		}
	}
	return nr;
}
