// SPDX-License-Identifier: GPL-2.0
/*
 * ftrace filters: which functions an ftrace_ops hooks.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "tlq.h"

/**
 * tlq_filter_find() - look up the addresses of functions
 * @fn: names of the functions; sets @ip of those found, leaves the others
 * @nr: how many
 *
 * kallsyms_lookup_name() is not exported, but registering a kprobe, here one that
 * is never armed, calls it. All are unregistered in one call, as each call waits
 * for a grace period.
 *
 * Context: process, may sleep.
 */
void tlq_filter_find(struct tlq_function *fn, unsigned int nr)
{
	struct kprobe *probes, **registered;
	unsigned int i, n = 0;

	probes = kcalloc(nr, sizeof(*probes), GFP_KERNEL);
	registered = kcalloc(nr, sizeof(*registered), GFP_KERNEL);
	for (i = 0; probes && registered && i < nr; i++) {
		probes[i].symbol_name = fn[i].symbol;
		probes[i].flags = KPROBE_FLAG_DISABLED;
		if (register_kprobe(&probes[i]))
			continue;
		fn[i].ip = (unsigned long)probes[i].addr;
		registered[n++] = &probes[i];
	}
	unregister_kprobes(registered, n);
	kfree(registered);
	kfree(probes);
}

/**
 * tlq_filter_add() - add a function to an ftrace_ops' filter
 * @ops: not registered yet
 * @fn: the function
 *
 * By address, because ftrace compares a name with every function of the kernel. By
 * name if there is no address, as without CONFIG_KPROBES, or if ftrace rejects it:
 * then ftrace tells whether it knows the function.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT if ftrace knows no such function, or another error of ftrace.
 */
int tlq_filter_add(struct ftrace_ops *ops, const struct tlq_function *fn)
{
	int err;

	if (fn->ip && !ftrace_set_filter_ip(ops, fn->ip, 0, 0))
		return 0;
	err = ftrace_set_filter(ops, (unsigned char *)fn->symbol,
				strlen(fn->symbol), 0);
	return err == -EINVAL ? -ENOENT : err;
}
