/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text and bars for the screen. Text is clean UTF-8;
 * in a locale that is not UTF-8 what is no ASCII becomes '?'.
 */
#ifndef LISTENQ_PAINT_H
#define LISTENQ_PAINT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "model.h"

enum look_of { PLAIN, BOLD, TITLE, RED, YELLOW, CYAN, GREY };

/*
 * fit - TEXT in exactly WIDTH columns: cut with a mark at its end ('~', or an ellipsis) or
 * filled with blanks, on the left if RIGHT. free() it.
 */
char *fit(const char *text, int width, bool right);

/* fitted_width - columns of the whole text */
int fitted_width(const char *text);

/* paint - TEXT from column X on, at most to the edge; CURSOR: the line under the cursor */
void paint(int y, int x, const char *text, enum look_of look, bool cursor);

/*
 * bar - the fill of the last minute in WIDTH (1 to 60) columns,
 * the highest of each column's seconds. free() it.
 */
char *bar(const int fill[HISTORY_SECONDS], int width);

/*
 * bar_row - row ROW (0: the lowest) of a bar that is ROWS high; value[] in thousandths, -1
 * unknown. The lowest row shows that a value is not 0. free() it.
 */
char *bar_row(const int *value, int nr, int row, int rows);

/* bar_columns - fill of the last minute to WIDTH columns, as bar() does */
void bar_columns(const int fill[HISTORY_SECONDS], int *column, int width);

/*
 * short_rate - "-" where below 0, else "0", "0.3",
 * "41", "1.2k": five characters at most. free() it.
 */
char *short_rate(double rate);

/* A page: lines of text that can be longer than the screen. */
struct page {
	struct page_line {
		char *text;
		enum look_of look;
	} *line;
	size_t nr;
};

void page_add(struct page *page, enum look_of look, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * page_wrap - TEXT broken at blanks to WIDTH columns,
 * FIRST before the first line and as many blanks before the others
 */
void page_wrap(struct page *page, enum look_of look, const char *first, const char *text,
	       int width);

void page_free(struct page *page);

#endif
