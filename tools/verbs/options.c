// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "option_table.h"

/*
 * Above the PIDs that Linux can have (PID_MAX_LIMIT) a number is an inode;
 * those of namespaces begin at 0xeffffff0.
 */
#define MAX_PID 4194304

#define NOT_TOGETHER "self, a PID and others do not go together"

static bool wrong(const struct options *options, enum verb verb, const char *name, const char *what)
{
	char *text = xasprintf("%s: %s; see listenq %s --help", name, what, verbs[verb].name);

	say_error(options->json, "%s", text);
	/* Who runs a plug-in reads its standard output. */
	if (verb == VERB_CHECK)
		check_unknown(text);
	free(text);
	return false;
}

/* self and a PID are a file each, all and names are in debugfs' file. */
static const char *take_netns(struct options *options, const char *text)
{
	bool again = options->nr_netns++, others = options->source.all_netns;
	uint64_t number;

	options->netns = text;
	if (!strcmp(text, "self"))
		return again && (others || options->source.netns_pid) ? NOT_TOGETHER : NULL;
	if (parse_number(text, &number) && number <= MAX_PID) {
		if (!number)
			return "0 is no PID";
		if (again && number != (uint64_t)options->source.netns_pid)
			return NOT_TOGETHER;
		options->source.netns_pid = number;
		return NULL;
	}
	if (again && !others)
		return NOT_TOGETHER;
	options->source.all_netns = true;
	return strcmp(text, "all") ? filter_netns(options->filter, text) : NULL;
}

static const char *take_root(struct options *options, enum verb verb, const char *text)
{
	if (!*text)
		return "no folder";
	if (options->nr_roots && verb != VERB_WHY)
		return "given twice";
	if (options->nr_roots == ARRAY_SIZE(options->roots))
		return "too often";
	if (!options->nr_roots)
		options->source.root = text;
	options->roots[options->nr_roots++] = text;
	return NULL;
}

static const char *take_colour(struct options *options, const char *text)
{
	options->colour = text ? text : "always";
	if (strcmp(options->colour, "auto") && strcmp(options->colour, "always") &&
	    strcmp(options->colour, "never"))
		return "neither auto, always nor never";
	return NULL;
}

static const char *take_filter(struct options *options, enum option_code code, const char *text)
{
	switch (code) {
	case OPTION_PORT:
		return filter_ports(options->filter, text);
	case OPTION_ADDRESS:
		return filter_address(options->filter, text);
	case OPTION_UNIT:
		return filter_unit(options->filter, text);
	case OPTION_PID:
		options->by_pid = true;
		return filter_pid(options->filter, text);
	case OPTION_NETNS:
		return take_netns(options, text);
	case OPTION_V4:
	case OPTION_V6:
		options->v4 |= code == OPTION_V4;
		options->v6 |= code == OPTION_V6;
		filter_family(options->filter, options->v4, options->v6);
		return NULL;
	default:
		return NULL;
	}
}

static void take_switch(struct options *options, enum option_code code)
{
	switch (code) {
	case OPTION_TROUBLE:
		options->trouble = true;
		break;
	case OPTION_ALL_COLUMNS:
		options->columns = COLUMNS_ALL;
		break;
	case OPTION_LIST_COLUMNS:
		options->list_columns = true;
		break;
	case OPTION_JSON:
		options->json = true;
		break;
	case OPTION_RAW:
		options->raw = true;
		break;
	case OPTION_NO_HEADER:
		options->no_header = true;
		break;
	case OPTION_UNFOLD:
		options->unfold = true;
		break;
	case OPTION_NO_PROCESS:
		options->no_process = true;
		break;
	case OPTION_REQUIRE_MODULE:
		options->source.require_module = true;
		break;
	default:
		break;
	}
}

/* take - NULL, or what is wrong with the option's argument */
static const char *take(struct options *options, enum verb verb, enum option_code code,
			const char *text)
{
	switch (code) {
	case OPTION_HELP:
		print_help(verb);
		exit(close_output(EXIT_SUCCESS, verbs[verb].exit_unwritten));
	case OPTION_VERSION:
		printf("listenq %s\n", program_version);
		exit(close_output(EXIT_SUCCESS, verbs[verb].exit_unwritten));
	case OPTION_COLUMNS:
		options->columns = text;
		return *text ? NULL : "no columns";
	case OPTION_SORT:
		options->sort = text;
		return *text ? NULL : "no column";
	case OPTION_FILE:
		options->output = text;
		return *text ? NULL : "no file";
	case OPTION_REPLAY:
		options->replay = text;
		return *text ? NULL : "no file";
	case OPTION_COLOUR:
		return take_colour(options, text);
	case OPTION_ROOT:
		return take_root(options, verb, text);
	case OPTION_INTERVAL:
	case OPTION_COUNT:
	case OPTION_LOOKS:
	case OPTION_WARN:
	case OPTION_CRIT:
	case OPTION_OVERFLOWS:
	case OPTION_DROPS:
	case OPTION_RESETS:
	case OPTION_WITHIN:
	case OPTION_TIMEOUT:
		return take_number(options, code, text);
	default:
		take_switch(options, code);
		return take_filter(options, code, text);
	}
}

