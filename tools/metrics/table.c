// SPDX-License-Identifier: GPL-2.0
#include "table.h"

const struct metric_info metric_table[NR_METRICS] = {
#define METRIC(id, name, type, level, scope, labels, from, help) \
	[METRIC_##id] = { "tcp_listenq_" name, type, level, scope, labels, from, help },
#define SAMPLE(id, metric, how, column, label)
#include "metrics.def"
#undef METRIC
#undef SAMPLE
};

const struct sample_info sample_table[NR_SAMPLES] = {
#define METRIC(id, name, type, level, scope, labels, from, help)
#define SAMPLE(id, metric, how, column, label) \
	[SAMPLE_##id] = { METRIC_##metric, how, COL_##column, label },
#include "metrics.def"
#undef METRIC
#undef SAMPLE
};

bool metric_has(enum metric metric, enum metric_level level)
{
	enum metric_level least = metric_table[metric].level;

	return least == SUMMARY_ONLY ? level == DEFAULT : least <= level;
}

const enum column count_column[NR_COUNTS] = {
#undef COUNT_OF_COUNT
#define COUNT_OF_COUNT(name) COL_##name,
#define COLUMN(name, kind, unit, help) COUNT_OF_##kind(name)
#include "../listener/columns.def"
#undef COLUMN
};

enum count count_of(enum column column)
{
	unsigned int count = 0;

	while (count < NR_COUNTS - 1 && count_column[count] != column)
		count++;
	return count;
}

#define BIT(count) (1u << COUNT_##count)

const struct kernel_counter kernel_counters[NR_KERNEL_COUNTERS] = {
	{ "ListenOverflows", BIT(overflow_syn) | BIT(overflow_ack) | BIT(overflow_cookie) },
	{ "ListenDrops", BIT(listen_drops) },
	{ "TCPReqQFullDrop", BIT(reqq_full_drop) },
	{ "TCPReqQFullDoCookies", BIT(reqq_full_cookies) },
	{ "SyncookiesSent", BIT(syncookies_sent) },
	{ "EmbryonicRsts", BIT(embryonic_rsts) },
	{ "TCPFastOpenListenOverflow", BIT(tfo_overflow) },
};
