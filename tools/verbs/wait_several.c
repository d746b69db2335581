// SPDX-License-Identifier: GPL-2.0
/*
 * Several listeners are watched together: the module says that something happened in the
 * namespace, and looks at them tell how much of it was theirs, until a window is over without
 * any.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/text.h"
#include "wait.h"

/* How often it is looked at while something happens, at least */
#define LOOK_S 0.5
#define LAST_RESET_S 1

/* counted_now - of the counter, of a listener that is there or has closed */
static uint64_t counted_now(const struct wait *wait, const struct listener *l)
{
	switch (wait->options->counter) {
	case TCP_LISTENQ_OVERFLOWS:
		return value_or(l, COL_overflow_syn, 0) + value_or(l, COL_overflow_ack, 0) +
		       value_or(l, COL_overflow_cookie, 0);
	case TCP_LISTENQ_DROPS:
		return value_or(l, COL_listen_drops, 0);
	default:
		return value_or(l, COL_reset_at_close, 0);
	}
}

/*
 * add_growth - a listener that is new has counted from 0; at the BEGINNING, and where a listener is
 * asked for by its owner, who may have changed, what it has is no growth
 */
static void add_growth(struct wait *wait, const struct look *of, bool beginning)
{
	bool old = beginning || filter_needs_owner(wait->options->filter);
	size_t i;

	for (i = 0; i < of->nr; i++) {
		const struct listener *l = &of->listeners[i];
		uint64_t now = counted_now(wait, l), *seen;

		if (!knows(l, COL_cookie))
			continue;
		seen = map_get(&wait->seen, l->value[COL_cookie]);
		if (!seen) {
			seen = xcalloc(1, sizeof(*seen));
			map_put(&wait->seen, l->value[COL_cookie], seen);
			*seen = old ? now : 0;
		}
		/* A socket that listens again counts from 0. */
		wait->total += now < *seen ? now : now - *seen;
		*seen = now;
	}
}

/* Of those that closed, only what we have seen before: others were not asked for. */
static bool add_closed(struct wait *wait)
{
	struct source_said said;
	struct look closed;
	size_t i, nr = 0;
	bool good;

	good = source_closed(&wait->options->source, &closed, &said) == SOURCE_OK;
	for (i = 0; i < closed.nr; i++) {
		struct listener *l = &closed.listeners[i];

		if (knows(l, COL_cookie) && map_get(&wait->seen, l->value[COL_cookie]))
			closed.listeners[nr++] = *l;
		else
			listener_free(l);
	}
	closed.nr = nr;
	look_changed(&closed);
	add_growth(wait, &closed, false);
	look_free(&closed);
	if (!good)
		say_error(wait->options->json, "%s", said.error);
	return good;
}

/* count - look again: false if that failed */
static bool count(struct wait *wait)
{
	if (!wait_look(wait))
		return false;
	add_growth(wait, &wait->look, false);
	return add_closed(wait);
}

static void keep_sample(struct wait *wait, double time)
{
	memmove(wait->past + 1, wait->past, (STEPS + 1) * sizeof(*wait->past));
	wait->past[0] = (struct sample){ time, wait->total };
	if (wait->nr_past < STEPS + 2)
		wait->nr_past++;
}

/* within_window - how much of it came in the last window, and one step */
static uint64_t within_window(const struct wait *wait)
{
	double since = seconds_now() - wait->options->within * (STEPS + 1) / STEPS;
	size_t i = 0;

	while (i + 1 < wait->nr_past && wait->past[i].time > since)
		i++;
	return wait->total - wait->past[i].total;
}

/*
 * follow - something happened: look again and again, until there was enough (HAPPENED),
 * no listener is left, or a window is over in which nothing grew (TIMED_OUT, as at the end)
 */
static int follow(struct wait *wait)
{
	double step = wait->options->within / STEPS, grew = seconds_now();
	uint64_t before;

	/* What grew since the last sample came just now: we would have been woken. */
	wait->past[0].time = grew;
	wait->nr_past = 1;
	for (;;) {
		before = wait->total;
		if (!count(wait))
			return NOT_SEEN;
		if (within_window(wait) >= wait->options->threshold)
			return HAPPENED;
		if (wait->total != before)
			grew = seconds_now();
		/* One connection after the other is reset after a listener has gone. */
		if (!wait->look.nr && (wait->options->counter != TCP_LISTENQ_RESETS ||
				       seconds_now() - grew > LAST_RESET_S))
			return GONE;
		if (seconds_now() - wait->past[0].time >= step)
			keep_sample(wait, seconds_now());
		if (seconds_now() - grew > wait->options->within ||
		    !wait_sleep(wait, NULL, 0, step < LOOK_S ? step : LOOK_S))
			return TIMED_OUT;
	}
}

/*
 * watch_one_of - one of the listeners, to be told when it closes; 0: there is none, below 0: it
 * failed
 */
static int watch_one_of(struct wait *wait, struct pollfd *fd)
{
	char error[512];

	if (fd->fd >= 0)
		close(fd->fd);
	for (fd->fd = -1; wait->look.nr;) {
		fd->fd = wait_add(wait, wait->look.listeners[0].value[COL_cookie], UINT64_MAX, 0.5,
				  error);
		if (fd->fd >= 0)
			return 1;
		if (errno != ENOENT) {
			wait_failed(wait, error);
			return -1;
		}
		/* It closed meanwhile. */
		if (!count(wait))
			return -1;
	}
	return 0;
}

int wait_for_several(struct wait *wait)
{
	struct pollfd fds[2] = { { .fd = -1, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	int outcome = TIMED_OUT, left;
	char error[512];

	/* First, or what comes before the look would wake nobody. */
	fds[0].fd = wait_add(wait, 0, 1, 0.5, error);
	if (fds[0].fd < 0)
		return wait_failed(wait, error);
	if (!wait_look(wait)) {
		close(fds[0].fd);
		return NOT_SEEN;
	}
	add_growth(wait, &wait->look, true);
	keep_sample(wait, seconds_now());
	left = watch_one_of(wait, &fds[1]);
	while (outcome == TIMED_OUT && left > 0 && wait_sleep(wait, fds, 2, -1)) {
		signals_taken(fds[0].fd);
		if (watches_gone(&wait->watches)) {
			left = -1;
			wait_failed(wait, "the module or the namespace has gone");
			break;
		}
		outcome = follow(wait);
		if (fds[1].revents & POLLIN)
			left = watch_one_of(wait, &fds[1]);
	}
	close(fds[0].fd);
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	if (outcome == TIMED_OUT && left <= 0)
		return left ? NOT_SEEN : GONE;
	return outcome;
}
