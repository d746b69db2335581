// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners over time, by socket cookie: see model.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "model.h"
#include "track.h"

#define PAST_NS UINT64_C(1000000000)

static int by_cookie(const void *a, const void *b)
{
	const struct listener *l = *(struct listener *const *)a, *m = *(struct listener *const *)b;
	uint64_t x = l->value[COL_cookie], y = m->value[COL_cookie];

	return (x > y) - (x < y);
}

/* The listeners of a look that have a cookie, sorted by it, each cookie once. free() it. */
static struct listener **sorted_listeners(struct look *look, size_t *nr)
{
	struct listener **sorted = xcalloc(look->nr, sizeof(*sorted));
	size_t i, n = 0, unique = 0;

	for (i = 0; i < look->nr; i++)
		if (knows(&look->listeners[i], COL_cookie))
			sorted[n++] = &look->listeners[i];
	qsort(sorted, n, sizeof(*sorted), by_cookie);
	for (i = 0; i < n; i++)
		if (!unique || by_cookie(&sorted[unique - 1], &sorted[i]))
			sorted[unique++] = sorted[i];
	*nr = unique;
	return sorted;
}

/* Take a listener out of its look; what remains there is empty. */
static void steal(struct listener *to, struct listener *from)
{
	*to = *from;
	memset(from, 0, sizeof(*from));
}

static void drop_past(struct model *model, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		look_free(&model->past[i]);
	memmove(model->past, model->past + nr, (model->nr_past - nr) * sizeof(model->past[0]));
	model->nr_past -= nr;
}

/*
 * A place for the watched listeners of the look that is about to go,
 * or NULL if the last such is too near.
 */
static struct look *next_past(struct model *model)
{
	struct look *past;
	uint64_t last;

	if (!model->nr_watched)
		return NULL;
	last = model->nr_past ? model->past[model->nr_past - 1].mono_ns : 0;
	if (last && model->look.mono_ns < last + PAST_NS)
		return NULL;
	if (model->nr_past == MAX_LOOKS - 1)
		drop_past(model, 1);
	past = &model->past[model->nr_past++];
	*past = model->look;
	past->extra_names = NULL;
	past->nr_extra = 0;
	past->index = NULL;
	past->listeners = xcalloc(model->nr_watched, sizeof(*past->listeners));
	past->nr = 0;
	return past;
}

static void vanish(struct track *track, uint64_t now)
{
	track->gone = xcalloc(1, sizeof(*track->gone));
	steal(track->gone, track->here);
	track->here = NULL;
	track->gone_ns = now;
	rates_unknown(track->rate);
}

static void track_free(struct track *track)
{
	if (track->gone)
		listener_free(track->gone);
	free(track->gone);
}

/* Of a listener that the new look has not: whether it is kept. */
static bool keep_gone(struct track *track, uint64_t now, size_t *nr_gone)
{
	if (!track->gone)
		vanish(track, now);
	if (now - track->gone_ns <= GREY_NS && *nr_gone < MAX_GONE) {
		(*nr_gone)++;
		return true;
	}
	track_free(track);
	return false;
}

static void refresh(struct track *track, struct listener *l, const struct model *model,
		    uint64_t now, struct look *past)
{
	if (track->here && track->watched && past && past->nr < model->nr_watched) {
		steal(&past->listeners[past->nr++], track->here);
		look_changed(past);
	}
	if (track->gone) {	/* it was away for a moment: filtered, or missed by a read */
		track_free(track);
		track->gone = NULL;
	}
	track->here = l;
	track_look(track, l, now, now - track->seen_ns <= model->hold_ns);
}

/* Tracks of before and the listeners of now, both by cookie, into new tracks. */
static void merge(struct model *model, struct listener **now, size_t nr_now, uint64_t mono_ns,
		  struct look *past)
{
	struct track *tracks = xcalloc(model->nr_tracks + nr_now, sizeof(*tracks));
	size_t i = 0, j = 0, n = 0, nr_gone = 0;
	uint64_t cookie;

	while (i < model->nr_tracks || j < nr_now) {
		struct track *old = i < model->nr_tracks ? &model->tracks[i] : NULL;

		cookie = j < nr_now ? now[j]->value[COL_cookie] : 0;
		if (old && (j == nr_now || old->cookie < cookie)) {
			if (keep_gone(old, mono_ns, &nr_gone))
				tracks[n++] = *old;
			i++;
			continue;
		}
		if (old && old->cookie == cookie) {
			refresh(old, now[j], model, mono_ns, past);
			tracks[n++] = *old;
			i++;
		} else {
			track_start(&tracks[n], now[j], mono_ns);
			n++;
		}
		j++;
	}
	free(model->tracks);
	model->tracks = tracks;
	model->nr_tracks = n;
}

void model_take(struct model *model, struct look *look)
{
	struct listener **sorted;
	struct look *past;
	size_t nr;

	if (model->looked && look->mono_ns < model->look.mono_ns)
		model_reset(model);
	sorted = sorted_listeners(look, &nr);
	past = model->looked ? next_past(model) : NULL;
	merge(model, sorted, nr, look->mono_ns, past);
	free(sorted);
	if (model->looked)
		look_free(&model->look);
	model->look = *look;
	memset(look, 0, sizeof(*look));
	model->looked = true;
	model->nr_looks++;
}

static bool watches(const struct model *model, uint64_t cookie)
{
	size_t i;

	for (i = 0; i < model->nr_watched; i++)
		if (model->watched[i] == cookie)
			return true;
	return false;
}

/*
 * Whether a member of the group is watched already: then it is the same group,
 * with others perhaps.
 */
static bool watches_any(const struct model *model, const struct group *group)
{
	size_t i;

	for (i = 0; i < group->nr; i++)
		if (knows(group->members[i], COL_cookie) &&
		    watches(model, group->members[i]->value[COL_cookie]))
			return true;
	return false;
}

void model_watch(struct model *model, const struct group *group)
{
	size_t i;

	if (!watches_any(model, group))
		drop_past(model, model->nr_past);
	for (i = 0; i < model->nr_tracks; i++)
		model->tracks[i].watched = false;
	model->watched = xrealloc(model->watched, group->nr, sizeof(*model->watched));
	model->nr_watched = 0;
	for (i = 0; i < group->nr; i++) {
		struct track *track = (struct track *)track_of(model, group->members[i]);

		if (!track)
			continue;
		track->watched = true;
		model->watched[model->nr_watched++] = track->cookie;
	}
}

void model_looks(const struct model *model, struct looks *looks)
{
	size_t i;

	looks->nr = 0;
	for (i = 0; i < model->nr_past; i++)
		looks->look[looks->nr++] = &model->past[i];
	looks->look[looks->nr++] = &model->look;
}

void model_gone(const struct model *model, struct look *look)
{
	size_t i;

	*look = model->look;
	look->index = NULL;
	look->listeners = xcalloc(MAX_GONE, sizeof(*look->listeners));
	look->nr = 0;
	for (i = 0; i < model->nr_tracks && look->nr < MAX_GONE; i++)
		if (model->tracks[i].gone)
			look->listeners[look->nr++] = *model->tracks[i].gone;
}

void model_reset(struct model *model)
{
	uint64_t hold_ns = model->hold_ns, nr_looks = model->nr_looks;
	size_t i;

	for (i = 0; i < model->nr_tracks; i++)
		track_free(&model->tracks[i]);
	free(model->tracks);
	drop_past(model, model->nr_past);
	free(model->watched);
	if (model->looked)
		look_free(&model->look);
	memset(model, 0, sizeof(*model));
	model->hold_ns = hold_ns;
	model->nr_looks = nr_looks;
}
