/* SPDX-License-Identifier: GPL-2.0 */
/* A machine with the module, for the test of the metrics: all that it counts, and the truth. */
#ifndef LISTENQ_MACHINE_H
#define LISTENQ_MACHINE_H

#include "../metrics/metrics.h"

#define NETS 2
#define PLACES 4		/* addresses of a namespace */
#define SOCKETS 24
#define RECORDS 6		/* that a namespace keeps */

enum event { SYN_REFUSED, ACK_REFUSED, OTHER_DROP, NR_EVENTS };

/* Of a listener from listen(2) on */
enum stage {
	FREE,
	LISTENS,
	UNHASHED,		/* in no list, and still counts */
	SUMMED,			/* in the sums, without a record */
};

struct counts {
	uint64_t of[NR_EVENTS];
};

struct sock {
	enum stage stage;
	uint64_t cookie;
	int net, place;
	bool listens_again;	/* after its close, with the same cookie */
	struct counts counts;
};

struct record {
	uint64_t cookie, number;
	int net, place;
	struct counts counts;
};

struct machine {
	struct sock socks[SOCKETS];
	struct record records[NETS][RECORDS];	/* the newest first */
	size_t nr_records[NETS];
	struct counts closed[NETS], nobody[NETS];	/* the sums */
	struct counts kernel[NETS];
	struct counts at[NETS][PLACES];		/* the truth: what happened there */
	uint64_t cookies, records_made, mono_ns;
	uint64_t unrecorded;	/* closed and have no record any more, or never had */
	unsigned int seed;
	bool reading;		/* between the readings of a look */
	bool unclear;		/* a socket closed and listened again meanwhile */
	uint64_t fresh;		/* records after this one were made just now */
	bool records_fail;	/* now and then there is no memory for one */
};

unsigned int machine_random(struct machine *machine, unsigned int below);

/* machine_run - NR things happen; what was closing goes on */
void machine_run(struct machine *machine, unsigned int nr);

/* machine_settle - nothing is closing any more */
void machine_settle(struct machine *machine);

/* machine_close_some - between the two readings of a first look */
void machine_close_some(struct machine *machine);

/* machine_reload - the module: all numbers are 0, all that listens is there */
void machine_reload(struct machine *machine);

/* machine_read_live - as the table of listeners. machine_read_closed - events may happen inside. */
void machine_read_live(struct machine *machine, struct look *look);
void machine_read_closed(struct machine *machine, struct look *look, unsigned int events);

#endif
