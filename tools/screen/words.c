// SPDX-License-Identifier: GPL-2.0
/*
 * What is wrong with a listener in words, as `listenq why` has it, and the page of keys.
 */
#include <curses.h>
#include <stdlib.h>

#include "../common/text.h"
#include "screen.h"

static enum look_of look_of_severity(enum severity severity)
{
	return severity == SEVERITY_CRITICAL ? RED : severity == SEVERITY_WARNING ? YELLOW : PLAIN;
}

static void add_finding(const struct finding *finding, struct page *page)
{
	char *first = xasprintf(" %-14s ", codes[finding->code].name);
	size_t i;

	page_wrap(page, look_of_severity(finding->severity), first, finding->text, COLS - 1);
	for (i = 0; i < finding->nr_advice; i++)
		page_wrap(page, PLAIN, "                - ", finding->advice[i], COLS - 1);
	free(first);
}

static double seconds_of(const struct looks *looks)
{
	return (looks->look[looks->nr - 1]->mono_ns - looks->look[0]->mono_ns) / 1e9;
}

void page_words(const struct screen *screen, const struct row *row, struct page *page)
{
	const struct listener *l = &row->group->sum;
	struct looks looks;
	struct evidence evidence = {
		.looks = &looks, .settings = &screen->settings, .names = screen->names
	};
	struct verdict verdict = { 0 };
	size_t i;

	page_add(page, BOLD, " %s:%u", l->address ? l->address : "-", l->port);
	if (row->gone) {
		page_add(page, GREY, " It has gone. 'listenq closed' shows what it threw away.");
		return;
	}
	model_looks(&screen->model, &looks);
	if (looks.nr < 2)
		page_add(page, PLAIN, " From one look so far: what grows is not known yet.");
	else
		page_add(page, PLAIN, " From %zu looks in %.0f s.", looks.nr, seconds_of(&looks));
	page_add(page, PLAIN, "%s", "");
	judge(&evidence, row->group, &verdict);
	for (i = 0; i < verdict.nr; i++)
		add_finding(&verdict.findings[i], page);
	for (i = 0; i < verdict.nr_not_cause; i++)
		page_wrap(page, PLAIN, " not the cause  ", verdict.not_cause[i], COLS - 1);
	if (!verdict.nr)
		page_add(page, PLAIN, " Nothing is wrong here.");
	verdict_free(&verdict);
}

void page_help(const struct screen *screen, struct page *page)
{
	static const char *const keys[][2] = {
		{ "q", "quit" },
		{ "? h", "this page" },
		{ "j k arrows PgUp PgDn Home End", "move; on a page: scroll" },
		{ "enter", "one listener: queues, rates, waits, members" },
		{ "w", "what is wrong with it, in words, and what helps" },
		{ "g", "members of its SO_REUSEPORT group" },
		{ "esc", "back; in the list: no filter" },
		{ "/", "only listeners that have a text in address, port, state or owner" },
		{ "t", "only those in trouble" },
		{ "s > <", "sort by the next column; by the one before" },
		{ "r", "reverse the order" },
		{ "F", "freeze the order: values go on, lines stay" },
		{ "space", "pause" },
		{ "+ -", "longer or shorter interval; in a replay: slower or faster" },
		{ "right left n p", "in a replay: one record on or back" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		char *first = xasprintf(" %-30s ", keys[i][0]);

		page_wrap(page, PLAIN, first, keys[i][1], COLS - 1);
		free(first);
	}
	page_add(page, PLAIN, "%s", "");
	page_wrap(page, PLAIN, " ", "FILL 60s is the accept queue of the last minute, now at the right: a full column is "
		  "a full queue, a blank one is not known. Rates are those since the look before; - is not known. "
		  "A grey line has vanished.", COLS - 1);
	if (screen->missing[0])
		page_wrap(page, YELLOW, " ", screen->missing, COLS - 1);
}
