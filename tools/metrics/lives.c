// SPDX-License-Identifier: GPL-2.0
/*
 * Counts go from sockets to series here: what a socket has counted since the last look is
 * added to its series. What it counted after its last look comes from its record. One that
 * has vanished waits a look for that: it may have closed behind the reading of records. What
 * has none by then stays in the sum over all that closed, without what was seen of it.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

#define ALL_COUNTS ((1u << NR_COUNTS) - 1)

static void life_free(void *value)
{
	struct life *life = value;

	free(life->waits);
	free(life);
}

/* In the first look, all that is there is the base. Later, it is new. */
static struct life *life_new(struct metrics *metrics, uint64_t cookie, struct series *series)
{
	struct life *life = xcalloc(1, sizeof(*life));

	life->cookie = cookie;
	life->series = series;
	life->based = 1u << COUNT_reset_at_close;
	if (metrics->based) {
		life->based = ALL_COUNTS;
		life->waits_based = true;
	}
	return life;
}

static void add_counts(struct life *life, const uint64_t *value, unsigned int known)
{
	const unsigned int waits = 1u << COUNT_accepts | 1u << COUNT_wait_us_sum;
	struct series *series = life->series;
	unsigned int i;

	if ((life->based & known & waits) == waits)
		series->wait_accepts += value[COUNT_accepts] - life->last[COUNT_accepts];
	for (i = 0; i < NR_COUNTS; i++) {
		if (!(known & 1u << i))
			continue;
		if (life->based & 1u << i)
			series->count[i].sum += value[i] - life->last[i];
		life->last[i] = value[i];
	}
	life->based |= known;
}

static bool waits_fell(const struct waits *now, const struct waits *last)
{
	int i;

	for (i = 0; i < NR_BUCKETS; i++)
		if (now->bucket[i] < last->bucket[i])
			return true;
	return false;
}

/* Each look at them is consistent in itself, and so are sums of differences. */
static void add_waits(struct life *life, const struct listener *l)
{
	struct series *series = life->series;
	int i;

	if (!series->waits)
		series->waits = xcalloc(1, sizeof(*series->waits));
	if (!l->waits) {
		/* That is nothing where nothing was accepted, and not known where something was. */
		life->waits_based |= knows(l, COL_accepts) && !l->value[COL_accepts];
		return;
	}
	if (!life->waits)
		life->waits = xcalloc(1, sizeof(*life->waits));
	if (life->waits_based && !waits_fell(l->waits, life->waits)) {
		series->waits->accepts += l->waits->accepts - life->waits->accepts;
		series->waits->sum_us += l->waits->sum_us - life->waits->sum_us;
		for (i = 0; i < NR_BUCKETS; i++)
			series->waits->bucket[i] += l->waits->bucket[i] - life->waits->bucket[i];
	}
	*life->waits = *l->waits;
	life->waits_based = true;
}

static bool fell(const struct life *life, const uint64_t *value, unsigned int known)
{
	unsigned int i;

	known &= life->based;
	for (i = 0; i < NR_COUNTS; i++)
		if ((known & 1u << i) && value[i] < life->last[i])
			return true;
	return false;
}

static void wait_for_record(struct metrics *metrics, struct life *life)
{
	life->waits_for_record = true;
	map_put(&metrics->waiting, life->cookie, life);
}

static struct life *life_now(struct metrics *metrics, const struct listener *l,
			     struct series *series, const uint64_t *value, unsigned int known)
{
	struct life *life = map_get(&metrics->lives, l->value[COL_cookie]);

	if (life && (life->series != series || fell(life, value, known))) {
		/* It has closed and listens again: that life has ended, and has no record yet. */
		wait_for_record(metrics, life);
		life = NULL;
	}
	if (!life)
		life = life_new(metrics, l->value[COL_cookie], series);
	return life;
}

static void look_at(struct metrics *metrics, const struct moment *moment, struct map *lives,
		    const struct listener *l)
{
	uint64_t value[NR_COUNTS];
	unsigned int known = counts_of(l, value);
	struct series *series;
	struct life *life = knows(l, COL_cookie) ?
		map_get(&metrics->lives, l->value[COL_cookie]) : NULL;

	/* Only a new one need be looked for. */
	if (life && series_is(metrics, life->series, l))
		series = life->series;
	else
		series = series_of(metrics, moment, l);
	net_touch(metrics, series->net);
	gauges_add(series, moment->live, l);
	/* A socket that moves to another port while the table is read may be in it twice. */
	if (!knows(l, COL_cookie) || map_get(lives, l->value[COL_cookie]))
		return;
	life = life_now(metrics, l, series, value, known);
	life->look = metrics->look;
	add_counts(life, value, known);
	if (metrics->options->level == ALL)
		add_waits(life, l);
	map_put(lives, life->cookie, life);
}

/* A record made in the first look, behind the listeners, is of one that closed meanwhile. */
static bool closed_meanwhile(const struct moment *moment, const struct listener *l)
{
	const struct listener *record = look_find(moment->closed, value_or(l, COL_cookie, 0));
	uint64_t since_ms;

	if (!record || moment->closed->mono_ns < moment->live->mono_ns)
		return false;
	since_ms = (moment->closed->mono_ns - moment->live->mono_ns) / 1000000 + 1;
	return value_or(record, COL_closed_ms, UINT64_MAX) <= since_ms;
}

