// SPDX-License-Identifier: GPL-2.0
/* The exposition: the text format 0.0.4 of Prometheus. */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

/* What is being written: the head of a metric goes before its first sample, if it has one. */
struct page {
	struct text text;
	const struct metrics *metrics;
	const struct health *health;
	enum metric metric;
	bool begun;
};

static void add_head(struct page *page)
{
	static const char *const type[] = { "gauge", "counter", "summary", "histogram" };
	const struct metric_info *info = &metric_table[page->metric];

	if (page->begun)
		return;
	page->begun = true;
	text_string(&page->text, "# HELP ");
	text_string(&page->text, info->name);
	text_string(&page->text, " ");
	text_string(&page->text, info->help);
	text_string(&page->text, "\n# TYPE ");
	text_string(&page->text, info->name);
	text_string(&page->text, " ");
	text_string(&page->text, type[info->type]);
	text_string(&page->text, "\n");
}

/* The name, and labels up to where more may follow */
static void begin(struct page *page, const char *suffix, const char *labels)
{
	add_head(page);
	text_string(&page->text, metric_table[page->metric].name);
	text_string(&page->text, suffix);
	if (*labels) {
		text_add(&page->text, "{", 1);
		text_string(&page->text, labels);
	}
}

static void end(struct page *page, bool labels, uint64_t value, unsigned int decimals)
{
	text_string(&page->text, labels ? "} " : " ");
	text_number(&page->text, value, decimals);
	text_add(&page->text, "\n", 1);
}

static unsigned int decimals_of(enum sample_how how)
{
	return how == FILL ? 6 : how == OLDEST || how == STAMP ? 3 : 0;
}

/* Counters stay for a while without a socket; levels end with it. */
static bool has_sample(const struct page *page, const struct series *series, enum sample sample,
		       uint64_t *value)
{
	const struct sample_info *info = &sample_table[sample];
	uint64_t bit = UINT64_C(1) << sample;
	enum count count;

	if (info->metric == METRIC_fastopen && !series->fast_open_shown)
		return false;
	if (info->how == COUNT) {
		count = count_of(info->column);
		*value = series->count[count].shown;
		return series->counts_known & 1u << count;
	}
	if ((info->metric == METRIC_fastopen_length || info->metric == METRIC_fastopen_capacity) &&
	    !series->fast_open)
		return false;
	*value = series->value[sample];
	return page->health->looked && (series->known & bit) && !(series->unknown & bit);
}

static void add_samples(struct page *page, const struct series *series, int first, int last)
{
	uint64_t value;
	int sample;

	for (sample = first; sample < last; sample++) {
		const struct sample_info *info = &sample_table[sample];

		if (!has_sample(page, series, sample, &value))
			continue;
		begin(page, "", series->labels);
		if (*info->label) {
			text_add(&page->text, ",", 1);
			text_string(&page->text, info->label);
		}
		end(page, true, value, decimals_of(info->how));
	}
}

static void add_wait_summary(struct page *page, const struct series *series)
{
	const unsigned int both = 1u << COUNT_accepts | 1u << COUNT_wait_us_sum;

	if ((series->counts_known & both) != both)
		return;
	begin(page, "_sum", series->labels);
	end(page, true, series->count[COUNT_wait_us_sum].shown, 6);
	begin(page, "_count", series->labels);
	end(page, true, series->wait_accepts, 0);
}

static void add_wait_histogram(struct page *page, const struct series *series)
{
	const struct waits *waits = series->waits;
	uint64_t below = 0;
	int i;

	if (!waits || !(series->counts_known & 1u << COUNT_accepts))
		return;
	for (i = 0; i < NR_BUCKETS; i++) {
		below += waits->bucket[i];
		begin(page, "_bucket", series->labels);
		text_string(&page->text, ",le=\"");
		if (i < NR_BUCKETS - 1)
			text_number(&page->text, UINT64_C(1) << i, 6);
		else
			text_string(&page->text, "+Inf");
		text_string(&page->text, "\"");
		end(page, true, below, 0);
	}
	begin(page, "_sum", series->labels);
	end(page, true, waits->sum_us, 6);
	begin(page, "_count", series->labels);
	end(page, true, below, 0);
}

