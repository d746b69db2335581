// SPDX-License-Identifier: GPL-2.0
/* One look after the other: see metrics.h. */
#include <stdlib.h>

#include "../common/text.h"
#include "internal.h"

struct metrics *metrics_new(const struct metrics_options *options)
{
	struct metrics *metrics = xcalloc(1, sizeof(*metrics));

	metrics->options = options;
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	lives_free(metrics);
	series_free(metrics);
	nets_free(metrics);
	free(metrics->seen);
	free(metrics);
}

bool metrics_is_based(const struct metrics *metrics)
{
	return metrics->based;
}

/* What the old module had of records, and what it counted after the last look, is lost. */
static void reload(struct metrics *metrics)
{
	size_t i, c;

	for (i = 0; i < metrics->nr_series; i++)
		for (c = 0; c < NR_COUNTS; c++)
			metrics->series[i]->count[c].sum = metrics->series[i]->count[c].shown;
	lives_reload(metrics);
	nets_reload(metrics);
	free(metrics->seen);
	metrics->seen = NULL;
	metrics->nr_seen = 0;
}

void metrics_absent(struct metrics *metrics)
{
	reload(metrics);
	metrics->based = true;
}

void metrics_look(struct metrics *metrics, const struct moment *moment)
{
	struct seen *records;
	size_t nr;

	metrics->look++;
	metrics->now_ns = moment->live->mono_ns;
	gauges_begin(metrics);
	if (metrics->based &&
	    (moment->loaded_again ||
	     (!moment->identified &&
	      (lives_fell(metrics, moment) || nets_fell(metrics, moment)))))
		reload(metrics);
	records_find(metrics, moment, &records, &nr);
	records_take(metrics, moment, records, nr);
	lives_resolve(metrics);
	nets_look(metrics, moment);
	lives_look(metrics, moment);
	gauges_end(metrics);
	series_settle(metrics);
	nets_settle(metrics);
	metrics->based = true;
}
