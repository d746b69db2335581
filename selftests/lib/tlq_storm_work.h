/* SPDX-License-Identifier: GPL-2.0 */
/* The processes of a storm; for tlq_storm.c */
#ifndef TLQ_STORM_WORK_H
#define TLQ_STORM_WORK_H

#include "tlq_storm.h"

static inline void add(unsigned long *n, unsigned long by)
{
	__atomic_add_fetch(n, by, __ATOMIC_RELAXED);
}

static inline unsigned long get(const unsigned long *n)
{
	return __atomic_load_n(n, __ATOMIC_RELAXED);
}

static inline bool is_set(const bool *b)
{
	return __atomic_load_n(b, __ATOMIC_ACQUIRE);
}

static inline void set(bool *b)
{
	__atomic_store_n(b, true, __ATOMIC_RELEASE);
}

/* Bodies of processes: an exit status */
int tlq_storm_server(struct tlq_storm *s);
int tlq_storm_sender(struct tlq_storm *s);
/* Return when that many more packets have been sent, or the storm is over. */
void tlq_storm_wait(struct tlq_storm *s, unsigned long more);

#endif
