/* SPDX-License-Identifier: GPL-2.0 */
/* Text -> lines -> words, without copies. For table.c and waits.c. */
#ifndef LISTENQ_WORDS_H
#define LISTENQ_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
	const char *text;	/* not ended by a NUL */
	size_t length;
};

/* What is left of a text. */
struct rest {
	const char *at, *end;
};

/* next_line - false at the end; WHOLE: it ends in a newline */
bool next_line(struct rest *text, struct rest *line, bool *whole);

/* next_word - false at the end of the line */
bool next_word(struct rest *line, struct word *word);

/* line_words - the first MOST words of a line; returns how many there are */
size_t line_words(struct rest line, struct word *word, size_t most);

/* A table's header: names of columns. */
struct header {
	char **name;
	size_t nr;
};

/*
 * header_parse - takes the first line of TEXT.
 * False and why in ERROR, if it names no columns or not NEEDED. header_free() it.
 */
bool header_parse(struct rest *text, struct header *header, const char *needed, char error[512]);
void header_free(struct header *header);

/* header_find - the first column of that name, or -1 */
long header_find(const struct header *header, const char *name);

/* word_is_unknown - "-" */
bool word_is_unknown(const struct word *word);

/* word_copy - its text, clean; ESCAPED: with \ooo in it as the module writes names of processes */
char *word_copy(const struct word *word, bool escaped);

#endif
