/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All options, once: getopt, --help,
 * the completion and the test of the man page go by this table.
 */
#ifndef LISTENQ_OPTION_TABLE_H
#define LISTENQ_OPTION_TABLE_H

#include "verbs.h"

enum option_code {
	OPTION_PORT = 1, OPTION_ADDRESS, OPTION_TROUBLE, OPTION_UNIT, OPTION_PID,
	OPTION_NETNS, OPTION_V4, OPTION_V6, OPTION_NUMERIC, OPTION_COLUMNS,
	OPTION_ALL_COLUMNS, OPTION_LIST_COLUMNS, OPTION_JSON, OPTION_RAW, OPTION_NO_HEADER,
	OPTION_SORT, OPTION_UNFOLD, OPTION_NO_PROCESS, OPTION_COLOUR, OPTION_INTERVAL,
	OPTION_COUNT, OPTION_LOOKS, OPTION_FILE, OPTION_REPLAY, OPTION_WARN, OPTION_CRIT,
	OPTION_OVERFLOWS, OPTION_DROPS, OPTION_RESETS, OPTION_WITHIN, OPTION_TIMEOUT,
	OPTION_ROOT, OPTION_REQUIRE_MODULE, OPTION_HELP, OPTION_VERSION,
};

struct option_info {
	enum option_code code;
	char letter;		/* 0: none */
	const char *name;
	const char *argument;	/* NULL: takes none. "[WHEN]" need not be given */
	unsigned int verbs;	/* bit by enum verb */
	const char *help;
};

extern const struct option_info option_table[];
extern const size_t nr_options;

/* option_applies - whether the verb has it */
static inline bool option_applies(const struct option_info *info, enum verb verb)
{
	return info->verbs & (1u << verb);
}

/*
 * take_number - of an option whose argument is a number or a time: NULL, or what is wrong with
 * it
 */
const char *take_number(struct options *options, enum option_code code, const char *text);

/* print_help - of one verb, on standard output; show's tells of the other verbs, too */
void print_help(enum verb verb);

#endif
