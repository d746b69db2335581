// SPDX-License-Identifier: GPL-2.0
/*
 * The whole screen.
 */
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"

static void draw_page(struct screen *screen)
{
	const struct row *row = row_chosen(screen);
	struct page page = { 0 };
	size_t lines = LINES - 3, i;

	if (screen->view == VIEW_HELP)
		page_help(screen, &page);
	else if (screen->view == VIEW_MEMBERS)
		page_members(screen, row, &page);
	else if (screen->view == VIEW_WORDS)
		page_words(screen, row, &page);
	else
		page_details(screen, row, &page);
	if (screen->scroll + lines > page.nr)
		screen->scroll = page.nr > lines ? page.nr - lines : 0;
	for (i = 0; i < lines && screen->scroll + i < page.nr; i++)
		paint(2 + i, 0, page.line[screen->scroll + i].text,
		      page.line[screen->scroll + i].look, false);
	page_free(&page);
}

void draw(struct screen *screen)
{
	erase();
	if (COLS < MIN_COLUMNS || LINES < MIN_LINES) {
		paint(0, 0, "60x8 is the least: make the window larger", PLAIN, false);
		refresh();
		return;
	}
	/* The listener of the page has gone, and the 3 s are over. */
	if (screen->view != VIEW_LIST && screen->view != VIEW_HELP && !row_chosen(screen)) {
		screen->view = VIEW_LIST;
		snprintf(screen->said, sizeof(screen->said), "The listener has gone.");
		rows_make(screen);
	}
	draw_title(screen);
	draw_status(screen);
	if (screen->view == VIEW_LIST)
		draw_list(screen);
	else
		draw_page(screen);
	draw_bottom(screen);
	refresh();
}
