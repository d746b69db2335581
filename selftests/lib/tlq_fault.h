/* SPDX-License-Identifier: GPL-2.0 */
/* Make allocations of the kernel fail, where it was built for that */
#ifndef TLQ_FAULT_H
#define TLQ_FAULT_H

#include <stdbool.h>

/*
 * False if this kernel cannot. From here on allocations that may wait can fail,
 * too. Call it in the thread that calls tlq_fault_nth(). Writes to the kernel
 * log that complaints are expected until tlq_fault_end().
 */
bool tlq_fault_ready(void);
void tlq_fault_end(void);
/*
 * The @nth allocation fails that the calling thread makes in system calls from
 * now on; with 0 none does. Returns whether the last one that was set has
 * failed.
 */
bool tlq_fault_nth(int nth);
/* Allocations since tlq_fault_nth(TLQ_FAULT_NONE), which this ends */
int tlq_fault_used(void);
#define TLQ_FAULT_NONE 1000000
/* All allocations of a slab cache fail, or none; false if impossible. */
bool tlq_fault_cache(const char *cache, bool fail);

#endif
