// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "exporter.h"

#define DEFAULT_LISTEN "127.0.0.1:10099"

enum option_code {
	TEXTFILE = 256, INTERVAL, LISTEN, NO_HTTP, METRICS, NETNS_OPTION, MAX_LISTENERS, EXCLUDE,
	COLLAPSE, ROOT, ONCE, TABLE, HELP, VERSION_OPTION
};

static const struct {
	enum option_code code;
	const char *name, *argument, *help;
} table[] = {
	{ TEXTFILE, "textfile", "FILE", "write it for node_exporter's textfile collector" },
	{ INTERVAL, "interval", "SECONDS", "between two writings of the file (15)" },
	{ LISTEN, "listen", "ADDRESS:PORT", "serve HTTP there (" DEFAULT_LISTEN ")" },
	{ NO_HTTP, "no-http", NULL, "serve no HTTP; implied by --textfile without --listen" },
	{ METRICS, "metrics", "WHICH", "minimal, default or all" },
	{ NETNS_OPTION, "netns", "WHICH",
	  "network namespaces: self, or all, which needs root (self)" },
	{ MAX_LISTENERS, "max-listeners", "N",
	  "addresses; more only where packets were refused (1000)" },
	{ EXCLUDE, "exclude-address", "LIST", "leave these networks out: 127.0.0.0/8,::1" },
	{ COLLAPSE, "collapse-ephemeral", NULL, "ports of ip_local_port_range as one" },
	{ ROOT, "root", "DIR", "read recorded files below DIR" },
	{ ONCE, "once", NULL, "print what is there now, and end" },
	{ TABLE, "list-metrics", NULL, "print the table of all metrics, in Markdown" },
	{ HELP, "help", NULL, "print this" },
	{ VERSION_OPTION, "version", NULL, "print the version" },
};

static void print_help(void)
{
	char left[48];
	size_t i;

	printf("Usage: " PROGRAM " [options]\n\n"
	       "Metrics of the queues of TCP listeners, for Prometheus.\n\n");
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(left, sizeof(left), "--%s%s%s", table[i].name,
			 table[i].argument ? " " : "", table[i].argument ? table[i].argument : "");
		printf("  %-28s %s\n", left, table[i].help);
	}
	printf("\n" PROGRAM "(8) says more.\n");
}

static bool take_level(struct options *options, const char *text)
{
	static const char *const name[] = { "minimal", "default", "all" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(name); i++)
		if (!strcmp(text, name[i])) {
			options->metrics.level = i;
			return true;
		}
	say("--metrics %s: there are minimal, default and all", text);
	return false;
}

static bool take_netns(struct options *options, const char *text)
{
	options->source.all_netns = !strcmp(text, "all");
	if (options->source.all_netns || !strcmp(text, "self"))
		return true;
	say("--netns %s: there are self and all", text);
	return false;
}

static bool take_interval(struct options *options, const char *text)
{
	char *end;

	options->interval = strtod(text, &end);
	if (end != text && !*end && options->interval >= 1 && options->interval <= 86400)
		return true;
	say("--interval %s: not a number of seconds, 1 to 86400", text);
	return false;
}

static bool take_max(struct options *options, const char *text)
{
	uint64_t number;

	if (parse_number(text, &number) && number <= 1000000) {
		options->metrics.max_listeners = number;
		return true;
	}
	say("--max-listeners %s: not a number up to 1000000", text);
	return false;
}

static bool take_exclude(struct options *options, const char *text)
{
	struct metrics_options *metrics = &options->metrics;
	char *list = xstrdup(text), *rest = NULL, *word;
	bool good = true;

	for (word = strtok_r(list, ",", &rest); word && good; word = strtok_r(NULL, ",", &rest)) {
		metrics->exclude = xrealloc(metrics->exclude, metrics->nr_exclude + 1,
					    sizeof(*metrics->exclude));
		good = network_parse(&metrics->exclude[metrics->nr_exclude], word);
		if (good)
			metrics->nr_exclude++;
		else
			say("--exclude-address %s: not an address or network", word);
	}
	free(list);
	return good;
}

