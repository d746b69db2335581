/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of wait share: wait.c, and wait_several.c and wait_lives.c for several */
#ifndef LISTENQ_WAIT_H
#define LISTENQ_WAIT_H

#include <poll.h>

#include "../common/map.h"
#include "../events/watch.h"
#include "verbs.h"

enum outcome { HAPPENED, TIMED_OUT, NOT_SEEN = EXIT_WRONG, GONE };

/* As the module: a window is as many steps long. */
#define STEPS 8

/* A listener gets counters soon after listen(2): the module looks each 100 ms. */
#define THREE_LOOKS_MS 300
#define TRIES 10

struct wait {
	struct options *options;
	struct watches watches;
	double end;		/* seconds_now(); 0: none */
	struct look look;	/* the listeners that were asked for */
	/* of several: wait_lives.c */
	struct map lives;	/* cookie -> struct life */
	struct ended *ended;	/* the records of the last look */
	size_t nr_ended;
	uint64_t total;		/* what all these have counted since the beginning */
	/* of several: when it was so much, newest first */
	struct sample {
		double time;
		uint64_t total;
	} past[STEPS + 2];
	size_t nr_past;
};

/* wait_failed - say it; NOT_SEEN */
int wait_failed(const struct wait *wait, const char *error);

/*
 * wait_add - a watch of what was asked for: its eventfd, or -1 with errno and ERROR. COOKIE 0:
 * of all
 */
int wait_add(const struct wait *wait, uint64_t cookie, uint64_t threshold, double within,
	     char error[512]);

/*
 * wait_sleep - until one of the eventfds is signalled, SECONDS are over (below 0: none), or the
 * end. False at the end.
 */
bool wait_sleep(const struct wait *wait, struct pollfd *fds, size_t nr, double seconds);

/* wait_look - at the listeners that were asked for; false if that failed, and it was said */
bool wait_look(struct wait *wait);

/*
 * counted_now - enum tcp_listenq_counter of a listener that is there, or of a record; false
 * where it is not known
 */
bool counted_now(const struct listener *l, int counter, uint64_t *now);

/*
 * lives_count - look, and add to total what was counted since the last look; at the BEGINNING
 * nothing is new. False if that failed, and it was said.
 */
bool lives_count(struct wait *wait, bool beginning);
void lives_free(struct wait *wait);

/* wait_for_several - those of wait->look, together; an outcome */
int wait_for_several(struct wait *wait);

#endif
