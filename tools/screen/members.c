// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets of an SO_REUSEPORT group, each in a line; those that vanished, too.
 */
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../output/output.h"
#include "screen.h"

#define BAR_WIDTH 12

static void add_cell(char **line, char *text, int width, bool right)
{
	char *fitted = fit(text ? text : "-", width, right), *longer;

	longer = xasprintf("%s %s", *line, fitted);
	free(*line);
	free(fitted);
	free(text);
	*line = longer;
}

static char *cell_of(const struct screen *screen, const struct listener *l, const char *name)
{
	return cell(output_column(name, &screen->model.look), l, NULL, false);
}

static void add_member(const struct screen *screen, const struct listener *l, bool gone,
		       struct page *page)
{
	struct listener *members[] = { (struct listener *)l };
	struct group group = { .members = members, .nr = 1 };
	const char *state;
	int fill[HISTORY_SECONDS], rank;
	double rate[NR_RATES];
	char *line = xstrdup("");
	size_t i;

	state = gone ? "gone" : state_word(l, &rank);
	if (gone)
		rank = 0;
	group_fill(&screen->model, &group, fill);
	for (i = 0; i < NR_RATES; i++)
		rate[i] = gone ? -1 : group_rate(&screen->model, &group, i);
	add_cell(&line, xstrdup(state), 8, false);
	add_cell(&line, cell_of(screen, l, "cookie"), 7, true);
	add_cell(&line, cell_of(screen, l, "queue"), 9, true);
	add_cell(&line, bar(fill, BAR_WIDTH), BAR_WIDTH, false);
	add_cell(&line, short_rate(rate[RATE_SYNS]), 5, true);
	add_cell(&line, short_rate(rate[RATE_ACCEPTS]), 5, true);
	add_cell(&line, short_rate(rates_refused(rate)), 5, true);
	add_cell(&line, cell_of(screen, l, "wait"), 5, true);
	add_cell(&line, cell_of(screen, l, "owner"), COLS - 67 > 8 ? COLS - 67 : 8, false);
	page_add(page, look_of_state(state, rank, gone), "%s", line);
	free(line);
}

static bool is_former_member(const struct listener *l, const struct group *group)
{
	const struct listener *first = group->members[0];

	return l->port == first->port && l->address && first->address &&
	       !strcmp(l->address, first->address) &&
	       value_or(l, COL_netns, 0) == value_or(first, COL_netns, 0);
}

void page_members(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct group *group = row->group;
	struct look gone;
	size_t i;

	page_add(page, BOLD, " %zu member%s at %s:%u", group->nr, group->nr == 1 ? "" : "s",
		 group->sum.address ? group->sum.address : "-", group->sum.port);
	page_add(page, TITLE, " %-8s %7s %9s %-*s %5s %5s %5s %5s %-*s", "STATE", "COOKIE", "QUEUE",
		 BAR_WIDTH, "FILL 60s", "SYN/s", "ACC/s", "REF/s", "WAIT",
		 COLS - 67 > 8 ? COLS - 67 : 8, "OWNER");
	for (i = 0; i < group->nr; i++)
		add_member(screen, group->members[i], row->gone, page);
	if (row->gone)
		return;
	model_gone(&screen->model, &gone);
	for (i = 0; i < gone.nr; i++)
		if (is_former_member(&gone.listeners[i], group))
			add_member(screen, &gone.listeners[i], true, page);
	free(gone.listeners);
}
