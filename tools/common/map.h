/* SPDX-License-Identifier: GPL-2.0 */
/* A hash of pointers by number. It owns neither. */
#ifndef LISTENQ_MAP_H
#define LISTENQ_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value;		/* NULL: the slot is free */
};

/*
 * All zeroes is an empty map. To go through it: each slot[0 ..
 * size - 1] whose value is not NULL.
 */
struct map {
	struct map_slot *slot;
	size_t size, nr;	/* size is 0 or a power of two */
};

void *map_get(const struct map *map, uint64_t key);

/* map_put - VALUE is not NULL; one that was there under KEY is forgotten */
void map_put(struct map *map, uint64_t key, void *value);

/* map_clear - empty it; RELEASE, unless NULL, gets each value */
void map_clear(struct map *map, void (*release)(void *value));

#endif
