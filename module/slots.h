/* SPDX-License-Identifier: GPL-2.0 */
/* slots.c: the slots of a namespace are made and freed */
#ifndef TLQ_SLOTS_H
#define TLQ_SLOTS_H

#include "stock.h"

struct tlq_net;
struct tlq_slot;

int tlq_slots_init(void);
void tlq_slots_exit(void);
struct tlq_slot *tlq_slots_make(struct tlq_net *tn, unsigned int cpu,
				void *(*get)(enum tlq_kind kind));
void tlq_slots_take(struct tlq_net *tn);
void tlq_slots_free(struct tlq_net *tn);

#endif /* TLQ_SLOTS_H */
