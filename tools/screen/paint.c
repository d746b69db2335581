// SPDX-License-Identifier: GPL-2.0
/*
 * Text for the screen: see paint.h.
 */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../common/text.h"
#include "paint.h"
#include "terminal.h"

/* Bytes of the character at TEXT, and its columns */
static size_t character(const char *text, int *columns_of)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t length;

	*columns_of = 1;
	if ((unsigned char)*text < 0x80)
		return 1;
	length = mbrtowc(&wide, text, strlen(text), &state);
	if (length == (size_t)-1 || length == (size_t)-2 || !length || !terminal_unicode()) {
		/* Not to be shown here: one '?' for the sequence. */
		for (length = 1; ((unsigned char)text[length] & 0xc0) == 0x80; length++)
			;
		*columns_of = -1;
		return length;
	}
	*columns_of = wcwidth(wide);
	return length;
}

int fitted_width(const char *text)
{
	int width = 0, w;

	while (*text) {
		text += character(text, &w);
		width += w < 0 ? 1 : w;
	}
	return width;
}

/* Copy characters while they fit into WIDTH columns; returns the columns used. */
static int copy(char **to, const char *text, int width)
{
	int used = 0, w;
	size_t length;

	while (*text) {
		length = character(text, &w);
		if (used + (w < 0 ? 1 : w) > width)
			break;
		if (w < 0) {
			*(*to)++ = '?';
			used++;
		} else {
			memcpy(*to, text, length);
			*to += length;
			used += w;
		}
		text += length;
	}
	return used;
}

char *fit(const char *text, int width, bool right)
{
	const char *mark = terminal_unicode() ? "\u2026" : "~";
	int whole = fitted_width(text), blanks, used;
	char *fitted, *p;

	if (width < 0)
		width = 0;
	fitted = xcalloc(strlen(text) + strlen(mark) + width + 1, 1);
	p = fitted;
	blanks = whole < width ? width - whole : 0;
	if (right) {
		memset(p, ' ', blanks);
		p += blanks;
	}
	if (whole <= width) {
		copy(&p, text, width);
	} else if (width > 0) {
		used = copy(&p, text, width - 1);
		p = stpcpy(p, mark);
		blanks = width - 1 - used;
	}
	if (!right || whole > width)
		memset(p, ' ', blanks);
	return fitted;
}

static attr_t attribute(enum look_of look)
{
	bool colours = terminal_colours();

	switch (look) {
	case BOLD:
		return A_BOLD;
	case TITLE:
		return A_REVERSE;
	case RED:
		return A_BOLD | (colours ? COLOR_PAIR(1) : 0);
	case YELLOW:
		return colours ? COLOR_PAIR(2) : A_NORMAL;
	case CYAN:
		return colours ? COLOR_PAIR(3) : A_NORMAL;
	case GREY:
		return colours && COLORS > 8 ? COLOR_PAIR(4) : A_DIM;
	default:
		return A_NORMAL;
	}
}

void paint(int y, int x, const char *text, enum look_of look, bool cursor)
{
	char *fitted;
	int width = COLS - x;

	if (y < 0 || y >= LINES || width <= 0)
		return;
	/* The last cell of the screen cannot be written without scrolling on some terminals. */
	if (y == LINES - 1)
		width--;
	if (width > fitted_width(text))
		width = fitted_width(text);
	fitted = fit(text, width, false);
	attrset(attribute(look) | (cursor ? A_REVERSE : 0));
	mvaddstr(y, x, fitted);
	attrset(A_NORMAL);
	free(fitted);
}

char *short_rate(double rate)
{
	static const char *const unit[] = { "", "k", "M", "G", "T", "P", "E" };
	size_t i = 0;

	if (rate < 0)
		return xstrdup("-");
	if (rate > 0 && rate < 0.1)
		return xstrdup("<0.1");
	while (rate >= 999.5 && i < ARRAY_SIZE(unit) - 1) {
		rate /= 1000;
		i++;
	}
	if (rate < 9.95 && rate != (int)rate)
		return xasprintf("%.1f%s", rate, unit[i]);
	return xasprintf("%.0f%s", rate, unit[i]);
}

static void add_line(struct page *page, enum look_of look, char *text)
{
	page->line = xrealloc(page->line, page->nr + 1, sizeof(*page->line));
	page->line[page->nr].text = text;
	page->line[page->nr++].look = look;
}

void page_add(struct page *page, enum look_of look, const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		text = xstrdup("");
	va_end(list);
	add_line(page, look, text);
}

/*
 * Bytes of TEXT that fit into WIDTH columns, up to a blank if there is one;
 * at least one character
 */
static size_t line_length(const char *text, int width)
{
	size_t at = 0, blank = 0, length;
	int used = 0, w;

	while (text[at]) {
		length = character(text + at, &w);
		used += w < 0 ? 1 : w;
		if (text[at] == ' ')
			blank = at;
		if (used > width && at)
			return blank ? blank : at;
		at += length;
	}
	return at;
}

void page_wrap(struct page *page, enum look_of look, const char *first, const char *text, int width)
{
	int indent = fitted_width(first);
	const char *lead = first;
	size_t length;

	do {
		length = line_length(text, width - indent > 10 ? width - indent : 10);
		page_add(page, look, "%*s%.*s", indent, lead, (int)length, text);
		lead = "";
		text += length;
		text += strspn(text, " ");
	} while (*text);
}

void page_free(struct page *page)
{
	size_t i;

	for (i = 0; i < page->nr; i++)
		free(page->line[i].text);
	free(page->line);
	memset(page, 0, sizeof(*page));
}
