// SPDX-License-Identifier: GPL-2.0
/* listenq - the queues of TCP listeners, for people, and what to do about them */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs/verbs.h"

const char program_version[] = VERSION;

const struct verb_info verbs[NR_VERBS] = {
	[VERB_SHOW] = { "show", "", EXIT_WRONG, EXIT_FAILURE, verb_show,
		"A table of the TCP listeners, trouble first" },
	[VERB_TOP] = { "top", "", EXIT_WRONG, EXIT_FAILURE, verb_top,
		"The same, live, with rates" },
	[VERB_WHY] = { "why", "[PORT]", EXIT_WRONG, EXIT_WRONG, verb_why,
		"What is wrong with a listener, and what helps" },
	[VERB_CLOSED] = { "closed", "", EXIT_WRONG, EXIT_FAILURE, verb_closed,
		"Listeners that have closed, and what they threw away" },
	[VERB_CHECK] = { "check", "", EXIT_UNKNOWN, EXIT_UNKNOWN, verb_check,
		"A plug-in for monitoring: exit status 0, 1, 2 or 3" },
	[VERB_RECORD] = { "record", "", EXIT_WRONG, EXIT_FAILURE, verb_record,
		"A line of JSON for each look" },
	[VERB_EVENTS] = { "events", "", EXIT_WRONG, EXIT_FAILURE, verb_events,
		"What is refused, told when it happens" },
	[VERB_WAIT] = { "wait", "[PORT]", EXIT_WRONG, EXIT_WRONG, verb_wait,
		"Until so much was refused: exit status 0, 1, 2 or 3" },
};

int verb_named(const char *name)
{
	int i;

	for (i = 0; i < NR_VERBS; i++)
		if (!strcmp(verbs[i].name, name))
			return i;
	return -1;
}

/* named_json - before the options are known: who asked for JSON gets errors in it, too */
static bool named_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-J"))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct options options;
	enum verb verb = VERB_SHOW;
	int status, skip = 0;

	/* Widths and UTF-8, but no numbers with commas. */
	setlocale(LC_CTYPE, "");
	/* Who started us may have had it ignored: then a closed pipe would be an error. */
	signal(SIGPIPE, SIG_DFL);

	if (argc > 1 && argv[1][0] != '-') {
		int named = verb_named(argv[1]);

		if (named < 0) {
			say_error(named_json(argc, argv),
				  "%s: no such verb; there are show, top, why, closed, check, record, events and wait",
				  argv[1]);
			return close_output(EXIT_WRONG, EXIT_WRONG);
		}
		verb = named;
		skip = 1;
	}
	if (options_parse(&options, verbs[verb].name, argc - skip, argv + skip))
		status = verbs[verb].run(&options);
	else
		status = verbs[verb].exit_wrong;
	options_free(&options);
	return close_output(status, verbs[verb].exit_unwritten);
}
