/* SPDX-License-Identifier: GPL-2.0 */
/* A recording of `listenq record`, a line of JSON a look, read line by line. */
#ifndef LISTENQ_REPLAY_H
#define LISTENQ_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../listener/listener.h"

#define MAX_RECORD_SIZE (256u << 20)	/* bytes; a longer line is no record */

struct replay;

/*
 * replay_open - NULL, and one line in ERROR,
 * if it cannot be read, is no plain file, or has no record in it
 */
struct replay *replay_open(const char *path, char error[512]);
void replay_close(struct replay *replay);

/*
 * replay_next - the record behind the present one;
 * false at the end of the recording. look_free() it.
 */
bool replay_next(struct replay *replay, struct look *look);

/*
 * replay_back - make the present record NUMBER, by time so far back before it that the last
 * minute can be shown: replay_next() until replay_at() is NUMBER again.
 */
void replay_back(struct replay *replay, size_t number);

/* replay_at - the present record: 0 none yet, 1 the first */
size_t replay_at(const struct replay *replay);

/* replay_gap_ns - from the present record to the next, by their own time; false at the end */
bool replay_gap_ns(struct replay *replay, uint64_t *ns);

/* replay_broken - lines so far that were no record */
size_t replay_broken(const struct replay *replay);

#endif
