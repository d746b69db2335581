/* SPDX-License-Identifier: GPL-2.0 */
/* What the module says of the connections accepted from a listener */
#ifndef TLQ_WAITS_H
#define TLQ_WAITS_H

#include <stdbool.h>
#include <linux/types.h>

#include "tlq_mib.h"
#include "tlq_moment.h"

#define TLQ_PROC_WAIT TLQ_PROC "_wait"
#define TLQ_DEBUG_WAIT TLQ_DEBUG_DIR "wait"

/* Below 1, 2, 4, ... 2^25 us, and all longer ones */
#define TLQ_BUCKETS 27

struct tlq_waits {
	__u64 accepts;
	__u64 sum;
	__u64 max;
	__u64 bucket[TLQ_BUCKETS];
};

/*
 * Of one listener, by its cookie, at a moment when nobody accepts. -ENODATA when all
 * columns print "-" and there is no line for it in the file of waits. -EPROTO when
 * the two files differ or a line is not consistent, which is printed.
 */
int tlq_waits(struct tlq_waits *w, __u64 cookie);
void tlq_waits_print(const char *what, const struct tlq_waits *w);
/* Add a connection that has waited so long. */
void tlq_waits_add(struct tlq_waits *w, __u64 us);
bool tlq_waits_equal(const struct tlq_waits *a, const struct tlq_waits *b);

/* Whether accepts are known for TCP listeners also by connections without a request */
bool tlq_waits_exact(void);
/* A value in the line of a listener in debugfs, in @buf; "" when there is none */
const char *tlq_debug_value(__u64 cookie, const char *column, char *buf,
			    int size);

#endif
