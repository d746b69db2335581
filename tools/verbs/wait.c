// SPDX-License-Identifier: GPL-2.0
/* wait - until the listeners of a port, or a whole namespace, have refused so much */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/clock.h"
#include "wait.h"

int wait_failed(const struct wait *wait, const char *error)
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
	const char *local = options->nr_arguments ? options->argument[0] :
			    asked_for_some(options) ? "the listeners" : "the namespace";

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

int wait_add(const struct wait *wait, uint64_t cookie, uint64_t threshold, double within,
	     char error[512])
{
	struct tcp_listenq_watch what = {
		.counter = wait->options->counter,
		.cookie = cookie,
		.threshold = threshold,
		.window_ms = (uint32_t)lround(within * 1000),
	};

	int fd = watches_add(&wait->watches, &what, error), i;

	for (i = 0; i < TRIES && cookie && fd < 0 && errno == EOPNOTSUPP; i++) {
		poll(NULL, 0, THREE_LOOKS_MS / TRIES);
		fd = watches_add(&wait->watches, &what, error);
	}
	return fd;
}

bool wait_sleep(const struct wait *wait, struct pollfd *fds, size_t nr, double seconds)
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

bool wait_look(struct wait *wait)
{
	look_free(&wait->look);
	return take_look(wait->options, &wait->look, NULL);
}

/*
 * listens - still? By its cookie: it may have another owner now, and the process whose namespace
 * it is may have ended. One that listens again counts from 0, and has not counted so much yet.
 */
static bool listens(const struct wait *wait, uint64_t cookie)
{
	const struct options *options = wait->options;
	const struct listener *l = NULL;
	struct look look;
	uint64_t now;
	bool found;

	if (source_look_open(wait->watches.file, &look))
		l = look_find(&look, cookie);
	found = l && (!counted_now(l, options->counter, &now) || now >= options->threshold);
	look_free(&look);
	return found;
}

/*
 * closed - of a listener that was signalled once: is it that it has gone? What happened just
 * before was signalled before, and then the end within a look of the module.
 */
static int closed(struct wait *wait, uint64_t cookie, struct pollfd *fd)
{
	if (listens(wait, cookie))
		return HAPPENED;
	poll(fd, 1, THREE_LOOKS_MS);
	if (signals_taken(fd->fd))
		return HAPPENED;
	return wait_look(wait) ? GONE : NOT_SEEN;
}

/* One listener, or the namespace: the module does it. */
static int wait_for_one(struct wait *wait, uint64_t cookie)
{
	const struct options *options = wait->options;
	struct pollfd fd = { .events = POLLIN };
	int outcome = HAPPENED;
	char error[512];
	bool gone;

	fd.fd = wait_add(wait, cookie, options->threshold, options->within, error);
	if (fd.fd < 0 && cookie && errno == ENOENT)
		return wait_look(wait) ? GONE : NOT_SEEN;
	if (fd.fd < 0)
		return wait_failed(wait, error);
	while (outcome == HAPPENED && !(fd.revents & POLLIN))
		if (!wait_sleep(wait, &fd, 1, -1))
			outcome = TIMED_OUT;
	/* Before they are read: what comes with the end of the file is no refusal. */
	gone = watches_gone(&wait->watches);
	if (outcome == HAPPENED && gone && signals_taken(fd.fd) < 2)
		outcome = wait_failed(wait, "the module or the namespace has gone");
	else if (outcome == HAPPENED && !gone && cookie && signals_taken(fd.fd) == 1)
		outcome = closed(wait, cookie, &fd);
	close(fd.fd);
	return outcome;
}

/* Those that have come in place of the listener that was waited for are waited for in turn. */
static int wait_for_some(struct wait *wait)
{
	int outcome;

	if (!wait->look.nr)
		return wait_failed(wait, "no listener, or none that was asked for");
	do {
		if (wait->look.nr > 1 || wait->options->counter == TCP_LISTENQ_RESETS)
			return wait_for_several(wait);
		outcome = wait_for_one(wait, wait->look.listeners[0].value[COL_cookie]);
	} while (outcome == GONE && wait->look.nr);
	return outcome;
}

static int wait_for_all(struct wait *wait)
{
	char error[512];
	int outcome = NOT_SEEN;

	if (!watches_open(&wait->watches, &wait->options->source, error))
		return wait_failed(wait, error);
	if (wait_look(wait))
		outcome = asked_for_some(wait->options) ? wait_for_some(wait) :
							  wait_for_one(wait, 0);
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
		say_error(options->json, "%s", error);
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
	lives_free(&wait);
	return outcome;
}
