// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/text.h"
#include "../names/names.h"
#include "../output/output.h"
#include "verbs.h"

#define COLUMNS_SHOW "state,port,address,queue,syn,refused,last,wait,owner"
/* Of a word that no shell changes */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-"
#define COLUMNS_WATCH "state,port,address,queue,syn,syns_s,accepts_s,refused,refused_s,last,wait,owner"

struct show {
	struct options *options;
	struct names *names;	/* NULL: nothing that is printed or filtered needs it */
	struct style style;
	struct look look[2];	/* the present one and the one before, in turns */
	struct looks looks;
	bool hinted;
};

/* chosen - the columns to print; 0 after saying what is wrong */
static size_t chosen(const struct show *show, const struct look *look, int **column)
{
	const struct options *options = show->options;
	const char *defaults = options->interval ? COLUMNS_WATCH : COLUMNS_SHOW;
	char error[2048], with_time[sizeof("time,") + sizeof(COLUMNS_WATCH)];
	size_t nr;

	/* Between raw lines a line with the time would be in the way. */
	if (options->interval && options->raw) {
		snprintf(with_time, sizeof(with_time), "time,%s", defaults);
		defaults = with_time;
	}
	nr = select_columns(options->columns, defaults, look, column, error);
	if (!nr)
		say_error(options->json, "%s", error);
	return nr;
}

/* sort_by - 0, or -1 after saying that there is no such column */
static int sort_by(const struct show *show, const struct look *look, struct groups *groups)
{
	const struct options *options = show->options;
	bool descending = false;
	char error[2048];
	int column = -1;

	if (options->sort) {
		column = select_sort(options->sort, look, &descending, error);
		if (column < 0) {
			say_error(options->json, "%s", error);
			return -1;
		}
	}
	sort_groups(groups, column, descending);
	return 0;
}

/* keep_trouble - those in trouble before the others, in their order; how many they are */
static size_t keep_trouble(struct groups *groups)
{
	struct group *fine = xcalloc(groups->nr, sizeof(*fine));
	size_t i, nr = 0, nr_fine = 0;

	for (i = 0; i < groups->nr; i++) {
		if (group_in_trouble(&groups->group[i]))
			groups->group[nr++] = groups->group[i];
		else
			fine[nr_fine++] = groups->group[i];
	}
	memcpy(&groups->group[nr], fine, nr_fine * sizeof(*fine));
	free(fine);
	return nr;
}

/* quoted - a word as a shell takes it. free() it */
static char *quoted(const char *word)
{
	size_t i, n = 0, length = strlen(word);
	char *text;

	if (length && !word[strspn(word, PLAIN)])
		return xstrdup(word);
	text = xcalloc(4 * length + 3, 1);
	text[n++] = '\'';
	for (i = 0; i < length; i++) {
		text[n++] = word[i];
		if (word[i] == '\'') {
			memcpy(text + n, "\\''", 3);
			n += 3;
		}
	}
	text[n] = '\'';
	return text;
}

/* add_option - " NAME VALUE" behind TEXT, which is freed; the same TEXT without a value */
static char *add_option(char *text, const char *name, const char *value)
{
	char *word, *longer;

	if (!value)
		return text;
	word = quoted(value);
	longer = xasprintf("%s %s %s", text, name, word);
	free(word);
	free(text);
	return longer;
}

/* hint - what to type next, for who sits in front of it */
static void hint(struct show *show, const struct groups *groups)
{
	const struct options *options = show->options;
	const struct group *first = NULL;
	size_t i, trouble = 0;
	char *command;

	if (show->hinted || options->json || options->raw || !isatty(STDOUT_FILENO) ||
	    !isatty(STDERR_FILENO))
		return;
	if (!groups->nr && (options->trouble || filter_picks(options->filter))) {
		show->hinted = true;
		fprintf(stderr, "No listener is one of these.\n");
		return;
	}
	for (i = 0; i < groups->nr; i++) {
		if (!group_in_trouble(&groups->group[i]))
			continue;
		if (!first)
			first = &groups->group[i];
		trouble++;
	}
	if (!first)
		return;
	show->hinted = true;
	command = xasprintf("listenq why %u", first->members[0]->port);
	command = add_option(command, "-N", options->nr_netns > 1 ? "all" : options->netns);
	command = add_option(command, "--root", options->source.root);
	fprintf(stderr, "%zu of %zu in trouble. '%s' tells what to do.\n", trouble, groups->nr,
		command);
	free(command);
}

