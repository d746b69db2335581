// SPDX-License-Identifier: GPL-2.0
/*
 * wait - until the listeners of a port, or a whole namespace, have refused so much
 *
 * The module watches a namespace or one listener. Several listeners are watched together: it says that something
 * happened in the namespace, and looks at them tell how much of it was theirs, until a window is over without any.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/map.h"
#include "../common/text.h"
#include "../events/watch.h"
#include "verbs.h"

enum outcome { HAPPENED, TIMED_OUT, NOT_SEEN = EXIT_WRONG, GONE };

/* As the module: a window is as many steps long. */
#define STEPS 8

struct wait {
	struct options *options;
	struct watches watches;
	double end;		/* seconds_now(); 0: none */
	struct look look;	/* the listeners that were asked for */
	struct map seen;	/* of several: cookie -> the counter of it, as last seen */
	uint64_t total;		/* what these have counted since the beginning */
	/* of several: when it was so much, newest first */
	struct sample {
		double time;
		uint64_t total;
	} past[STEPS + 2];
	size_t nr_past;
};

static int failed(const struct wait *wait, const char *error)
{
	say_error(wait->options->json, "%s", error);
	return NOT_SEEN;
}

static const char *counter_name(const struct wait *wait)
{
	static const char *const name[] = { "overflows", "drops", "resets at close" };

	return name[wait->options->counter];
}

static bool asked_for_some(const struct options *options)
{
	return filter_picks(options->filter) || options->v4 || options->v6;
}

/* say - what happened, one line on standard output; else on standard error */
static int say(const struct wait *wait, enum outcome outcome)
{
	const struct options *options = wait->options;
	const char *local = options->nr_arguments ? options->argument[0] : "all";

	if (wait->look.nr == 1 && asked_for_some(options))
		local = listener_text(&wait->look.listeners[0], COL_local);

	if (outcome == HAPPENED)
		printf("%s: %" PRIu64 " %s within %gs\n", local, options->threshold,
		       counter_name(wait), options->within);
	else if (outcome == TIMED_OUT)
		say_error(false, "%s: not %" PRIu64 " %s within %gs for %gs", local,
			  options->threshold, counter_name(wait), options->within,
			  options->timeout);
	else if (outcome == GONE)
		say_error(false, "%s: the listener has gone", local);
	return outcome;
}

static int add(const struct wait *wait, uint64_t cookie, uint64_t threshold, double within,
	       char error[512])
{
	struct tcp_listenq_watch what = {
		.counter = wait->options->counter,
		.cookie = cookie,
		.threshold = threshold,
		.window_ms = (uint32_t)lround(within * 1000),
	};

	return watches_add(&wait->watches, &what, error);
}

/* sleep_for - until one of the eventfds is signalled, SECONDS are over (below 0: none), or the end. False at the end. */
static bool sleep_for(const struct wait *wait, struct pollfd *fds, size_t nr, double seconds)
{
	double left = wait->end ? wait->end - seconds_now() : -1;
	int result;

	if (wait->end && left <= 0)
		return false;
	if (seconds >= 0 && (!wait->end || seconds < left))
		left = seconds;
	/* A day in milliseconds fits. */
	result = poll(fds, nr, left < 0 ? -1 : (int)ceil(left * 1000));
	return result || !wait->end || seconds_now() < wait->end;
}

/* look - at the listeners that were asked for; false if that failed, and it was said */
static bool look(struct wait *wait)
{
	look_free(&wait->look);
	return take_look(wait->options, &wait->look, NULL);
}

/*
 * One listener, or the namespace: the module does it. Signalled by a listener's end, too; then there may have been a
 * signal before that.
 */
static int wait_for_one(struct wait *wait, uint64_t cookie)
{
	const struct options *options = wait->options;
	struct pollfd fd = { .events = POLLIN };
	uint64_t signals;
	char error[512];
	int outcome = HAPPENED;

	fd.fd = add(wait, cookie, options->threshold, options->within, error);
	if (fd.fd < 0)
		return cookie && errno == ENOENT ? GONE : failed(wait, error);
	while (outcome == HAPPENED && !(fd.revents & POLLIN))
		if (!sleep_for(wait, &fd, 1, -1))
			outcome = TIMED_OUT;
	signals = signals_taken(fd.fd);
	if (outcome == HAPPENED && watches_gone(&wait->watches))
		outcome = signals > 1 ? HAPPENED : NOT_SEEN;
	if (outcome == NOT_SEEN)
		failed(wait, "the module or the namespace has gone");
	else if (outcome == HAPPENED && cookie && signals == 1 && !look(wait))
		outcome = NOT_SEEN;
	else if (outcome == HAPPENED && cookie && signals == 1 && !look_find(&wait->look, cookie))
		outcome = signals_taken(fd.fd) ? HAPPENED : GONE;
	close(fd.fd);
	return outcome;
}

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

