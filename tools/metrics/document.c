// SPDX-License-Identifier: GPL-2.0
/* The table of all metrics, for docs/metrics.md. */
#include <stdio.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

static const char *level_name(enum metric_level level)
{
	static const char *const name[] = { "minimal", "default", "all", "default only" };

	return name[level];
}

/* Labels beside netns, address and port */
static void add_labels(struct text *text, const struct metric_info *info)
{
	if (info->scope == NETNS)
		text_string(text, "netns, ");
	text_string(text, info->labels);
}

static void add_row(struct text *text, const struct metric_info *info)
{
	static const char *const type[] = { "gauge", "counter", "summary", "histogram" };

	text_string(text, "| `");
	text_string(text, info->name + strlen("tcp_listenq_"));
	text_string(text, "` | ");
	text_string(text, type[info->type]);
	text_string(text, " | ");
	text_string(text, level_name(info->level));
	text_string(text, " | ");
	add_labels(text, info);
	text_string(text, " | ");
	text_string(text, info->from);
	text_string(text, " | ");
	text_string(text, info->help);
	text_string(text, " |\n");
}

static void add_scope(struct text *text, enum metric_scope scope, const char *title)
{
	int metric;

	text_string(text, "\n## ");
	text_string(text, title);
	text_string(text, "\n\n| metric | type | from | labels | of the module | HELP |\n"
			  "|---|---|---|---|---|---|\n");
	for (metric = 0; metric < NR_METRICS; metric++)
		if (metric_table[metric].scope == scope)
			add_row(text, &metric_table[metric]);
}

/* Samples of a metric, at most, of one listener or namespace */
static unsigned int samples_of(enum metric metric)
{
	unsigned int nr = 0, sample;

	if (metric == METRIC_info)
		return 1;
	if (metric == METRIC_wait_summary)
		return 2;
	if (metric == METRIC_wait_histogram)
		return NR_BUCKETS + 2;
	if (metric_table[metric].scope == NETNS)
		return NR_KERNEL_COUNTERS;
	for (sample = 0; sample < NR_SAMPLES; sample++)
		nr += sample_table[sample].metric == metric;
	return nr;
}

/* Samples that are not there for each listener: of what has never happened, or is off */
static bool is_rare(enum metric metric)
{
	switch (metric) {
	case METRIC_queue_oldest:
	case METRIC_last_overflow:
	case METRIC_last_syn_full:
	case METRIC_last_accept:
	case METRIC_fastopen:
	case METRIC_fastopen_length:
	case METRIC_fastopen_capacity:
		return true;
	default:
		return false;
	}
}

static void add_number(struct text *text, unsigned int number)
{
	text_string(text, " | ");
	text_number(text, number, 0);
}

static void add_level(struct text *text, enum metric_level level)
{
	unsigned int least = 0, most = 0, of_netns = 0;
	int metric;

	for (metric = 0; metric < NR_METRICS; metric++) {
		unsigned int nr = metric_has(metric, level) ? samples_of(metric) : 0;

		if (metric_table[metric].scope == NETNS)
			of_netns += nr;
		if (metric_table[metric].scope != LISTENER)
			continue;
		most += nr;
		least += is_rare(metric) ? 0 : nr;
	}
	text_string(text, "| `--metrics=");
	text_string(text, level_name(level));
	text_string(text, "`");
	add_number(text, least);
	add_number(text, most);
	add_number(text, of_netns);
	text_string(text, " |\n");
}

char *metrics_table(size_t *size)
{
	struct text text = { 0 };

	add_scope(&text, LISTENER, "Of a listener");
	add_scope(&text, NETNS, "Of a network namespace");
	add_scope(&text, OWN, "Of the exporter");
	text_string(&text, "\n## How many series\n\n"
			   "| | a listener, at least | at most | a namespace |\n|---|---|---|---|\n");
	add_level(&text, MINIMAL);
	add_level(&text, DEFAULT);
	add_level(&text, ALL);
	*size = text.length;
	return text.at;
}
