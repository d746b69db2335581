// SPDX-License-Identifier: GPL-2.0
/*
 * The list: as many columns as there is room for, the most telling first.
 */
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../output/output.h"
#include "screen.h"

enum list_column {
	L_STATE, L_PORT, L_ADDRESS, L_QUEUE, L_FILL, L_SYNS, L_ACCEPTS, L_REFUSALS, L_WAIT,
	L_LAST, L_SYN, L_PEAK, L_REFUSED, L_NETNS, L_OWNER, NR_LIST
};

static const struct {
	const char *title;
	const char *cell;	/* the output column that it is; NULL: made here */
	int least;		/* columns of the screen */
	bool right;
	int drop;		/* the highest goes first where there is no room; 0 never */
} list[NR_LIST] = {
	[L_STATE] = { "STATE", NULL, 8, false, 0 },
	[L_PORT] = { "PORT", "port", 5, true, 0 },
	[L_ADDRESS] = { "ADDRESS", "address", 7, false, 0 },
	[L_QUEUE] = { "QUEUE", "queue", 7, true, 0 },
	[L_FILL] = { "FILL 60s", NULL, 8, false, 0 },
	[L_SYNS] = { "SYN/s", NULL, 5, true, 2 },
	[L_ACCEPTS] = { "ACC/s", NULL, 5, true, 1 },
	[L_REFUSALS] = { "REF/s", NULL, 5, true, 0 },
	[L_WAIT] = { "WAIT", "wait", 5, true, 3 },
	[L_LAST] = { "LAST", "last", 5, true, 4 },
	[L_SYN] = { "SYN", "syn", 8, true, 6 },
	[L_PEAK] = { "PEAK", "peak_ack_backlog", 5, true, 7 },
	[L_REFUSED] = { "REFUSED", "refused", 7, true, 5 },
	[L_NETNS] = { "NETNS", "netns_name", 8, false, 8 },
	[L_OWNER] = { "OWNER", "owner", 8, false, 0 },
};

struct layout {
	int width[NR_LIST];	/* 0: not shown */
	int cell[NR_LIST];	/* output column, or -1 */
};

static int digits(uint64_t number)
{
	int n = 1;

	while (number >= 10) {
		number /= 10;
		n++;
	}
	return n;
}

/* What the widest address and queue of all rows take, without making their text */
static void widest(const struct rows *rows, int *address, int *queue)
{
	size_t i;
	int w;

	for (i = 0; i < rows->nr; i++) {
		const struct group *group = rows->row[i].group;
		const struct listener *l = &group->sum;

		w = l->address ? fitted_width(l->address) : 1;
		if (group->nr > 1)
			w += 4 + digits(group->nr);
		*address = w > *address ? w : *address;
		w = 1 + digits(l->value[COL_ack_backlog]) +
		    digits(l->value[COL_max_ack_backlog] + group->nr);
		*queue = w > *queue ? w : *queue;
	}
}

static int total(const struct layout *layout)
{
	int i, sum = 0;

	for (i = 0; i < NR_LIST; i++)
		if (layout->width[i])
			sum += layout->width[i] + 1;
	return sum;
}

static void drop_columns(struct layout *layout, int room)
{
	int drop, i;

	for (drop = NR_LIST; drop > 0 && total(layout) > room; drop--)
		for (i = 0; i < NR_LIST; i++)
			if (list[i].drop == drop)
				layout->width[i] = 0;
}

static void grow(struct layout *layout, enum list_column column, int want, int room)
{
	int more = room - total(layout);

	if (more > want - layout->width[column])
		more = want - layout->width[column];
	if (more > 0)
		layout->width[column] += more;
}

