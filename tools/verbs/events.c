// SPDX-License-Identifier: GPL-2.0
/*
 * events - what is refused, when it happens: from the trace event, for root; else the module
 * wakes us, and what grew since the last look is told
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/map.h"
#include "../common/text.h"
#include "../events/trace.h"
#include "../events/watch.h"
#include "../names/names.h"
#include "../output/output.h"
#include "verbs.h"

/* Names are looked up for a listener that is new, and again now and then. */
#define OLD_LOOK_S 60

/* How often it is looked whether the namespace of another process is still there */
#define STILL_THERE_S 1

struct events {
	struct options *options;
	struct map missing;	/* cookies that a look did not have */
	struct names *names;
	struct look look;	/* all listeners, with names */
	double looked;		/* seconds_now() */
	uint64_t netns;		/* only events of that; 0: all */
	unsigned long lines;
};

static bool look_again(struct events *events, struct look *look, struct source_said *said)
{
	const struct options *options = events->options;

	events->looked = seconds_now();
	if (source_look(&options->source, look, said) != SOURCE_OK) {
		look_free(look);
		return false;
	}
	names_fill(events->names, look, options->by_pid || !options->no_process);
	return true;
}

/* enough - whether to end: --count, or nobody reads */
static bool enough(const struct events *events)
{
	return events->options->count && events->lines >= events->options->count;
}

static void tell(struct events *events, const struct refusal *refusal, const struct listener *l)
{
	if (enough(events))
		return;
	events->lines++;
	if (events->options->json)
		print_refusal_json(refusal, l);
	else
		print_refusal(refusal, l);
}

/* Of a listener that closed before we looked the event itself has address and namespace. */
static bool takes(const struct events *events, const struct refusal *refusal)
{
	struct listener of_event = { .known = 0 };
	bool taken;

	set_value(&of_event, COL_cookie, refusal->cookie);
	set_value(&of_event, COL_netns, refusal->netns);
	set_local(&of_event, xstrdup(refusal->local));
	taken = filter_takes(events->options->filter, &of_event);
	listener_free(&of_event);
	return taken;
}

/* What cannot be looked at any more has no names: the events themselves come. */
static const struct listener *listener_of(struct events *events, const struct refusal *refusal)
{
	const struct listener *l = look_find(&events->look, refusal->cookie);
	double age = seconds_now() - events->looked;
	struct source_said said;
	struct look look;

	if (age < OLD_LOOK_S && (l || map_get(&events->missing, refusal->cookie)))
		return l;
	if (age >= OLD_LOOK_S)
		map_clear(&events->missing, NULL);
	if (look_again(events, &look, &said)) {
		look_free(&events->look);
		events->look = look;
	}
	l = look_find(&events->look, refusal->cookie);
	if (!l)
		map_put(&events->missing, refusal->cookie, events);
	return l;
}

static void tell_event(struct events *events, const struct refusal *refusal)
{
	const struct listener *l;

	if (events->netns && refusal->netns != events->netns)
		return;
	l = listener_of(events, refusal);
	if (l ? filter_takes(events->options->filter, l) : takes(events, refusal))
		tell(events, refusal, l);
}

/* watch_ended - said if so */
static bool watch_ended(const struct events *events, const struct watches *watches)
{
	if (!watches_gone(watches))
		return false;
	say_error(events->options->json, "%s: the module or the namespace has gone",
		  watches->path);
	return true;
}

/*
 * The event holds the module; WATCHES, an open file, tells when the namespace of another process
 * ends.
 */
