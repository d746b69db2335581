// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners of a look a filter takes.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "filter.h"
#include "filter_tests.h"

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

static bool has_port(const struct look *look, uint16_t port)
{
	size_t i;

	for (i = 0; i < look->nr; i++)
		if (look->listeners[i].address && look->listeners[i].port == port)
			return true;
	return false;
}

/* Of a range nobody expects that each is there. Other filters may have taken a listener away. */
char *filter_absent(const struct filter *filter, const struct look *look)
{
	char *absent = NULL, *longer;
	size_t i;

	if (!(filter->v4 && filter->v6))
		return NULL;
	for (i = 0; i < filter->nr; i++)
		if (filter->tests[i].kind != PORTS && filter->tests[i].kind != NETNS)
			return NULL;
	for (i = 0; i < filter->nr; i++) {
		const struct test *test = &filter->tests[i];

		if (test->kind != PORTS || test->first != test->last ||
		    has_port(look, test->first))
			continue;
		longer = xasprintf("%s%s%u", absent ? absent : "", absent ? ", " : "",
				   test->first);
		free(absent);
		absent = longer;
	}
	return absent;
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
