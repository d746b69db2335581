// SPDX-License-Identifier: GPL-2.0
/*
 * Members of an SO_REUSEPORT group as one listener.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "group.h"

/*
 * inet_diag does not tell the flag, and needs not: the kernel lets two listen at one
 * address only with it.
 */
static bool has_group(const struct look *look, const struct listener *l)
{
	return l->address && (look->source == LOOK_INET_DIAG || has_flag(l, "reuseport"));
}

static int compare_value(const struct listener *a, const struct listener *b, enum column column)
{
	uint64_t x = value_or(a, column, 0), y = value_or(b, column, 0);

	if (knows(a, column) != knows(b, column))
		return knows(a, column) ? 1 : -1;
	return (x > y) - (x < y);
}

/* 0: members of one group */
static int compare_groups(const struct listener *a, const struct listener *b)
{
	int order = (a->port > b->port) - (a->port < b->port);

	order = order ? order : strcmp(a->text[0], b->text[0]);
	order = order ? order : compare_value(a, b, COL_netns);
	return order ? order : compare_value(a, b, COL_reuseport_group);
}

static int by_group(const void *a, const void *b)
{
	const struct listener *x = *(struct listener *const *)a, *y = *(struct listener *const *)b;
	int order = compare_groups(x, y);

	return order ? order : (x > y) - (x < y);
}

/*
 * Places in the look are the order of groups before anyone sorts them: that of their first
 * members
 */
static int by_place(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->members[0] > y->members[0]) - (x->members[0] < y->members[0]);
}

static int by_queue(const void *a, const void *b)
{
	const struct listener *x = *(struct listener *const *)a, *y = *(struct listener *const *)b;
	int order = compare_value(y, x, COL_ack_backlog);

	return order ? order : (x > y) - (x < y);
}

static void forget(struct listener *sum, enum column column)
{
	sum->known &= ~(UINT64_C(1) << column);
	sum->value[column] = 0;
}

static void add_sum(struct listener *sum, const struct listener *l, enum column column)
{
	uint64_t *value = &sum->value[column];

	if (!knows(sum, column) || !knows(l, column) ||
	    __builtin_add_overflow(*value, l->value[column], value))
		forget(sum, column);
}

static void add_highest(struct listener *sum, const struct listener *l, enum column column)
{
	if (!knows(sum, column) || !knows(l, column))
		forget(sum, column);
	else if (l->value[column] > sum->value[column])
		sum->value[column] = l->value[column];
}

/* "-" is never, or nobody waits: it does not hide what another member knows. */
static void add_age(struct listener *sum, const struct listener *l, enum column column)
{
	bool most = column == COL_oldest_ms, higher = l->value[column] > sum->value[column];

	if (!knows(l, column))
		return;
	if (!knows(sum, column) || higher == most)
		set_value(sum, column, l->value[column]);
}

/* What tells members apart is not the group's. */
static void add_id(struct listener *sum, const struct listener *l, enum column column)
{
	if (!knows(sum, column) || !knows(l, column) || sum->value[column] != l->value[column])
		forget(sum, column);
}

static void add_column(struct listener *sum, const struct listener *l, enum column column)
{
	switch (columns[column].kind) {
	case KIND_GAUGE:
	case KIND_COUNT:
		add_sum(sum, l, column);
		break;
	case KIND_PEAK:
		add_highest(sum, l, column);
		break;
	case KIND_AGE:
		add_age(sum, l, column);
		break;
	case KIND_ID:
		add_id(sum, l, column);
		break;
	case KIND_TEXT:
		break;
	}
}

static void add_waits(struct listener *sum, const struct listener *l)
{
	int i;

	if (!l->waits)
		return;
	if (!sum->waits)
		sum->waits = xcalloc(1, sizeof(*sum->waits));
	sum->waits->accepts += l->waits->accepts;
	sum->waits->sum_us += l->waits->sum_us;
	if (l->waits->max_us > sum->waits->max_us)
		sum->waits->max_us = l->waits->max_us;
	for (i = 0; i < NR_BUCKETS; i++)
		sum->waits->bucket[i] += l->waits->bucket[i];
}

/*
 * "-" in a time since the last event is never where the count is known. Where one
 * member's is not, the group's last may have been its.
 */
static void check_ages(struct listener *sum)
{
	if (!knows(sum, COL_overflow_syn))
		forget(sum, COL_last_overflow_ms);
	if (!knows(sum, COL_reqq_full_drop))
		forget(sum, COL_last_reqq_full_ms);
	if (knows(sum, COL_accepts))
		return;
	forget(sum, COL_last_accept_ms);
	free(sum->waits);
	sum->waits = NULL;
}

/* Beside the waits of more than one member, nothing in the sum is its own. */
static void make_sum(struct group *group)
{
	struct listener *sum = &group->sum;
	size_t i;
	int column;

	*sum = *group->members[0];
	if (group->nr == 1)
		return;
	sum->waits = NULL;
	sum->extra = NULL;
	sum->nr_extra = 0;
	for (i = 0; i < group->nr; i++) {
		for (column = 0; column < NR_COLUMNS && i; column++)
			add_column(sum, group->members[i], column);
		add_waits(sum, group->members[i]);
	}
	check_ages(sum);
}

/* Those with a group to the front, sorted by it. Returns how many. */
static size_t collect(const struct look *look, bool fold, struct listener **all)
{
	size_t nr = 0, i, rest = look->nr;

	for (i = 0; i < look->nr; i++) {
		if (fold && has_group(look, &look->listeners[i]))
			all[nr++] = &look->listeners[i];
		else
			all[--rest] = &look->listeners[i];
	}
	qsort(all, nr, sizeof(*all), by_group);
	return nr;
}

void groups_make(struct groups *groups, const struct look *look, bool fold)
{
	struct listener **all = xcalloc(look->nr, sizeof(struct listener *));
	size_t in_groups = collect(look, fold, all), i;
	struct group *group = NULL;

	groups->group = xcalloc(look->nr, sizeof(*groups->group));
	groups->nr = 0;
	groups->all = all;
	for (i = 0; i < look->nr; i++) {
		if (!group || i >= in_groups || compare_groups(group->members[0], all[i])) {
			group = &groups->group[groups->nr++];
			group->members = &all[i];
		}
		group->nr++;
	}
	qsort(groups->group, groups->nr, sizeof(*groups->group), by_place);
	for (i = 0; i < groups->nr; i++) {
		group = &groups->group[i];
		qsort(group->members, group->nr, sizeof(*group->members), by_queue);
		make_sum(group);
	}
}

void groups_free(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->nr; i++)
		if (groups->group[i].nr > 1)
			free(groups->group[i].sum.waits);
	free(groups->group);
	free(groups->all);
	memset(groups, 0, sizeof(*groups));
}

double group_fullest(const struct group *group)
{
	double highest = -1, fill;
	size_t i;

	for (i = 0; i < group->nr; i++) {
		const struct listener *l = group->members[i];

		if (!knows(l, COL_ack_backlog) || !knows(l, COL_max_ack_backlog))
			continue;
		fill = l->value[COL_ack_backlog] / (l->value[COL_max_ack_backlog] + 1.0);
		if (fill > highest)
			highest = fill;
	}
	return highest;
}
