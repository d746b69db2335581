// SPDX-License-Identifier: GPL-2.0
/*
 * The order of the list. What is not known comes last, whatever the direction.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../output/column.h"
#include "screen.h"

const char *const sort_names[NR_SORTS] = {
	"trouble", "port", "address", "queue", "syns", "accepts", "refused", "wait", "last", "owner",
};

int sort_named(const char *name)
{
	int i;

	for (i = 0; i < NR_SORTS; i++)
		if (!strcmp(name, sort_names[i]))
			return i;
	return -1;
}

/* Less than 0: A first. The higher number first; below 0 is not known. */
static int highest(double a, double b, bool reverse)
{
	if (a < 0 || b < 0)
		return (a < 0) - (b < 0);
	return reverse ? (a > b) - (a < b) : (a < b) - (a > b);
}

static int lowest(double a, double b, bool reverse)
{
	return highest(a, b, !reverse);
}

static double since_refused(const struct row *row)
{
	uint64_t ms;

	return refused_ms(&row->group->sum, &ms) ? (double)ms : -1;
}

static double wait_of(const struct row *row)
{
	uint64_t us;

	return wait_us(&row->group->sum, &us) ? (double)us : -1;
}

static int texts(const char *a, const char *b, bool reverse)
{
	if (!a || !b)
		return !a - !b;
	return reverse ? strcmp(b, a) : strcmp(a, b);
}

static int by_place(const struct row *a, const struct row *b, bool reverse)
{
	int order = lowest(a->group->sum.port, b->group->sum.port, reverse);

	if (!order)
		order = texts(a->group->sum.address, b->group->sum.address, reverse);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int by_trouble(const struct row *a, const struct row *b, bool reverse)
{
	int order = highest(a->rank, b->rank, reverse);

	if (!order)
		order = lowest(since_refused(a), since_refused(b), reverse);
	return order ? order : highest(a->fill, b->fill, reverse);
}

static int compare(const void *first, const void *second, void *context)
{
	const struct row *a = first, *b = second;
	const struct screen *screen = context;
	bool reverse = screen->reverse;
	int order = 0;

	switch (screen->sort) {
	case SORT_TROUBLE:
		order = by_trouble(a, b, reverse);
		break;
	case SORT_PORT:
		return by_place(a, b, reverse);
	case SORT_ADDRESS:
		order = texts(a->group->sum.address, b->group->sum.address, reverse);
		break;
	case SORT_QUEUE:
		order = highest(a->fill, b->fill, reverse);
		break;
	case SORT_SYNS:
		order = highest(a->rate[RATE_SYNS], b->rate[RATE_SYNS], reverse);
		break;
	case SORT_ACCEPTS:
		order = highest(a->rate[RATE_ACCEPTS], b->rate[RATE_ACCEPTS], reverse);
		break;
	case SORT_REFUSED:
		order = highest(rates_refused(a->rate), rates_refused(b->rate), reverse);
		break;
	case SORT_WAIT:
		order = highest(wait_of(a), wait_of(b), reverse);
		break;
	case SORT_LAST:
		order = lowest(since_refused(a), since_refused(b), reverse);
		break;
	default:
		order = texts(a->owner, b->owner, reverse);
	}
	return order ? order : by_place(a, b, false);
}

struct position {
	uint64_t id;
	size_t at;
	struct row row;
};

static int by_id(const void *a, const void *b)
{
	const struct position *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int by_position(const void *a, const void *b)
{
	const struct position *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* As they were when the order was frozen; new ones behind them, as they are now. */
static void sort_as_kept(struct screen *screen)
{
	struct rows *rows = &screen->rows;
	struct position *kept = xcalloc(screen->nr_order, sizeof(*kept));
	struct position *now = xcalloc(rows->nr, sizeof(*now)), *found;
	size_t i;

	for (i = 0; i < screen->nr_order; i++) {
		kept[i].id = screen->order[i];
		kept[i].at = i;
	}
	qsort(kept, screen->nr_order, sizeof(*kept), by_id);
	for (i = 0; i < rows->nr; i++) {
		now[i].id = rows->row[i].id;
		now[i].row = rows->row[i];
		found = bsearch(&now[i], kept, screen->nr_order, sizeof(*kept), by_id);
		now[i].at = found ? found->at : screen->nr_order + i;
	}
	qsort(now, rows->nr, sizeof(*now), by_position);
	for (i = 0; i < rows->nr; i++)
		rows->row[i] = now[i].row;
	free(kept);
	free(now);
	keep_order(screen);
}

void sort_rows(struct screen *screen)
{
	qsort_r(screen->rows.row, screen->rows.nr, sizeof(*screen->rows.row), compare, screen);
	if (screen->frozen)
		sort_as_kept(screen);
}

void keep_order(struct screen *screen)
{
	size_t i;

	screen->nr_order = screen->rows.nr;
	screen->order = xrealloc(screen->order, screen->nr_order, sizeof(*screen->order));
	for (i = 0; i < screen->nr_order; i++)
		screen->order[i] = screen->rows.row[i].id;
}
