// SPDX-License-Identifier: GPL-2.0
/*
 * The module's hooks and state, as the module and as the kernel see them
 */
#include "tlq_hooks.h"
#include "tlq_mib.h"
#include "tlq_mod.h"

#include <errno.h>
#include <fnmatch.h>
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
	struct tlq_line line;
	int err, n = 0;

	err = tlq_load(&t, TLQ_HOOKS);
	if (!err && t.nlines > TLQ_MAX_HOOKS)
		err = -E2BIG;
	for (; !err && n < (int)t.nlines; n++) {
		line = tlq_line(&t, n);
		copy(hook[n].function, sizeof(hook[n].function),
		     tlq_str(line, "function"));
		copy(hook[n].state, sizeof(hook[n].state),
		     tlq_str(line, "state"));
		copy(hook[n].lost_without, sizeof(hook[n].lost_without),
		     tlq_str(line, "lost_without"));
	}
	tlq_free(&t);
	return err ? err : n;
}

const char *tlq_hook_state(const char *function)
{
	static struct tlq_hook now[TLQ_MAX_HOOKS];
	int i, n = tlq_hooks(now);

	for (i = 0; i < n; i++)
		if (!strcmp(now[i].function, function))
			return now[i].state;
	return "not listed";
}

bool tlq_has_word(const char *path, const char *pattern, int at)
{
	FILE *f = fopen(path, "re");
	char line[1024], *w, *save;
	bool found = false;
	int i;

	while (f && !found && fgets(line, sizeof(line), f)) {
		w = strtok_r(line, " \t\n", &save);
		for (i = 0; w && i < at; i++)
			w = strtok_r(NULL, " \t\n", &save);
		found = w && !fnmatch(pattern, w, 0);
	}
	if (f)
		fclose(f);
	return found;
}

bool tlq_traced(const char *function)
{
	return tlq_has_word(TRACED, function, 0);
}

bool tlq_symbol(const char *function)
{
	return tlq_has_word("/proc/kallsyms", function, 2);
}

const char *tlq_left_file(void)
{
	static const char *const file[] = {
		"/sys/module/" TLQ_MODULE, TLQ_DEBUG_DIR,
		TLQ_PROC, TLQ_PROC "_wait", TLQ_PROC "_closed",
		"/proc/1/net/" TLQ_MODULE, "/proc/1/net/" TLQ_MODULE "_wait",
		"/proc/1/net/" TLQ_MODULE "_closed",
	};
	size_t i;

	for (i = 0; i < sizeof(file) / sizeof(*file); i++)
		if (!access(file[i], F_OK))
			return file[i];
	return NULL;
}

/* In one pass: for each, the kernel goes through all its functions. */
int tlq_traced_of(const struct tlq_hook *hook, int hooks, bool *traced)
{
	FILE *f = fopen(TRACED, "re");
	char line[1024];
	int i, count = 0;

	memset(traced, 0, hooks * sizeof(*traced));
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, " \t\n")] = '\0';
		for (i = 0; i < hooks; i++) {
			if (traced[i] || strcmp(line, hook[i].function))
				continue;
			traced[i] = true;
			count++;
		}
	}
	if (f)
		fclose(f);
	return count;
}

const char *tlq_left(const struct tlq_hook *hook, int hooks)
{
	bool traced[TLQ_MAX_HOOKS];
	int i;

	tlq_traced_of(hook, hooks, traced);
	for (i = 0; i < hooks; i++)
		if (traced[i])
			return hook[i].function;
	if (tlq_has_word("/proc/slabinfo", "*tlq*", 0) ||
	    tlq_has_word("/proc/slabinfo", "*listenq*", 0))
		return "a slab cache";
	if (tlq_has_word("/proc/modules", TLQ_MODULE, 0))
		return "module";
	return tlq_left_file();
}

long long tlq_stat(const char *name)
{
	FILE *f = fopen(TLQ_STATS, "re");
	long long v, found = -1;
	char word[64];

	while (f && fscanf(f, "%63s %lld", word, &v) == 2)
		if (!strcmp(word, name))
			found = v;
	if (f)
		fclose(f);
	return found;
}
