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
 * PassiveOpens: accepted, waiting, reset at a close, and @dead: those that a close
 * found reset by their client
 */
bool tlq_opens_are(__u64 dead);
/*
 * The same, where there may be such, and others that the kernel threw away. With the
 * helper tlq_opens each term is what that has counted; without it, or where its probes
 * missed a call, it is only known that the sum may not be more.
 */
#define TLQ_OPENS "/proc/net/tlq_opens"
bool tlq_opens_add_up(void);
/* Each of the kernel's counters that has columns */
bool tlq_counters_are(void);

#endif
