/* SPDX-License-Identifier: GPL-2.0 */
/* stock.c: memory for packet processing */
#ifndef TLQ_STOCK_H
#define TLQ_STOCK_H

#include <linux/init.h>

/* What is made at packets */
enum tlq_kind {
	TLQ_LISTENERS,	/* struct tlq_listener */
	TLQ_SLOTS,	/* struct tlq_slot */
	TLQ_WAITS,	/* struct tlq_waits */
	TLQ_CLOSED,	/* struct tlq_closed */
	TLQ_SLOT_ARRAYS,	/* a pointer to a slot for each possible CPU */
	TLQ_NR_KINDS
};

int tlq_stock_init(enum tlq_kind kind, const char *name, size_t size);
void tlq_stock_exit(enum tlq_kind kind);
void *tlq_stock_get(enum tlq_kind kind);
void *tlq_stock_get_sleeping(enum tlq_kind kind);
void tlq_stock_put(enum tlq_kind kind, void *object);
size_t tlq_stock_bytes(enum tlq_kind kind);
size_t tlq_stock_size(enum tlq_kind kind);
size_t tlq_stock_used(enum tlq_kind kind);

#endif /* TLQ_STOCK_H */