void lives_look(struct metrics *metrics, const struct moment *moment)
{
	const struct look *live = moment->live;
	struct map lives = { 0 };
	size_t i;

	metrics->listeners = live->nr;
	for (i = 0; i < live->nr; i++)
		if (metrics->based || !closed_meanwhile(moment, &live->listeners[i]))
			look_at(metrics, moment, &lives, &live->listeners[i]);
	for (i = 0; i < metrics->lives.size; i++) {
		struct life *life = metrics->lives.slot[i].value;

		if (life && life->look != metrics->look && !life->waits_for_record)
			wait_for_record(metrics, life);
	}
	map_clear(&metrics->lives, NULL);
	metrics->lives = lives;
}

bool lives_fell(struct metrics *metrics, const struct moment *moment)
{
	uint64_t value[NR_COUNTS];
	size_t i;

	for (i = 0; i < moment->live->nr; i++) {
		const struct listener *l = &moment->live->listeners[i];
		struct life *life = map_get(&metrics->lives, value_or(l, COL_cookie, 0));

		if (life && fell(life, value, counts_of(l, value)) &&
		    !look_find(moment->closed, life->cookie))
			return true;
	}
	return false;
}

static struct life *find_waiting(struct metrics *metrics, uint64_t cookie)
{
	struct life *life = map_get(&metrics->waiting, cookie);

	return life && !life->recorded ? life : NULL;
}

/* The socket may listen again: the place in the map stays. */
static void restart(struct life *life)
{
	memset(life->last, 0, sizeof(life->last));
	life->based = ALL_COUNTS;
	free(life->waits);
	life->waits = NULL;
	life->waits_based = true;
}

static bool may_be_of(const struct life *life, const struct series *series, const uint64_t *value,
		      unsigned int known)
{
	return life && life->series == series && !fell(life, value, known);
}

/*
 * What was counted before by the life that a record ends: LAST, and MOST of all that may have
 * been. These differ where a socket closed and listened again within the last look, and
 * the record may be of either life: its series then gets no more than is sure.
 */
struct before {
	uint64_t last[NR_COUNTS], most[NR_COUNTS];
	unsigned int based;
};

static void take_life(struct metrics *metrics, const struct listener *row,
		      const struct series *series, struct before *before)
{
	uint64_t cookie = value_or(row, COL_cookie, 0), value[NR_COUNTS];
	unsigned int known = counts_of(row, value), i;
	struct life *waiting = find_waiting(metrics, cookie);
	struct life *now = map_get(&metrics->lives, cookie), *life;

	if (!may_be_of(waiting, series, value, known))
		waiting = NULL;
	if (!may_be_of(now, series, value, known))
		now = NULL;
	life = waiting ? waiting : now;
	*before = (struct before){ .based = life ? life->based : ALL_COUNTS };
	if (!life)
		return;
	memcpy(before->last, life->last, sizeof(before->last));
	memcpy(before->most, life->last, sizeof(before->most));
	for (i = 0; i < NR_COUNTS && waiting && now; i++)
		if (now->last[i] > before->most[i])
			before->most[i] = now->last[i];
	if (waiting)
		waiting->recorded = true;
	else
		restart(now);
}

void life_ended(struct metrics *metrics, const struct moment *moment, const struct listener *row)
{
	uint64_t value[NR_COUNTS];
	unsigned int known = counts_of(row, value), i;
	struct series *series = series_of(metrics, moment, row);
	struct net *net = series->net;
	struct before before;

	take_life(metrics, row, series, &before);
	for (i = 0; i < NR_COUNTS; i++) {
		uint64_t rest = value[i] - before.most[i];

		if (known & before.based & 1u << i) {
			series->count[i].sum += rest;
			net->closed[i] -= before.last[i] + rest;
		} else if (known & 1u << i) {
			net->closed[i] -= value[i];
		} else if (before.based & 1u << i) {
			net->closed[i] -= before.last[i];
		}
	}
	if (!series->counts_known)
		series->counts_known |= known;
	if (series->gone_ns)
		series->gone_ns = metrics->now_ns;
}

void lives_reload(struct metrics *metrics)
{
	size_t i;

	map_clear(&metrics->waiting, life_free);
	for (i = 0; i < metrics->lives.size; i++)
		if (metrics->lives.slot[i].value)
			restart(metrics->lives.slot[i].value);
}

void lives_resolve(struct metrics *metrics)
{
	unsigned int c;
	size_t i;

	for (i = 0; i < metrics->waiting.size; i++) {
		struct life *life = metrics->waiting.slot[i].value;

		for (c = 0; life && !life->recorded && c < NR_COUNTS; c++)
			if (life->based & 1u << c)
				life->series->net->closed[c] -= life->last[c];
	}
	map_clear(&metrics->waiting, life_free);
}

void lives_free(struct metrics *metrics)
{
	map_clear(&metrics->waiting, life_free);
	map_clear(&metrics->lives, life_free);
}
