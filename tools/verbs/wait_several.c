// SPDX-License-Identifier: GPL-2.0
/*
 * Several listeners are watched together: the module says that something happened in the
 * namespace, and looks at them tell how much of it was theirs, until a window is over without
 * any.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../common/clock.h"
#include "wait.h"

/* How often it is looked at while something happens, at least */
#define LOOK_S 0.5
#define LAST_RESET_S 1

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
		if (!lives_count(wait, false))
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
		if (!lives_count(wait, false))
			return -1;
	}
	return 0;
}

/* uncounted - one of the listeners whose counter is not known, or NULL */
static const struct listener *uncounted(const struct wait *wait)
{
	uint64_t now;
	size_t i;

	for (i = 0; i < wait->look.nr; i++)
		if (!counted_now(&wait->look.listeners[i], wait->options->counter, &now))
			return &wait->look.listeners[i];
	return NULL;
}

/* begin - count from now on: false if it cannot be, and that was said */
static bool begin(struct wait *wait)
{
	const struct listener *without;
	int i;

	for (i = 0; lives_count(wait, true); i++) {
		without = uncounted(wait);
		if (!without)
			return true;
		if (i == TRIES) {
			say_error(wait->options->json, "%s: %s", listener_text(without, COL_local),
				  watches_meaning(EOPNOTSUPP));
			return false;
		}
		poll(NULL, 0, THREE_LOOKS_MS / TRIES);
	}
	return false;
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
	if (!begin(wait)) {
		close(fds[0].fd);
		return NOT_SEEN;
	}
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
