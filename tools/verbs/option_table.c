// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "../common/text.h"
#include "option_table.h"

enum {
	SHOW = 1u << VERB_SHOW,
	TOP = 1u << VERB_TOP,
	WHY = 1u << VERB_WHY,
	CLOSED = 1u << VERB_CLOSED,
	CHECK = 1u << VERB_CHECK,
	RECORD = 1u << VERB_RECORD,
	EVENTS = 1u << VERB_EVENTS,
	WAIT = 1u << VERB_WAIT,
	/* of recorded files, too */
	TABLES = SHOW | TOP | WHY | CLOSED | CHECK | RECORD,
	ALL = TABLES | EVENTS | WAIT,
};

const struct option_info option_table[] = {
	{ OPTION_PORT, 'p', "port", "LIST", ALL, "these ports: 80,8000-8999,http" },
	{ OPTION_ADDRESS, 'a', "address", "ADDRESS", ALL, "this address: 10.0.0.0/8, ::1, *" },
	{ OPTION_TROUBLE, 't', "trouble", NULL, SHOW | TOP | CLOSED | RECORD,
		"only those in trouble" },
	{ OPTION_UNIT, 'u', "unit", "GLOB", ALL, "of this systemd unit or container" },
	{ OPTION_PID, 0, "pid", "PID", ALL, "of this process" },
	{ OPTION_NETNS, 'N', "netns", "WHICH", ALL, "self, all, a name, a PID or an inode number" },
	{ OPTION_V4, '4', "ipv4", NULL, ALL, "that take IPv4" },
	{ OPTION_V6, '6', "ipv6", NULL, ALL, "that take IPv6" },
	{ OPTION_NUMERIC, 'n', "numeric", NULL, ALL, "as in ss; ports are always numbers" },
	{ OPTION_COLUMNS, 'o', "output", "LIST", SHOW | CLOSED, "these columns; +LIST: these too" },
	{ OPTION_ALL_COLUMNS, 'O', "output-all", NULL, SHOW | CLOSED, "all columns" },
	{ OPTION_LIST_COLUMNS, 0, "list-columns", NULL, SHOW | CLOSED,
		"say what columns there are" },
	{ OPTION_JSON, 'J', "json", NULL, SHOW | WHY | CLOSED | EVENTS, "JSON" },
	{ OPTION_RAW, 'r', "raw", NULL, SHOW | CLOSED, "for programs: integers in base units" },
	{ OPTION_NO_HEADER, 'H', "no-header", NULL, SHOW | CLOSED | EVENTS,
		"no line of column names" },
	{ OPTION_SORT, 0, "sort", "[-]COLUMN", SHOW | CLOSED,
		"order by it; -COLUMN: the highest first" },
	{ OPTION_SORT, 0, "sort", "[-]KEY", TOP,
		"trouble, port, address, queue, syns, accepts, refused, wait, last, owner" },
	{ OPTION_UNFOLD, 0, "unfold", NULL, SHOW | TOP, "each member of an SO_REUSEPORT group" },
	{ OPTION_NO_PROCESS, 0, "no-process", NULL,
		SHOW | TOP | WHY | CHECK | RECORD | EVENTS, "do not look for processes" },
	{ OPTION_COLOUR, 0, "color", "[WHEN]", SHOW | TOP | WHY | CLOSED, "auto, always or never" },
	{ OPTION_INTERVAL, 'w', "watch", "SECONDS", SHOW, "again each SECONDS, with rates" },
	{ OPTION_INTERVAL, 'd', "delay", "SECONDS", TOP | WHY, "time between two looks" },
	{ OPTION_INTERVAL, 'i', "interval", "SECONDS", RECORD, "time between two looks" },
	{ OPTION_COUNT, 0, "count", "NUMBER", SHOW | TOP | RECORD, "looks; 0: no end" },
	{ OPTION_LOOKS, 0, "count", "NUMBER", WHY, "looks, 2 to 16 (5)" },
	{ OPTION_COUNT, 0, "count", "NUMBER", EVENTS, "lines; 0: no end" },
	{ OPTION_OVERFLOWS, 0, "overflows", "NUMBER", WAIT,
		"until the accept queue refused so many packets (1)" },
	{ OPTION_DROPS, 0, "drops", "NUMBER", WAIT, "until ListenDrops counted so many" },
	{ OPTION_RESETS, 0, "resets", "NUMBER", WAIT,
		"until so many connections were reset at close" },
	{ OPTION_WITHIN, 0, "within", "TIME", WAIT, "within 500ms to 24h (1s)" },
	{ OPTION_TIMEOUT, 0, "timeout", "TIME", WAIT, "for so long, 500ms to 24h" },
	{ OPTION_FILE, 'o', "output", "FILE", RECORD, "append to it, not to standard output" },
	{ OPTION_REPLAY, 0, "replay", "FILE", TOP, "what listenq record wrote, not this machine" },
	{ OPTION_WARN, 0, "warn", "PERCENT", CHECK, "of a queue, for a warning (80)" },
	{ OPTION_CRIT, 0, "crit", "PERCENT", CHECK, "of a queue, for a critical state (100)" },
	{ OPTION_ROOT, 0, "root", "DIR", TABLES, "read recorded files below DIR" },
	{ OPTION_REQUIRE_MODULE, 0, "require-module", NULL, TABLES,
		"fail where the module is not loaded" },
	{ OPTION_HELP, 'h', "help", NULL, ALL, "print this" },
	{ OPTION_VERSION, 'V', "version", NULL, ALL, "print the version" },
};

const size_t nr_options = ARRAY_SIZE(option_table);

static void print_option(const struct option_info *info)
{
	char left[40];
	const char *blank = "", *argument = "";

	if (info->argument) {
		argument = info->argument;
		blank = strcmp(argument, "[WHEN]") ? " " : "";
	}
	if (!strcmp(argument, "[WHEN]"))
		argument = "[=WHEN]";
	snprintf(left, sizeof(left), "%c%c%s --%s%s%s", info->letter ? '-' : ' ',
		 info->letter ? info->letter : ' ', info->letter ? "," : " ", info->name, blank,
		 argument);
	printf("  %-28s %s\n", left, info->help);
}

void print_help(enum verb verb)
{
	size_t i;

	printf("Usage: listenq %s [options]%s%s\n\n%s.\n\n",
	       verb == VERB_SHOW ? "[show]" : verbs[verb].name,
	       verbs[verb].arguments[0] ? " " : "", verbs[verb].arguments, verbs[verb].help);
	for (i = 0; i < nr_options; i++)
		if (option_applies(&option_table[i], verb))
			print_option(&option_table[i]);
	if (verb == VERB_SHOW) {
		printf("\nOther verbs, each with --help of its own:\n");
		for (i = 0; i < NR_VERBS; i++)
			if (i != VERB_SHOW)
				printf("  %-8s %s\n", verbs[i].name, verbs[i].help);
	}
	printf("\nlistenq(8) says more.\n");
}
