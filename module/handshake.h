/* SPDX-License-Identifier: GPL-2.0 */
/* handshake.c: the hooks of the counters */
#ifndef TLQ_HANDSHAKE_H
#define TLQ_HANDSHAKE_H

#include <linux/types.h>

void tlq_handshake_init(const char *skip);
void tlq_handshake_off(void);
void tlq_handshake_exit(void);
u32 tlq_handshake_known(void);

#endif /* TLQ_HANDSHAKE_H */
