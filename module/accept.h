/* SPDX-License-Identifier: GPL-2.0 */
/* accept.c: the hooks at accept(2) */
#ifndef TLQ_ACCEPT_H
#define TLQ_ACCEPT_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "tlq.h"

void tlq_accept_init(const char *skip);
void tlq_accept_off(int err);
void tlq_accept_exit(void);
u32 tlq_accept_missing(void);
/* There is no __inet_accept(): connections are known by their requests only. */
extern bool tlq_accept_by_request;

bool tlq_accept_may_miss(const struct tlq_row *row);

/**
 * tlq_accept_misses() - whether connections may have been accepted unseen
 * @row: the listener
 *
 * Return: true if it is one of those that are counted by requests, and may have got
 * connections without one.
 */
static inline bool tlq_accept_misses(const struct tlq_row *row)
{
	return unlikely(tlq_accept_by_request ||
			(row->flags & BIT(TLQ_F_MPTCP))) &&
	       tlq_accept_may_miss(row);
}

#endif /* TLQ_ACCEPT_H */
