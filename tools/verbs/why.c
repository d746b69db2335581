// SPDX-License-Identifier: GPL-2.0
/* listenq why - what is wrong with a listener, and what helps */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../common/text.h"
#include "../findings/findings.h"
#include "../output/column.h"
#include "../output/output.h"
#include "verbs.h"

#define DEFAULT_LOOKS 5
#define DEFAULT_INTERVAL 0.5

struct judged {
	struct group *group;
	struct verdict verdict;
};

struct why {
	struct options *options;
	struct look look[MAX_LOOKS];
	struct looks looks;
	struct names *names;	/* of the last look */
	struct settings settings;
	struct groups groups;
	struct judged *judged;	/* of each group; the worst first */
	char *absent;		/* ports that were asked for and have no listener, or NULL */
	size_t nr_shown;
	struct style style;
};

static size_t looks_wanted(const struct options *options)
{
	if (options->nr_roots > 1)
		return options->nr_roots;
	if (options->source.root)
		return 1;
	return options->count ? options->count : DEFAULT_LOOKS;
}

static void wait_until(struct timespec *next, double interval)
{
	long long ns = next->tv_nsec + (long long)(interval * 1e9);

	next->tv_sec += ns / 1000000000;
	next->tv_nsec = ns % 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		;
}

/* Only what is printed needs owners: the last look. */
static bool take_looks(struct why *why)
{
	struct options *options = why->options;
	double interval = options->interval ? options->interval : DEFAULT_INTERVAL;
	size_t nr = looks_wanted(options);
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (size_t i = 0; i < nr; i++) {
		if (options->nr_roots)
			options->source.root = options->roots[i];
		else if (i)
			wait_until(&next, interval);
		if (i == nr - 1)
			why->names = names_new(options->source.root);
		why->looks.look[i] = &why->look[i];
		why->looks.nr = i + 1;
		if (!take_look(options, &why->look[i], why->names))
			return false;
	}
	settings_read(&options->source, &why->settings);
	return true;
}

static int worse(const void *a, const void *b)
{
	const struct judged *x = a, *y = b;
	uint64_t p, q;

	if (x->verdict.severity != y->verdict.severity)
		return x->verdict.severity < y->verdict.severity ? 1 : -1;
	p = value_or(&x->group->sum, COL_ack_backlog, 0);
	q = value_or(&y->group->sum, COL_ack_backlog, 0);
	if (p != q)
		return p < q ? 1 : -1;
	return (x->group > y->group) - (x->group < y->group);
}

static bool is_shown(const struct why *why, const struct judged *judged)
{
	return filter_picks(why->options->filter) || judged->verdict.severity >= SEVERITY_WARNING;
}

static void judge_all(struct why *why)
{
	struct evidence evidence = {
		.looks = &why->looks,
		.settings = &why->settings,
		.names = why->names,
	};

	groups_make(&why->groups, why->looks.look[why->looks.nr - 1], true);
	why->judged = xcalloc(why->groups.nr ? why->groups.nr : 1, sizeof(*why->judged));
	for (size_t i = 0; i < why->groups.nr; i++) {
		why->judged[i].group = &why->groups.group[i];
		judge(&evidence, why->judged[i].group, &why->judged[i].verdict);
	}
	qsort(why->judged, why->groups.nr, sizeof(*why->judged), worse);
	while (why->nr_shown < why->groups.nr && is_shown(why, &why->judged[why->nr_shown]))
		why->nr_shown++;
}

