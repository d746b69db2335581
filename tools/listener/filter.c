// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners the user asked for: a list of tests of five kinds. A listener must
 * pass one of each kind that is there.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "filter.h"
#include "filter_tests.h"

struct filter *filter_new(void)
{
	struct filter *filter = xcalloc(1, sizeof(*filter));

	filter->v4 = true;
	filter->v6 = true;
	return filter;
}

void filter_free(struct filter *filter)
{
	size_t i;

	if (!filter)
		return;
	for (i = 0; i < filter->nr; i++) {
		free(filter->tests[i].text);
		network_free(&filter->tests[i].network);
	}
	free(filter->tests);
	free(filter->wrong);
	free(filter);
}

static struct test *add_test(struct filter *filter, enum kind kind)
{
	struct test *test;

	filter->tests = xrealloc(filter->tests, filter->nr + 1, sizeof(*filter->tests));
	test = &filter->tests[filter->nr++];
	memset(test, 0, sizeof(*test));
	test->kind = kind;
	return test;
}

/* "TEXT: WHY", TEXT made clean */
static const char *is_wrong(struct filter *filter, const char *text, const char *why)
{
	char *clean = clean_text(text, strlen(text));

	free(filter->wrong);
	filter->wrong = xasprintf("%s: %s", *text ? clean : "empty", why);
	free(clean);
	return filter->wrong;
}

static bool parse_port(const char *text, uint16_t *port)
{
	const struct servent *service;
	uint64_t number;

	if (parse_number(text, &number)) {
		*port = number;
		return number <= UINT16_MAX;
	}
	service = getservbyname(text, "tcp");
	if (service)
		*port = ntohs(service->s_port);
	return service;
}

/* The name of a service may have a "-" itself. */
static const char *add_port(struct filter *filter, char *text)
{
	char *dash = strchr(text, '-');
	uint16_t first, last;

	if (parse_port(text, &first)) {
		last = first;
	} else {
		if (!dash)
			return is_wrong(filter, text, "no port, range of ports or TCP service");
		*dash = '\0';
		if (!parse_port(text, &first) || !parse_port(dash + 1, &last) || first > last) {
			*dash = '-';
			return is_wrong(filter, text, "no port, range of ports or TCP service");
		}
	}
	*add_test(filter, PORTS) = (struct test){ .kind = PORTS, .first = first, .last = last };
	return NULL;
}

static const char *add_address(struct filter *filter, char *text)
{
	struct network network;

	if (!network_parse(&network, text))
		return is_wrong(filter, text, "no address, network or *");
	add_test(filter, ADDRESS)->network = network;
	return NULL;
}

static const char *add_pid(struct filter *filter, char *text)
{
	uint64_t pid;

	if (!parse_number(text, &pid) || !pid || pid > INT32_MAX)
		return is_wrong(filter, text, "no process ID");
	add_test(filter, PID)->number = pid;
	return NULL;
}

static const char *add_netns(struct filter *filter, char *text)
{
	struct test *test;
	uint64_t inode = 0;
	bool is_number = parse_number(text, &inode);

	if (!*text)
		return is_wrong(filter, text, "no namespace's name or inode number");
	test = add_test(filter, NETNS);
	test->is_number = is_number;
	test->number = inode;
	test->text = xstrdup(text);
	return NULL;
}

static const char *add_unit(struct filter *filter, char *glob)
{
	if (!*glob)
		return is_wrong(filter, glob, "no name of a unit or container");
	add_test(filter, UNIT)->text = xstrdup(glob);
	return NULL;
}

/* A list with commas, which no unit or container has in its name */
static const char *add_each(struct filter *filter, const char *text,
			    const char *(*add)(struct filter *filter, char *text))
{
	char *list = xstrdup(text), *rest = list, *item;
	const char *wrong = NULL;

	while (!wrong && (item = strsep(&rest, ",")))
		wrong = add(filter, item);
	free(list);
	return wrong;
}

const char *filter_ports(struct filter *filter, const char *text)
{
	return add_each(filter, text, add_port);
}

const char *filter_address(struct filter *filter, const char *text)
{
	return add_each(filter, text, add_address);
}

const char *filter_pid(struct filter *filter, const char *text)
{
	return add_each(filter, text, add_pid);
}

const char *filter_netns(struct filter *filter, const char *text)
{
	return add_each(filter, text, add_netns);
}

const char *filter_unit(struct filter *filter, const char *text)
{
	return add_each(filter, text, add_unit);
}

void filter_family(struct filter *filter, bool v4, bool v6)
{
	filter->v4 = v4;
	filter->v6 = v6;
}

bool filter_picks(const struct filter *filter)
{
	const struct test *test;

	for (test = filter->tests; test < filter->tests + filter->nr; test++)
		if (test->kind != NETNS)
			return true;
	return false;
}

bool filter_needs_owner(const struct filter *filter)
{
	const struct test *test;

	for (test = filter->tests; test < filter->tests + filter->nr; test++)
		if (test->kind == UNIT || test->kind == PID ||
		    (test->kind == NETNS && !test->is_number))
			return true;
	return false;
}
