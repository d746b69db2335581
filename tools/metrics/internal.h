/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of metrics/ have of each other. */
#ifndef LISTENQ_METRICS_INTERNAL_H
#define LISTENQ_METRICS_INTERNAL_H

#include "../common/map.h"
#include "metrics.h"

#define GONE_NS (300 * UINT64_C(1000000000))	/* counters stay so long without a socket */
#define NR_STAMPS 3
#define NO_INODE UINT64_MAX

/*
 * Sums below are signed, modulo 2^64: a part of a count may be taken back when its record
 * turns up. What is shown is the highest that a sum ever was.
 */
struct total {
	uint64_t sum, shown;
};

static inline void total_settle(struct total *total)
{
	if ((int64_t)(total->sum - total->shown) > 0)
		total->shown = total->sum;
}

/* A network namespace */
struct net {
	uint64_t inode;		/* 0: not known; NO_INODE: another one has it */
	char *label;		/* its name, escaped; from its first look on the same */
	uint64_t look;		/* number of the last one that had it */
	uint64_t gone_ns;	/* since when it is not there; 0: it is */
	/*
	 * The line "*": SETTLED is in closed[], LATEST is of the last look. Whatever is in a sum
	 * has its record, if it gets one, in the next look's table at the latest:
	 * so the sum of the look before is what is compared.
	 */
	uint64_t settled[NR_COUNTS], latest[NR_COUNTS];
	uint64_t nobody[NR_COUNTS];	/* the line "-" */
	unsigned int closed_known, nobody_known;	/* bit by count, in the last look */
	uint64_t closed[NR_COUNTS], unassigned[NR_COUNTS];	/* signed */
	struct total closed_total[NR_KERNEL_COUNTERS], unassigned_total[NR_KERNEL_COUNTERS];
};

struct series {
	struct series *next;	/* with the same hash */
	struct net *net;
	char *address;
	uint32_t port;		/* PORT_EPHEMERAL: many */
	char *labels;		/* netns, address and port, escaped */
	size_t labels_length;
	bool excluded;
	bool placed;		/* counts for --max-listeners */
	bool shown;		/* in the expositions of this look */
	uint64_t gone_ns;	/* since when there is no socket, or counts came; 0: there is */

	struct total count[NR_COUNTS];
	unsigned int counts_known;	/* by all sockets of the last look that had one */
	uint64_t wait_accepts;	/* those of which the time is in wait_us_sum, too */
	struct waits *waits;	/* with --metrics=all */
	bool fast_open, fast_open_shown;	/* now; ever, so that a counter does not go */

	/* Of the sockets of this look */
	uint64_t sockets;
	uint64_t value[NR_SAMPLES];
	uint64_t known, unknown;	/* bit by sample: by one socket; not by another */
	uint64_t stamp_ms[NR_STAMPS];	/* as shown last */
	char *unit, *container, *user, *flags;	/* NULL: not known */
	bool owner_known, flags_known;
};

_Static_assert(NR_SAMPLES <= 64, "known has a bit for each sample");
_Static_assert(NR_COUNTS <= 32, "counts_known has a bit for each count");

#define PORT_EPHEMERAL 0x10000

/* A socket from its listen(2) to its close. It may listen again with the same cookie. */
struct life {
	uint64_t cookie;
	struct series *series;
	uint64_t look;			/* number of the last one that had it */
	uint64_t last[NR_COUNTS];
	unsigned int based;		/* bit by count: last[] says what was counted before */
	struct waits *waits;		/* last; with --metrics=all */
	bool waits_based;
	bool waits_for_record;
	bool recorded;			/* it has waited, and has its record */
};

/* A record that was there in the last look. */
struct seen {
	uint64_t cookie;
	uint64_t hash;			/* of all that does not change while it is kept */
	uint64_t resets;
	size_t place;			/* the newest is 0 */
	const struct listener *row;	/* of this look */
	bool is_new;
};

struct metrics {
	const struct metrics_options *options;
	bool based;			/* there was a look, or the module was not there */
	uint64_t look;			/* number of this one */
	uint64_t now_ns;

	struct net **nets;
	size_t nr_nets;

	struct map by_hash;		/* of chains of series */
	struct series **series;		/* all, in the order of output once sorted */
	size_t nr_series, room;
	bool sorted;

	struct map lives;		/* by cookie */
	struct map waiting;		/* by cookie; they have vanished in the last look */
	struct seen *seen;		/* by cookie, hash, place */
	size_t nr_seen;

	uint64_t listeners;
};

/* table.h's counts of a row that are known: bit by count */
unsigned int counts_of(const struct listener *l, uint64_t value[NR_COUNTS]);

/* nets.c: the namespace of a row of a look; made if it is new */
struct net *net_of(struct metrics *metrics, const struct moment *moment,
		   const struct listener *l);
/* net_touch - it is in this look */
void net_touch(struct metrics *metrics, struct net *net);
/* nets_fell - whether a sum is lower than it was */
bool nets_fell(struct metrics *metrics, const struct moment *moment);
void nets_look(struct metrics *metrics, const struct moment *moment);
void nets_reload(struct metrics *metrics);
void nets_settle(struct metrics *metrics);
void nets_free(struct metrics *metrics);
/* sum_kind - '*' or '-' for the sums in the table of closed listeners, 0 for a record */
char sum_kind(const struct listener *l);

/* series.c: of a row's address and port; made if it is new */
struct series *series_of(struct metrics *metrics, const struct moment *moment,
			 const struct listener *l);
/* series_is - whether it is that of a row */
bool series_is(const struct metrics *metrics, const struct series *series,
	       const struct listener *l);
void series_sort(struct metrics *metrics);
/* series_settle - after a look: what is gone for long ends, places are given */
void series_settle(struct metrics *metrics);
void series_free(struct metrics *metrics);

/* lives.c: counts of sockets */
void lives_look(struct metrics *metrics, const struct moment *moment);
/* lives_fell - whether a count is lower than it was, of a socket without a new record */
bool lives_fell(struct metrics *metrics, const struct moment *moment);
void lives_reload(struct metrics *metrics);
/* life_ended - a record says what it had in the end */
void life_ended(struct metrics *metrics, const struct moment *moment, const struct listener *row);
void lives_resolve(struct metrics *metrics);
void lives_free(struct metrics *metrics);

/* records.c: which records are new since the last look */
void records_find(struct metrics *metrics, const struct moment *moment, struct seen **list,
		  size_t *nr);
void records_take(struct metrics *metrics, const struct moment *moment, struct seen *list,
		  size_t nr);

/* gauges.c: levels of all sockets of a series */
void gauges_begin(struct metrics *metrics);
void gauges_add(struct series *series, const struct look *look, const struct listener *l);
void gauges_end(struct metrics *metrics);
void owner_forget(struct series *series);

void text_add(struct text *text, const char *bytes, size_t size);
void text_string(struct text *text, const char *string);
/* text_number - VALUE is in units of 10^-DECIMALS; zeros behind are left out */
void text_number(struct text *text, uint64_t value, unsigned int decimals);
/* text_label - ,NAME="VALUE" or without the comma if it is the FIRST; NULL is "" */
void text_label(struct text *text, bool first, const char *name, const char *value);

#endif
