// SPDX-License-Identifier: GPL-2.0
/*
 * The module's hooks, as the module and as the kernel see them
 */
#include "tlq_hooks.h"
#include "tlq_mib.h"
#include "tlq_mod.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRACED "/sys/kernel/tracing/enabled_functions"

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

int tlq_hooks(struct tlq_hook *hook)
{
	struct tlq_table t;
	struct tlq_row row;
	int err, n = 0;

	err = tlq_load(&t, TLQ_HOOKS);
	if (!err && t.nrows > TLQ_MAX_HOOKS)
		err = -E2BIG;
	for (; !err && n < (int)t.nrows; n++) {
		row = tlq_row(&t, n);
		copy(hook[n].function, sizeof(hook[n].function),
		     tlq_str(row, "function"));
		copy(hook[n].state, sizeof(hook[n].state),
		     tlq_str(row, "state"));
		copy(hook[n].lost, sizeof(hook[n].lost),
		     tlq_str(row, "lost_without"));
	}
	tlq_free(&t);
	return err ? err : n;
}

/* A line of @path has @word as its word number @at, the first being 0. */
static bool has_word(const char *path, const char *word, int at)
{
	FILE *f = fopen(path, "re");
	char line[1024], *w, *save;
	bool found = false;
	int i;

	while (f && !found && fgets(line, sizeof(line), f)) {
		w = strtok_r(line, " \t\n", &save);
		for (i = 0; w && i < at; i++)
			w = strtok_r(NULL, " \t\n", &save);
		found = w && !strcmp(w, word);
	}
	if (f)
		fclose(f);
	return found;
}

bool tlq_traced(const char *function)
{
	return has_word(TRACED, function, 0);
}

bool tlq_symbol(const char *function)
{
	return has_word("/proc/kallsyms", function, 2);
}

const char *tlq_left(const struct tlq_hook *hook, int hooks)
{
	int i;

	for (i = 0; i < hooks; i++)
		if (tlq_traced(hook[i].function))
			return hook[i].function;
	if (!access("/sys/module/" TLQ_MODULE, F_OK))
		return "/sys/module/" TLQ_MODULE;
	if (!access(TLQ_PROC, F_OK))
		return TLQ_PROC;
	if (!access(TLQ_DEBUG_DIR, F_OK))
		return TLQ_DEBUG_DIR;
	if (has_word("/proc/slabinfo", "tlq_listener", 0))
		return "slab tlq_listener";
	if (has_word("/proc/kallsyms", "[" TLQ_MODULE "]", 3))
		return "symbols";
	return NULL;
}
