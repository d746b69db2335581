// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "exporter.h"

struct exposition {
	struct watch *watch;
	struct page *page;		/* NULL: all of it is in TEXT */
	struct text text;		/* made; the first TAKEN bytes have been read */
	size_t taken;
	struct exposition *next;	/* of the watch's readers, while there is a page */
};

static void leave(struct exposition *exposition)
{
	struct exposition **at = &exposition->watch->readers;

	while (*at != exposition)
		at = &(*at)->next;
	*at = exposition->next;
	page_close(exposition->page);
	exposition->page = NULL;
}

struct exposition *exposition_open(struct watch *watch)
{
	struct exposition *exposition = xcalloc(1, sizeof(*exposition));

	watch_look(watch);
	exposition->watch = watch;
	exposition->page = page_open(watch->metrics, &watch->health);
	exposition->next = watch->readers;
	watch->readers = exposition;
	return exposition;
}

size_t exposition_read(struct exposition *exposition, char *bytes, size_t size)
{
	struct text *text = &exposition->text;

	if (exposition->taken == text->length) {
		exposition->taken = 0;
		text->length = 0;
		if (exposition->page && !page_more(exposition->page, text))
			leave(exposition);
	}
	if (size > text->length - exposition->taken)
		size = text->length - exposition->taken;
	if (size)
		memcpy(bytes, text->at + exposition->taken, size);
	exposition->taken += size;
	return size;
}

void exposition_close(struct exposition *exposition)
{
	if (exposition->page)
		leave(exposition);
	free(exposition->text.at);
	free(exposition);
}

void expositions_finish(struct watch *watch)
{
	while (watch->readers) {
		struct exposition *exposition = watch->readers;

		while (page_more(exposition->page, &exposition->text))
			;
		leave(exposition);
	}
}
