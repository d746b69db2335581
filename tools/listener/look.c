// SPDX-License-Identifier: GPL-2.0
/*
 * All listeners at one moment, and finding one by its cookie.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "listener.h"

/*
 * Open addressing; at most half of the slots are used.
 * A slot is 1 + the listener's index, 0 when free.
 */
struct look_index {
	size_t mask;
	uint32_t slot[];
};

static size_t hash(uint64_t cookie)
{
	return (cookie * UINT64_C(0x9e3779b97f4a7c15)) >> 32;
}

/* The slot that holds the cookie, or the free one where it would be */
static uint32_t *slot_of(const struct look *look, uint64_t cookie)
{
	struct look_index *index = look->index;
	size_t i;

	for (i = hash(cookie) & index->mask; index->slot[i]; i = (i + 1) & index->mask)
		if (look->listeners[index->slot[i] - 1].value[COL_cookie] == cookie)
			break;
	return &index->slot[i];
}

/* Of two with one cookie, which no kernel has, the first is found. */
static void make_index(struct look *look)
{
	size_t slots = 16, i;
	uint32_t *slot;

	while (slots < look->nr * 2)
		slots *= 2;
	look->index = xcalloc(1, sizeof(*look->index) + slots * sizeof(look->index->slot[0]));
	look->index->mask = slots - 1;
	for (i = 0; i < look->nr && i < UINT32_MAX; i++) {
		if (!knows(&look->listeners[i], COL_cookie))
			continue;
		slot = slot_of(look, look->listeners[i].value[COL_cookie]);
		if (!*slot)
			*slot = i + 1;
	}
}

struct listener *look_find(const struct look *look, uint64_t cookie)
{
	uint32_t slot;

	if (!look->index)
		make_index((struct look *)look);
	slot = *slot_of(look, cookie);
	return slot ? &look->listeners[slot - 1] : NULL;
}

void look_changed(struct look *look)
{
	free(look->index);
	look->index = NULL;
}

void look_free(struct look *look)
{
	size_t i;

	for (i = 0; i < look->nr; i++)
		listener_free(&look->listeners[i]);
	free(look->listeners);
	for (i = 0; i < look->nr_extra; i++)
		free(look->extra_names[i]);
	free(look->extra_names);
	free(look->index);
	memset(look, 0, sizeof(*look));
}
