// SPDX-License-Identifier: GPL-2.0
/*
 * The live view: looks, keys and time. Everything that is shown is made in screen/.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../names/names.h"
#include "../screen/screen.h"
#include "../screen/terminal.h"
#include "verbs.h"

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/*
 * --sort [-]COLUMN: of the list here.
 * Numbers are the highest first anyway, as that is what one looks for.
 */
static bool take_sort(struct screen *screen, const char *sort)
{
	bool minus = sort && *sort == '-';
	int key = sort ? sort_named(sort + minus) : SORT_TROUBLE, i;
	char names[256] = "";

	if (key >= 0) {
		screen->sort = key;
		screen->reverse = minus;
		return true;
	}
	for (i = 0; i < NR_SORTS; i++) {
		strcat(names, " ");
		strcat(names, sort_names[i]);
	}
	say_error(false, "--sort %s: top sorts by%s", sort, names);
	return false;
}

static bool use_colour(const struct options *options)
{
	const char *no_colour = getenv("NO_COLOR");

	if (!strcmp(options->colour, "auto"))
		return !no_colour || !*no_colour;
	return strcmp(options->colour, "never");
}

/*
 * What the first look needs,
 * and the look itself: what fails here is said as any other verb does.
 */
static bool start(struct screen *screen)
{
	struct options *options = screen->options;
	char error[512];

	if (options->replay) {
		screen->replay = replay_open(options->replay, error);
		if (!screen->replay) {
			say_error(false, "%s", error);
			return false;
		}
		screen->settings = (struct settings){ -1, -1, -1, -1, -1, 0 };
		return next_look(screen);
	}
	screen->names = names_new(options->source.root);
	settings_read(&options->source, &screen->settings);
	if (next_look(screen)) {
		if (screen->missing[0])
			say_error(false, "%s", screen->missing);
		if (screen->said[0])
			say_error(false, "%s", screen->said);
		return true;
	}
	say_error(false, "%s", screen->failed);
	return false;
}

/* Milliseconds to wait for a key; -1 for ever */
static int patience(const struct screen *screen, double next)
{
	double left = next - now();

	if (screen->paused || seconds_to_next(screen) < 0)
		return -1;
	return left <= 0 ? 0 : (int)ceil(left * 1000);
}

static void look_again(struct screen *screen, double *next)
{
	enum view view = screen->view;

	/* With the settings that hold now, for the words. */
	if (screen->names && view == VIEW_WORDS)
		settings_read(&screen->options->source, &screen->settings);
	next_look(screen);
	*next += fmax(seconds_to_next(screen), MIN_INTERVAL);
	/* Who was late, or stopped, does not catch up. */
	if (*next < now())
		*next = now() + fmax(seconds_to_next(screen), MIN_INTERVAL);
}

/* Keys that are there; whether there was any */
static bool take_keys(struct screen *screen, double *next)
{
	double before = screen->interval;
	size_t record = screen->replay ? replay_at(screen->replay) : 0;
	unsigned int key;
	bool special, any = false;

	while (!screen->quit && terminal_key(&key, &special)) {
		take_key(screen, key, special);
		any = true;
	}
	if (before != screen->interval || (screen->replay && record != replay_at(screen->replay)))
		*next = now() + fmax(seconds_to_next(screen), MIN_INTERVAL);
	return any;
}

static void run(struct screen *screen)
{
	double next = now() + fmax(seconds_to_next(screen), MIN_INTERVAL);
	unsigned int events;
	bool dirty = true;

	while (!screen->quit) {
		if (dirty)
			draw(screen);
		dirty = false;
		events = terminal_wait(patience(screen, next));
		if (events & TERMINAL_END)
			return;
		if (events & TERMINAL_REDRAW)
			dirty = true;
		if (events & TERMINAL_KEYS)
			dirty |= take_keys(screen, &next);
		if (!screen->quit && !screen->paused && seconds_to_next(screen) >= 0 &&
		    now() >= next) {
			look_again(screen, &next);
			dirty = true;
		}
		if (screen->options->count && screen->model.nr_looks >= screen->options->count)
			screen->quit = true;
	}
}

static void finish(struct screen *screen)
{
	rows_free(&screen->rows);
	model_reset(&screen->model);
	free(screen->order);
	replay_close(screen->replay);
	if (screen->names)
		names_free(screen->names);
}

int verb_top(struct options *options)
{
	struct screen screen = { .options = options, .trouble = options->trouble };
	int status = EXIT_WRONG;
	char error[256];

	screen.interval = options->interval ? options->interval : 1;
	if (options->replay)
		screen.interval = 1;
	if (take_sort(&screen, options->sort) && start(&screen)) {
		if (terminal_open(use_colour(options), error)) {
			run(&screen);
			terminal_close();
			status = EXIT_SUCCESS;
		} else {
			say_error(false, "%s", error);
		}
	}
	finish(&screen);
	terminal_die();
	return status;
}
