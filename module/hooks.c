// SPDX-License-Identifier: GPL-2.0
/*
 * Groups of ftrace hooks at the entry of kernel functions: arm, disarm, report and
 * list them.
 *
 * No return probes: they can be missed, and calls would have to be matched with
 * returns. FTRACE_OPS_FL_PERMANENT makes writing 0 to kernel.ftrace_enabled fail,
 * so the hooks cannot be switched off unnoticed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "compat.h"
#include "hooks.h"

/* Grows during init only; no group is ever taken out. */
static LIST_HEAD(groups);

/**
 * tlq_hooks_list() - show a group in debugfs, after those that are there
 * @group: a group that nobody has listed; not armed yet
 *
 * Context: init.
 */
void __init tlq_hooks_list(struct tlq_hook_group *group)
{
	list_add_tail(&group->node, &groups);
}

/* Add each function of a group but @skip to its filter; return how many. */
static unsigned int filter(struct tlq_hook_group *group, const char *skip)
{
	unsigned long ip[TLQ_HOOKS_MAX] = {};
	unsigned int i, found = 0;
	int err;

	tlq_filter_find(group->hooks, ip, group->nr);
	for (i = 0; i < group->nr; i++) {
		if (skip && !strcmp(skip, group->hooks[i].symbol))
			err = TLQ_HOOK_SKIPPED;
		else
			err = tlq_filter_add(&group->ops,
					     group->hooks[i].symbol, ip[i]);
		group->errors[i] = err == -ENOENT ? TLQ_HOOK_ABSENT : err;
		found += !err;
	}
	return found;
}

/**
 * tlq_hooks_arm() - hook the functions of a group
 * @group: not armed
 * @skip: function not to hook; or NULL
 *
 * An ftrace_ops with an empty filter hooks every function of the kernel. So a group
 * of which no function was found is not registered.
 *
 * Context: process, may sleep.
 * Return: 0 if one at least is hooked, or the error of the first.
 */
int tlq_hooks_arm(struct tlq_hook_group *group, const char *skip)
{
	int err;

	if (WARN_ON_ONCE(group->nr > TLQ_HOOKS_MAX))
		return -EINVAL;
	if (!filter(group, skip))
		return group->errors[0];
	err = register_ftrace_function(&group->ops);
	group->armed = !err;
	tlq_hooks_mark(group, err);
	return err;
}

/**
 * tlq_hooks_disarm() - undo tlq_hooks_arm()
 * @group: group; need not be armed
 *
 * Context: process, may sleep.
 * Return: 0, no handler is running then; or an error, and the functions may still
 * call it.
 */
int tlq_hooks_disarm(struct tlq_hook_group *group)
{
	int err = group->armed ? unregister_ftrace_function(&group->ops) : 0;

	if (err)
		return err;
	group->armed = false;
	/* Frees the filter; old kernels do not export ftrace_free_filter(). */
	ftrace_set_filter(&group->ops, NULL, 0, 1);
	return 0;
}

/**
 * tlq_hooks_end() - the same, before the code of the handler is freed
 * @group: group; need not be armed
 *
 * Once ftrace has found itself broken it takes no hook away. Then this never returns,
 * as the kernel would call what is no longer there.
 *
 * Context: process, may sleep.
 */
void tlq_hooks_end(struct tlq_hook_group *group)
{
	int err = tlq_hooks_disarm(group);

	if (err)
		pr_emerg("cannot unhook %s (error %d): the module stays in memory until the machine is restarted\n",
			 group->hooks[0].symbol, err);
	while (err) {
		ssleep(10);
		err = tlq_hooks_disarm(group);
	}
}

/**
 * tlq_hooks_mark() - why the hooks of a group that have no error are not armed
 * @group: group
 * @err: errno, TLQ_HOOK_SKIPPED or TLQ_HOOK_ABSENT; 0 if they are
 */
void tlq_hooks_mark(struct tlq_hook_group *group, int err)
{
	unsigned int i;

	for (i = 0; i < group->nr; i++)
		if (!group->errors[i])
			group->errors[i] = err;
}

static bool missed(const struct tlq_hook_group *group, unsigned int i)
{
	int err = group->errors[i];

	return err && (group->hooks[i].expected || err != TLQ_HOOK_ABSENT);
}

/**
 * tlq_hooks_missing() - columns that are invalid because hooks are missing
 * @group: group, after tlq_hooks_arm() or tlq_hooks_mark()
 *
 * Return: TLQ_KNOWN_*.
 */
u32 tlq_hooks_missing(const struct tlq_hook_group *group)
{
	unsigned int i;
	u32 missing = 0;

	for (i = 0; i < group->nr; i++)
		if (missed(group, i))
			missing |= group->hooks[i].columns;
	return missing;
}

static void report(const struct tlq_hook *hook, int err)
{
	if (err == TLQ_HOOK_SKIPPED)
		pr_warn("%s skipped as requested; \"-\" in: %s\n",
			hook->symbol, hook->text);
	else if (err == TLQ_HOOK_ABSENT)
		pr_warn("no function %s to hook; \"-\" in: %s\n",
			hook->symbol, hook->text);
	else
		pr_warn("cannot hook %s (error %d); \"-\" in: %s\n",
			hook->symbol, err, hook->text);
}

/**
 * tlq_hooks_report() - log each hook of a group that is missing
 * @group: group
 */
void tlq_hooks_report(const struct tlq_hook_group *group)
{
	unsigned int i;

	for (i = 0; i < group->nr; i++)
		if (missed(group, i))
			report(&group->hooks[i], group->errors[i]);
}

static void show_hook(struct seq_file *m, const struct tlq_hook *hook, int err)
{
	char state[16] = "armed";

	if (err == TLQ_HOOK_SKIPPED)
		strscpy(state, "skipped", sizeof(state));
	else if (err == TLQ_HOOK_ABSENT)
		strscpy(state, "absent", sizeof(state));
	else if (err)
		snprintf(state, sizeof(state), "failed:%d", err);
	seq_printf(m, "%-24s %-12s %s\n", hook->symbol, state,
		   err == TLQ_HOOK_ABSENT && !hook->expected ? "-" : hook->text);
}

/**
 * tlq_hooks_show() - print the state of each hook, and what is lost without it
 * @m: file
 */
void tlq_hooks_show(struct seq_file *m)
{
	const struct tlq_hook_group *group;
	unsigned int i;

	seq_printf(m, "%-24s %-12s %s\n", "function", "state", "lost_without");
	list_for_each_entry(group, &groups, node)
		for (i = 0; i < group->nr; i++)
			show_hook(m, &group->hooks[i], group->errors[i]);
}
