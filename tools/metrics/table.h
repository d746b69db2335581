/* SPDX-License-Identifier: GPL-2.0 */
/* metrics.def as tables, and counts of the module by number. */
#ifndef LISTENQ_METRICS_TABLE_H
#define LISTENQ_METRICS_TABLE_H

#include "../listener/listener.h"

enum metric {
#define METRIC(id, name, type, level, scope, labels, from, help) METRIC_##id,
#define SAMPLE(id, metric, how, column, label)
#include "metrics.def"
#undef METRIC
#undef SAMPLE
	NR_METRICS
};

enum sample {
#define METRIC(id, name, type, level, scope, labels, from, help)
#define SAMPLE(id, metric, how, column, label) SAMPLE_##id,
#include "metrics.def"
#undef METRIC
#undef SAMPLE
	NR_SAMPLES
};

enum metric_type { GAUGE, COUNTER, SUMMARY, HISTOGRAM };

/* In the order of --metrics */
enum metric_level { MINIMAL, DEFAULT, ALL, SUMMARY_ONLY };

enum metric_scope { LISTENER, NETNS, OWN };

struct metric_info {
	const char *name;	/* whole */
	enum metric_type type;
	enum metric_level level;
	enum metric_scope scope;
	const char *labels, *from, *help;
};

enum sample_how {
	SOCKETS, SUM, CAPACITY, FILL, FULL, HIGHEST, OLDEST, COUNT, STAMP, SYNFLOOD
};

struct sample_info {
	enum metric metric;
	enum sample_how how;
	enum column column;
	const char *label;	/* "" where there is none */
};

extern const struct metric_info metric_table[NR_METRICS];
extern const struct sample_info sample_table[NR_SAMPLES];	/* grouped by metric */

/* metric_has - whether that --metrics has it */
bool metric_has(enum metric metric, enum metric_level level);

/* The columns of KIND_COUNT */
enum count {
#define COUNT_OF_TEXT(name)
#define COUNT_OF_ID(name)
#define COUNT_OF_GAUGE(name)
#define COUNT_OF_COUNT(name) COUNT_##name,
#define COUNT_OF_PEAK(name)
#define COUNT_OF_AGE(name)
#define COLUMN(name, kind, unit, help) COUNT_OF_##kind(name)
#include "../listener/columns.def"
#undef COLUMN
	NR_COUNTS
};

extern const enum column count_column[NR_COUNTS];

/* count_of - of a column of KIND_COUNT */
enum count count_of(enum column column);

/* What the kernel counts for a namespace, as in TcpExt: a sum of counts */
struct kernel_counter {
	const char *name;
	unsigned int counts;	/* bit by enum count */
};

#define NR_KERNEL_COUNTERS 7

extern const struct kernel_counter kernel_counters[NR_KERNEL_COUNTERS];

#endif
