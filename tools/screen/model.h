/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listeners over time, by socket cookie: rates, the queue fill of the last minute, and
 * those that vanished. Memory is bounded: one look, a track for each listener that is
 * there or vanished in the last 3 s, and what the watched listeners were in past looks.
 */
#ifndef LISTENQ_MODEL_H
#define LISTENQ_MODEL_H

#include "../listener/group.h"
#include "../listener/history.h"

#define HISTORY_SECONDS 60
#define NOT_SEEN UINT32_MAX	/* no look in that second, or the queue was not known */
#define GREY_NS UINT64_C(3000000000)
#define MAX_GONE 1024		/* vanished listeners that are kept, at most */

enum rate {
	RATE_SYNS, RATE_ACCEPTS, RATE_OVERFLOW_SYN, RATE_OVERFLOW_ACK, RATE_OVERFLOW_COOKIE,
	RATE_SYN_DROPS, RATE_COOKIES, NR_RATES
};

struct track {
	uint64_t cookie;
	uint64_t seen_ns;		/* the last look that had it */
	uint64_t full_since_ns;		/* full at each look since; 0: not at the last one */
	struct listener *here;		/* in the model's look; NULL: it has vanished */
	struct listener *gone;		/* its last state, once it has vanished: ours */
	uint64_t gone_ns;		/* the first look without it */
	uint64_t count[NR_RATES];
	double rate[NR_RATES];		/* a second, in its last two looks; below 0: not known */
	unsigned int counted;		/* bit by rate: count is known */
	bool watched;
	uint64_t second;		/* of the last sample */
	uint32_t backlog[HISTORY_SECONDS];	/* highest of second S at S % HISTORY_SECONDS */
	uint32_t limit;			/* max_ack_backlog */
};

struct model {
	struct look look;		/* the last one: ours */
	bool looked;
	uint64_t nr_looks;		/* ever */
	uint64_t hold_ns;		/* looks further apart leave a gap in the history */
	struct track *tracks;		/* by cookie */
	size_t nr_tracks;
	/* watched listeners only, in the order of time, a second apart at least */
	struct look past[MAX_LOOKS - 1];
	size_t nr_past;
	uint64_t *watched;		/* cookies */
	size_t nr_watched;
};

/* model_take - a new look, which it owns from then on. Time that runs back starts all over. */
void model_take(struct model *model, struct look *look);

/*
 * model_watch - keep past states of the members of this group;
 * another group than before drops those of the former
 */
void model_watch(struct model *model, const struct group *group);

/*
 * model_looks - past looks and the present one, for judge();
 * valid until the next model_take() or model_watch()
 */
void model_looks(const struct model *model, struct looks *looks);

/*
 * model_gone - vanished listeners,
 * as a look that borrows them: free() its listeners, do not look_free() it
 */
void model_gone(const struct model *model, struct look *look);

void model_reset(struct model *model);

/* track_of - of a listener, or NULL where it has no cookie */
const struct track *track_of(const struct model *model, const struct listener *l);

/* group_rate - sum over all members; below 0 where one is not known yet */
double group_rate(const struct model *model, const struct group *group, enum rate rate);

/*
 * group_fill - of the members' accept queues together, in thousandths (1000: full), oldest
 * second first; -1 where no look is known. The last one is the second of the last look.
 */
void group_fill(const struct model *model, const struct group *group, int fill[HISTORY_SECONDS]);

/*
 * rates_refused - packets refused or dropped as a queue was full, as the column "refused";
 * below 0 where one is not known
 */
double rates_refused(const double rate[NR_RATES]);

#endif
