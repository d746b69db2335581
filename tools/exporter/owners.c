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

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct owners *owners_new(const char *root)
{
	struct owners *owners = xcalloc(1, sizeof(*owners));

	owners->names = names_new(root);
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

/* Copies of those whose owner is to be looked up; names_fill() gives them owners. */
static void collect(struct owners *owners, struct look *live, struct look *sub, bool all)
{
	size_t i;

	*sub = *live;
	sub->index = NULL;
	sub->nr = 0;
	sub->listeners = xcalloc(live->nr, sizeof(*sub->listeners));
	for (i = 0; i < live->nr; i++) {
		const struct listener *l = &live->listeners[i];
		uint64_t cookie = value_or(l, COL_cookie, 0);

		if (!all && cookie && map_get(&owners->by_cookie, cookie))
			continue;
		sub->listeners[sub->nr] = *l;
		sub->listeners[sub->nr++].owner = (struct owner){ 0 };
	}
}

static char *take(char **text)
{
	char *taken = *text;

	*text = NULL;
	return taken;
}

static void remember(struct owners *owners, struct listener *l)
{
	uint64_t cookie = value_or(l, COL_cookie, 0), netns = value_or(l, COL_netns, 0);
	struct owned *owned = xcalloc(1, sizeof(*owned));

	owned->cookie = cookie;
	owned->unit = take(&l->owner.unit);
	owned->container = take(&l->owner.container);
	owned->user = take(&l->owner.user);
	if (netns && l->owner.netns_name && !map_get(&owners->netns, netns))
		map_put(&owners->netns, netns, take(&l->owner.netns_name));
	if (map_get(&owners->by_cookie, cookie))
		owned_free(map_get(&owners->by_cookie, cookie));
	map_put(&owners->by_cookie, cookie, owned);
	owner_clear(&l->owner);
}

/*
 * Between two walks holders are not known, so that what is asked then is asked again: the
 * next look with a walk is for all.
 */
static void look_up(struct owners *owners, struct look *live)
{
	double start = now_seconds();
	bool all = start >= owners->due, walk = owners->walks && start >= owners->walk_due;
	struct look sub;
	size_t i;

	collect(owners, live, &sub, all || walk);
	if (sub.nr)
		names_fill(owners->names, &sub, walk);
	for (i = 0; i < sub.nr; i++)
		remember(owners, &sub.listeners[i]);
	free(sub.listeners);
	free(sub.index);
	if (walk) {
		double end = now_seconds(), again = WALK_AGAIN * (end - start);

		owners->walk_due = end + (again > REFRESH_SECONDS ? again : REFRESH_SECONDS);
	}
	if (all || walk)
		owners->due = start + REFRESH_SECONDS;
}

static void set(char **to, const char *text)
{
	if (text)
		*to = xstrdup(text);
}

static void give(struct owners *owners, struct listener *l)
{
	struct owned *owned = map_get(&owners->by_cookie, value_or(l, COL_cookie, 0));

	set(&l->owner.netns_name, map_get(&owners->netns, value_or(l, COL_netns, 0)));
	if (!owned)
		return;
	owned->seen = true;
	set(&l->owner.unit, owned->unit);
	set(&l->owner.container, owned->container);
	set(&l->owner.user, owned->user);
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

/* A namespace of which only sums are left has a name, too, if anything has. */
static void name_netns(struct owners *owners, struct look *closed)
{
	struct listener one = { 0 };
	struct look sub = { .listeners = &one, .nr = 1 };
	uint64_t netns;
	size_t i;

	for (i = 0; i < closed->nr; i++) {
		struct listener *l = &closed->listeners[i];

		netns = value_or(l, COL_netns, 0);
		if (!netns)
			continue;
		if (!map_get(&owners->netns, netns)) {
			one = (struct listener){ 0 };
			set_value(&one, COL_netns, netns);
			names_fill(owners->names, &sub, false);
			map_put(&owners->netns, netns, one.owner.netns_name ?
				take(&one.owner.netns_name) : xstrdup(""));
			owner_clear(&one.owner);
		}
		set(&l->owner.netns_name, map_get(&owners->netns, netns));
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