static void add_info(struct page *page, const struct series *series)
{
	if (!page->health->looked || !series->sockets)
		return;
	begin(page, "", series->labels);
	text_label(&page->text, false, "unit", series->unit);
	text_label(&page->text, false, "container", series->container);
	text_label(&page->text, false, "user", series->user);
	text_label(&page->text, false, "flags", series->flags);
	end(page, true, 1, 0);
}

static void add_listener_metric(struct page *page)
{
	const struct metrics *metrics = page->metrics;
	int first = 0, last;
	size_t i;

	while (first < NR_SAMPLES && sample_table[first].metric != page->metric)
		first++;
	last = first;
	while (last < NR_SAMPLES && sample_table[last].metric == page->metric)
		last++;
	for (i = 0; i < metrics->nr_series; i++) {
		const struct series *series = metrics->series[i];

		if (!series_shown(series))
			continue;
		if (page->metric == METRIC_info)
			add_info(page, series);
		else if (page->metric == METRIC_wait_summary)
			add_wait_summary(page, series);
		else if (page->metric == METRIC_wait_histogram)
			add_wait_histogram(page, series);
		else
			add_samples(page, series, first, last);
	}
}

static void add_net_metric(struct page *page)
{
	const struct metrics *metrics = page->metrics;
	bool closed = page->metric == METRIC_closed;
	size_t i;
	int c;

	for (i = 0; i < metrics->nr_nets; i++) {
		const struct net *net = metrics->nets[i];
		const struct total *total = closed ? net->closed_total : net->unassigned_total;
		unsigned int known = closed ? net->closed_known : net->nobody_known;

		for (c = 0; c < NR_KERNEL_COUNTERS; c++) {
			if ((known & kernel_counters[c].counts) != kernel_counters[c].counts)
				continue;
			begin(page, "", "");
			text_add(&page->text, "{", 1);
			text_label(&page->text, true, "netns", net->label);
			text_label(&page->text, false, "counter", kernel_counters[c].name);
			end(page, true, total[c].shown, 0);
		}
	}
}

static void add_plain(struct page *page, uint64_t value, unsigned int decimals)
{
	begin(page, "", "");
	end(page, false, value, decimals);
}

static void add_labelled(struct page *page, const char *name, const char *value, uint64_t number)
{
	begin(page, "", "");
	text_add(&page->text, "{", 1);
	text_label(&page->text, true, name, value);
	end(page, true, number, 0);
}

static uint64_t count_omitted(const struct metrics *metrics)
{
	uint64_t nr = 0;
	size_t i;

	for (i = 0; i < metrics->nr_series; i++)
		nr += metrics->series[i]->sockets && !metrics->series[i]->excluded &&
		      !series_shown(metrics->series[i]);
	return nr;
}

static void add_own_metric(struct page *page)
{
	const struct health *health = page->health;
	size_t i;

	switch (page->metric) {
	case METRIC_listeners:
		if (health->looked)
			add_plain(page, page->metrics->listeners, 0);
		break;
	case METRIC_omitted:
		if (health->looked)
			add_plain(page, count_omitted(page->metrics), 0);
		break;
	case METRIC_loaded:
		add_plain(page, health->loaded, 0);
		break;
	case METRIC_hook_armed:
		for (i = 0; i < health->nr_hooks; i++)
			add_labelled(page, "function", health->hooks[i].function,
				     health->hooks[i].armed);
		break;
	case METRIC_module_info:
		if (health->module_version)
			add_labelled(page, "version", health->module_version, 1);
		break;
	case METRIC_build_info:
		add_labelled(page, "version", health->build_version, 1);
		break;
	case METRIC_read_duration:
		add_plain(page, health->read_us, 6);
		break;
	case METRIC_read_errors:
		add_plain(page, health->read_errors, 0);
		break;
	case METRIC_write_errors:
		add_plain(page, health->write_errors, 0);
		break;
	default:
		break;
	}
}

char *metrics_text(struct metrics *metrics, const struct health *health, size_t *size)
{
	struct page page = { .metrics = metrics, .health = health };
	int metric;

	for (metric = 0; metric < NR_METRICS; metric++) {
		page.metric = metric;
		page.begun = false;
		if (!metric_has(metric, metrics->options->level))
			continue;
		if (metric_table[metric].scope == OWN)
			add_own_metric(&page);
		else if (!health->loaded)
			continue;
		else if (metric_table[metric].scope == NETNS)
			add_net_metric(&page);
		else
			add_listener_metric(&page);
	}
	*size = page.text.length;
	return page.text.at;
}
