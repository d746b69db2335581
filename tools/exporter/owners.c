// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of listeners at the cost of a scrape: a socket's is looked up when it is new, and
 * all of them once a minute. Who may not look into other users' processes does not walk
 * them, and goes by acceptors and cgroups.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/map.h"
#include "../common/text.h"
#include "../names/names.h"
#include "exporter.h"

#define REFRESH_SECONDS 60
/* A walk of all processes that took T is repeated after 200 T, also for new listeners. */
#define WALK_AGAIN 200

struct owned {
	uint64_t cookie;
	char *unit, *container, *user;
	bool seen;
};

struct owners {
	struct names *names;
	struct map by_cookie;
	struct map netns;		/* of names, by inode; of the last look */
	double due, walk_due;		/* CLOCK_MONOTONIC, seconds */
	bool walks;
};

struct owners *owners_new(const char *root)
{
	struct owners *owners = xcalloc(1, sizeof(*owners));

	owners->names = names_new(root);
	names_no_services(owners->names);
	owners->walks = root || !geteuid();
	return owners;
}

static void owned_free(void *value)
{
	struct owned *owned = value;

	free(owned->unit);
	free(owned->container);
	free(owned->user);
	free(owned);
}

void owners_free(struct owners *owners)
{
	map_clear(&owners->by_cookie, owned_free);
	map_clear(&owners->netns, free);
	names_free(owners->names);
	free(owners);
}

void owners_refresh(struct owners *owners)
{
	owners->due = 0;
	owners->walk_due = 0;
}

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static void remember(struct owners *owners, const struct listener *l)
{
	uint64_t cookie = value_or(l, COL_cookie, 0), netns = value_or(l, COL_netns, 0);
	struct owned *owned;

	if (netns && l->owner.netns_name && !map_get(&owners->netns, netns))
		map_put(&owners->netns, netns, xstrdup(l->owner.netns_name));
	/* Nothing would lead back to it but what all of these have. */
	if (!cookie)
		return;
	owned = map_get(&owners->by_cookie, cookie);
	if (owned)
		owned_free(owned);
	owned = xcalloc(1, sizeof(*owned));
	owned->cookie = cookie;
	owned->unit = copy(l->owner.unit);
	owned->container = copy(l->owner.container);
	owned->user = copy(l->owner.user);
	map_put(&owners->by_cookie, cookie, owned);
}

static bool is_new(const struct owners *owners, const struct listener *l)
{
	return !map_get(&owners->by_cookie, value_or(l, COL_cookie, 0));
}

/* Copies of those that are new; names_fill() gives them owners. */
static void look_up_new(struct owners *owners, const struct look *live)
{
	struct look sub = *live;
	size_t i, nr = 0;

	for (i = 0; i < live->nr; i++)
		nr += is_new(owners, &live->listeners[i]);
	if (!nr)
		return;
	sub.index = NULL;
	sub.nr = 0;
	sub.listeners = xcalloc(nr, sizeof(*sub.listeners));
	for (i = 0; i < live->nr; i++) {
		if (!is_new(owners, &live->listeners[i]))
			continue;
		sub.listeners[sub.nr] = live->listeners[i];
		sub.listeners[sub.nr++].owner = (struct owner){ 0 };
	}
	names_fill(owners->names, &sub, false);
	for (i = 0; i < sub.nr; i++) {
		remember(owners, &sub.listeners[i]);
		owner_clear(&sub.listeners[i].owner);
	}
	free(sub.listeners);
	free(sub.index);
}

static void look_up_all(struct owners *owners, struct look *live, double start, bool walk)
{
	double end, again;
	size_t i;

	map_clear(&owners->netns, free);
	names_fill(owners->names, live, walk);
	for (i = 0; i < live->nr; i++) {
		remember(owners, &live->listeners[i]);
		owner_clear(&live->listeners[i].owner);
	}
	owners->due = start + REFRESH_SECONDS;
	if (!walk)
		return;
	end = seconds_now();
	again = WALK_AGAIN * (end - start);
	owners->walk_due = end + (again > REFRESH_SECONDS ? again : REFRESH_SECONDS);
}

/* Holders of what is new between two walks are not known before the next walk, for all. */
static void look_up(struct owners *owners, struct look *live)
{
	double start = seconds_now();
	bool walk = owners->walks && start >= owners->walk_due;

	if (walk || start >= owners->due)
		look_up_all(owners, live, start, walk);
	else
		look_up_new(owners, live);
}

static void give(struct owners *owners, struct listener *l)
{
	struct owned *owned = map_get(&owners->by_cookie, value_or(l, COL_cookie, 0));

	l->owner.netns_name = copy(map_get(&owners->netns, value_or(l, COL_netns, 0)));
	if (!owned)
		return;
	owned->seen = true;
	l->owner.unit = copy(owned->unit);
	l->owner.container = copy(owned->container);
	l->owner.user = copy(owned->user);
}

/* Those of this look, to which nothing but a cookie leads. */
static void forget_gone(struct owners *owners)
{
	struct map old = owners->by_cookie;
	size_t i;

	owners->by_cookie = (struct map){ 0 };
	for (i = 0; i < old.size; i++) {
		struct owned *owned = old.slot[i].value;

		if (owned && owned->seen) {
			owned->seen = false;
			map_put(&owners->by_cookie, owned->cookie, owned);
		} else if (owned) {
			owned_free(owned);
		}
	}
	map_clear(&old, NULL);
}

/* All at once: names_fill() looks at each namespace that it has a name for. */
static void look_up_netns(struct owners *owners, const struct look *closed)
{
	struct look sub = { 0 };
	size_t i;

	for (i = 0; i < closed->nr; i++) {
		uint64_t netns = value_or(&closed->listeners[i], COL_netns, 0);

		if (!netns || map_get(&owners->netns, netns))
			continue;
		map_put(&owners->netns, netns, xstrdup(""));
		sub.listeners = xrealloc(sub.listeners, sub.nr + 1, sizeof(*sub.listeners));
		sub.listeners[sub.nr] = (struct listener){ 0 };
		set_value(&sub.listeners[sub.nr++], COL_netns, netns);
	}
	if (!sub.nr)
		return;
	names_fill(owners->names, &sub, false);
	for (i = 0; i < sub.nr; i++) {
		struct listener *l = &sub.listeners[i];

		if (l->owner.netns_name) {
			free(map_get(&owners->netns, l->value[COL_netns]));
			map_put(&owners->netns, l->value[COL_netns], xstrdup(l->owner.netns_name));
		}
	}
	look_free(&sub);
}

/* A namespace of which only sums are left has a name, too, if anything has. */
static void name_netns(struct owners *owners, struct look *closed)
{
	size_t i;

	look_up_netns(owners, closed);
	for (i = 0; i < closed->nr; i++) {
		struct listener *l = &closed->listeners[i];

		l->owner.netns_name = copy(map_get(&owners->netns, value_or(l, COL_netns, 0)));
	}
}

void owners_fill(struct owners *owners, struct look *live, struct look *closed)
{
	size_t i;

	look_up(owners, live);
	if (live->all_netns)
		name_netns(owners, closed);
	for (i = 0; i < live->nr; i++)
		give(owners, &live->listeners[i]);
	forget_gone(owners);
}
