// SPDX-License-Identifier: GPL-2.0
/* Levels, times and owners of all sockets of a series, in one look. */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

#define MOVES_MS 50	/* ages are true to 10 ms, and the look takes its time */

void owner_forget(struct series *series)
{
	free(series->unit);
	free(series->container);
	free(series->user);
	free(series->flags);
	series->unit = NULL;
	series->container = NULL;
	series->user = NULL;
	series->flags = NULL;
	series->owner_known = false;
	series->flags_known = false;
}

void gauges_begin(struct metrics *metrics)
{
	size_t i;

	for (i = 0; i < metrics->nr_series; i++) {
		struct series *series = metrics->series[i];

		series->sockets = 0;
		series->known = 0;
		series->unknown = 0;
		series->fast_open = false;
		owner_forget(series);
	}
}

static void mix(char **shown, const char *text)
{
	if (!strcmp(*shown ? *shown : "", text ? text : ""))
		return;
	free(*shown);
	*shown = xstrdup("mixed");
}

/* Of a socket of which nothing is known, the others' owner holds. */
static void add_owner(struct series *series, const struct listener *l)
{
	const struct owner *owner = &l->owner;

	if (owner->unit || owner->container) {
		if (!series->owner_known) {
			series->unit = owner->unit ? xstrdup(owner->unit) : NULL;
			series->container = owner->container ? xstrdup(owner->container) : NULL;
			series->owner_known = true;
		} else {
			mix(&series->unit, owner->unit);
			mix(&series->container, owner->container);
		}
	}
	if (owner->user && !series->user)
		series->user = xstrdup(owner->user);
	else if (owner->user)
		mix(&series->user, owner->user);
}

/* Without synflood, which is no property but an event. */
static char *steady_flags(const struct listener *l)
{
	const char *flags = listener_text(l, COL_flags);
	char *steady, *to;

	if (!flags)
		return NULL;
	steady = xcalloc(strlen(flags) + 1, 1);
	to = steady;
	while (*flags) {
		size_t length = strcspn(flags, ",");

		if (length != strlen("synflood") || memcmp(flags, "synflood", length)) {
			if (to != steady)
				*to++ = ',';
			memcpy(to, flags, length);
			to += length;
		}
		flags += length + (flags[length] == ',');
	}
	return steady;
}

static void add_flags(struct series *series, const struct listener *l)
{
	char *flags = steady_flags(l);

	if (series->flags_known) {
		mix(&series->flags, flags);
		free(flags);
		return;
	}
	series->flags = flags;
	series->flags_known = true;
}

static void set_sample(struct series *series, enum sample sample, bool known, uint64_t value,
		       bool add)
{
	uint64_t bit = UINT64_C(1) << sample;

	if (!known) {
		series->unknown |= bit;
		return;
	}
	if (!(series->known & bit))
		series->value[sample] = value;
	else if (add)
		series->value[sample] += value;
	else if (value > series->value[sample])
		series->value[sample] = value;
	series->known |= bit;
}

/* In millionths. Cut, not rounded: only a full one is 1. */
static uint64_t fill_of(const struct listener *l)
{
	double length = l->value[COL_ack_backlog], capacity = l->value[COL_max_ack_backlog] + 1.0;
	double fill = length * 1e6 / capacity;

	return fill < UINT64_MAX / 2 ? (uint64_t)fill : UINT64_MAX / 2;
}

/* "-" is never where the count beside it is known, and not known where that is not. */
static void add_stamp(struct series *series, enum sample sample, const struct look *look,
		      const struct listener *l)
{
	static const enum column beside[NR_STAMPS] = {
		COL_overflow_syn, COL_reqq_full_drop, COL_accepts
	};
	enum column column = sample_table[sample].column;
	double ms;

	if (!knows(l, beside[sample - SAMPLE_last_overflow])) {
		set_sample(series, sample, false, 0, false);
	} else if (knows(l, column)) {
		ms = look->time * 1000 - (double)l->value[column];
		set_sample(series, sample, true, ms > 0 ? (uint64_t)ms : 0, false);
	}
}

static void add_sample(struct series *series, enum sample sample, const struct look *look,
		       const struct listener *l)
{
	const struct sample_info *info = &sample_table[sample];
	bool known = knows(l, info->column);
	bool both = knows(l, COL_ack_backlog) && knows(l, COL_max_ack_backlog);
	uint64_t value = l->value[info->column];

	switch (info->how) {
	case SOCKETS:
		set_sample(series, sample, true, 1, true);
		break;
	case SUM:
		set_sample(series, sample, known, value, true);
		break;
	case CAPACITY:
		set_sample(series, sample, known, value + 1, true);
		break;
	case FILL:
		set_sample(series, sample, both, both ? fill_of(l) : 0, false);
		break;
	case FULL:
		set_sample(series, sample, both, accept_full(l), true);
		break;
	case HIGHEST:
		set_sample(series, sample, known, value, false);
		break;
	case OLDEST:
		if (known)
			set_sample(series, sample, true, value, false);
		break;
	case SYNFLOOD:
		set_sample(series, sample, true, has_flag(l, "synflood"), false);
		break;
	case STAMP:
		add_stamp(series, sample, look, l);
		break;
	case COUNT:
		break;
	}
}

void gauges_add(struct series *series, const struct look *look, const struct listener *l)
{
	uint64_t value[NR_COUNTS];
	unsigned int known = counts_of(l, value);
	int sample;

	series->counts_known = series->sockets ? series->counts_known & known : known;
	series->sockets++;
	series->fast_open |= value_or(l, COL_tfo_max_qlen, 0);
	for (sample = 0; sample < NR_SAMPLES; sample++)
		add_sample(series, sample, look, l);
	add_owner(series, l);
	add_flags(series, l);
}

/* The same event, of which the time seems to move as it is measured from now. */
static void keep_stamps(struct series *series)
{
	int i;

	for (i = 0; i < NR_STAMPS; i++) {
		uint64_t *now = &series->value[SAMPLE_last_overflow + i];
		uint64_t *shown = &series->stamp_ms[i];

		if (!(series->known & UINT64_C(1) << (SAMPLE_last_overflow + i)))
			continue;
		if (*now < *shown + MOVES_MS && *shown < *now + MOVES_MS)
			*now = *shown;
		*shown = *now;
	}
}

void gauges_end(struct metrics *metrics)
{
	size_t i;

	for (i = 0; i < metrics->nr_series; i++) {
		struct series *series = metrics->series[i];

		keep_stamps(series);
		series->fast_open_shown |= series->fast_open ||
					   series->count[COUNT_tfo_overflow].sum;
		/* Rows do not have it: it is known where records do. */
		if (series->sockets &&
		    (series->net->closed_known & 1u << COUNT_reset_at_close))
			series->counts_known |= 1u << COUNT_reset_at_close;
	}
}
