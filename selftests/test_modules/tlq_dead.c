// SPDX-License-Identifier: GPL-2.0
/*
 * Counts connections that die with their listener and are dead already, as their client
 * has reset them: those that nobody resets any more. For tests only.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <net/sock.h>
#include <net/tcp_states.h>

static atomic_t dead;
module_param_named(dead, dead.counter, int, 0444);
MODULE_PARM_DESC(dead, "how many, since load");

/* inet_child_forget(listener, request, child) */
static int on_forget(struct kprobe *p, struct pt_regs *regs)
{
	const struct sock *child = (void *)regs_get_kernel_argument(regs, 2);

	if (READ_ONCE(child->sk_state) == TCP_CLOSE)
		atomic_inc(&dead);
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "inet_child_forget",
	.pre_handler = on_forget,
};

static int __init tlq_dead_init(void)
{
	return register_kprobe(&probe);
}

static void __exit tlq_dead_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(tlq_dead_init);
module_exit(tlq_dead_exit);

MODULE_DESCRIPTION("Counts connections that are dead when their listener closes");
MODULE_AUTHOR("The tcp_listenq developers");
MODULE_LICENSE("GPL");
