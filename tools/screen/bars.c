// SPDX-License-Identifier: GPL-2.0
/*
 * Bars: eight block characters, or eight of ASCII. What is not known is a blank, so that
 * it is not taken for an empty queue.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "paint.h"
#include "terminal.h"

static const char *const blocks[] = {
	" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588",
};

/* The ninth step has no character of its own. */
static const char *const ascii[] = { " ", ".", ":", "-", "=", "+", "*", "#", "#" };

static const char *step_text(int step)
{
	return terminal_unicode() ? blocks[step] : ascii[step];
}

/* Steps 1 (empty) to 8 (full, and only full); 0: not known */
static int step_of(int fill)
{
	int last = terminal_unicode() ? 8 : 7;

	if (fill < 0)
		return 0;
	if (fill == 0)
		return 1;
	if (fill >= 1000)
		return last;
	return 2 + fill * (last - 2) / 1000;
}

void bar_columns(const int fill[HISTORY_SECONDS], int *column, int width)
{
	int i, s, end;

	for (i = 0; i < width; i++) {
		column[i] = -1;
		end = (i + 1) * HISTORY_SECONDS / width;
		for (s = i * HISTORY_SECONDS / width; s < end; s++)
			if (fill[s] > column[i])
				column[i] = fill[s];
	}
}

char *bar(const int fill[HISTORY_SECONDS], int width)
{
	int column[HISTORY_SECONDS], i;
	char *text, *p;

	if (width > HISTORY_SECONDS)
		width = HISTORY_SECONDS;
	if (width < 1)
		return xstrdup("");
	bar_columns(fill, column, width);
	text = xcalloc(width * 3 + 1, 1);
	p = text;
	for (i = 0; i < width; i++)
		p = stpcpy(p, step_text(step_of(column[i])));
	return text;
}

char *bar_row(const int *value, int nr, int row, int rows)
{
	char *text = xcalloc(nr * 3 + 1, 1), *p = text;
	int i, step, last = terminal_unicode() ? 8 : 7;

	for (i = 0; i < nr; i++) {
		/* In eighths of a row, of all rows together. */
		step = value[i] < 0 ? 0 : value[i] * rows * last / 1000 - row * last;
		if (row == 0 && step < 1 && value[i] >= 0)
			step = 1;
		if (row == 0 && step < 2 && value[i] > 0)
			step = 2;
		p = stpcpy(p, step_text(step < 0 ? 0 : step > last ? last : step));
	}
	return text;
}
