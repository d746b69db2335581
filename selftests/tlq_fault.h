/* SPDX-License-Identifier: GPL-2.0 */
/* Make allocations of the kernel fail, where it was built for that */
#ifndef TLQ_FAULT_H
#define TLQ_FAULT_H

#include <stdbool.h>

/*
 * Whether this kernel can; allocations that may wait fail as well from then on.
 * To be asked by the thread that the next function is for. Says in the kernel's
 * log that its complaints are wanted, until tlq_fault_end().
 */
bool tlq_fault_ready(void);
void tlq_fault_end(void);
/*
 * The @nth allocation that the calling thread makes in a system call from now
 * on fails. 0: none, and what is returned tells whether the last one was
 * reached.
 */
bool tlq_fault_nth(int nth);
/* How many it has made since tlq_fault_nth(TLQ_FAULT_NONE), which is now over */
int tlq_fault_used(void);
#define TLQ_FAULT_NONE 1000000
/* All of a slab cache fail, whoever makes them; false if that cannot be had. */
bool tlq_fault_cache(const char *cache, bool fail);

#endif
