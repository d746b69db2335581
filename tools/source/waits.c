// SPDX-License-Identifier: GPL-2.0
/*
 * The table of waits -> the waits of listeners, by cookie.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "source.h"
#include "words.h"

enum { COOKIE, ACCEPTS, SUM, MAX, FIRST_BUCKET, NR_NEEDED = FIRST_BUCKET + NR_BUCKETS };

/* The name of one of those that we need, until the next call */
static const char *name_of(int i)
{
	static const char *const name[] = { "cookie", "accepts", "wait_us_sum", "wait_us_max" };
	static char bucket[32];

	if (i < FIRST_BUCKET)
		return name[i];
	if (i == NR_NEEDED - 1)
		return "us_inf";
	snprintf(bucket, sizeof(bucket), "us_%lu", 1UL << (i - FIRST_BUCKET));
	return bucket;
}

static bool find_places(const struct header *header, long place[NR_NEEDED], char error[512])
{
	int i;

	for (i = 0; i < NR_NEEDED; i++) {
		place[i] = header_find(header, name_of(i));
		if (place[i] >= 0)
			continue;
		snprintf(error, 512, "its first line has no column %s", name_of(i));
		return false;
	}
	return true;
}

static void set_waits(struct listener *l, const uint64_t number[NR_NEEDED])
{
	if (!l->waits)
		l->waits = xcalloc(1, sizeof(*l->waits));
	l->waits->accepts = number[ACCEPTS];
	l->waits->sum_us = number[SUM];
	l->waits->max_us = number[MAX];
	memcpy(l->waits->bucket, number + FIRST_BUCKET, sizeof(l->waits->bucket));
}

/* False if it is broken. A listener that the look has not is no fault: it is new, or gone. */
static bool take_line(struct look *look, struct rest line, struct word *word, size_t nr,
		      const long place[NR_NEEDED])
{
	uint64_t number[NR_NEEDED];
	struct listener *l;
	int i;

	if (line_words(line, word, nr) != nr)
		return false;
	for (i = 0; i < NR_NEEDED; i++)
		if (!parse_digits(word[place[i]].text, word[place[i]].length, &number[i]))
			return false;
	l = look_find(look, number[COOKIE]);
	if (l)
		set_waits(l, number);
	return true;
}

/* A line that does not end in a newline may have lost digits: it is broken. */
bool table_parse_waits(const char *text, size_t size, struct look *look, size_t *broken,
		       char error[512])
{
	struct rest rest = { text, text + size }, line;
	long place[NR_NEEDED];
	struct header header;
	struct word *word;
	bool good, whole;

	*broken = 0;
	good = header_parse(&rest, &header, "cookie", error) && find_places(&header, place, error);
	if (good) {
		word = xcalloc(header.nr, sizeof(*word));
		while (next_line(&rest, &line, &whole))
			*broken += !whole || !take_line(look, line, word, header.nr, place);
		free(word);
	}
	header_free(&header);
	return good;
}
