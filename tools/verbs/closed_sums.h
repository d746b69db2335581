/* SPDX-License-Identifier: GPL-2.0 */
/* The two sums of each namespace at the end of the table of closed listeners. */
#ifndef LISTENQ_CLOSED_SUMS_H
#define LISTENQ_CLOSED_SUMS_H

#include "../listener/listener.h"

/* is_sum - "*", all that ever closed, or "-", what was charged to no listener */
bool is_sum(const struct listener *l);
bool is_sum_of_closed(const struct listener *l);

/* sum_is_nothing - none of its counts is known and not 0 */
bool sum_is_nothing(const struct listener *l);

/* sum_words - a sentence; NAMESPACES: say which. free() it */
char *sum_words(const struct listener *l, bool namespaces);

/* sums_json - an array of objects; free() it */
char *sums_json(const struct look *sums);

/*
 * was_refused - packets that found a queue full, of a closed listener too;
 * false where it is not known
 */
bool was_refused(const struct listener *l, uint64_t *packets);

#endif