/* Columns that TEXT takes: it is UTF-8, and wide characters are too rare here to care. */
static size_t columns_of(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/*
 * Words of TEXT, within the width of the terminal;
 * further lines begin at column INDENT, as the first one does.
 */
static void print_wrapped(const struct why *why, const char *text, size_t indent)
{
	size_t width = why->style.width, at = indent;
	const char *word = text;

	if (width < indent + 30)
		width = 0;
	while (*word) {
		size_t size = strcspn(word, " "), take = columns_of(word, size);

		if (width && word != text && at + 1 + take > width) {
			printf("\n%*s", (int)indent, "");
			at = indent;
		} else if (word != text) {
			putchar(' ');
			at++;
		}
		fwrite(word, 1, size, stdout);
		at += take;
		word += size;
		word += *word == ' ';
	}
	putchar('\n');
}

static void print_headline(const struct why *why, const struct judged *judged)
{
	static const char *const word[] = { "OK", "INFO", "WARNING", "CRITICAL" };
	static const char *const colour[] = { "\033[32m", "\033[0m", "\033[33m", "\033[1;31m" };
	const struct listener *l = judged->group->members[0];
	enum severity severity = judged->verdict.severity;
	const char *local = listener_text(l, COL_local);
	char *owner = owner_cell(l, judged->group);

	printf("%s", local ? local : "-");
	if (judged->group->nr > 1)
		printf(" (%zu sockets)", judged->group->nr);
	if (owner)
		printf("  %s", owner);
	if (why->look[why->looks.nr - 1].all_netns && l->owner.netns_name)
		printf("  in %s", l->owner.netns_name);
	free(owner);
	printf("  %s%s%s\n", why->style.colour ? colour[severity] : "", word[severity],
	       why->style.colour ? "\033[0m" : "");
}

/* The same advice of two findings is one. */
static bool is_new(const struct verdict *v, size_t finding, size_t advice)
{
	for (size_t i = 0; i <= finding; i++)
		for (size_t k = 0; k < (i == finding ? advice : v->findings[i].nr_advice); k++)
			if (!strcmp(v->findings[i].advice[k], v->findings[finding].advice[advice]))
				return false;
	return true;
}

static void print_advice(const struct why *why, const struct verdict *v)
{
	size_t nr = 0;

	for (size_t i = 0; i < v->nr; i++) {
		for (size_t k = 0; k < v->findings[i].nr_advice; k++) {
			if (!is_new(v, i, k))
				continue;
			if (!nr)
				puts("  What to do");
			printf("  %2zu. ", ++nr);
			print_wrapped(why, v->findings[i].advice[k], 6);
		}
	}
	for (size_t i = 0; i < v->nr_not_cause; i++) {
		printf("  Not the cause: ");
		print_wrapped(why, v->not_cause[i], 17);
	}
}

/* What there is to say where nothing was found. */
static void print_fine(const struct listener *l)
{
	printf("  nothing wrong");
	if (knows(l, COL_ack_backlog) && knows(l, COL_max_ack_backlog))
		printf("; %" PRIu64 " wait, the limit is %" PRIu64, l->value[COL_ack_backlog],
		       l->value[COL_max_ack_backlog]);
	if (knows(l, COL_syns) && knows(l, COL_accepts))
		printf("; %" PRIu64 " SYNs came and %" PRIu64 " connections were accepted since load",
		       l->value[COL_syns], l->value[COL_accepts]);
	putchar('\n');
	/* Who comes after the outage must not take a 0 for a proof. */
	puts("  The module counts from its load on; what was before is in netstat -s, and as d of ss -ltnm.");
}

static void print_judged(const struct why *why, const struct judged *judged)
{
	const struct verdict *v = &judged->verdict;

	print_headline(why, judged);
	if (!v->nr)
		print_fine(&judged->group->sum);
	for (size_t i = 0; i < v->nr; i++) {
		printf("  %-12s ", codes[v->findings[i].code].name);
		print_wrapped(why, v->findings[i].text, 15);
	}
	print_advice(why, v);
}

static void print_absent(const struct why *why)
{
	printf("No listener on port %s here. A client whose SYN gets here sees \"connection refused\".\n"
	       "A program behind a Unix socket (php-fpm, gunicorn) has no port: ss -xl shows its queue.\n",
	       why->absent);
}

static void print_none(const struct why *why)
{
	size_t nr = why->groups.nr;

	if (!nr)
		printf("No listener, or none that was asked for.\n");
	else if (why->looks.look[why->looks.nr - 1]->source != LOOK_MODULE)
		printf("Nothing to see at %zu listener%s without the module. That is no proof that nothing is wrong.\n",
		       nr, nr == 1 ? "" : "s");
	else
		printf("Nothing wrong at %zu listener%s, in %zu look%s.\n", nr,
		       nr == 1 ? "" : "s", why->looks.nr, why->looks.nr == 1 ? "" : "s");
}

static int print_as_json(struct why *why)
{
	struct groups shown = { .nr = why->nr_shown };
	struct verdict *verdicts = xcalloc(why->nr_shown ? why->nr_shown : 1, sizeof(*verdicts));
	int result;

	shown.group = xcalloc(why->nr_shown ? why->nr_shown : 1, sizeof(*shown.group));
	for (size_t i = 0; i < why->nr_shown; i++) {
		shown.group[i] = *why->judged[i].group;
		verdicts[i] = why->judged[i].verdict;
	}
	result = print_json(&shown, why->looks.look[why->looks.nr - 1], verdicts);
	free(shown.group);
	free(verdicts);
	return result;
}

static int print(struct why *why)
{
	if (why->options->json)
		return print_as_json(why);
	if (why->absent)
		print_absent(why);
	else if (!why->nr_shown)
		print_none(why);
	for (size_t i = 0; i < why->nr_shown; i++) {
		if (i || why->absent)
			putchar('\n');
		print_judged(why, &why->judged[i]);
	}
	return 0;
}

/*
 * That nobody listens on a port is something wrong. Without the module "nothing wrong" cannot
 * be said.
 */
static int exit_status(const struct why *why)
{
	const struct look *now = why->looks.look[why->looks.nr - 1];

	if (why->groups.nr && why->judged[0].verdict.severity >= SEVERITY_WARNING)
		return 1;
	if (why->absent)
		return 1;
	return !why->groups.nr || now->source != LOOK_MODULE ? EXIT_WRONG : 0;
}

int verb_why(struct options *options)
{
	struct why why = { .options = options };
	const char *error = NULL;
	int status = EXIT_WRONG;

	if (options->nr_arguments)
		error = filter_ports(options->filter, options->argument[0]);
	if (error) {
		say_error(options->json, "%s", error);
		return EXIT_WRONG;
	}
	style_decide(&why.style, options->colour, 1);
	if (take_looks(&why)) {
		judge_all(&why);
		why.absent = filter_absent(options->filter, why.looks.look[why.looks.nr - 1]);
		status = print(&why) ? EXIT_WRONG : exit_status(&why);
		for (size_t i = 0; i < why.groups.nr; i++)
			verdict_free(&why.judged[i].verdict);
		free(why.judged);
		free(why.absent);
		groups_free(&why.groups);
	}
	for (size_t i = 0; i < why.looks.nr; i++)
		look_free(&why.look[i]);
	if (why.names)
		names_free(why.names);
	return status;
}