static void print_table(void)
{
	size_t size;
	char *text = metrics_table(&size);

	fwrite(text, 1, size, stdout);
	free(text);
}

static bool take_option(struct options *options, int code)
{
	switch (code) {
	case TEXTFILE:
		options->textfile = optarg;
		return true;
	case INTERVAL:
		return take_interval(options, optarg);
	case LISTEN:
		options->listen = optarg;
		return true;
	case NO_HTTP:
		options->no_http = true;
		return true;
	case METRICS:
		return take_level(options, optarg);
	case NETNS_OPTION:
		return take_netns(options, optarg);
	case MAX_LISTENERS:
		return take_max(options, optarg);
	case EXCLUDE:
		return take_exclude(options, optarg);
	case COLLAPSE:
		options->collapse_ephemeral = true;
		return true;
	case ROOT:
		options->source.root = optarg;
		return true;
	case ONCE:
		options->once = true;
		return true;
	case TABLE:
		print_table();
		exit(fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : 0);
	case HELP:
		print_help();
		exit(fflush(stdout) ? EXIT_FAILURE : 0);
	case VERSION_OPTION:
		printf(PROGRAM " %s\n", program_version);
		exit(fflush(stdout) ? EXIT_FAILURE : 0);
	default:
		return false;
	}
}

/* The ports that connect(2) and bind(2) to port 0 choose from */
static bool read_ephemeral(struct options *options)
{
	size_t size;
	char *text = read_whole(options->source.root, "proc/sys/net/ipv4/ip_local_port_range",
				&size);
	unsigned int low, high;
	bool good = text && sscanf(text, "%5u %5u", &low, &high) == 2 && low && low <= high &&
		    high <= UINT16_MAX;

	free(text);
	if (!good) {
		say("--collapse-ephemeral: cannot read net.ipv4.ip_local_port_range");
		return false;
	}
	options->metrics.ephemeral_low = low;
	options->metrics.ephemeral_high = high;
	return true;
}

static bool check(struct options *options)
{
	if (options->no_http && options->listen) {
		say("--no-http and --listen exclude each other");
		return false;
	}
	if (options->no_http && !options->textfile && !options->once) {
		say("--no-http without --textfile: nothing to do");
		return false;
	}
	options->http = options->listen || (!options->no_http && !options->textfile);
	if (!options->listen)
		options->listen = DEFAULT_LISTEN;
	options->source.waits = options->metrics.level == ALL;
	options->source.require_module = true;
	return !options->collapse_ephemeral || read_ephemeral(options);
}

/* A word of short options may have more than the one that is wrong: optopt is that one. */
static bool bad_option(const char *word, int code)
{
	char one[3] = { '-', (char)optopt };
	bool is_short = code == '?' && optopt;

	say("%s: %s; --help lists the options", is_short ? one : word,
	    code == ':' ? "needs an argument" : "no such option");
	return false;
}

bool options_parse(struct options *options, int argc, char **argv)
{
	struct option list[ARRAY_SIZE(table) + 1] = { { 0 } };
	size_t i;
	int code;

	*options = (struct options){ .interval = 15 };
	options->metrics.level = DEFAULT;
	options->metrics.max_listeners = 1000;
	for (i = 0; i < ARRAY_SIZE(table); i++)
		list[i] = (struct option){ table[i].name, !!table[i].argument, NULL,
					   table[i].code };
	opterr = 0;
	while ((code = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (code == ':' || code == '?')
			return bad_option(argv[optind - 1], code);
		if (!take_option(options, code))
			return false;
	}
	if (optind < argc) {
		say("%s: takes no arguments", argv[optind]);
		return false;
	}
	return check(options);
}

void options_free(struct options *options)
{
	size_t i;

	for (i = 0; i < options->metrics.nr_exclude; i++)
		network_free(&options->metrics.exclude[i]);
	free(options->metrics.exclude);
}
