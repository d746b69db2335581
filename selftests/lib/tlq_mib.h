/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's counters, and the module's */
#ifndef TLQ_MIB_H
#define TLQ_MIB_H

#include <stdbool.h>
#include <linux/types.h>

#include "tlq_table.h"

#define TLQ_DEBUG_DIR "/sys/kernel/debug/tcp_listenq/"
#define TLQ_TOTALS TLQ_DEBUG_DIR "totals"
#define TLQ_HOOKS TLQ_DEBUG_DIR "hooks"
#define TLQ_STATS TLQ_DEBUG_DIR "stats"

/* The kernel's counters of a namespace, in the order of the file totals. */
enum {
	TLQ_OVERFLOWS,
	TLQ_REQQ_DROPS,
	TLQ_REQQ_COOKIES,
	TLQ_COOKIES_SENT,
	TLQ_DROPS,
	TLQ_RSTS,
	TLQ_TFO_OVERFLOWS,
	TLQ_MIBS
};

/* A listener's columns; the first three add up to TLQ_OVERFLOWS. */
enum {
	TLQ_COL_SYN,
	TLQ_COL_ACK,
	TLQ_COL_COOKIE,
	TLQ_COL_REQQ_DROPS,
	TLQ_COL_REQQ_COOKIES,
	TLQ_COL_COOKIES_SENT,
	TLQ_COL_DROPS,
	TLQ_COL_RSTS,
	TLQ_COL_TFO,
	TLQ_COLS
};

extern const char *const tlq_mib_name[TLQ_MIBS];
extern const char *const tlq_col_name[TLQ_COLS];

struct tlq_mibs {
	__u64 v[TLQ_MIBS];
};

/* A listener's counters; TLQ_NONE for "-". */
struct tlq_cols {
	__u64 v[TLQ_COLS];
};

struct tlq_netns_totals {
	struct tlq_mibs live;
	struct tlq_mibs gone;
	struct tlq_mibs unassigned;
	struct tlq_mibs kernel;
};

/* The oracle: /proc/net/netstat of the caller's namespace. */
int tlq_netstat(struct tlq_mibs *m);
bool tlq_mibs_equal(const struct tlq_mibs *a, const struct tlq_mibs *b);
void tlq_mibs_sub(struct tlq_mibs *m, const struct tlq_mibs *base);
void tlq_mibs_print(const char *what, const struct tlq_mibs *m);

/*
 * One namespace in the file totals, read once. -ENOENT when it is not there,
 * -ERANGE when live + gone + unassigned is not kernel on any line of any
 * namespace; such lines are printed.
 */
int tlq_netns_totals(struct tlq_netns_totals *t, __u64 netns);

struct tlq_cols tlq_cols(struct tlq_line line);
/* Add a listener's columns to sums by MIB; false when one is not a number. */
bool tlq_cols_add(struct tlq_mibs *sum, const struct tlq_cols *c);
/* Over all listeners of the caller's namespace. */
int tlq_lines_sum(struct tlq_mibs *sum);

/*
 * Set the loopback device down and wait until the counters stand still: from
 * here on nothing is sent, not even again. @now is the netstat after it.
 */
int tlq_freeze(struct tlq_mibs *now);

#endif
