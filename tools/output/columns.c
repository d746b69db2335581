// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../common/text.h"
#include "column.h"

const struct people_info people[NR_PEOPLE] = {
	[P_STATE] = { "state", NULL, false, false, "the trouble in a word; ok is none" },
	[P_PORT] = { "port", NULL, true, false, "port" },
	[P_ADDRESS] = { "address", NULL, false, false,
		"address; (xN): N members of an SO_REUSEPORT group" },
	[P_QUEUE] = { "queue", NULL, true, false, "accept queue: connections that wait / room" },
	[P_SYN] = { "syn", NULL, true, false, "SYN queue: half-open connections / room" },
	[P_REFUSED] = { "refused", NULL, true, false,
		"packets refused or dropped as a queue was full" },
	[P_LAST] = { "last", NULL, true, false, "since the last of these" },
	[P_WAIT] = { "wait", NULL, true, false,
		"for accept(2): the oldest now, or the mean since load if that is longer" },
	[P_OWNER] = { "owner", NULL, false, true, "unit or container, and its processes" },
	[P_PROCESS] = { "process", NULL, false, true, "all processes that hold the socket" },
	[P_UNIT] = { "unit", NULL, false, true, "systemd unit" },
	[P_CONTAINER] = { "container", NULL, false, true, "container" },
	[P_USER] = { "user", NULL, false, true, "user that made the socket" },
	[P_SERVICE] = { "service", NULL, false, true, "what the port is called" },
	[P_NETNS_NAME] = { "netns_name", NULL, false, true, "name of the network namespace" },
	[P_TIME] = { "time", NULL, true, false, "of the look" },
	[P_SYNS_S] = { "syns_s", "SYN/s", true, false, "SYNs a second since the look before (-w)" },
	[P_ACCEPTS_S] = { "accepts_s", "ACC/s", true, false,
		"accepted a second since the look before (-w)" },
	[P_REFUSED_S] = { "refused_s", "REF/s", true, false,
		"refused a second since the look before (-w)" },
};

int output_column(const char *name, const struct look *look)
{
	size_t i;

	for (i = 0; i < NR_PEOPLE; i++)
		if (!strcasecmp(name, people[i].name))
			return i;
	for (i = 0; i < NR_COLUMNS; i++)
		if (!strcasecmp(name, columns[i].name))
			return module_column(i);
	for (i = 0; look && i < look->nr_extra; i++)
		if (!strcasecmp(name, look->extra_names[i]))
			return NR_PEOPLE + NR_COLUMNS + i;
	return -1;
}

/* text_of - a column of text, of one listener; NULL is "-" */
static const char *text_of(int column, const struct listener *l)
{
	int extra = as_extra_column(column);

	if (extra >= 0)
		return l->extra ? l->extra[extra] : NULL;
	switch (column) {
	case P_UNIT:
		return l->owner.unit;
	case P_CONTAINER:
		return l->owner.container;
	case P_USER:
		return l->owner.user;
	case P_SERVICE:
		return l->owner.service;
	case P_NETNS_NAME:
		return l->owner.netns_name;
	default:
		if (as_module_column(column) < 0)
			return NULL;
		return listener_text(l, as_module_column(column));
	}
}

/* common_text - of a group: what all members have, else NULL */
static const char *common_text(int column, const struct listener *l, const struct group *group)
{
	const char *text;
	size_t i;

	if (!group)
		return text_of(column, l);
	text = text_of(column, group->members[0]);
	for (i = 1; text && i < group->nr; i++) {
		const char *other = text_of(column, group->members[i]);

		if (!other || strcmp(text, other))
			return NULL;
	}
	return text;
}

static char *fraction(bool known, uint64_t part, bool known_room, uint64_t room)
{
	if (!known && !known_room)
		return NULL;
	if (!known)
		return xasprintf("-/%llu", (unsigned long long)room);
	if (!known_room)
		return xasprintf("%llu/-", (unsigned long long)part);
	return xasprintf("%llu/%llu", (unsigned long long)part, (unsigned long long)room);
}

static char *queue_cell(const struct listener *row, const struct group *group)
{
	uint64_t room = group ? group->nr : 1;
	bool known = knows(row, COL_max_ack_backlog);

	/* The kernel takes one more than the limit. */
	if (known && __builtin_add_overflow(room, row->value[COL_max_ack_backlog], &room))
		known = false;
	return fraction(knows(row, COL_ack_backlog), row->value[COL_ack_backlog], known, room);
}

static char *address_cell(const struct listener *l, const struct group *group, bool raw)
{
	const char *address = group ? group->members[0]->address : l->address;

	if (!address)
		return NULL;
	if (!group || group->nr < 2 || raw)
		return xstrdup(address);
	return xasprintf("%s (x%zu)", address, group->nr);
}

static char *number_cell(int column, uint64_t number, bool raw)
{
	int module = as_module_column(column);

	if (!raw && (column == P_LAST || (module >= 0 && columns[module].kind == KIND_AGE)))
		return human_ms(number);
	if (!raw &&
	    (column == P_WAIT || (module >= 0 && !strcmp(columns[module].unit, "microseconds"))))
		return human_us(number);
	return xasprintf("%llu", (unsigned long long)number);
}

char *cell(int column, const struct listener *l, const struct group *group, bool raw)
{
	const struct listener *row = row_of(l, group);
	const char *text;
	uint64_t number;
	int rank;

	switch (column) {
	case P_STATE:
		text = row_state(l, group, &rank);
		return strcmp(text, "-") ? xstrdup(text) : NULL;
	case P_ADDRESS:
		return address_cell(l, group, raw);
	case P_QUEUE:
		return queue_cell(row, group);
	case P_SYN:
		return fraction(knows(row, COL_reqsk_qlen), row->value[COL_reqsk_qlen],
				knows(row, COL_reqsk_max), row->value[COL_reqsk_max]);
	case P_OWNER:
		return owner_cell(l, group);
	case P_PROCESS:
		return process_cell(l, group);
	}
	if (column_is_number(column)) {
		if (!column_number(column, l, group, &number))
			return NULL;
		return number_cell(column, number, raw);
	}
	text = common_text(column, l, group);
	return text ? xstrdup(text) : NULL;
}
