// SPDX-License-Identifier: GPL-2.0
/*
 * A look at all listeners, by whatever shows them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/text.h"
#include "diag.h"
#include "files.h"

/* In one namespace each listener is in that. */
static void set_netns(const struct source *source, struct look *look)
{
	size_t i;

	look->all_netns = source->all_netns;
	if (source->all_netns)
		return;
	look->netns = netns_of(source, source->netns_pid);
	for (i = 0; look->netns && i < look->nr; i++)
		if (!knows(&look->listeners[i], COL_netns))
			set_value(&look->listeners[i], COL_netns, look->netns);
}

/* Whole path and why; more than one goes behind each other. */
static void say(char said[512], const struct source *source, enum table table, const char *why)
{
	char *path = table_path(source, table);
	char *whole = xasprintf("%s/%s", source->root ? source->root : "", path);
	char *clean = clean_text(whole, strlen(whole));
	size_t length = strlen(said);

	snprintf(said + length, 512 - length, "%s%.200s: %s", length ? "; " : "", clean, why);
	free(clean);
	free(whole);
	free(path);
}

static void say_broken(char said[512], const struct source *source, enum table table, size_t broken)
{
	char why[128];

	if (!broken)
		return;
	snprintf(why, sizeof(why), "%zu %s cut or mangled: what could not be read is left out",
		 broken, broken == 1 ? "line is" : "lines are");
	say(said, source, table, why);
}

static bool take_table(const struct source *source, enum table table, struct look *look,
		       bool *absent, struct source_said *said)
{
	char *text, *path, error[512] = "";
	size_t size, broken;
	bool good;

	path = table_path(source, table);
	look_times(source, path, look);
	free(path);
	text = table_read(source, table, &size, absent, said->error);
	if (!text)
		return false;
	good = table_parse(text, size, look, &broken, error);
	free(text);
	if (good)
		say_broken(said->missing, source, table, broken);
	else
		say(said->error, source, table, error);
	return good;
}

/*
 * Waits are more than the listeners: without them there is still a look.
 * An older module has none.
 */
static void take_waits(const struct source *source, struct look *look, struct source_said *said)
{
	char *text, error[512] = "";
	size_t size, broken;
	bool absent;

	text = table_read(source, TABLE_WAITS, &size, &absent, error);
	if (!text) {
		if (!absent)
			snprintf(said->missing, sizeof(said->missing), "%s", error);
		return;
	}
	if (table_parse_waits(text, size, look, &broken, error))
		say_broken(said->missing, source, TABLE_WAITS, broken);
	else
		say(said->missing, source, TABLE_WAITS, error);
	free(text);
}

static enum source_result fall_back(const struct source *source, struct look *look,
				    struct source_said *said)
{
	char error[512] = "", because[512];
	int pid = source->netns_pid;

	/* The own one needs no privilege. */
	if (pid && netns_of(source, 0) && netns_of(source, pid) == netns_of(source, 0))
		pid = 0;
	if (!diag_look(pid, look, error)) {
		snprintf(because, sizeof(because), "%s", said->error);
		snprintf(said->error, sizeof(said->error), "%.300s; %.200s", because, error);
		return SOURCE_FAILED;
	}
	said->error[0] = '\0';
	set_netns(source, look);
	snprintf(said->missing, sizeof(said->missing),
		 "the module tcp_listenq is not loaded: accept queues only, by inet_diag; SYN queues, refusals and waits "
		 "need 'modprobe tcp_listenq', or before that 'apt install tcp-listenq-dkms'");
	return SOURCE_OK;
}

enum source_result source_look(const struct source *source, struct look *look,
			       struct source_said *said)
{
	bool absent = false;

	memset(look, 0, sizeof(*look));
	memset(said, 0, sizeof(*said));
	if (take_table(source, TABLE_LISTENERS, look, &absent, said)) {
		set_netns(source, look);
		if (source->waits)
			take_waits(source, look, said);
		return SOURCE_OK;
	}
	if (!absent || source->root || source->all_netns || source->require_module ||
	    module_loaded())
		return SOURCE_FAILED;
	return fall_back(source, look, said);
}

bool source_look_open(int file, struct look *look)
{
	char *text = NULL, error[512];
	size_t size, broken;
	bool good;

	memset(look, 0, sizeof(*look));
	if (!lseek(file, 0, SEEK_SET))
		text = read_all(file, &size);
	good = text && table_parse(text, size, look, &broken, error);
	free(text);
	return good;
}

/* Whether the table of listeners is there, so that the module is, too */
static bool has_listeners(const struct source *source)
{
	char error[512];
	size_t size;
	bool absent;
	char *text = table_read(source, TABLE_LISTENERS, &size, &absent, error);

	free(text);
	return text;
}

enum source_result source_closed(const struct source *source, struct look *look,
				 struct source_said *said)
{
	bool absent = false;

	memset(look, 0, sizeof(*look));
	memset(said, 0, sizeof(*said));
	if (take_table(source, TABLE_CLOSED, look, &absent, said)) {
		set_netns(source, look);
		return SOURCE_OK;
	}
	if (!absent || !has_listeners(source))
		return SOURCE_FAILED;
	said->error[0] = '\0';
	say(said->missing, source, TABLE_CLOSED,
	    "not there: nothing has listened here yet, nothing is counted (counters=N), or the module is older than 0.2");
	set_netns(source, look);
	return SOURCE_OK;
}
