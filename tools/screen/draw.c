// SPDX-License-Identifier: GPL-2.0
/*
 * The lines above and below: what is looked at, how it is shown, which keys there are.
 */
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../common/text.h"
#include "screen.h"

/* Appends to TEXT of 512 bytes, with two blanks between. */
static void __attribute__((format(printf, 2, 3))) append(char text[512], const char *format, ...)
{
	size_t length = strlen(text);
	va_list list;

	va_start(list, format);
	length += snprintf(text + length, 512 - length, "%s", length ? "  " : "");
	if (length < 512)
		vsnprintf(text + length, 512 - length, format, list);
	va_end(list);
}

static void say_netns(const struct screen *screen, char text[512])
{
	const struct look *look = &screen->model.look;

	if (screen->replay)
		append(text, "replay");
	else if (screen->options->source.root)
		append(text, "recorded files");
	else if (look->all_netns)
		append(text, "netns: all");
	else if (screen->options->source.netns_pid)
		append(text, "netns: of %d", screen->options->source.netns_pid);
	else
		append(text, "netns: self");
}

void draw_title(const struct screen *screen)
{
	const struct rows *rows = &screen->rows;
	char left[512] = "", right[512] = "", clock[16] = "";
	char *refused = short_rate(rows->refused), *line;
	time_t seconds = screen->model.look.time;
	struct tm tm;

	append(left, "listenq");
	append(left, "%zu listener%s, %zu full, %s refused/s", rows->nr_listeners,
	       rows->nr_listeners == 1 ? "" : "s", rows->nr_full, refused);
	say_netns(screen, right);
	if (screen->replay)
		append(right, "x%g", 1 / screen->interval);
	else
		append(right, "%g s", screen->interval);
	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	append(right, "%s ", clock);
	line = fit(left, COLS - (int)strlen(right), false);
	paint(0, 0, line, BOLD, false);
	paint(0, COLS - (int)strlen(right), right, PLAIN, false);
	free(line);
	free(refused);
}

static void say_replay(const struct screen *screen, char text[512])
{
	size_t broken = replay_broken(screen->replay);

	append(text, "record %zu", replay_at(screen->replay));
	if (seconds_to_next(screen) < 0)
		append(text, "end of recording");
	if (broken)
		append(text, "%zu broken line%s left out", broken, broken == 1 ? "" : "s");
}

void draw_status(const struct screen *screen)
{
	char text[512] = "";
	bool bad = screen->failed[0];

	if (screen->paused)
		append(text, "PAUSED");
	if (screen->replay)
		say_replay(screen, text);
	if (bad)
		append(text, "%s", screen->failed);
	append(text, "sort: %s%s", sort_names[screen->sort], screen->reverse ? " reversed" : "");
	if (screen->frozen)
		append(text, "order frozen");
	if (screen->trouble)
		append(text, "only trouble");
	if (screen->filter[0])
		append(text, "filter: %s", screen->filter);
	if (screen->missing[0])
		append(text, "%s", screen->missing);
	paint(1, 1, text, bad ? RED : screen->paused ? YELLOW : CYAN, false);
}

static const char *keys_of(const struct screen *screen)
{
	static const char *const keys[] = {
		[VIEW_LIST] = "? help  / filter  s sort  t trouble  F freeze  space pause  enter page  q quit",
		[VIEW_DETAILS] = "w words  g members  j k scroll  esc back  space pause  ? help  q quit",
		[VIEW_MEMBERS] = "enter details  w words  j k scroll  esc back  space pause  ? help  q quit",
		[VIEW_WORDS] = "enter details  g members  j k scroll  esc back  space pause  ? help  q quit",
		[VIEW_HELP] = "j k scroll  esc back  q quit",
	};

	return keys[screen->view];
}

void draw_bottom(const struct screen *screen)
{
	char *line;

	if (screen->typing) {
		line = xasprintf("/%s_   enter: done  esc: no filter", screen->filter);
		paint(LINES - 1, 1, line, BOLD, false);
		free(line);
		return;
	}
	if (screen->said[0])
		paint(LINES - 1, 1, screen->said, YELLOW, false);
	else
		paint(LINES - 1, 1, keys_of(screen), PLAIN, false);
}
