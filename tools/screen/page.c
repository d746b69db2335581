// SPDX-License-Identifier: GPL-2.0
/*
 * One listener, or one group, on a page of its own.
 */
#include <curses.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../output/output.h"
#include "screen.h"

#define GRAPH_LINES 3

/* "-" where it is not known. free() it. */
static char *number(const struct listener *l, enum column column)
{
	if (!knows(l, column))
		return xstrdup("-");
	if (columns[column].kind == KIND_AGE)
		return human_ms(l->value[column]);
	if (!strcmp(columns[column].unit, "microseconds"))
		return human_us(l->value[column]);
	return xasprintf("%" PRIu64, l->value[column]);
}

/* "41/s", or "-". free() it. */
static char *per_second(double rate)
{
	char *text = short_rate(rate), *with_unit;

	if (rate < 0)
		return text;
	with_unit = xasprintf("%s/s", text);
	free(text);
	return with_unit;
}

/* "  NAME VALUE" behind TEXT, which is freed */
static char *with(char *text, const char *name, char *value)
{
	char *longer = xasprintf("%s%s%s %s", text, *text ? "  " : "", name, value);

	free(text);
	free(value);
	return longer;
}

static char *cell_text(const struct screen *screen, const struct row *row, const char *name)
{
	char *text = cell(output_column(name, &screen->model.look), NULL, row->group, false);

	return text ? text : xstrdup("-");
}

static void add(struct page *page, const char *name, char *text)
{
	char *first = xasprintf(" %-14s", name);

	page_wrap(page, PLAIN, first, text, COLS - 1);
	free(first);
	free(text);
}

/* How long each member that is full has been so at every look: the longest; 0: none is */
static double full_seconds(const struct screen *screen, const struct group *group)
{
	const struct track *track;
	double longest = 0, seconds;
	size_t i;

	for (i = 0; i < group->nr; i++) {
		track = track_of(&screen->model, group->members[i]);
		if (!track || !track->full_since_ns || track->gone)
			continue;
		seconds = (track->seen_ns - track->full_since_ns) / 1e9;
		if (seconds > longest)
			longest = seconds;
	}
	return longest;
}

static void add_head(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct listener *l = &row->group->sum;
	char *address = cell_text(screen, row, "address"), *state;
	bool v6 = l->address && strchr(l->address, ':');

	state = xasprintf(" %s%s%s:%u  %s", v6 && row->group->nr == 1 ? "[" : "", address,
			  v6 && row->group->nr == 1 ? "]" : "", l->port, row->state);
	page_wrap(page, look_of_state(row->state, row->rank, row->gone), "", state, COLS - 1);
	free(state);
	free(address);
	add(page, "owner", cell_text(screen, row, "owner"));
	add(page, "processes", cell_text(screen, row, "process"));
	state = with(xstrdup(""), "user", cell_text(screen, row, "user"));
	state = with(state, "service", cell_text(screen, row, "service"));
	state = with(state, "netns", cell_text(screen, row, "netns_name"));
	state = with(state, "cookie", row->group->nr == 1 ? number(l, COL_cookie) : xstrdup("-"));
	state = with(state, "flags",
		     xstrdup(listener_text(l, COL_flags) ? listener_text(l, COL_flags) : "-"));
	add(page, "socket", state);
}

static void add_accept_queue(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct listener *l = &row->group->sum;
	double full = row->gone ? 0 : full_seconds(screen, row->group);
	char *text = cell_text(screen, row, "queue"), *more;

	text = with(text, "peak", number(l, COL_peak_ack_backlog));
	text = with(text, "recent", number(l, COL_recent_ack_backlog));
	text = with(text, "oldest", number(l, COL_oldest_ms));
	if (full > 0) {
		more = xasprintf("%s  full at every look for %.0f s", text, full);
		free(text);
		text = more;
	}
	add(page, "accept queue", text);
}

static void add_graph(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct listener *l = &row->group->sum;
	int fill[HISTORY_SECONDS], row_nr;
	char *limit = xstrdup("full"), *text;

	if (knows(l, COL_max_ack_backlog)) {
		free(limit);
		limit = xasprintf("%" PRIu64, l->value[COL_max_ack_backlog] + row->group->nr);
	}
	group_fill(&screen->model, row->group, fill);
	for (row_nr = GRAPH_LINES - 1; row_nr >= 0; row_nr--) {
		text = bar_row(fill, HISTORY_SECONDS < COLS - 16 ? HISTORY_SECONDS : COLS - 16,
			       row_nr, GRAPH_LINES);
		page_add(page, look_of_state(row->state, row->rank, row->gone), " %12s |%s",
			 row_nr == GRAPH_LINES - 1 ? limit : row_nr ? "" : "0", text);
		free(text);
	}
	page_add(page, PLAIN, " %12s  %-52s%8s", "", "60 s ago", "now");
	free(limit);
}

static void add_counts(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct listener *l = &row->group->sum;
	char *text;

	text = cell_text(screen, row, "syn");
	text = with(text, "young", number(l, COL_reqsk_young));
	text = with(text, "peak", number(l, COL_peak_reqsk_qlen));
	add(page, "SYN queue", with(text, "cookies", per_second(row->rate[RATE_COOKIES])));
	text = with(xstrdup(""), "SYNs", per_second(row->rate[RATE_SYNS]));
	text = with(text, "accepted", per_second(row->rate[RATE_ACCEPTS]));
	text = with(text, "since load: SYNs", number(l, COL_syns));
	add(page, "traffic", with(text, "accepted", number(l, COL_accepts)));
	text = per_second(rates_refused(row->rate));
	text = with(text, "at SYN", per_second(row->rate[RATE_OVERFLOW_SYN]));
	text = with(text, "at ACK", per_second(row->rate[RATE_OVERFLOW_ACK]));
	text = with(text, "cookies", per_second(row->rate[RATE_OVERFLOW_COOKIE]));
	text = with(text, "SYN queue full", per_second(row->rate[RATE_SYN_DROPS]));
	text = with(text, "since load", cell_text(screen, row, "refused"));
	add(page, "refused", with(text, "last", cell_text(screen, row, "last")));
}

static void add_waits(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct listener *l = &row->group->sum;
	char *text = with(xstrdup(""), "last accept", number(l, COL_last_accept_ms));

	if (l->waits && l->waits->accepts) {
		text = with(text, "mean", human_us(l->waits->sum_us / l->waits->accepts));
		text = with(text, "half below", human_us(waits_quantile_us(l->waits, 0.5)));
		text = with(text, "99% below", human_us(waits_quantile_us(l->waits, 0.99)));
		text = with(text, "longest", human_us(l->waits->max_us));
	} else {
		text = with(text, "longest", number(l, COL_wait_us_max));
	}
	add(page, "waits", text);
	if (l->waits && l->waits->accepts)
		page_histogram(l->waits, page);
	else
		page_add(page, PLAIN, " %-14s%s", "", "No histogram: nothing accepted since load, or not known.");
}

void page_details(const struct screen *screen, const struct row *row, struct page *page)
{
	add_head(screen, row, page);
	add_accept_queue(screen, row, page);
	add_graph(screen, row, page);
	add_counts(screen, row, page);
	add_waits(screen, row, page);
	if (row->group->nr > 1) {
		page_add(page, PLAIN, "%s", "");
		page_members(screen, row, page);
	}
}
