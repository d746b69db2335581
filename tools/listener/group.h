/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listeners that people call one: the members of an SO_REUSEPORT group, by namespace,
 * address and port (and reuseport_group where known). A listener without the flag is a
 * group of one; inet_diag does not show the flag, but two listeners at one address have it.
 */
#ifndef LISTENQ_GROUP_H
#define LISTENQ_GROUP_H

#include "listener.h"

struct group {
	struct listener **members;	/* in the look; the fullest accept queue first */
	size_t nr;
	/*
	 * All members as one: gauges and counts are sums (known where all members know
	 * them), peaks and waits' maxima the highest, ages of "last ..." the least,
	 * oldest_ms the most, owner and texts those of the first member, waits merged.
	 * Numbers that name something (cookie, inode, ...) are known where all members have
	 * the same. Of a group of one it is that one's copy. Never listener_free() it.
	 */
	struct listener sum;
};

struct groups {
	struct group *group;
	size_t nr;
	struct listener **all;	/* what all members point into */
};

/*
 * groups_make - fold the listeners of a look; FOLD false gives a group for each. They
 * are in the order in which the look has the first of each.
 * The look must stay while the groups do. groups_free() leaves the look alone.
 */
void groups_make(struct groups *groups, const struct look *look, bool fold);
void groups_free(struct groups *groups);

/* group_fullest - fill of the fullest accept queue: 1 is full; -1 where none is known */
double group_fullest(const struct group *group);

#endif
