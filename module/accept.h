/* SPDX-License-Identifier: GPL-2.0 */
/* accept.c: the hooks at accept(2) */
#ifndef TLQ_ACCEPT_H
#define TLQ_ACCEPT_H

#include <linux/types.h>

struct tlq_row;

void tlq_accept_init(const char *skip);
void tlq_accept_off(int err);
void tlq_accept_exit(void);
u32 tlq_accept_missing(void);
bool tlq_accept_misses(const struct tlq_row *row);

#endif /* TLQ_ACCEPT_H */
