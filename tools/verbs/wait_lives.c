// SPDX-License-Identifier: GPL-2.0
/*
 * What several listeners have counted together. A socket that listens again keeps its cookie:
 * its row is of one life, and each life that ended has a record of its own, which does not
 * change but for late resets. So what a life counted last comes from a record that is new,
 * and of what it counted before from rows; a record that is pushed out changes nothing.
 */
#include <stdlib.h>

#include "../common/text.h"
#include "wait.h"

/* A socket may close between the two readings once more, but hardly each time. */
#define MOST_LOOKS 10

/* What a socket counted in the life that goes on */
struct life {
	uint64_t last;
	bool based;	/* LAST is known: what comes is growth */
	bool ended;	/* a record came with this look: its row may be of before that */
};

/* A record that was there at the last look */
struct ended {
	uint64_t cookie, hash, counted;
	bool ours;	/* it was asked for, and seen while it listened */
	bool found;
};

bool counted_now(const struct listener *l, int counter, uint64_t *now)
{
	static const enum column overflows[] = {
		COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie,
	};
	bool known = false;
	size_t i;

	*now = value_or(l, COL_reset_at_close, 0);
	if (counter == TCP_LISTENQ_RESETS)
		return true;	/* none before it has closed */
	*now = value_or(l, COL_listen_drops, 0);
	if (counter == TCP_LISTENQ_DROPS)
		return knows(l, COL_listen_drops);
	*now = 0;
	for (i = 0; i < ARRAY_SIZE(overflows); i++) {
		*now += value_or(l, overflows[i], 0);
		known |= knows(l, overflows[i]);
	}
	return known;
}

/* Of a record: its age and what may depend on the reader do not count. */
static uint64_t hash_of(const struct listener *record)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	int column;

	for (column = 0; column < NR_COLUMNS; column++) {
		enum column_kind kind = columns[column].kind;

		if (column == COL_reset_at_close || kind == KIND_TEXT || kind == KIND_ID ||
		    kind == KIND_AGE)
			continue;
		hash = (hash ^ value_or(record, column, UINT64_MAX)) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	return hash;
}

/* A life of which we have no record may have ended before: this one has counted from 0. */
static void grow(struct wait *wait, struct life *life, uint64_t now)
{
	wait->total += now < life->last ? now : now - life->last;
	life->last = now;
}

/*
 * meet - a listener that is new has counted from 0; at the BEGINNING, and where a listener is
 * asked for by its owner, who may have changed, what it has is no growth
 */
static void meet(struct wait *wait, bool beginning)
{
	bool old = beginning || filter_needs_owner(wait->options->filter);
	bool from_0 = !old || wait->options->counter == TCP_LISTENQ_RESETS;
	struct life *life;
	size_t i;

	for (i = 0; i < wait->look.nr; i++) {
		const struct listener *l = &wait->look.listeners[i];

		if (!knows(l, COL_cookie))
			continue;
		life = map_get(&wait->lives, l->value[COL_cookie]);
		if (!life) {
			life = xcalloc(1, sizeof(*life));
			life->based = from_0;
			map_put(&wait->lives, l->value[COL_cookie], life);
		}
		life->ended = false;
	}
}

/* The one that was there before, or NULL */
static struct ended *find_ended(const struct wait *wait, uint64_t cookie, uint64_t hash)
{
	size_t i;

	for (i = 0; i < wait->nr_ended; i++) {
		struct ended *ended = &wait->ended[i];

		if (!ended->found && ended->cookie == cookie && ended->hash == hash)
			return ended;
	}
	return NULL;
}

/* Of those that closed, only what we have seen before: others were not asked for. */
static struct ended take_record(struct wait *wait, const struct listener *record)
{
	struct ended now = { .cookie = record->value[COL_cookie], .hash = hash_of(record) };
	struct ended *before = find_ended(wait, now.cookie, now.hash);
	struct life *life = map_get(&wait->lives, now.cookie);

	counted_now(record, wait->options->counter, &now.counted);
	if (before) {
		before->found = true;
		now.ours = before->ours;
		/* A connection that came late may be reset after the close. */
		if (now.ours && now.counted > before->counted)
			wait->total += now.counted - before->counted;
	} else if (life) {
		life->ended = true;
		now.ours = life->based;
		if (life->based)
			grow(wait, life, now.counted);
		life->last = 0;
	}
	return now;
}

/* From the oldest on, as these are the lives of a socket in their order. */
static bool take_closed(struct wait *wait)
{
	struct source_said said;
	struct ended *ended;
	struct look closed;
	size_t i, nr = 0;
	bool good;

	good = source_closed(&wait->options->source, &closed, &said) == SOURCE_OK;
	if (good) {
		ended = xcalloc(closed.nr ? closed.nr : 1, sizeof(*ended));
		for (i = closed.nr; i--;)
			if (knows(&closed.listeners[i], COL_cookie))
				ended[nr++] = take_record(wait, &closed.listeners[i]);
		free(wait->ended);
		wait->ended = ended;
		wait->nr_ended = nr;
	} else {
		say_error(wait->options->json, "%s", said.error);
	}
	look_free(&closed);
	return good;
}

/*
 * take_rows - false if one of them may be of a life that has ended since it was read: whether
 * the next one counts from 0 is known at the next look
 */
static bool take_rows(struct wait *wait)
{
	bool sure = true;
	uint64_t now;
	size_t i;

	for (i = 0; i < wait->look.nr; i++) {
		const struct listener *l = &wait->look.listeners[i];
		struct life *life = knows(l, COL_cookie) ?
			map_get(&wait->lives, l->value[COL_cookie]) : NULL;

		if (!life || !counted_now(l, wait->options->counter, &now))
			continue;
		if (life->ended) {
			sure = false;
		} else if (life->based) {
			grow(wait, life, now);
		} else {
			life->last = now;
			life->based = true;
		}
	}
	return sure;
}

bool lives_count(struct wait *wait, bool beginning)
{
	bool sure = false;
	int i;

	/* What has closed before is nobody's. */
	if (beginning && !take_closed(wait))
		return false;
	for (i = 0; i < MOST_LOOKS && !sure; i++) {
		if (!wait_look(wait))
			return false;
		meet(wait, beginning);
		if (!take_closed(wait))
			return false;
		sure = take_rows(wait);
	}
	return true;
}

void lives_free(struct wait *wait)
{
	map_clear(&wait->lives, free);
	free(wait->ended);
	wait->ended = NULL;
	wait->nr_ended = 0;
}
