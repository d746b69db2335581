// SPDX-License-Identifier: GPL-2.0
/*
 * One listener over time, and the members of a group together.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "track.h"

#define SECOND_NS UINT64_C(1000000000)

static const enum column rate_column[NR_RATES] = {
	[RATE_SYNS] = COL_syns,
	[RATE_ACCEPTS] = COL_accepts,
	[RATE_OVERFLOW_SYN] = COL_overflow_syn,
	[RATE_OVERFLOW_ACK] = COL_overflow_ack,
	[RATE_OVERFLOW_COOKIE] = COL_overflow_cookie,
	[RATE_SYN_DROPS] = COL_reqq_full_drop,
	[RATE_COOKIES] = COL_reqq_full_cookies,
};

void rates_unknown(double rate[NR_RATES])
{
	int i;

	for (i = 0; i < NR_RATES; i++)
		rate[i] = -1;
}

/* A count that fell is that of a module loaded again: no rate until the next look. */
static void count_rates(struct track *track, const struct listener *l, double seconds)
{
	int i;

	for (i = 0; i < NR_RATES; i++) {
		bool known = knows(l, rate_column[i]), before = track->counted & (1u << i);
		uint64_t count = l->value[rate_column[i]];

		track->rate[i] = -1;
		if (known && before && count >= track->count[i] && seconds > 0)
			track->rate[i] = (count - track->count[i]) / seconds;
		track->count[i] = count;
		track->counted = known ? track->counted | 1u << i : track->counted & ~(1u << i);
	}
}

static uint32_t backlog_now(const struct listener *l)
{
	uint64_t backlog = value_or(l, COL_ack_backlog, NOT_SEEN);

	return knows(l, COL_max_ack_backlog) && backlog < NOT_SEEN ? backlog : NOT_SEEN;
}

static void add_sample(struct track *track, const struct listener *l, uint64_t second, bool held)
{
	uint32_t backlog = backlog_now(l), *slot;
	uint64_t s;

	track->limit = value_or(l, COL_max_ack_backlog, 0);
	slot = &track->backlog[second % HISTORY_SECONDS];
	if (second == track->second) {
		if (*slot == NOT_SEEN || (backlog != NOT_SEEN && backlog > *slot))
			*slot = backlog;
		return;
	}
	s = second - track->second > HISTORY_SECONDS ? second - HISTORY_SECONDS : track->second;
	for (s++; s < second; s++)
		track->backlog[s % HISTORY_SECONDS] = held ? backlog : NOT_SEEN;
	*slot = backlog;
	track->second = second;
}

void track_look(struct track *track, const struct listener *l, uint64_t now, bool held)
{
	if (now > track->seen_ns)
		count_rates(track, l, (now - track->seen_ns) / 1e9);
	add_sample(track, l, now / SECOND_NS, held);
	if (!accept_full(l))
		track->full_since_ns = 0;
	else if (!track->full_since_ns)
		track->full_since_ns = now;
	track->seen_ns = now;
}

void track_start(struct track *track, struct listener *l, uint64_t now)
{
	memset(track, 0, sizeof(*track));
	memset(track->backlog, 0xff, sizeof(track->backlog));
	track->cookie = l->value[COL_cookie];
	track->here = l;
	track->second = now / SECOND_NS;
	count_rates(track, l, 0);
	track_look(track, l, now, false);
	rates_unknown(track->rate);
}

const struct track *track_of(const struct model *model, const struct listener *l)
{
	size_t low = 0, high = model->nr_tracks, middle;
	uint64_t cookie = l->value[COL_cookie];

	if (!knows(l, COL_cookie))
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (model->tracks[middle].cookie == cookie)
			return &model->tracks[middle];
		if (model->tracks[middle].cookie < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

double group_rate(const struct model *model, const struct group *group, enum rate rate)
{
	const struct track *track;
	double sum = 0;
	size_t i;

	for (i = 0; i < group->nr; i++) {
		track = track_of(model, group->members[i]);
		if (!track || track->rate[rate] < 0)
			return -1;
		sum += track->rate[rate];
	}
	return group->nr ? sum : -1;
}

double rates_refused(const double rate[NR_RATES])
{
	static const enum rate refusals[] = {
		RATE_OVERFLOW_SYN, RATE_OVERFLOW_ACK, RATE_OVERFLOW_COOKIE, RATE_SYN_DROPS,
	};
	double sum = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		if (rate[refusals[i]] < 0)
			return -1;
		sum += rate[refusals[i]];
	}
	return sum;
}

/* Add what is known of a track at each second: waiting connections and places. */
static void add_places(const struct track *track, uint64_t first, uint64_t *waiting,
		       uint64_t *places)
{
	uint64_t s;
	size_t i;

	for (i = 0; i < HISTORY_SECONDS; i++) {
		s = first + i;
		if (s > track->second || s + HISTORY_SECONDS <= track->second)
			continue;
		if (track->backlog[s % HISTORY_SECONDS] == NOT_SEEN)
			continue;
		waiting[i] += track->backlog[s % HISTORY_SECONDS];
		places[i] += (uint64_t)track->limit + 1;
	}
}

void group_fill(const struct model *model, const struct group *group, int fill[HISTORY_SECONDS])
{
	uint64_t waiting[HISTORY_SECONDS] = { 0 }, places[HISTORY_SECONDS] = { 0 };
	uint64_t now = model->look.mono_ns / SECOND_NS;
	uint64_t first = now < HISTORY_SECONDS ? 0 : now - (HISTORY_SECONDS - 1);
	const struct track *track;
	size_t i;

	for (i = 0; i < group->nr; i++) {
		track = track_of(model, group->members[i]);
		if (track)
			add_places(track, first, waiting, places);
	}
	for (i = 0; i < HISTORY_SECONDS; i++) {
		fill[i] = -1;
		if (places[i])
			fill[i] = waiting[i] >= places[i] ? 1000 : waiting[i] * 1000 / places[i];
	}
}