static void make_layout(const struct screen *screen, struct layout *layout)
{
	int address = list[L_ADDRESS].least, queue = list[L_QUEUE].least, i, room = COLS;

	widest(&screen->rows, &address, &queue);
	for (i = 0; i < NR_LIST; i++) {
		layout->width[i] = list[i].least;
		layout->cell[i] =
			list[i].cell ? output_column(list[i].cell, &screen->model.look) : -1;
	}
	layout->width[L_ADDRESS] = address < 15 ? address : 15;
	layout->width[L_QUEUE] = queue < 13 ? queue : 13;
	if (!screen->model.look.all_netns)
		layout->width[L_NETNS] = 0;
	drop_columns(layout, room);
	grow(layout, L_QUEUE, queue, room);
	grow(layout, L_OWNER, 12, room);
	grow(layout, L_ADDRESS, address, room);
	grow(layout, L_FILL, 12, room);
	grow(layout, L_OWNER, 24, room);
	grow(layout, L_FILL, 20, room);
	grow(layout, L_OWNER, 32, room);
	grow(layout, L_FILL, HISTORY_SECONDS, room);
	grow(layout, L_OWNER, room, room);
}

enum look_of look_of_state(const char *state, int rank, bool gone)
{
	if (gone)
		return GREY;
	if (!strcmp(state, "FULL") || !strcmp(state, "stuck"))
		return RED;
	return rank ? YELLOW : PLAIN;
}

static char *own_cell(const struct screen *screen, const struct row *row, enum list_column column,
		      int width)
{
	int fill[HISTORY_SECONDS];

	switch (column) {
	case L_STATE:
		return xstrdup(row->state);
	case L_FILL:
		group_fill(&screen->model, row->group, fill);
		return bar(fill, width);
	case L_SYNS:
		return short_rate(row->rate[RATE_SYNS]);
	case L_ACCEPTS:
		return short_rate(row->rate[RATE_ACCEPTS]);
	default:
		return short_rate(rates_refused(row->rate));
	}
}

static void draw_cell(int y, int x, char *text, int width, bool right, enum look_of look,
		      bool cursor)
{
	char *fitted = fit(text ? text : "-", width, right);

	paint(y, x, fitted, look, cursor);
	free(fitted);
	free(text);
}

static void draw_row(const struct screen *screen, const struct layout *layout,
		     const struct row *row, int y, bool cursor)
{
	enum look_of state = look_of_state(row->state, row->rank, row->gone), look;
	char *text, *blank = fit("", COLS, false);
	int i, x = 1;

	paint(y, 0, blank, PLAIN, cursor);
	free(blank);
	if (cursor)
		paint(y, 0, ">", BOLD, true);
	for (i = 0; i < NR_LIST; i++) {
		if (!layout->width[i])
			continue;
		look = i == L_STATE || i == L_FILL || row->gone ? state : PLAIN;
		if (list[i].cell)
			text = cell(layout->cell[i], NULL, row->group, false);
		else
			text = own_cell(screen, row, i, layout->width[i]);
		draw_cell(y, x, text, layout->width[i], list[i].right, look, cursor);
		x += layout->width[i] + 1;
	}
}

size_t list_lines(void)
{
	return LINES > 5 ? LINES - 4 : 1;
}

static void scroll_to_cursor(struct screen *screen)
{
	size_t lines = list_lines();

	if (screen->cursor < screen->top)
		screen->top = screen->cursor;
	if (screen->cursor >= screen->top + lines)
		screen->top = screen->cursor - lines + 1;
	if (screen->top && screen->top + lines > screen->rows.nr)
		screen->top = screen->rows.nr > lines ? screen->rows.nr - lines : 0;
}

void draw_list(struct screen *screen)
{
	size_t i, lines = list_lines();
	struct layout layout;
	int c, x = 1;
	char *title;

	make_layout(screen, &layout);
	scroll_to_cursor(screen);
	title = fit("", COLS, false);
	paint(2, 0, title, TITLE, false);
	free(title);
	for (c = 0; c < NR_LIST; c++) {
		if (!layout.width[c])
			continue;
		title = fit(list[c].title, layout.width[c], list[c].right);
		paint(2, x, title, TITLE, false);
		free(title);
		x += layout.width[c] + 1;
	}
	for (i = 0; i < lines && screen->top + i < screen->rows.nr; i++)
		draw_row(screen, &layout, &screen->rows.row[screen->top + i], 3 + i,
			 screen->top + i == screen->cursor);
	if (!screen->rows.nr && screen->model.look.nr)
		paint(3, 1, "None of the listeners is what you filter for.", PLAIN, false);
	else if (!screen->rows.nr)
		paint(3, 1, "No listeners.", PLAIN, false);
}
