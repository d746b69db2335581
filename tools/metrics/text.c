// SPDX-License-Identifier: GPL-2.0
/* Text of the exposition. */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

void text_add(struct text *text, const char *bytes, size_t size)
{
	if (text->room - text->length < size + 1) {
		while (text->room - text->length < size + 1)
			text->room = text->room ? text->room + text->room / 2 : 1 << 14;
		text->at = xrealloc(text->at, text->room, 1);
	}
	memcpy(text->at + text->length, bytes, size);
	text->length += size;
	text->at[text->length] = '\0';
}

void text_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_number(struct text *text, uint64_t value, unsigned int decimals)
{
	char digits[32], *at = digits + sizeof(digits);
	unsigned int done = 0;

	while (decimals && value % 10 == 0) {
		value /= 10;
		decimals--;
	}
	do {
		if (done && done == decimals)
			*--at = '.';
		*--at = '0' + value % 10;
		value /= 10;
		done++;
	} while (value || (decimals && done <= decimals));
	text_add(text, at, digits + sizeof(digits) - at);
}

static void add_escaped(struct text *text, const char *value)
{
	size_t plain;

	for (; *value; value++) {
		plain = strcspn(value, "\\\"\n");
		text_add(text, value, plain);
		value += plain;
		if (!*value)
			break;
		text_string(text, *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\");
	}
}

void text_label(struct text *text, bool first, const char *name, const char *value)
{
	if (!first)
		text_add(text, ",", 1);
	text_string(text, name);
	text_add(text, "=\"", 2);
	add_escaped(text, value ? value : "");
	text_add(text, "\"", 1);
}