/* add_growth - a listener that is new has counted from 0; at the BEGINNING what it has is no growth */
static void add_growth(struct wait *wait, const struct look *of, bool beginning)
{
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
			*seen = beginning ? now : 0;
		}
		if (now > *seen) {
			wait->total += now - *seen;
			*seen = now;
		}
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
	if (!look(wait))
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
 * follow - something happened: look each step of a window, until there was enough (HAPPENED), no listener is left, or
 * a window is over in which nothing grew (TIMED_OUT, as at the end)
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
		/* One connection after the other is reset after a listener has gone. */
		if (!wait->look.nr && wait->options->counter != TCP_LISTENQ_RESETS)
			return GONE;
		if (wait->total != before)
			grew = seconds_now();
		keep_sample(wait, seconds_now());
		if (seconds_now() - grew > wait->options->within || !sleep_for(wait, NULL, 0, step))
			return TIMED_OUT;
	}
}

/* watch_one_of - one of the listeners, to be told when it closes; 0: there is none, below 0: it failed */
static int watch_one_of(struct wait *wait, struct pollfd *fd)
{
	char error[512];

	if (fd->fd >= 0)
		close(fd->fd);
	for (fd->fd = -1; wait->look.nr;) {
		fd->fd = add(wait, wait->look.listeners[0].value[COL_cookie], UINT64_MAX, 0.5,
			     error);
		if (fd->fd >= 0)
			return 1;
		if (errno != ENOENT) {
			failed(wait, error);
			return -1;
		}
		/* It closed meanwhile. */
		if (!count(wait))
			return -1;
	}
	return 0;
}

static int wait_for_several(struct wait *wait)
{
	struct pollfd fds[2] = { { .fd = -1, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	int outcome = TIMED_OUT, left;
	char error[512];

	add_growth(wait, &wait->look, true);
	keep_sample(wait, seconds_now());
	fds[0].fd = add(wait, 0, 1, 0.5, error);
	if (fds[0].fd < 0)
		return failed(wait, error);
	left = watch_one_of(wait, &fds[1]);
	while (outcome == TIMED_OUT && left > 0 && sleep_for(wait, fds, 2, -1)) {
		signals_taken(fds[0].fd);
		if (watches_gone(&wait->watches)) {
			left = -1;
			failed(wait, "the module or the namespace has gone");
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

static int wait_for_all(struct wait *wait)
{
	struct options *options = wait->options;
	char error[512];
	int outcome;

	if (!watches_open(&wait->watches, &options->source, error))
		return failed(wait, error);
	if (!look(wait))
		outcome = NOT_SEEN;
	else if (!asked_for_some(options))
		outcome = wait_for_one(wait, 0);
	else if (!wait->look.nr)
		outcome = failed(wait, "no listener, or none that was asked for");
	else if (wait->look.nr == 1 && options->counter != TCP_LISTENQ_RESETS)
		outcome = wait_for_one(wait, wait->look.listeners[0].value[COL_cookie]);
	else
		outcome = wait_for_several(wait);
	watches_close(&wait->watches);
	return outcome;
}

int verb_wait(struct options *options)
{
	struct wait wait = { .options = options };
	const char *error = NULL;
	int outcome;

	if (options->nr_arguments)
		error = filter_ports(options->filter, options->argument[0]);
	if (error) {
		say_error(options->json, "%s: %s", options->argument[0], error);
		return EXIT_WRONG;
	}
	if (options->source.all_netns) {
		say_error(options->json, "-N %s: a watch is of one namespace: that of a process, -N PID",
			  options->netns);
		return EXIT_WRONG;
	}
	if (!options->threshold)
		options->threshold = 1;
	options->source.require_module = true;
	wait.end = options->timeout > 0 ? seconds_now() + options->timeout : 0;
	outcome = say(&wait, wait_for_all(&wait));
	look_free(&wait.look);
	map_clear(&wait.seen, free);
	return outcome;
}
