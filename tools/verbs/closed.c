// SPDX-License-Identifier: GPL-2.0
/* closed - what went, with what it threw away. Newest first, as the module has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/text.h"
#include "../names/names.h"
#include "../output/output.h"
#include "closed_sums.h"
#include "verbs.h"

#define COLUMNS_CLOSED "local,closed_ms,reset_at_close,queue,refused,owner"

struct closed {
	struct options *options;
	struct look look;	/* listeners that closed */
	struct look sums;	/* borrows all but its listeners from it */
	bool any;		/* before filters */
	bool in_part;		/* some of it could not be read */
};

static void split_sums(struct closed *closed)
{
	struct look *look = &closed->look;
	size_t i, nr = 0;

	closed->sums = *look;
	closed->sums.index = NULL;
	closed->sums.listeners = xcalloc(look->nr, sizeof(*look->listeners));
	closed->sums.nr = 0;
	for (i = 0; i < look->nr; i++) {
		if (is_sum(&look->listeners[i]))
			closed->sums.listeners[closed->sums.nr++] = look->listeners[i];
		else
			look->listeners[nr++] = look->listeners[i];
	}
	look->nr = nr;
	look_changed(look);
	closed->any = nr;
}

static void keep_sums(struct look *sums, const struct filter *filter)
{
	size_t i, nr = 0;

	for (i = 0; i < sums->nr; i++) {
		if (filter_takes_netns(filter, &sums->listeners[i]))
			sums->listeners[nr++] = sums->listeners[i];
		else
			listener_free(&sums->listeners[i]);
	}
	sums->nr = nr;
}

/* threw_away - connections or packets */
static bool threw_away(const struct listener *l)
{
	uint64_t packets;

	return value_or(l, COL_reset_at_close, 0) || (was_refused(l, &packets) && packets);
}

static void keep_trouble(struct look *look)
{
	size_t i, nr = 0;

	for (i = 0; i < look->nr; i++) {
		if (threw_away(&look->listeners[i]))
			look->listeners[nr++] = look->listeners[i];
		else
			listener_free(&look->listeners[i]);
	}
	look->nr = nr;
	look_changed(look);
}

static bool closed_look(struct closed *closed)
{
	struct options *options = closed->options;
	struct source_said said;
	struct names *names;

	if (source_closed(&options->source, &closed->look, &said) != SOURCE_OK) {
		say_error(options->json, "%s", said.error);
		return false;
	}
	closed->in_part = *said.missing;
	if (closed->in_part)
		say_error(false, "%s", said.missing);
	/* No process holds them any more. */
	names = names_new(options->source.root);
	names_fill(names, &closed->look, false);
	names_free(names);
	split_sums(closed);
	filter_apply(options->filter, &closed->look);
	keep_sums(&closed->sums, options->filter);
	if (options->trouble)
		keep_trouble(&closed->look);
	return true;
}

/*
 * name_past - who accepted last or listened,
 * in the place of those that hold a socket: "nginx.service nginx[812]"
 */
static void name_past(struct look *look)
{
	struct owner *owner;
	const struct process *past;
	size_t i;

	for (i = 0; i < look->nr; i++) {
		owner = &look->listeners[i].owner;
		past = owner->acceptor.pid ? &owner->acceptor : &owner->listener_by;
		if (owner->nr_processes || !past->pid)
			continue;
		owner->processes = xcalloc(1, sizeof(*owner->processes));
		owner->processes[0].pid = past->pid;
		owner->processes[0].comm = past->comm ? xstrdup(past->comm) : NULL;
		owner->nr_processes = 1;
	}
}

/* sorted - false after saying that there is no such column */
static bool sorted(const struct options *options, struct groups *groups, const struct look *look)
{
	char error[2048];
	bool descending;
	int column;

	if (!options->sort)
		return true;
	column = select_sort(options->sort, look, &descending, error);
	if (column < 0) {
		say_error(options->json, "%s", error);
		return false;
	}
	sort_groups(groups, column, descending);
	return true;
}

static void print_words(const struct closed *closed)
{
	bool all = closed->options->source.all_netns;
	const struct listener *l = closed->sums.listeners;
	bool some = false;
	char *words;
	size_t i;

	for (i = 0; i < closed->sums.nr; i++)
		some |= is_sum_of_closed(&l[i]) && !sum_is_nothing(&l[i]);
	if (!closed->look.nr) {
		/* An older module, one that does not count, lines that are cut: that was said. */
		if (closed->in_part && !closed->any)
			printf("What has closed is not known.\n");
		else if (closed->any)
			printf("Nothing that closed is one of these.\n");
		else if (some)
			printf("No record is left of what has closed.\n");
		else
			printf("Nothing has closed since the module was loaded.\n");
	}
	for (i = 0; i < closed->sums.nr; i++) {
		/* Of many namespaces only what there is to say. */
		if (all && sum_is_nothing(&l[i]))
			continue;
		words = sum_words(&l[i], all);
		printf("%s\n", words);
		free(words);
	}
}

static int print_as_table(struct closed *closed, struct groups *groups)
{
	struct options *options = closed->options;
	struct style style = { .raw = options->raw, .header = !options->no_header };
	char error[2048];
	int *column, result = 0;
	size_t nr;

	style_decide(&style, options->colour, STDOUT_FILENO);
	nr = select_columns(options->columns, COLUMNS_CLOSED, &closed->look, &column, error);
	if (!nr) {
		say_error(false, "%s", error);
		return EXIT_WRONG;
	}
	name_past(&closed->look);
	if (groups->nr || options->raw)
		result = print_table(&style, groups, &closed->look, column, nr);
	if (!options->raw) {
		if (groups->nr)
			putchar('\n');
		print_words(closed);
	}
	free(column);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* print_as_json - what `show --json` prints, and the sums behind the listeners */
static int print_as_json(const struct closed *closed)
{
	char *text = record_json(&closed->look), *sums = sums_json(&closed->sums);
	size_t length = strlen(text);

	printf("%.*s,\"sums\":%s}\n", (int)(length ? length - 1 : 0), text, sums);
	free(text);
	free(sums);
	return EXIT_SUCCESS;
}

/* in_order - the look's listeners in the order of the groups, of which each has one */
static void in_order(struct look *look, const struct groups *groups)
{
	struct listener *listeners = xcalloc(look->nr, sizeof(*listeners));
	size_t i;

	for (i = 0; i < groups->nr; i++)
		listeners[i] = *groups->group[i].members[0];
	free(look->listeners);
	look->listeners = listeners;
	look_changed(look);
}

static int print_closed(struct closed *closed)
{
	struct groups groups;
	int status = EXIT_WRONG;

	groups_make(&groups, &closed->look, false);
	if (sorted(closed->options, &groups, &closed->look)) {
		if (closed->options->json) {
			in_order(&closed->look, &groups);
			status = print_as_json(closed);
		} else {
			status = print_as_table(closed, &groups);
		}
	}
	groups_free(&groups);
	return status;
}

int verb_closed(struct options *options)
{
	struct closed closed = { .options = options };
	int status = EXIT_WRONG;
	size_t i;

	if (options->list_columns)
		return list_columns(options);
	if (closed_look(&closed))
		status = print_closed(&closed);
	for (i = 0; i < closed.sums.nr; i++)
		listener_free(&closed.sums.listeners[i]);
	free(closed.sums.listeners);
	look_free(&closed.look);
	return status;
}
