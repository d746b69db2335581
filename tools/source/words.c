// SPDX-License-Identifier: GPL-2.0
/*
 * Text -> lines -> words. Any byte may be anywhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "words.h"

bool next_line(struct rest *text, struct rest *line, bool *whole)
{
	const char *newline;

	if (text->at == text->end)
		return false;
	newline = memchr(text->at, '\n', text->end - text->at);
	*whole = newline;
	line->at = text->at;
	line->end = newline ? newline : text->end;
	text->at = newline ? newline + 1 : text->end;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool next_word(struct rest *line, struct word *word)
{
	while (line->at < line->end && is_blank(*line->at))
		line->at++;
	word->text = line->at;
	while (line->at < line->end && !is_blank(*line->at))
		line->at++;
	word->length = line->at - word->text;
	return word->length;
}

size_t line_words(struct rest line, struct word *word, size_t most)
{
	struct word beyond;
	size_t nr = 0;

	while (next_word(&line, nr < most ? &word[nr] : &beyond))
		nr++;
	return nr;
}

static bool is_name(const struct word *word)
{
	size_t i;

	for (i = 0; i < word->length; i++) {
		char c = word->text[i];

		if (!((c >= 'a' && c <= 'z') || (i && ((c >= '0' && c <= '9') || c == '_'))))
			return false;
	}
	return true;
}

bool header_parse(struct rest *text, struct header *header, const char *needed, char error[512])
{
	struct rest line;
	struct word word;
	bool whole;

	memset(header, 0, sizeof(*header));
	if (!next_line(text, &line, &whole)) {
		snprintf(error, 512, "it is empty: no line names columns");
		return false;
	}
	if (!whole) {
		snprintf(error, 512, "its first line is cut");
		return false;
	}
	while (next_word(&line, &word)) {
		if (!is_name(&word)) {
			snprintf(error, 512, "its first line does not name columns");
			return false;
		}
		if (!(header->nr & (header->nr + 1)))
			header->name =
				xrealloc(header->name, 2 * (header->nr + 1), sizeof(*header->name));
		header->name[header->nr++] = xasprintf("%.*s", (int)word.length, word.text);
	}
	if (header_find(header, needed) >= 0)
		return true;
	if (header->nr)
		snprintf(error, 512, "its first line has no column %s", needed);
	else
		snprintf(error, 512, "its first line does not name columns");
	return false;
}

void header_free(struct header *header)
{
	while (header->nr)
		free(header->name[--header->nr]);
	free(header->name);
	header->name = NULL;
}

long header_find(const struct header *header, const char *name)
{
	size_t i;

	for (i = 0; i < header->nr; i++)
		if (!strcmp(header->name[i], name))
			return i;
	return -1;
}

bool word_is_unknown(const struct word *word)
{
	return word->length == 1 && word->text[0] == '-';
}

char *word_copy(const struct word *word, bool escaped)
{
	char *text = xcalloc(word->length + 1, 1), *clean;
	size_t length = word->length;

	memcpy(text, word->text, length);
	if (escaped)
		length = unescape_octal(text);
	clean = clean_text(text, length);
	free(text);
	return clean;
}
