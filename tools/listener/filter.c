// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners the user asked for: a list of tests of five kinds. A listener must
 * pass one of each kind that is there.
 */
#include <fnmatch.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "filter.h"
#include "network.h"

enum kind { PORTS, ADDRESS, UNIT, PID, NETNS, NR_KINDS };

struct test {
	enum kind kind;
	uint16_t first, last;		/* PORTS */
	struct network network;		/* ADDRESS */
	char *text;			/* UNIT: glob; NETNS: name */
	uint64_t number;		/* PID; NETNS: inode */
	bool is_number;			/* NETNS */
};

struct filter {
	struct test *tests;
	size_t nr;
	bool v4, v6;
	char *wrong;
};

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

/* A list with commas */
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

const char *filter_unit(struct filter *filter, const char *glob)
{
	if (!*glob)
		return is_wrong(filter, glob, "no name of a unit or container");
	add_test(filter, UNIT)->text = xstrdup(glob);
	return NULL;
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

/* As systemctl takes "nginx" for nginx.service; "web" is "lxc:web", too */
static bool takes_unit(const char *glob, const struct owner *owner)
{
	const char *colon = owner->container ? strchr(owner->container, ':') : NULL;
	char *service;
	bool takes;

	if (owner->container && !fnmatch(glob, owner->container, 0))
		return true;
	if (colon && !fnmatch(glob, colon + 1, 0))
		return true;
	if (!owner->unit)
		return false;
	service = xasprintf("%s.service", glob);
	takes = !fnmatch(glob, owner->unit, 0) ||
		(!strchr(glob, '.') && !fnmatch(service, owner->unit, 0));
	free(service);
	return takes;
}

static bool takes_pid(uint64_t pid, const struct owner *owner)
{
	size_t i;

	for (i = 0; i < owner->nr_processes; i++)
		if ((uint64_t)owner->processes[i].pid == pid)
			return true;
	return (uint64_t)owner->acceptor.pid == pid;
}

static bool takes_netns(const struct test *test, const struct listener *l)
{
	if (l->owner.netns_name && !strcmp(test->text, l->owner.netns_name))
		return true;
	return test->is_number && knows(l, COL_netns) && l->value[COL_netns] == test->number;
}

static bool test_takes(const struct test *test, const struct listener *l)
{
	switch (test->kind) {
	case PORTS:
		return l->address && l->port >= test->first && l->port <= test->last;
	case ADDRESS:
		return l->address && network_has(&test->network, l->address);
	case UNIT:
		return takes_unit(test->text, &l->owner);
	case PID:
		return takes_pid(test->number, &l->owner);
	case NETNS:
		return takes_netns(test, l);
	case NR_KINDS:
		break;
	}
	return false;
}

bool filter_takes(const struct filter *filter, const struct listener *l)
{
	unsigned int asked = 0, passed = 0;
	size_t i;

	if (!(filter->v4 && filter->v6) && !(filter->v4 && l->v4) && !(filter->v6 && l->v6))
		return false;
	for (i = 0; i < filter->nr; i++) {
		asked |= 1u << filter->tests[i].kind;
		if (test_takes(&filter->tests[i], l))
			passed |= 1u << filter->tests[i].kind;
	}
	return asked == passed;
}

bool filter_takes_netns(const struct filter *filter, const struct listener *l)
{
	bool asked = false;
	size_t i;

	for (i = 0; i < filter->nr; i++) {
		if (filter->tests[i].kind != NETNS)
			continue;
		if (test_takes(&filter->tests[i], l))
			return true;
		asked = true;
	}
	return !asked;
}

void filter_apply(const struct filter *filter, struct look *look)
{
	size_t i, nr = 0;

	for (i = 0; i < look->nr; i++) {
		if (filter_takes(filter, &look->listeners[i]))
			look->listeners[nr++] = look->listeners[i];
		else
			listener_free(&look->listeners[i]);
	}
	if (nr != look->nr)
		look_changed(look);
	look->nr = nr;
}
