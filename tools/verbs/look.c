// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../names/names.h"
#include "verbs.h"

void say_error(bool json, const char *format, ...)
{
	struct json_object *object;
	char text[1024], *clean;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length < 0)
		length = 0;
	clean = clean_text(text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
	fprintf(stderr, "listenq: %s\n", clean);
	if (json) {
		object = json_object_new_object();
		json_object_object_add(object, "error", json_object_new_string(clean));
		printf("%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(object);
	}
	free(clean);
}

static int write_error;	/* errno of the first write that failed: nobody knows it later */
static bool said_unwritten;	/* of standard output */

int flush_output(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	if (!write_error)
		write_error = errno;
	return -1;
}

void say_unwritten(const char *path)
{
	bool of_output = !strcmp(path, STANDARD_OUTPUT);

	if (!of_output || !said_unwritten)
		say_error(false, "%s: %s", path, errno ? strerror(errno) : "write error");
	said_unwritten |= of_output;
}

/*
 * A full disk is seen by the last write only; it must not look like success. Who has closed
 * standard output lacks nothing where nothing was written.
 */
int close_output(int status, int unwritten)
{
	bool failed = flush_output();

	errno = 0;
	if (fclose(stdout) && (failed || errno != EBADF)) {
		failed = true;
		write_error = write_error ? write_error : errno;
	}
	if (!failed)
		return status;
	errno = write_error;
	say_unwritten(STANDARD_OUTPUT);
	return status > unwritten ? status : unwritten;
}

/*
 * say_missing - once, and again when it is something else: the module came or went between
 * two looks
 */
static void say_missing(const char *missing)
{
	static char said[sizeof(((struct source_said *)NULL)->missing)];

	if (!strcmp(said, missing))
		return;
	snprintf(said, sizeof(said), "%s", missing);
	if (*missing)
		say_error(false, "%s", missing);
}

bool take_look(struct options *options, struct look *look, struct names *names)
{
	bool owner_first = filter_needs_owner(options->filter);
	struct names *own = NULL;
	struct source_said said = { .error = "", .missing = "" };
	const char *unseen;

	if (source_look(&options->source, look, &said) != SOURCE_OK) {
		say_error(options->json, "%s", said.error);
		return false;
	}
	say_missing(said.missing);
	if (owner_first && !names) {
		own = names_new(options->source.root);
		names = own;
	}
	/* The walk of processes is dear: only for those that stay. */
	if (!owner_first)
		filter_apply(options->filter, look);
	if (names) {
		names_fill(names, look, options->by_pid || !options->no_process);
		unseen = names_said(names);
		if (unseen)
			say_error(false, "%s", unseen);
	}
	if (owner_first)
		filter_apply(options->filter, look);
	if (own)
		names_free(own);
	return true;
}
