// SPDX-License-Identifier: GPL-2.0
/*
 * A table of listeners -> struct look. Columns are found by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "source.h"
#include "words.h"

#define IGNORED -1	/* a second column of a name */

/*
 * What the word at each place of a line is: an enum column,
 * NR_COLUMNS + index of an unknown one, or IGNORED
 */
struct layout {
	long *place;
	struct word *word;
	size_t nr;
};

static long place_of(const struct header *header, size_t i, struct look *look)
{
	int column;

	if (header_find(header, header->name[i]) != (long)i)
		return IGNORED;
	column = column_named(header->name[i]);
	if (column >= 0) {
		look->has |= UINT64_C(1) << column;
		return column;
	}
	look->extra_names[look->nr_extra] = xstrdup(header->name[i]);
	return NR_COLUMNS + look->nr_extra++;
}

static void layout_make(struct layout *layout, const struct header *header, struct look *look)
{
	size_t i;

	layout->nr = header->nr;
	layout->place = xcalloc(header->nr, sizeof(*layout->place));
	layout->word = xcalloc(header->nr, sizeof(*layout->word));
	look->extra_names = xcalloc(header->nr, sizeof(*look->extra_names));
	for (i = 0; i < header->nr; i++)
		layout->place[i] = place_of(header, i, look);
}

static void layout_free(struct layout *layout)
{
	free(layout->place);
	free(layout->word);
}

static bool take_text(struct listener *l, enum column of, const struct word *word)
{
	char *text;

	if (word_is_unknown(word)) {
		set_text(l, of, NULL);
		return true;
	}
	/* Only names of processes come escaped; a device's is as it is. */
	text = word_copy(word, of == COL_acceptor || of == COL_listener_by);
	if (of == COL_local)
		return set_local(l, text);
	set_text(l, of, text);
	return true;
}

static bool take_number(struct listener *l, enum column of, const struct word *word)
{
	uint64_t number;

	if (word_is_unknown(word))
		return true;
	if (!parse_digits(word->text, word->length, &number))
		return false;
	set_value(l, of, number);
	return true;
}

static bool take_word(struct look *look, struct listener *l, long place, const struct word *word)
{
	if (place == IGNORED)
		return true;
	if (place >= NR_COLUMNS) {
		if (!word_is_unknown(word))
			set_extra(l, look->nr_extra, place - NR_COLUMNS, word_copy(word, true));
		return true;
	}
	if (columns[place].kind == KIND_TEXT)
		return take_text(l, place, word);
	return take_number(l, place, word);
}

/* A number that ends with the text may have had more digits. */
static bool may_be_cut(const struct layout *layout, size_t i, bool whole)
{
	long place = layout->place[i];

	if (whole || i + 1 < layout->nr || word_is_unknown(&layout->word[i]))
		return false;
	return place == COL_local ||
	       (place >= 0 && place < NR_COLUMNS && columns[place].kind != KIND_TEXT);
}

/* False if a word of it is not what its column says, or if it is no listener's at all */
static bool take_line(struct look *look, const struct layout *layout, struct rest line, bool whole)
{
	struct listener *l = &look->listeners[look->nr];
	bool good = true;
	size_t i;

	if (memchr(line.at, '\0', line.end - line.at) ||
	    line_words(line, layout->word, layout->nr) != layout->nr)
		return false;
	look->nr++;
	for (i = 0; i < layout->nr; i++) {
		if (may_be_cut(layout, i, whole))
			good = false;
		else
			good &= take_word(look, l, layout->place[i], &layout->word[i]);
	}
	return good;
}

/* At most: a line that is taken has a byte for each word, and one behind each. */
static size_t count_listeners(struct rest text, size_t words)
{
	size_t most = (text.end - text.at) / (2 * words) + 1, nr = 0;
	struct rest line;
	bool whole;

	while (nr < most && next_line(&text, &line, &whole))
		nr++;
	return nr;
}

bool table_parse(const char *text, size_t size, struct look *look, size_t *broken, char error[512])
{
	struct rest rest = { text, text + size }, line;
	struct layout layout;
	struct header header;
	bool named, whole;

	*broken = 0;
	named = header_parse(&rest, &header, "local", error);
	if (named) {
		layout_make(&layout, &header, look);
		look->listeners =
			xcalloc(count_listeners(rest, header.nr), sizeof(*look->listeners));
		while (next_line(&rest, &line, &whole))
			*broken += !take_line(look, &layout, line, whole);
		layout_free(&layout);
	}
	header_free(&header);
	return named;
}
