// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "exporter.h"

void say(const char *format, ...)
{
	va_list list;
	char *line, *clean;
	int rc;

	va_start(list, format);
	rc = vasprintf(&line, format, list);
	va_end(list);
	if (rc < 0)
		return;
	clean = clean_text(line, strlen(line));
	fprintf(stderr, PROGRAM ": %s\n", clean);
	free(clean);
	free(line);
}

void trouble_is(struct trouble *trouble, const char *what, const char *why)
{
	if (why && trouble->said && !strcmp(trouble->said, why))
		return;
	if (why)
		say("%s", why);
	else if (trouble->said)
		say("%s again", what);
	free(trouble->said);
	trouble->said = why ? xstrdup(why) : NULL;
}
