/* SPDX-License-Identifier: GPL-2.0 */
/* The listeners that have closed, and how they do it */
#ifndef TLQ_CLOSED_H
#define TLQ_CLOSED_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "tlq_table.h"

#define TLQ_CLOSED TLQ_PROC "_closed"
#define TLQ_CLOSED_DEBUG "/sys/kernel/debug/tcp_listenq/closed"

/* Records of a namespace, and how many of them are for the last that closed */
#define TLQ_CLOSED_MAX 128
#define TLQ_CLOSED_LAST 64

/*
 * The file of the caller's namespace; *records: lines before the last two, which are
 * sums. 0 or a negative errno
 */
int tlq_closed_load(struct tlq_table *t, size_t *records);
/* How many records there are now */
int tlq_closed_records(void);
/* A value in the line of sums "-" or "*" now */
__u64 tlq_closed_sum(const char *which, const char *column);
/* A value of the newest record of a socket now */
__u64 tlq_closed_value(__u64 cookie, const char *column);
/* Wait until the module has seen listen(2), and has a record for when it closes. */
bool tlq_closed_ready(int lfd);
/* Open @n listeners at once that nothing happens to, and close them. */
int tlq_close_good(int n);
/* Open one that refuses @n SYNs, close it and reset the client in its queue. */
int tlq_close_bad(int n, __u64 *cookie);
/* The client has seen its connection reset. */
bool tlq_was_reset(int fd);

#endif