static void print_time(const struct look *look)
{
	time_t seconds = look->time;
	char text[64] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s\n", text);
}

static int print(struct show *show, struct groups *groups, const struct look *look)
{
	const struct options *options = show->options;
	int *column, result;
	size_t nr;

	nr = chosen(show, look, &column);
	if (!nr)
		return EXIT_WRONG;
	if (options->json) {
		free(column);
		return print_json(groups, look, NULL);
	}
	if (options->interval && !options->raw) {
		if (show->looks.nr > 1)
			putchar('\n');
		print_time(look);
	}
	show->style.looks = &show->looks;
	result = print_table(&show->style, groups, look, column, nr);
	/* A program that reads on wants no second header. */
	if (options->raw)
		show->style.header = false;
	free(column);
	return result;
}

/* show_once - the exit status; a failed write is seen and said in close_output() */
static int show_once(struct show *show)
{
	struct options *options = show->options;
	const struct look *look = show->looks.look[show->looks.nr - 1];
	struct groups groups;
	int result = EXIT_WRONG;
	size_t all;

	/* In JSON each socket is an object, with the number of its group. */
	groups_make(&groups, look, options->json || !options->unfold);
	all = groups.nr;
	if (!sort_by(show, look, &groups)) {
		if (options->trouble)
			groups.nr = keep_trouble(&groups);
		result = print(show, &groups, look);
		groups.nr = all;
		if (!result)
			hint(show, &groups);
	}
	groups_free(&groups);
	return result < 0 ? EXIT_FAILURE : result;
}

static bool needs_names(const struct options *options)
{
	static const char *const named[] = {
		"owner", "process", "unit", "container", "user", "service", "netns_name"
	};
	size_t i;

	if (!options->columns || *options->columns == '+' ||
	    !strcmp(options->columns, COLUMNS_ALL) || options->json || options->sort ||
	    filter_needs_owner(options->filter))
		return true;
	for (i = 0; i < ARRAY_SIZE(named); i++)
		if (strcasestr(options->columns, named[i]))
			return true;
	return false;
}

/* next_look - in the place of the one before the last */
static bool next_look(struct show *show)
{
	struct look *look = &show->look[0];

	if (show->looks.nr && show->looks.look[show->looks.nr - 1] == look)
		look = &show->look[1];
	look_free(look);
	memset(look, 0, sizeof(*look));
	if (show->looks.nr == 2)
		show->looks.look[0] = show->looks.look[1];
	else
		show->looks.nr++;
	show->looks.look[show->looks.nr - 1] = look;
	return take_look(show->options, look, show->names);
}

/*
 * wait_for - by the clock, that looks do not drift;
 * who was stopped does not catch up on all that it missed
 */
static void wait_for(struct timespec *next, double interval)
{
	long long ns = next->tv_nsec + (long long)(interval * 1e9);
	struct timespec now;

	next->tv_sec += ns / 1000000000;
	next->tv_nsec = ns % 1000000000;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (next->tv_sec < now.tv_sec)
		*next = now;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		;
}

static int show_looks(struct show *show)
{
	const struct options *options = show->options;
	unsigned long done = 0, looks = options->interval ? options->count : 1;
	struct timespec next;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		if (!next_look(show))
			return EXIT_WRONG;
		status = show_once(show);
		if (status || (looks && ++done >= looks))
			return status;
		wait_for(&next, options->interval);
	}
}

int list_columns(const struct options *options)
{
	struct style style = { .raw = options->raw, .header = !options->no_header };

	style_decide(&style, options->colour, STDOUT_FILENO);
	return print_columns(&style) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int verb_show(struct options *options)
{
	struct show show = { .options = options };
	int status;

	show.style.raw = options->raw;
	show.style.header = !options->no_header;
	style_decide(&show.style, options->colour, STDOUT_FILENO);
	if (options->list_columns)
		return list_columns(options);
	if (needs_names(options))
		show.names = names_new(options->source.root);
	options->source.waits = options->json;
	status = show_looks(&show);
	look_free(&show.look[0]);
	look_free(&show.look[1]);
	if (show.names)
		names_free(show.names);
	return status;
}
