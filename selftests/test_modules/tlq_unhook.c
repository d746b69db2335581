// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, unregister_ftrace_function() fails for the hooks of tcp_listenq;
 * for tests only.
 *
 * A kprobe at its entry makes the call go on in a function that does nothing but
 * return an error. Hooks of others are not permanent, unless a livepatch is loaded.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>

#include "argument.h"

static unsigned int pass;
module_param(pass, uint, 0444);
MODULE_PARM_DESC(pass, "calls that succeed before the others fail");

static unsigned int failed;
module_param(failed, uint, 0444);
MODULE_PARM_DESC(failed, "calls that have failed");

static int fail(struct ftrace_ops *ops)
{
	return -ENODEV;
}

/* The first argument of the call, and its return address, are as at any entry. */
static int on_entry(struct kprobe *p, struct pt_regs *regs)
{
	const struct ftrace_ops *ops = (void *)argument(regs, 0);

	if (!(ops->flags & FTRACE_OPS_FL_PERMANENT))
		return 0;
	if (pass) {
		pass--;
		return 0;
	}
	failed++;
	instruction_pointer_set(regs, (unsigned long)fail);
	return 1;
}

/* A kprobe that has one is not made a jump, from which there is no other way. */
static void after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = {
	.symbol_name = "unregister_ftrace_function",
	.pre_handler = on_entry,
	.post_handler = after,
};

static int __init tlq_unhook_init(void)
{
	return register_kprobe(&probe);
}

static void __exit tlq_unhook_exit(void)
{
	unregister_kprobe(&probe);
	/* Where tasks are preempted, one may be in fail(). */
	synchronize_rcu_tasks();
}

module_init(tlq_unhook_init);
module_exit(tlq_unhook_exit);

MODULE_DESCRIPTION("Keeps the hooks of tcp_listenq from being removed, to test its unloading");
MODULE_AUTHOR("The tcp_listenq developers");
MODULE_LICENSE("GPL");
