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
 * PassiveOpens: accepted, waiting, reset at a close, and @dead: those that their
 * client had reset before a close
 */
bool tlq_opens_are(__u64 dead);
/* Each of the kernel's counters that has columns */
bool tlq_counters_are(void);

#endif
