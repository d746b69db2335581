// SPDX-License-Identifier: GPL-2.0
/*
 * Telling ftrace at which function a hook is to be.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "tlq.h"

/**
 * tlq_filter_find() - find out where functions are
 * @fn: their names are given; the addresses are set, 0 where that cannot be told
 * @nr: how many
 *
 * kallsyms_lookup_name() is not exported; a probe that is never armed asks it for
 * us. All go at once, as that waits for a grace period.
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
 * tlq_filter_add() - let an ops see one more function
 * @ops: not registered yet
 * @fn: the function
 *
 * By its address, as ftrace compares a name with that of every function of the
 * kernel. By name where there is no address: without CONFIG_KPROBES, and for a
 * function that is not there, as only ftrace's answer tells that for sure.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT if ftrace knows no such function, or what else it says.
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
