// SPDX-License-Identifier: GPL-2.0
/*
 * ftrace filters: which functions an ftrace_ops hooks.
 *
 * By address. By name, ftrace compares with every function of the kernel: a load
 * took 747 ms instead of 101 at one instruction a nanosecond (6.1).
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hooks.h"

/**
 * tlq_filter_find() - look up the addresses of functions
 * @hooks: the functions
 * @ip: array of as many; set for those found, others are left
 * @nr: how many
 *
 * kallsyms_lookup_name() is not exported, but registering a kprobe, here one that
 * is never armed, calls it. All are unregistered in one call, as each call waits
 * for a grace period.
 *
 * Context: process, may sleep.
 */
void tlq_filter_find(const struct tlq_hook *hooks, unsigned long *ip,
		     unsigned int nr)
{
	struct kprobe *probes, **registered;
	unsigned int i, n = 0;

	probes = kcalloc(nr, sizeof(*probes), GFP_KERNEL);
	registered = kcalloc(nr, sizeof(*registered), GFP_KERNEL);
	for (i = 0; probes && registered && i < nr; i++) {
		probes[i].symbol_name = hooks[i].symbol;
		probes[i].flags = KPROBE_FLAG_DISABLED;
		if (register_kprobe(&probes[i]))
			continue;
		ip[i] = (unsigned long)probes[i].addr;
		registered[n++] = &probes[i];
	}
	unregister_kprobes(registered, n);
	kfree(registered);
	kfree(probes);
}

/**
 * tlq_filter_add() - add a function to an ftrace_ops' filter
 * @ops: not registered yet
 * @symbol: the function
 * @ip: its address, 0 if unknown
 *
 * By name if there is no address, as without CONFIG_KPROBES, or if ftrace rejects
 * it: then ftrace tells whether it knows the function.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT if ftrace knows no such function, or another error of ftrace.
 */
int tlq_filter_add(struct ftrace_ops *ops, const char *symbol, unsigned long ip)
{
	int err;

	if (ip && !ftrace_set_filter_ip(ops, ip, 0, 0))
		return 0;
	err = ftrace_set_filter(ops, (unsigned char *)symbol, strlen(symbol), 0);
	return err == -EINVAL ? -ENOENT : err;
}
