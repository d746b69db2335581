// SPDX-License-Identifier: GPL-2.0
/*
 * Keys: those of htop, top and less.
 */
#include <curses.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "../common/text.h"
#include "screen.h"
#include "terminal.h"

#define KEY_ESC 27
#define CTRL(letter) ((letter) & 0x1f)

static void move_cursor(struct screen *screen, long by)
{
	long to = (long)screen->cursor + by, last = (long)screen->rows.nr - 1;

	if (last < 0)
		return;
	screen->cursor = to < 0 ? 0 : to > last ? last : to;
	screen->chosen = screen->rows.row[screen->cursor].id;
	if (!screen->rows.row[screen->cursor].gone)
		model_watch(&screen->model, screen->rows.row[screen->cursor].group);
}

/* draw() keeps it within the page. */
static void scroll_page(struct screen *screen, long by)
{
	long to = (long)screen->scroll + by;

	screen->scroll = to < 0 ? 0 : to;
}

static void go(struct screen *screen, long by)
{
	if (screen->view == VIEW_LIST)
		move_cursor(screen, by);
	else
		scroll_page(screen, by);
}

static void open_view(struct screen *screen, enum view view)
{
	if (view != VIEW_HELP && !row_chosen(screen)) {
		snprintf(screen->said, sizeof(screen->said), "No listener is chosen.");
		return;
	}
	if (view == screen->view)
		return;
	/* Pages are beside each other; only help goes back to the page where it was called. */
	screen->from = view == VIEW_HELP ? screen->view : VIEW_LIST;
	screen->view = view;
	screen->scroll = 0;
}

static void go_back(struct screen *screen)
{
	if (screen->view == VIEW_LIST) {
		screen->filter[0] = '\0';
		rows_make(screen);
		return;
	}
	screen->view = screen->from;
	screen->from = VIEW_LIST;
	screen->scroll = 0;
	rows_make(screen);
}

static void sort_on(struct screen *screen, int by)
{
	screen->sort = (screen->sort + NR_SORTS + by) % NR_SORTS;
	screen->nr_order = 0;
	rows_make(screen);
}

static void reverse(struct screen *screen)
{
	screen->reverse = !screen->reverse;
	screen->nr_order = 0;
	rows_make(screen);
}

static void freeze(struct screen *screen)
{
	screen->frozen = !screen->frozen;
	if (screen->frozen)
		keep_order(screen);
	else
		rows_make(screen);
}

static void change_interval(struct screen *screen, int by)
{
	static const double steps[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60 };
	const int nr = ARRAY_SIZE(steps);
	int i;

	if (by > 0) {
		for (i = 0; i < nr - 1 && steps[i] <= screen->interval; i++)
			;
		if (screen->interval < steps[i])
			screen->interval = steps[i];
	} else {
		for (i = nr - 1; i > 0 && steps[i] >= screen->interval; i--)
			;
		if (screen->interval > steps[i])
			screen->interval = steps[i];
	}
	if (screen->replay)
		snprintf(screen->said, sizeof(screen->said), "Speed x%g.", 1 / screen->interval);
	else
		snprintf(screen->said, sizeof(screen->said), "A look each %g s.", screen->interval);
}

/* The last character of TEXT off, all its bytes */
static void drop_character(char *text)
{
	size_t length = strlen(text);

	while (length && ((unsigned char)text[--length] & 0xc0) == 0x80)
		;
	text[length] = '\0';
}

static void type_character(char *text, size_t size, wchar_t c)
{
	mbstate_t state = { 0 };
	char bytes[MB_LEN_MAX];
	size_t length = strlen(text), more = wcrtomb(bytes, c, &state);

	if (more == (size_t)-1 || length + more >= size)
		return;
	memcpy(text + length, bytes, more);
	text[length + more] = '\0';
}

static void take_typed(struct screen *screen, unsigned int key, bool special)
{
	if (!special && (key == '\n' || key == '\r')) {
		screen->typing = false;
		return;
	} else if (special && key == KEY_ENTER) {
		screen->typing = false;
		return;
	} else if (!special && key == KEY_ESC) {
		screen->typing = false;
		screen->filter[0] = '\0';
	} else if ((special && key == KEY_BACKSPACE) ||
		   (!special && (key == 127 || key == CTRL('h')))) {
		drop_character(screen->filter);
	} else if (!special && key == CTRL('u')) {
		screen->filter[0] = '\0';
	} else if (!special && iswprint(key)) {
		type_character(screen->filter, sizeof(screen->filter), key);
	} else {
		return;
	}
	rows_make(screen);
}

static void take_special(struct screen *screen, unsigned int key)
{
	long page = screen->view == VIEW_LIST ? (long)list_lines() : LINES - 4;

	switch (key) {
	case KEY_DOWN:
		go(screen, 1);
		break;
	case KEY_UP:
		go(screen, -1);
		break;
	case KEY_NPAGE:
		go(screen, page);
		break;
	case KEY_PPAGE:
		go(screen, -page);
		break;
	case KEY_HOME:
		go(screen, -1000000000);
		break;
	case KEY_END:
		go(screen, 1000000000);
		break;
	case KEY_RIGHT:
		step(screen, 1);
		break;
	case KEY_LEFT:
		step(screen, -1);
		break;
	case KEY_ENTER:
		open_view(screen, VIEW_DETAILS);
		break;
	case KEY_BACKSPACE:
		if (screen->view != VIEW_LIST)
			go_back(screen);
		break;
	}
}

/* Keys that change what is listed; false: not one of them. */
static bool take_list_key(struct screen *screen, unsigned int key)
{
	if (screen->view != VIEW_LIST)
		return false;
	switch (key) {
	case '/':
		screen->typing = true;
		return true;
	case 's':
	case '>':
		sort_on(screen, 1);
		return true;
	case '<':
		sort_on(screen, -1);
		return true;
	case 'r':
		reverse(screen);
		return true;
	case 't':
		screen->trouble = !screen->trouble;
		rows_make(screen);
		return true;
	case 'F':
		freeze(screen);
		return true;
	}
	return false;
}

static void take_character(struct screen *screen, unsigned int key)
{
	if (take_list_key(screen, key))
		return;
	switch (key) {
	case 'q':
		screen->quit = true;
		break;
	case '?':
	case 'h':
		open_view(screen, VIEW_HELP);
		break;
	case 'j':
		go(screen, 1);
		break;
	case 'k':
		go(screen, -1);
		break;
	case ' ':
		screen->paused = !screen->paused;
		break;
	case '+':
	case '=':
		change_interval(screen, 1);
		break;
	case '-':
		change_interval(screen, -1);
		break;
	case '\n':
	case '\r':
		open_view(screen, VIEW_DETAILS);
		break;
	case KEY_ESC:
		go_back(screen);
		break;
	case 'w':
		open_view(screen, VIEW_WORDS);
		break;
	case 'g':
		open_view(screen, VIEW_MEMBERS);
		break;
	case 'n':
		step(screen, 1);
		break;
	case 'p':
		step(screen, -1);
		break;
	}
}

void take_key(struct screen *screen, unsigned int key, bool special)
{
	screen->said[0] = '\0';
	if (screen->typing)
		take_typed(screen, key, special);
	else if (special)
		take_special(screen, key);
	else
		take_character(screen, key);
}
