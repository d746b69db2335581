/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What rows, the line "-" and the line "*" of a namespace add up to. It is younger than
 * the module, so that all of the kernel's counters began at 0 with those of the module.
 * At a quiet moment; false, with the numbers printed, where they do not.
 */
#ifndef TLQ_SUMS_H
#define TLQ_SUMS_H

#include <stdbool.h>
#include <linux/types.h>

/* Connections in all accept queues */
__u64 tlq_waiting(void);
/*
 * PassiveOpens: accepted, waiting, reset at a close, and @dead: those that a
 * close found reset by their client, and those thrown away
 */
bool tlq_opens_are(__u64 dead);
/* The same, where there are 0 to @dead of these */
bool tlq_opens_within(__u64 dead);
/*
 * ListenDrops that no full queue explains: connections thrown away as their listener
 * closed, and SYNs that were dropped for another reason
 */
__u64 tlq_thrown_away(void);
/* Each of the kernel's counters that has columns */
bool tlq_counters_are(void);

#endif
