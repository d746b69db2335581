// SPDX-License-Identifier: GPL-2.0
/*
 * listenq check - a plug-in for Nagios, Icinga and their like: one line, exit status 0, 1, 2 or 3
 *
 * It looks at the module only: inet_diag knows nothing of refusals, and a check that
 * sees less than yesterday must not say OK.
 */
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../listener/group.h"
#include "../names/names.h"
#include "verbs.h"

#define MINUTE_MS 60000
#define MOST_NAMED 3

enum status { STATUS_OK, STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN = EXIT_UNKNOWN };

struct queue {
	const char *name;	/* of the perfdata: accept, syn */
	uint64_t length, capacity;
};

struct check {
	const struct options *options;
	enum status status;
	char *trouble;			/* NULL: none yet */
	FILE *perfdata;			/* in memory */
	size_t nr_trouble;
	void *labels;			/* a tree of those that are taken */
	bool labels_given;
};

static int finish(enum status status, const char *text, const char *perfdata)
{
	static const char *const word[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	char *line = xstrdup(text);

	/* What is behind a bar is perfdata. */
	for (char *c = line; *c; c++)
		if (*c == '|')
			*c = '/';
	printf("LISTENQ %s - %s%s%s\n", word[status], line, perfdata ? " | " : "",
	       perfdata ? perfdata : "");
	free(line);
	return status;
}

int check_unknown(const char *text)
{
	return finish(STATUS_UNKNOWN, text, NULL);
}

static void add_trouble(struct check *check, enum status status, char *text)
{
	if (status > check->status)
		check->status = status;
	if (check->nr_trouble++ < MOST_NAMED) {
		char *old = check->trouble;

		check->trouble = xasprintf("%s%s%s", old ? old : "", old ? "; " : "", text);
		free(old);
	}
	free(text);
}

static int compare_labels(const void *a, const void *b)
{
	return strcmp(a, b);
}

/*
 * A label is quoted, must be there once only,
 * and may have neither a quote nor an equals sign. free() it
 */
static char *make_label(struct check *check, const struct listener *l, const char *queue)
{
	const char *local = listener_text(l, COL_local);
	char *label, *unique;

	if (l->owner.netns_name && check->options->source.all_netns)
		label = xasprintf("%s/%s_%s", l->owner.netns_name, local ? local : "-", queue);
	else
		label = xasprintf("%s_%s", local ? local : "-", queue);
	for (char *c = label; *c; c++)
		if (strchr("'=|", *c))
			*c = '_';
	unique = xstrdup(label);
	for (int i = 2; tfind(unique, &check->labels, compare_labels); i++) {
		free(unique);
		unique = xasprintf("%s_%d", label, i);
	}
	tsearch(xstrdup(unique), &check->labels, compare_labels);
	free(label);
	return unique;
}

static void add_perfdata(struct check *check, const struct listener *l, const struct queue *queue)
{
	const struct options *options = check->options;
	char *label = make_label(check, l, queue->name);

	fprintf(check->perfdata, "%s'%s'=%" PRIu64 ";%.0f;%.0f;0;%" PRIu64,
		check->labels_given ? " " : "", label, queue->length,
		queue->capacity * options->warn / 100, queue->capacity * options->crit / 100,
		queue->capacity);
	check->labels_given = true;
	free(label);
}

static void check_queue(struct check *check, const struct listener *l, const struct queue *queue)
{
	const char *local = listener_text(l, COL_local), *unit = l->owner.unit;
	double percent = queue->length * 100.0 / queue->capacity;
	enum status status = percent >= check->options->crit ? STATUS_CRITICAL :
			     percent >= check->options->warn ? STATUS_WARNING : STATUS_OK;

	add_perfdata(check, l, queue);
	if (status != STATUS_OK)
		add_trouble(check, status,
			    xasprintf("%s: %s queue %" PRIu64 " of %" PRIu64 "%s%s",
				      local ? local : "-", queue->name, queue->length,
				      queue->capacity, unit ? ", " : "", unit ? unit : ""));
}

/* Refused within a minute; a SYN that got a cookie was not. */
static void check_refused(struct check *check, const struct group *group)
{
	const struct listener *sum = &group->sum;
	const char *local = listener_text(group->members[0], COL_local), *which = NULL;
	uint64_t age = 0;
	const char *unit = group->members[0]->owner.unit;
	char *ago;

	if (value_or(sum, COL_last_overflow_ms, MINUTE_MS) < MINUTE_MS) {
		which = "accept";
		age = sum->value[COL_last_overflow_ms];
	} else if (value_or(sum, COL_reqq_full_drop, 0) &&
		   value_or(sum, COL_last_reqq_full_ms, MINUTE_MS) < MINUTE_MS) {
		which = "SYN";
		age = sum->value[COL_last_reqq_full_ms];
	}
	if (!which)
		return;
	ago = human_ms(age);
	add_trouble(check, STATUS_WARNING,
		    xasprintf("%s: refused as the %s queue was full %s ago%s%s",
			      local ? local : "-", which, ago, unit ? ", " : "",
			      unit ? unit : ""));
	free(ago);
}

/* The fullest member: one that is full refuses clients, whatever room the others have. */
static void check_group(struct check *check, const struct group *group)
{
	struct queue accept = { .name = "accept" }, syn = { .name = "syn" };
	const struct listener *l = group->members[0], *fullest = NULL;

	for (size_t i = 0; i < group->nr; i++) {
		const struct listener *m = group->members[i];
		uint64_t max = value_or(m, COL_reqsk_max, 0);
		uint64_t length = value_or(m, COL_reqsk_qlen, 0);

		if (max && !has_flag(m, "defer") &&
		    (!fullest || length * (double)syn.capacity > syn.length * (double)max)) {
			fullest = m;
			syn.length = length;
			syn.capacity = max;
		}
	}
	if (knows(l, COL_ack_backlog) && knows(l, COL_max_ack_backlog)) {
		accept.length = l->value[COL_ack_backlog];
		accept.capacity = l->value[COL_max_ack_backlog] + 1;
		if (accept.capacity)
			check_queue(check, l, &accept);
	}
	if (fullest)
		check_queue(check, fullest, &syn);
	check_refused(check, group);
}

static bool counts_refusals(const struct look *look)
{
	for (size_t i = 0; i < look->nr; i++)
		if (!knows(&look->listeners[i], COL_overflow_syn) ||
		    !knows(&look->listeners[i], COL_reqq_full_drop))
			return false;
	return true;
}

/* doubts - what the look does not show of what was asked for, or NULL. free() it */
static char *doubts(const struct options *options, const struct look *look,
		    const struct source_said *said)
{
	char *absent = filter_absent(options->filter, look), *all = NULL;

	if (absent)
		all = xasprintf("no listener on port %s%s%s", absent, *said->missing ? "; " : "",
				said->missing);
	else if (*said->missing)
		all = xstrdup(said->missing);
	free(absent);
	return all;
}

/* words - of the line; the status is unknown where only doubts are left. free() it */
static char *words(struct check *check, const struct groups *groups, bool knows_refusals,
		   const char *doubts)
{
	if (!check->trouble && doubts) {
		check->status = STATUS_UNKNOWN;
		return xstrdup(doubts);
	}
	if (!check->trouble)
		return xasprintf("%zu listener%s, no queue over %g %%%s", groups->nr,
				 groups->nr == 1 ? "" : "s", check->options->warn,
				 knows_refusals ? ", none refused in the last minute" :
						  ", refusals are not known of all");
	if (check->nr_trouble > MOST_NAMED)
		return xasprintf("%s; and %zu more%s%s", check->trouble,
				 check->nr_trouble - MOST_NAMED, doubts ? "; " : "",
				 doubts ? doubts : "");
	return xasprintf("%s%s%s", check->trouble, doubts ? "; " : "", doubts ? doubts : "");
}

static int check_look(const struct options *options, const struct look *look, const char *doubts)
{
	struct check check = { .options = options };
	struct groups groups;
	char *text, *perfdata;
	size_t size;
	int status;

	check.perfdata = open_memstream(&perfdata, &size);
	if (!check.perfdata)
		return finish(STATUS_UNKNOWN, "out of memory", NULL);

	groups_make(&groups, look, true);
	for (size_t i = 0; i < groups.nr; i++)
		check_group(&check, &groups.group[i]);
	text = words(&check, &groups, counts_refusals(look), doubts);
	if (fclose(check.perfdata)) {
		free(perfdata);
		perfdata = NULL;
	}
	status = finish(check.status, text, perfdata && *perfdata ? perfdata : NULL);
	free(text);
	free(perfdata);
	free(check.trouble);
	tdestroy(check.labels, free);
	groups_free(&groups);
	return status;
}

int verb_check(struct options *options)
{
	struct names *names = names_new(options->source.root);
	struct source_said said = { .error = "" };
	struct look look = { .nr = 0 };
	char *doubt;
	int status;

	options->source.require_module = true;
	if (source_look(&options->source, &look, &said) != SOURCE_OK) {
		status = check_unknown(said.error);
	} else {
		names_fill(names, &look,
			   options->by_pid || (filter_needs_owner(options->filter) &&
					       !options->no_process));
		filter_apply(options->filter, &look);
		doubt = doubts(options, &look, &said);
		if (look.nr)
			status = check_look(options, &look, doubt);
		else
			status = check_unknown(doubt ? doubt :
						       "no listener, or none that was asked for");
		free(doubt);
	}
	look_free(&look);
	names_free(names);
	return status;
}
