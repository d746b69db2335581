// SPDX-License-Identifier: GPL-2.0
/*
 * One listener, and a look at all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "listener.h"

void set_value(struct listener *l, enum column of, uint64_t value)
{
	l->value[of] = value;
	l->known |= UINT64_C(1) << of;
}

static int text_index(enum column column)
{
	switch (column) {
	case COL_local:
		return 0;
	case COL_acceptor:
		return 1;
	case COL_listener_by:
		return 2;
	case COL_flags:
		return 3;
	default:
		return -1;
	}
}

const char *listener_text(const struct listener *l, enum column column)
{
	int index = text_index(column);

	return index < 0 ? NULL : l->text[index];
}

void set_text(struct listener *l, enum column of, char *text)
{
	int index = text_index(of);

	if (index < 0) {
		free(text);
		return;
	}
	free(l->text[index]);
	l->text[index] = text;
	if (text)
		l->known |= UINT64_C(1) << of;
	else
		l->known &= ~(UINT64_C(1) << of);
}

/* "[::1]%eth0", "[fe80::1%eth0]", "0.0.0.0%eth0", "*" without brackets */
static char *bare_address(const char *local, size_t length)
{
	char *address = xasprintf("%.*s", (int)length, local);
	char *closing = strchr(address, ']');

	if (address[0] != '[' || !closing)
		return address;
	memmove(closing, closing + 1, strlen(closing));
	memmove(address, address + 1, strlen(address));
	return address;
}

static void set_families(struct listener *l)
{
	bool both = l->address[0] == '*';
	bool v6 = strchr(l->address, ':');
	bool mapped = !strncasecmp(l->address, "::ffff:", 7) && strchr(l->address, '.');

	l->v4 = both || !v6 || mapped;
	l->v6 = both || (v6 && !mapped);
}

bool set_local(struct listener *l, char *text)
{
	const char *colon = text ? strrchr(text, ':') : NULL;
	uint64_t port;

	set_text(l, COL_local, text);
	free(l->address);
	l->address = NULL;
	l->port = 0;
	l->v4 = false;
	l->v6 = false;
	if (text && !strcmp(text, "*")) {
		l->address = xstrdup(text);
		return true;
	}
	if (!colon || colon == text || !parse_number(colon + 1, &port) || port > UINT16_MAX)
		return false;
	l->port = port;
	l->address = bare_address(text, colon - text);
	set_families(l);
	return true;
}

void set_extra(struct listener *l, size_t nr, size_t i, char *text)
{
	if (!l->extra) {
		l->extra = xcalloc(nr, sizeof(*l->extra));
		l->nr_extra = nr;
	}
	free(l->extra[i]);
	l->extra[i] = text;
}

bool has_flag(const struct listener *l, const char *name)
{
	const char *flags = listener_text(l, COL_flags);
	size_t length = strlen(name), word;

	while (flags && *flags) {
		word = strcspn(flags, ",");
		if (word == length && !memcmp(flags, name, length))
			return true;
		flags += word + (flags[word] == ',');
	}
	return false;
}

bool accept_full(const struct listener *l)
{
	return knows(l, COL_ack_backlog) && knows(l, COL_max_ack_backlog) &&
	       l->value[COL_ack_backlog] > l->value[COL_max_ack_backlog];
}

bool same_socket(const struct listener *a, const struct listener *b)
{
	return knows(a, COL_cookie) && knows(b, COL_cookie) &&
	       a->value[COL_cookie] == b->value[COL_cookie];
}

void owner_clear(struct owner *owner)
{
	size_t i;

	for (i = 0; i < owner->nr_processes; i++)
		free(owner->processes[i].comm);
	free(owner->processes);
	free(owner->acceptor.comm);
	free(owner->listener_by.comm);
	free(owner->unit);
	free(owner->container);
	free(owner->netns_name);
	free(owner->service);
	free(owner->user);
	*owner = (struct owner){ 0 };
}

void listener_free(struct listener *l)
{
	size_t i;

	for (i = 0; i < NR_TEXTS; i++)
		free(l->text[i]);
	free(l->address);
	free(l->waits);
	for (i = 0; i < l->nr_extra; i++)
		free(l->extra[i]);
	free(l->extra);
	owner_clear(&l->owner);
	memset(l, 0, sizeof(*l));
}
