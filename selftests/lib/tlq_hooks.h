/* SPDX-License-Identifier: GPL-2.0 */
/* The module's hooks and state, as the module and as the kernel see them */
#ifndef TLQ_HOOKS_H
#define TLQ_HOOKS_H

#include <stdbool.h>

#define TLQ_FTRACE_ENABLED "/proc/sys/kernel/ftrace_enabled"

#define TLQ_MAX_HOOKS 32

struct tlq_hook {
	char function[64];
	char state[32];
	char lost_without[256];
};

/* All lines of the file hooks; how many, or a negative errno */
int tlq_hooks(struct tlq_hook *hook);
/* The state of @function in that file; valid until the next call */
const char *tlq_hook_state(const char *function);
/* Whether anybody traces the function, by the kernel's own list */
bool tlq_traced(const char *function);
/* The same for all @hooks at once; returns how many are traced. */
int tlq_traced_of(const struct tlq_hook *hook, int hooks, bool *traced);
/*
 * Whether a line of @path has a word that matches @pattern, as of fnmatch(3), as
 * its word number @at, the first being 0
 */
bool tlq_has_word(const char *path, const char *pattern, int at);
/* Whether the kernel has a function of that name */
bool tlq_symbol(const char *function);
/* NULL, or a file or directory that the unloaded module has left */
const char *tlq_left_file(void);
/* The same for hooks, slab caches, module and files; @hook: its hooks, if any */
const char *tlq_left(const struct tlq_hook *hook, int hooks);
/* A value in the file stats, or -1 */
long long tlq_stat(const char *name);

#endif
