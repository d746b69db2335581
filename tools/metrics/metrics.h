/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Looks -> series that Prometheus can keep -> text. A series is all sockets at one
 * address and port of a namespace. Reads no file, looks at no clock.
 *
 * Counters begin at 0 with the program and go by socket cookie (lives.c), so that they never
 * fall when a socket closes. In each namespace, from the first look on, the growth of
 * the kernel's ListenOverflows and of ListenDrops is what the series, closed_events_total and
 * unassigned_events_total have grown by: exact at a quiet moment, never more before.
 */
#ifndef LISTENQ_METRICS_H
#define LISTENQ_METRICS_H

#include "../listener/listener.h"
#include "../listener/network.h"
#include "table.h"

struct metrics_options {
	enum metric_level level;
	size_t max_listeners;		/* addresses; those with refusals come on top */
	struct network *exclude;	/* addresses that are not shown */
	size_t nr_exclude;
	uint16_t ephemeral_low, ephemeral_high;	/* ports shown as one; 0: none */
};

/* One look at everything. */
struct moment {
	/*
	 * CLOSED was read before LIVE; in the first look behind it, that
	 * whoever closes in between is in both and can be told.
	 */
	const struct look *closed, *live;
	uint64_t own_netns;	/* the namespace without a name; 0: all of the look */
	bool loaded_again;	/* the module, since the moment before: it counts from 0 */
	/* That would be known. Else a value that has fallen tells. */
	bool identified;
};

struct hook {
	char *function;
	bool armed;
};

/* What the program has to say of itself. */
struct health {
	bool loaded;
	bool looked;			/* the last look succeeded: levels are shown */
	const char *module_version;	/* NULL: not known */
	const char *build_version;
	const struct hook *hooks;
	size_t nr_hooks;
	uint64_t read_us, read_errors, write_errors;
};

/* metrics_new - OPTIONS stay the caller's and must stay */
struct metrics *metrics_new(const struct metrics_options *options);
void metrics_free(struct metrics *metrics);

/* metrics_is_based - whether the next look is not the first one */
bool metrics_is_based(const struct metrics *metrics);

/* metrics_look - names of owners are filled in where known. MOMENT may go afterwards. */
void metrics_look(struct metrics *metrics, const struct moment *moment);

/* metrics_absent - the module is not there: whatever it will have counted is new */
void metrics_absent(struct metrics *metrics);

/* Text that grows. */
struct text {
	char *at;
	size_t length, room;
};

/*
 * An exposition, in the text format 0.0.4, that is made while it is read: whole, it is the
 * largest thing that a scrape needs. METRICS and HEALTH must not change until its end.
 */
struct page *page_open(const struct metrics *metrics, const struct health *health);

/* page_more - add some 16 kB more to TEXT; false at the end */
bool page_more(struct page *page, struct text *text);
void page_close(struct page *page);

/* metrics_table - the table of all metrics, and how many samples a listener has, in Markdown */
char *metrics_table(size_t *size);

#endif
