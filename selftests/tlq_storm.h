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
 * What runs beside the storm, in a process of its own: a pass each time so many
 * packets have been sent. Negative: it failed, and has said why.
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
/* $TLQ_SEED or another each time; @goal is less on a slow machine. */
int tlq_storm_start(struct tlq_storm *s, unsigned long goal);
/* Run @pass until the senders stop, @times (a part on a slow machine) or more in all. */
int tlq_storm_beside(struct tlq_storm *s, tlq_storm_pass pass,
		     unsigned long times);
/* Until that many were refused, or the time is up, which is said. */
/* An error only if @every_kind, and one is missing long after that. */
int tlq_storm_rage(struct tlq_storm *s);
/* Senders gone, listeners left as they are */
int tlq_storm_calm(struct tlq_storm *s);
/* Listeners gone; not 0 when any process had something to object to. */
int tlq_storm_end(struct tlq_storm *s);

#endif
