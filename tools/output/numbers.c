// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "../common/text.h"
#include "column.h"

const struct listener *row_of(const struct listener *l, const struct group *group)
{
	if (!group)
		return l;
	return group->nr == 1 ? group->members[0] : &group->sum;
}

/* sum_of - only where all are known */
static bool sum_of(const struct listener *l, const enum column *column, size_t nr, uint64_t *sum)
{
	size_t i;

	*sum = 0;
	for (i = 0; i < nr; i++) {
		if (!knows(l, column[i]) || __builtin_add_overflow(*sum, l->value[column[i]], sum))
			return false;
	}
	return true;
}

static const enum column refusals[] = {
	COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie, COL_reqq_full_drop
};

#define NR_REFUSALS ARRAY_SIZE(refusals)

bool refused_packets(const struct listener *l, uint64_t *packets)
{
	return sum_of(l, refusals, NR_REFUSALS, packets);
}

/*
 * last_reqq_full_ms is also that of SYNs that were answered with a cookie: nobody was
 * refused then, so it counts only where all that found the SYN queue full were dropped.
 */
bool refused_ms(const struct listener *l, uint64_t *ms)
{
	bool overflowed = knows(l, COL_last_overflow_ms);
	bool dropped = knows(l, COL_last_reqq_full_ms) && value_or(l, COL_reqq_full_drop, 0) &&
		       !value_or(l, COL_reqq_full_cookies, 1);

	if (overflowed)
		*ms = l->value[COL_last_overflow_ms];
	if (dropped && (!overflowed || l->value[COL_last_reqq_full_ms] < *ms))
		*ms = l->value[COL_last_reqq_full_ms];
	return overflowed || dropped;
}

bool wait_us(const struct listener *l, uint64_t *us)
{
	bool found = false;

	*us = 0;
	if (knows(l, COL_oldest_ms)) {
		if (__builtin_mul_overflow(l->value[COL_oldest_ms], UINT64_C(1000), us))
			return false;
		found = true;
	}
	if (knows(l, COL_wait_us_sum) && value_or(l, COL_accepts, 0)) {
		uint64_t mean = l->value[COL_wait_us_sum] / l->value[COL_accepts];

		if (mean > *us)
			*us = mean;
		found = true;
	}
	return found;
}

const char *row_state(const struct listener *l, const struct group *group, int *rank)
{
	const char *word, *worst;
	size_t i;
	int other;

	if (!group)
		return state_word(l, rank);
	worst = state_word(group->members[0], rank);
	for (i = 1; i < group->nr; i++) {
		word = state_word(group->members[i], &other);
		if (other > *rank) {
			worst = word;
			*rank = other;
		}
	}
	return worst;
}

bool column_is_number(int column)
{
	int module = as_module_column(column);

	if (module >= 0)
		return columns[module].kind != KIND_TEXT;
	return column >= 0 && column < NR_PEOPLE && people[column].right;
}

bool column_number(int column, const struct listener *l, const struct group *group,
		   uint64_t *number)
{
	const struct listener *row = row_of(l, group);
	int module = as_module_column(column);

	switch (column) {
	case P_PORT:
		*number = group ? group->members[0]->port : l->port;
		return true;
	case P_QUEUE:
		module = COL_ack_backlog;
		break;
	case P_SYN:
		module = COL_reqsk_qlen;
		break;
	case P_REFUSED:
		return refused_packets(row, number);
	case P_LAST:
		return refused_ms(row, number);
	case P_WAIT:
		return wait_us(row, number);
	}
	if (module < 0)
		return false;
	if (!knows(row, module))
		return false;
	*number = row->value[module];
	return true;
}

/* add_growth - of one column between the looks; false where it is not known */
static bool add_growth(const struct course *course, enum column column, double *rate)
{
	uint64_t growth;
	double seconds;

	if (!course_growth(course, column, &growth, &seconds) || seconds <= 0)
		return false;
	*rate += growth / seconds;
	return true;
}

char *rate_cell(int column, const struct group *group, const struct looks *looks, bool raw)
{
	const enum column syns = COL_syns, accepts = COL_accepts;
	const enum column *of = column == P_REFUSED_S ? refusals :
				column == P_SYNS_S ? &syns : &accepts;
	size_t nr = column == P_REFUSED_S ? NR_REFUSALS : 1, i, j;
	double rate = 0;

	if (!looks || looks->nr < 2)
		return NULL;
	for (i = 0; i < group->nr; i++) {
		struct course course;

		course_make(&course, looks, group->members[i]);
		for (j = 0; j < nr; j++)
			if (!add_growth(&course, of[j], &rate))
				return NULL;
	}
	if (raw)
		return xasprintf("%.3f", rate);
	if (rate > 0 && rate < 0.1)
		return xstrdup("<0.1");
	return xasprintf(rate > 0 && rate < 10 ? "%.1f" : "%.0f", rate);
}
