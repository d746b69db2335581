// SPDX-License-Identifier: GPL-2.0
/*
 * Telling ftrace at which function a hook is to be.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "compat.h"
#include "tlq.h"

/*
 * Where a function is, 0 if that cannot be told. kallsyms_lookup_name() is not
 * exported; a probe that is never armed asks it for us.
 */
static unsigned long address_of(const char *symbol)
{
	struct kprobe kp = {
		.symbol_name = symbol,
		.flags = KPROBE_FLAG_DISABLED,
	};

	if (register_kprobe(&kp))
		return 0;
	unregister_kprobe(&kp);
	return (unsigned long)kp.addr;
}

/**
 * tlq_filter() - let an ops see one more function
 * @ops: not registered yet
 * @symbol: the function's name
 *
 * By its address, as ftrace compares a name with that of every function of the
 * kernel. By name where there is no address: without CONFIG_KPROBES, and for a
 * function that is not there, as only ftrace's answer tells that for sure.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT if ftrace knows no such function, or what else it says.
 */
int tlq_filter(struct ftrace_ops *ops, const char *symbol)
{
	unsigned long ip = address_of(symbol);
	int err;

	if (ip && !ftrace_set_filter_ip(ops, ip, 0, 0))
		return 0;
	err = ftrace_set_filter(ops, (unsigned char *)symbol, strlen(symbol), 0);
	return err == -EINVAL ? -ENOENT : err;
}
