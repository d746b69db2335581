// SPDX-License-Identifier: GPL-2.0
/*
 * Where the looks come from: this machine, or a recording.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../names/names.h"
#include "screen.h"

#define LONGEST_GAP 60.0	/* seconds a replay waits at most: a recorder was off for a night */

static void say(char to[512], const char *text)
{
	snprintf(to, 512, "%s", text ? text : "");
}

static void take(struct screen *screen, struct look *look)
{
	/* Twice the interval and a bit: a look that came late leaves no gap. */
	if (screen->replay)
		screen->model.hold_ns = UINT64_C(3000000000);
	else
		screen->model.hold_ns = (uint64_t)((screen->interval * 2 + 1) * 1e9);
	model_take(&screen->model, look);
}

static bool look_live(struct screen *screen)
{
	struct options *options = screen->options;
	bool owner_first = filter_needs_owner(options->filter);
	struct source_said said = { .error = "", .missing = "" };
	struct look look = { 0 };
	const char *unseen;

	/* The file of waits is read only for the page that shows it. */
	options->source.waits = screen->view == VIEW_DETAILS;
	if (source_look(&options->source, &look, &said) != SOURCE_OK) {
		look_free(&look);
		say(screen->failed, said.error);
		return false;
	}
	say(screen->failed, "");
	say(screen->missing, said.missing);
	if (!owner_first)
		filter_apply(options->filter, &look);
	names_fill(screen->names, &look, owner_first || !options->no_process);
	if (owner_first)
		filter_apply(options->filter, &look);
	unseen = names_said(screen->names);
	if (unseen)
		say(screen->said, unseen);
	take(screen, &look);
	return true;
}

static bool look_recorded(struct screen *screen)
{
	struct look look = { 0 };

	if (!replay_next(screen->replay, &look))
		return false;
	filter_apply(screen->options->filter, &look);
	take(screen, &look);
	return true;
}

bool next_look(struct screen *screen)
{
	bool done = screen->replay ? look_recorded(screen) : look_live(screen);

	if (done)
		rows_make(screen);
	return done;
}

static void step_back(struct screen *screen)
{
	size_t to = replay_at(screen->replay) - 1;

	model_reset(&screen->model);
	replay_back(screen->replay, to);
	while (replay_at(screen->replay) < to && look_recorded(screen))
		;
	rows_make(screen);
}

void step(struct screen *screen, int by)
{
	if (!screen->replay)
		return;
	screen->paused = true;
	if (by > 0 && !next_look(screen))
		say(screen->said, "That was the last record.");
	else if (by < 0 && replay_at(screen->replay) > 1)
		step_back(screen);
	else if (by < 0)
		say(screen->said, "This is the first record.");
}

double seconds_to_next(const struct screen *screen)
{
	double seconds;
	uint64_t ns;

	if (!screen->replay)
		return screen->interval;
	if (!replay_gap_ns(screen->replay, &ns))
		return -1;
	seconds = ns / 1e9;
	if (seconds > LONGEST_GAP)
		seconds = LONGEST_GAP;
	seconds *= screen->interval;
	return seconds < MIN_INTERVAL ? MIN_INTERVAL : seconds;
}