static int follow_trace(struct events *events, struct trace *trace, const struct watches *watches)
{
	struct refusal *refusals;
	double looked = seconds_now();
	uint64_t lost;
	size_t i, nr;

	while (!enough(events)) {
		if (watches && seconds_now() - looked >= STILL_THERE_S) {
			if (watch_ended(events, watches))
				return EXIT_WRONG;
			looked = seconds_now();
		}
		trace_wait(trace);
		nr = trace_take(trace, &refusals, &lost);
		for (i = 0; i < nr; i++)
			tell_event(events, &refusals[i]);
		free(refusals);
		if (lost)
			say_error(false, "%" PRIu64 " more came than could be taken", lost);
		if (flush_output())
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* tell_growth - what came between the last look and this, which is the last one then */
static void tell_growth(struct events *events, struct look *now)
{
	struct refusal *refusals;
	size_t i, nr = refusals_between(&events->look, now, &refusals);

	for (i = 0; i < nr; i++) {
		const struct listener *l = look_find(now, refusals[i].cookie);

		if (filter_takes(events->options->filter, l))
			tell(events, &refusals[i], l);
	}
	free(refusals);
	look_free(&events->look);
	events->look = *now;
}

static int follow_watch(struct events *events, const struct watches *watches, int eventfd)
{
	struct pollfd poll_it = { .fd = eventfd, .events = POLLIN };
	struct source_said said;
	struct look now;

	while (!enough(events)) {
		poll(&poll_it, 1, -1);
		signals_taken(eventfd);
		if (watch_ended(events, watches))
			return EXIT_WRONG;
		if (!look_again(events, &now, &said)) {
			say_error(events->options->json, "%s", said.error);
			return EXIT_WRONG;
		}
		tell_growth(events, &now);
		if (flush_output())
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static bool counts(const struct look *look)
{
	size_t i;

	for (i = 0; i < look->nr; i++)
		if (knows(&look->listeners[i], COL_listen_drops))
			return true;
	return !look->nr;
}

static int begin(struct events *events)
{
	const struct options *options = events->options;
	struct source_said said;

	if (!look_again(events, &events->look, &said)) {
		say_error(options->json, "%s", said.error);
		return EXIT_WRONG;
	}
	if (!counts(&events->look)) {
		say_error(options->json, "nothing is counted: was the module loaded with counters=N?");
		return EXIT_WRONG;
	}
	if (!options->json && !options->no_header)
		print_refusal_header();
	return flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Each wake is at most 500 ms after the first refusal that it tells of. */
static int watch(struct events *events, const char *why)
{
	struct tcp_listenq_watch what = { .counter = TCP_LISTENQ_DROPS, .threshold = 1,
					  .window_ms = 500 };
	const struct options *options = events->options;
	struct watches watches;
	int eventfd, status;
	char error[512];

	if (options->source.all_netns) {
		say_error(options->json, "%s; without it there are those of one namespace", why);
		return EXIT_WRONG;
	}
	if (!watches_open(&watches, &options->source, error)) {
		say_error(options->json, "%s", error);
		return EXIT_WRONG;
	}
	eventfd = watches_add(&watches, &what, error);
	if (eventfd < 0) {
		say_error(options->json, "%s", error);
		status = EXIT_WRONG;
	} else {
		say_error(false, "%s; so it is told what grew at a listener, without peers", why);
		status = begin(events);
		if (!status)
			status = follow_watch(events, &watches, eventfd);
		close(eventfd);
	}
	watches_close(&watches);
	return status;
}

static int trace(struct events *events, struct trace *trace)
{
	const struct source *source = &events->options->source;
	struct watches watches = { .file = -1 };
	int status = begin(events);
	char error[512];

	if (status)
		return status;
	if (source->all_netns)
		return follow_trace(events, trace, NULL);
	events->netns = events->look.netns;
	if (!events->netns) {
		say_error(events->options->json, "which namespace it is cannot be seen");
		return EXIT_WRONG;
	}
	if (!source->netns_pid)
		return follow_trace(events, trace, NULL);
	if (!watches_open(&watches, source, error)) {
		say_error(events->options->json, "%s", error);
		return EXIT_WRONG;
	}
	status = follow_trace(events, trace, &watches);
	watches_close(&watches);
	return status;
}

int verb_events(struct options *options)
{
	struct events events = { .options = options };
	struct trace *of_machine;
	char error[512];
	int status;

	options->source.require_module = true;
	events.names = names_new(NULL);
	of_machine = trace_open(error);
	if (of_machine) {
		status = trace(&events, of_machine);
		trace_close(of_machine);
	} else {
		status = watch(&events, error);
	}
	look_free(&events.look);
	map_clear(&events.missing, NULL);
	names_free(events.names);
	return status;
}
