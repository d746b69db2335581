/* SPDX-License-Identifier: GPL-2.0 */
/* handshake.c: the hooks of the counters */
#ifndef TLQ_HANDSHAKE_H
#define TLQ_HANDSHAKE_H

#include <linux/types.h>

u32 tlq_handshake_init(const char *skip, bool waits);
void tlq_handshake_off(void);
void tlq_handshake_exit(void);

#endif /* TLQ_HANDSHAKE_H */
