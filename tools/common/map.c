// SPDX-License-Identifier: GPL-2.0
/* A hash of pointers by number: open addressing, at most half full. */
#include <stdlib.h>

#include "text.h"
#include "map.h"

#define FIRST_SIZE 64

/* The slot of KEY, or the free one where it would be. */
static struct map_slot *slot_of(const struct map *map, uint64_t key)
{
	size_t at = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20;

	for (;; at++) {
		struct map_slot *slot = &map->slot[at & (map->size - 1)];

		if (!slot->value || slot->key == key)
			return slot;
	}
}

void *map_get(const struct map *map, uint64_t key)
{
	return map->size ? slot_of(map, key)->value : NULL;
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->size = old.size ? old.size * 2 : FIRST_SIZE;
	map->slot = xcalloc(map->size, sizeof(*map->slot));
	for (size_t i = 0; i < old.size; i++)
		if (old.slot[i].value)
			*slot_of(map, old.slot[i].key) = old.slot[i];
	free(old.slot);
}

void map_put(struct map *map, uint64_t key, void *value)
{
	struct map_slot *slot;

	if (map->nr * 2 >= map->size)
		grow(map);
	slot = slot_of(map, key);
	if (!slot->value)
		map->nr++;
	slot->key = key;
	slot->value = value;
}

void map_clear(struct map *map, void (*release)(void *value))
{
	for (size_t i = 0; release && i < map->size; i++)
		if (map->slot[i].value)
			release(map->slot[i].value);
	free(map->slot);
	*map = (struct map){ 0 };
}
