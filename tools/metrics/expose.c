// SPDX-License-Identifier: GPL-2.0
/* The exposition: the text format 0.0.4 of Prometheus. */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

#define PIECE 16384u

/* Where it is: the head of a metric goes before its first sample, if it has one. */
struct page {
	struct text text;		/* the caller's, while more is made */
	const struct metrics *metrics;
	const struct health *health;
	int metric;
	size_t series;			/* the next one of that metric */
	bool begun;
	size_t enough;			/* a piece ends behind so much text */
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

static void begin_listener(struct page *page, const char *suffix, const struct series *series)
{
	begin(page, suffix, "");
	text_add(&page->text, "{", 1);
	text_add(&page->text, series->labels, series->labels_length);
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
		begin_listener(page, "", series);
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
	begin_listener(page, "_sum", series);
	end(page, true, series->count[COUNT_wait_us_sum].shown, 6);
	begin_listener(page, "_count", series);
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
		begin_listener(page, "_bucket", series);
		text_string(&page->text, ",le=\"");
		if (i < NR_BUCKETS - 1)
			text_number(&page->text, UINT64_C(1) << i, 6);
		else
			text_string(&page->text, "+Inf");
		text_string(&page->text, "\"");
		end(page, true, below, 0);
	}
	begin_listener(page, "_sum", series);
	end(page, true, waits->sum_us, 6);
	begin_listener(page, "_count", series);
	end(page, true, below, 0);
}

static void add_info(struct page *page, const struct series *series)
{
	if (!page->health->looked || !series->sockets)
		return;
	begin_listener(page, "", series);
	text_label(&page->text, false, "unit", series->unit);
	text_label(&page->text, false, "container", series->container);
	text_label(&page->text, false, "user", series->user);
	text_label(&page->text, false, "flags", series->flags);
	end(page, true, 1, 0);
}

static void add_listener(struct page *page, const struct series *series, int first, int last)
{
	switch (page->metric) {
	case METRIC_info:
		add_info(page, series);
		break;
	case METRIC_wait_summary:
		add_wait_summary(page, series);
		break;
	case METRIC_wait_histogram:
		add_wait_histogram(page, series);
		break;
	default:
		add_samples(page, series, first, last);
	}
}

/* False: there is more of that metric. */
static bool add_listener_metric(struct page *page)
{
	const struct metrics *metrics = page->metrics;
	int first = 0, last;

	while (first < NR_SAMPLES && sample_table[first].metric != (enum metric)page->metric)
		first++;
	last = first;
	while (last < NR_SAMPLES && sample_table[last].metric == (enum metric)page->metric)
		last++;
	while (page->series < metrics->nr_series) {
		const struct series *series = metrics->series[page->series++];

		if (series->shown)
			add_listener(page, series, first, last);
		if (page->text.length >= page->enough)
			return false;
	}
	return true;
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
		      !metrics->series[i]->shown;
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

/* False: there is more of it. */
static bool add_metric(struct page *page)
{
	enum metric_scope scope = metric_table[page->metric].scope;

	if (!metric_has(page->metric, page->metrics->options->level))
		return true;
	if (scope == OWN)
		add_own_metric(page);
	else if (scope == NETNS && page->health->loaded)
		add_net_metric(page);
	else if (scope == LISTENER && page->health->loaded)
		return add_listener_metric(page);
	return true;
}

struct page *page_open(const struct metrics *metrics, const struct health *health)
{
	struct page *page = xcalloc(1, sizeof(*page));

	page->metrics = metrics;
	page->health = health;
	return page;
}

bool page_more(struct page *page, struct text *text)
{
	page->text = *text;
	page->enough = text->length + PIECE;
	while (page->metric < NR_METRICS && page->text.length < page->enough) {
		if (!add_metric(page))
			break;
		page->metric++;
		page->series = 0;
		page->begun = false;
	}
	*text = page->text;
	return page->metric < NR_METRICS;
}

void page_close(struct page *page)
{
	free(page);
}
