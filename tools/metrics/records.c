// SPDX-License-Identifier: GPL-2.0
/*
 * Which records of closed listeners are new. A record does not change while it is kept, but
 * for late resets; its age says nothing for sure, as the module's clock stands still while
 * the machine sleeps. So it is known again by its cookie and all its numbers. Of two that are
 * the same in all, one socket's two lives, each is counted once.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

static bool may_change(enum column column)
{
	return column == COL_closed_ms || column == COL_reset_at_close;
}

static uint64_t hash_of(const struct listener *row)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	int column;

	for (column = 0; column < NR_COLUMNS; column++) {
		if (may_change(column))
			continue;
		hash = (hash ^ value_or(row, column, UINT64_MAX)) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	return hash;
}

static int by_key(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->cookie != y->cookie)
		return x->cookie > y->cookie ? 1 : -1;
	if (x->hash != y->hash)
		return x->hash > y->hash ? 1 : -1;
	return x->place < y->place ? 1 : -1;
}

static int oldest_first(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->place < y->place ? 1 : -1;
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->cookie == b->cookie && a->hash == b->hash;
}

/* Both are sorted. What is known again has the resets of before. */
static void compare(const struct metrics *metrics, struct seen *list, size_t nr)
{
	size_t i, old = 0;

	for (i = 0; i < nr; i++) {
		while (old < metrics->nr_seen && !same(&metrics->seen[old], &list[i]) &&
		       by_key(&metrics->seen[old], &list[i]) < 0)
			old++;
		if (old < metrics->nr_seen && same(&metrics->seen[old], &list[i]))
			list[i].resets = metrics->seen[old++].resets;
		else
			list[i].is_new = metrics->based;
	}
}

void records_find(struct metrics *metrics, const struct moment *moment, struct seen **list,
		  size_t *nr)
{
	const struct look *closed = moment->closed;
	struct seen *found = xcalloc(closed->nr, sizeof(*found));
	size_t i;

	*nr = 0;
	for (i = 0; i < closed->nr; i++) {
		const struct listener *row = &closed->listeners[i];

		if (sum_kind(row) || !knows(row, COL_cookie))
			continue;
		found[(*nr)++] = (struct seen){
			.cookie = row->value[COL_cookie], .hash = hash_of(row), .place = i,
			.resets = value_or(row, COL_reset_at_close, 0), .row = row
		};
	}
	qsort(found, *nr, sizeof(*found), by_key);
	compare(metrics, found, *nr);
	*list = found;
}

/* A connection that came late may be reset after its listener has closed. */
static void add_late_resets(struct metrics *metrics, const struct moment *moment,
			    struct seen *record)
{
	uint64_t now = value_or(record->row, COL_reset_at_close, 0);
	struct series *series;

	if (!record->is_new && now > record->resets) {
		series = series_of(metrics, moment, record->row);
		series->count[COUNT_reset_at_close].sum += now - record->resets;
		series->counts_known |= 1u << COUNT_reset_at_close;
		if (series->gone_ns)
			series->gone_ns = metrics->now_ns;
	}
	record->resets = now;
}

void records_take(struct metrics *metrics, const struct moment *moment, struct seen *list,
		  size_t nr)
{
	size_t i;

	qsort(list, nr, sizeof(*list), oldest_first);
	for (i = 0; i < nr; i++) {
		if (list[i].is_new)
			life_ended(metrics, moment, list[i].row);
		add_late_resets(metrics, moment, &list[i]);
		list[i].is_new = false;
		list[i].row = NULL;
	}
	qsort(list, nr, sizeof(*list), by_key);
	free(metrics->seen);
	metrics->seen = list;
	metrics->nr_seen = nr;
}
