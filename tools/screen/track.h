/* SPDX-License-Identifier: GPL-2.0 */
/* One listener over time, for the model alone. */
#ifndef LISTENQ_TRACK_H
#define LISTENQ_TRACK_H

#include "model.h"

/* track_start - of a listener seen for the first time, at NOW in nanoseconds */
void track_start(struct track *track, struct listener *l, uint64_t now);

/*
 * track_look - it was there again.
 * HELD: this look stands for the time since the one before, too.
 */
void track_look(struct track *track, const struct listener *l, uint64_t now, bool held);

void rates_unknown(double rate[NR_RATES]);

#endif
