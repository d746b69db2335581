/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hooks.c arms, disarms and lists groups of ftrace hooks, filter.c finds their
 * functions. Neither knows one by name; handshake.c and netstat.c own the groups.
 */
#ifndef TLQ_HOOKS_H
#define TLQ_HOOKS_H

#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/types.h>

#include "compat.h"

struct seq_file;

/**
 * struct tlq_hook - a function to hook
 * @symbol: its name
 * @expected: whether a kernel of this configuration has it
 * @columns: columns (TLQ_KNOWN_*) that are invalid without this hook, as its
 *	events would be charged to the previous call's listener
 * @text: what is lost without it, in words
 */
struct tlq_hook {
	const char *symbol;
	bool expected;
	u32 columns;
	const char *text;
};

/* Hooks of a group, at most */
#define TLQ_HOOKS_MAX 8

/* Values of struct tlq_hook_group's @errors besides 0 and negative errnos */
#define TLQ_HOOK_SKIPPED 10000
#define TLQ_HOOK_ABSENT 10001

/**
 * struct tlq_hook_group - functions with the same handler
 * @ops: has the handler; shared, as arming one ftrace_ops takes less time than many
 * @hooks: the functions
 * @errors: for each of them: 0 if it is armed, or why not
 * @nr: how many
 * @armed: @ops is registered
 * @node: in the list of all groups
 *
 * The owner serializes all calls about a group.
 */
struct tlq_hook_group {
	struct ftrace_ops ops;
	const struct tlq_hook *hooks;
	int *errors;
	unsigned int nr;
	bool armed;
	struct list_head node;
};

/* filter.c */
void tlq_filter_find(const struct tlq_hook *hooks, unsigned long *ip,
		     unsigned int nr);
int tlq_filter_add(struct ftrace_ops *ops, const char *symbol, unsigned long ip);

/* hooks.c */
void tlq_hooks_list(struct tlq_hook_group *group);
int tlq_hooks_arm(struct tlq_hook_group *group, const char *skip);
int tlq_hooks_disarm(struct tlq_hook_group *group);
void tlq_hooks_end(struct tlq_hook_group *group);
void tlq_hooks_mark(struct tlq_hook_group *group, int err);
u32 tlq_hooks_missing(const struct tlq_hook_group *group);
void tlq_hooks_report(const struct tlq_hook_group *group);
void tlq_hooks_show(struct seq_file *m);

#endif /* TLQ_HOOKS_H */
