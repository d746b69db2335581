// SPDX-License-Identifier: GPL-2.0
/*
 * From the model to the lines of the list: groups, those that vanished, and which of
 * them the user wants to see.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../output/column.h"
#include "screen.h"

static uint64_t hash(uint64_t h, const void *bytes, size_t size)
{
	const unsigned char *p = bytes;

	while (size--)
		h = (h ^ *p++) * UINT64_C(1099511628211);
	return h;
}

/*
 * A member of a group that is folded goes by what makes the group,
 * any other listener by its cookie.
 */
static uint64_t row_id(const struct group *group, bool fold)
{
	const struct listener *l = group->members[0];
	uint64_t h = UINT64_C(14695981039346656037), part;

	bool folded = fold && (group->nr > 1 || has_flag(l, "reuseport"));

	if (knows(l, COL_cookie) && !folded)
		return hash(h, &l->value[COL_cookie], sizeof(l->value[COL_cookie]));
	if (l->address)
		h = hash(h, l->address, strlen(l->address) + 1);
	h = hash(h, &l->port, sizeof(l->port));
	part = value_or(l, COL_netns, 0);
	h = hash(h, &part, sizeof(part));
	part = value_or(l, COL_reuseport_group, UINT64_MAX);
	h = hash(h, &part, sizeof(part));
	if (!folded) {
		part = value_or(l, COL_inode, 0);
		h = hash(h, &part, sizeof(part));
	}
	return h;
}

static void fill_row(const struct model *model, struct row *row, const struct group *group,
		     bool gone, bool fold)
{
	int i;

	memset(row, 0, sizeof(*row));
	row->group = group;
	row->gone = gone;
	row->id = row_id(group, fold);
	row->state = row_state(NULL, group, &row->rank);
	if (gone)
		row->state = "gone";
	for (i = 0; i < NR_RATES; i++)
		row->rate[i] = gone ? -1 : group_rate(model, group, i);
	row->fill = group_fullest(group);
}

/* Whether text that the user typed is in this cell, whatever its case. */
static bool cell_has(const char *name, const struct row *row, const struct look *look,
		     const char *wanted)
{
	int column = output_column(name, look);
	char *text = column < 0 ? NULL : cell(column, NULL, row->group, false);
	bool found = text && strcasestr(text, wanted);

	free(text);
	return found;
}

static bool wanted(const struct screen *screen, const struct row *row)
{
	static const char *const searched[] = {
		"address", "port", "owner", "unit", "container", "service", "user", "netns_name", "state",
	};
	size_t i;

	if (screen->trouble && !row->rank)
		return false;
	if (!screen->filter[0])
		return true;
	for (i = 0; i < ARRAY_SIZE(searched); i++)
		if (cell_has(searched[i], row, &screen->model.look, screen->filter))
			return true;
	return false;
}

static int by_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void count(struct rows *rows, const struct model *model)
{
	const struct look *look = &model->look;
	double refused;
	size_t i;

	rows->nr_listeners = look->nr;
	rows->nr_full = 0;
	rows->refused = -1;
	for (i = 0; i < look->nr; i++)
		rows->nr_full += accept_full(&look->listeners[i]);
	for (i = 0; i < model->nr_tracks; i++) {
		refused = model->tracks[i].here ? rates_refused(model->tracks[i].rate) : -1;
		if (refused >= 0)
			rows->refused = refused + (rows->refused < 0 ? 0 : rows->refused);
	}
}

static void add_rows(struct screen *screen, const struct groups *groups, bool gone,
		     const uint64_t *live, size_t nr_live)
{
	struct rows *rows = &screen->rows;
	struct row *row;
	size_t i;

	for (i = 0; i < groups->nr; i++) {
		row = &rows->row[rows->nr];
		fill_row(&screen->model, row, &groups->group[i], gone, !screen->options->unfold);
		/* Of a group that is still there, only its page shows members that have gone. */
		if (gone && bsearch(&row->id, live, nr_live, sizeof(*live), by_id))
			continue;
		if (!wanted(screen, row))
			continue;
		if (screen->sort == SORT_OWNER)
			row->owner = cell(output_column("owner", &screen->model.look), NULL,
					  row->group, false);
		rows->nr++;
	}
}

/* The cursor stays on its listener; when that has gone, on its place. */
static void follow(struct screen *screen)
{
	const struct rows *rows = &screen->rows;
	size_t i;

	for (i = 0; i < rows->nr; i++)
		if (rows->row[i].id == screen->chosen)
			break;
	if (i < rows->nr)
		screen->cursor = i;
	else if (screen->cursor >= rows->nr)
		screen->cursor = rows->nr ? rows->nr - 1 : 0;
	if (screen->view == VIEW_LIST && rows->nr)
		screen->chosen = rows->row[screen->cursor].id;
}

void rows_make(struct screen *screen)
{
	struct rows *rows = &screen->rows;
	bool fold = !screen->options->unfold;
	uint64_t *live;
	size_t i;

	rows_free(rows);
	groups_make(&rows->live, &screen->model.look, fold);
	model_gone(&screen->model, &rows->gone_look);
	groups_make(&rows->gone, &rows->gone_look, fold);
	rows->row = xcalloc(rows->live.nr + rows->gone.nr, sizeof(*rows->row));
	live = xcalloc(rows->live.nr, sizeof(*live));
	for (i = 0; i < rows->live.nr; i++)
		live[i] = row_id(&rows->live.group[i], fold);
	qsort(live, rows->live.nr, sizeof(*live), by_id);
	add_rows(screen, &rows->live, false, NULL, 0);
	add_rows(screen, &rows->gone, true, live, rows->live.nr);
	free(live);
	count(rows, &screen->model);
	sort_rows(screen);
	follow(screen);
	if (row_chosen(screen) && !row_chosen(screen)->gone)
		model_watch(&screen->model, row_chosen(screen)->group);
}

void rows_free(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->nr; i++)
		free(rows->row[i].owner);
	free(rows->row);
	groups_free(&rows->live);
	groups_free(&rows->gone);
	free(rows->gone_look.listeners);
	memset(rows, 0, sizeof(*rows));
}

const struct row *row_chosen(const struct screen *screen)
{
	const struct rows *rows = &screen->rows;

	if (screen->cursor >= rows->nr || rows->row[screen->cursor].id != screen->chosen)
		return NULL;
	return &rows->row[screen->cursor];
}
