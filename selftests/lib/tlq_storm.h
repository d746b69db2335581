/* SPDX-License-Identifier: GPL-2.0 */
/* Many packets for many listeners, at random */
#ifndef TLQ_STORM_H
#define TLQ_STORM_H

#include <stdbool.h>
#include <sys/types.h>

#include "tlq_drive.h"

#define TLQ_STORM_SENDERS 4
#define TLQ_STORM_MAX 16

/*
 * A pass of a process beside the storm, which makes one each time so many packets
 * have been sent. Negative: it failed, and has printed why.
 */
struct tlq_storm;
typedef int (*tlq_storm_pass)(struct tlq_storm *s);

/* Shared by all processes of a storm */
struct tlq_storm_shared {
	unsigned long attempts;
	unsigned long ops;
	unsigned long passes[TLQ_STORM_MAX];
	int ready;
	bool senders_stop;
	bool server_idle;
	bool server_stop;
};

struct tlq_storm {
	const struct tlq_lopt *kind;
	int kinds;
	bool steady;		/* the server only accepts; a CPU for each sender */
	bool gentle;		/* clients send no reset, each from a CPU of its own */
	bool every_kind;	/* no end before each counter has moved */
	unsigned long seed;
	unsigned long goal;	/* refused connections */
	unsigned long rnd;	/* state of the calling process */
	int me;			/* number of the calling process */
	int pids;
	pid_t pid[TLQ_STORM_MAX];
	tlq_storm_pass pass[TLQ_STORM_MAX];
	unsigned long times[TLQ_STORM_MAX];
	struct tlq_storm_shared *sh;
};

/* Twelve listeners of all kinds */
extern const struct tlq_lopt tlq_storm_all[12];

unsigned int tlq_storm_random(struct tlq_storm *s, unsigned int below);
/* The seed is $TLQ_SEED or a new one; @goal is less on a slow machine. */
int tlq_storm_start(struct tlq_storm *s, unsigned long goal);
/* Run @pass until the senders stop, at least @times (a part on a slow machine). */
int tlq_storm_beside(struct tlq_storm *s, tlq_storm_pass pass,
		     unsigned long times);
/* Wait until @goal were refused, or time is up, which is printed. */
/* An error only if @every_kind, and a counter is still missing long after. */
int tlq_storm_rage(struct tlq_storm *s);
/* Stop the senders and leave the listeners as they are. */
int tlq_storm_calm(struct tlq_storm *s);
/* Close the listeners; not 0 when their process has failed. */
int tlq_storm_end(struct tlq_storm *s);

#endif