/* What getopt_long wants, from the table: val is the index there + 256 for long options. */
struct getopt_form {
	char letters[3 * 64];
	struct option longs[64];
};

static void make_form(struct getopt_form *form, enum verb verb)
{
	char *letter = form->letters;
	struct option *next = form->longs;
	size_t i;

	memset(form, 0, sizeof(*form));
	*letter++ = ':';
	for (i = 0; i < nr_options; i++) {
		const struct option_info *info = &option_table[i];

		if (!option_applies(info, verb))
			continue;
		next->name = info->name;
		next->has_arg = info->argument ? required_argument : no_argument;
		if (info->argument && info->argument[0] == '[' && info->argument[1] == 'W')
			next->has_arg = optional_argument;
		next++->val = 256 + i;
		if (!info->letter)
			continue;
		*letter++ = info->letter;
		if (info->argument)
			*letter++ = ':';
	}
}

static const struct option_info *found(int value, enum verb verb)
{
	size_t i;

	if (value >= 256)
		return &option_table[value - 256];
	for (i = 0; i < nr_options; i++)
		if (option_applies(&option_table[i], verb) && option_table[i].letter == value)
			return &option_table[i];
	return NULL;
}

/* wants_json - before anything else is said: the errors of other options are to be in JSON, too */
static bool wants_json(const struct getopt_form *form, enum verb verb, int argc, char **argv)
{
	const struct option_info *info;
	int value;

	optind = 0;
	opterr = 0;
	while ((value = getopt_long(argc, argv, form->letters, form->longs, NULL)) != -1) {
		info = value == '?' || value == ':' ? NULL : found(value, verb);
		if (info && info->code == OPTION_JSON)
			return true;
	}
	return false;
}

static bool bad_option(const struct options *options, enum verb verb, int value, const char *word)
{
	char letter[3] = { '-', optopt, 0 };
	const char *name = optopt && optopt < 256 ? letter : word;

	return wrong(options, verb, name, value == ':' ? "an argument is missing" : "no such option");
}

static bool finish(struct options *options, enum verb verb, int argc, char **argv)
{
	options->argument = argv + optind;
	options->nr_arguments = argc - optind;
	if (options->nr_arguments && verb_named(argv[optind]) >= 0)
		return wrong(options, verb, argv[optind], "the verb comes first");
	if (options->nr_arguments > (verbs[verb].arguments[0] ? 1 : 0))
		return wrong(options, verb, argv[argc - 1], "one word too many");
	if (options->warn > options->crit)
		return wrong(options, verb, "--warn", "higher than --crit");
	if (options->count && verb == VERB_SHOW && !options->interval)
		return wrong(options, verb, "--count", "without --watch there is one look");
	if (options->replay && (options->source.root || options->nr_netns ||
				options->source.require_module))
		return wrong(options, verb, "--replay", "it is of no root, namespace or module");
	return true;
}

bool options_parse(struct options *options, const char *verb_name, int argc, char **argv)
{
	enum verb verb = verb_named(verb_name);
	struct getopt_form form;
	const char *what;
	int value;

	memset(options, 0, sizeof(*options));
	options->filter = filter_new();
	options->colour = "auto";
	options->warn = 80;
	options->crit = 100;
	options->within = 1;
	make_form(&form, verb);
	options->json = wants_json(&form, verb, argc, argv);
	optind = 0;
	while ((value = getopt_long(argc, argv, form.letters, form.longs, NULL)) != -1) {
		const struct option_info *info = NULL;

		if (value != '?' && value != ':')
			info = found(value, verb);
		if (!info)
			return bad_option(options, verb, value, argv[optind - 1]);
		what = take(options, verb, info->code, optarg);
		if (what) {
			char *name = optarg ? xasprintf("--%s %s", info->name, optarg) :
					      xasprintf("--%s", info->name);

			wrong(options, verb, name, what);
			free(name);
			return false;
		}
	}
	return finish(options, verb, argc, argv);
}

void options_free(struct options *options)
{
	filter_free(options->filter);
	options->filter = NULL;
}
