/* SPDX-License-Identifier: GPL-2.0 */
/* records.c and spare.c, for closed.c: the records of listeners that have closed */
#ifndef TLQ_RECORDS_H
#define TLQ_RECORDS_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "closed.h"

/**
 * struct tlq_record - a listener that has closed
 * @node: in one of the lists of its namespace
 * @row: what is shown
 */
struct tlq_record {
	struct list_head node;
	struct tlq_closed_row row;
};

/*
 * Protects the lists of all namespaces, their records, and what closed.c says. Raw: a
 * connection is reset in packet processing, too.
 */
extern raw_spinlock_t tlq_records_lock;

/* records.c */
struct tlq_record *tlq_record_take(struct tlq_closed *closed, bool is_first);
struct tlq_record *tlq_record_find(const struct tlq_closed *closed, u64 cookie);
u64 tlq_record_resets(const struct tlq_closed *closed, u64 cookie);

/* spare.c */
struct tlq_record *tlq_spare_take(bool is_first);
void tlq_spare_refill(void);
void tlq_spare_free(struct list_head *list, unsigned int nr);

#endif /* TLQ_RECORDS_H */
