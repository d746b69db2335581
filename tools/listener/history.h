/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What grew between looks, by socket cookie: a listener that reappears with another
 * cookie is another one. Used by why, top, check and show -w.
 */
#ifndef LISTENQ_HISTORY_H
#define LISTENQ_HISTORY_H

#include "listener.h"

#define MAX_LOOKS 16

/* Looks in the order of time; the last is now. It owns none of them. */
struct looks {
	const struct look *look[MAX_LOOKS];
	size_t nr;
};

/*
 * The same socket in each look; NULL where it was not there.
 * at[nr - 1] is the present one and never NULL.
 */
struct course {
	const struct listener *at[MAX_LOOKS];
	uint64_t mono_ns[MAX_LOOKS];
	size_t nr;
};

void course_make(struct course *course, const struct looks *looks, const struct listener *now);

/*
 * course_growth - of a count between the first and the last look that had this socket.
 * False where there is but one, or one of them did not know it, or it fell (a module loaded again).
 * SECONDS: between these two; 0 where the looks do not say, so there is no rate.
 */
bool course_growth(const struct course *course, enum column column, uint64_t *growth,
		   double *seconds);

#endif
