// SPDX-License-Identifier: GPL-2.0
/*
 * While it is loaded, listen(2) takes 50 ms in the middle, with its CPU: the socket has
 * passed the entry of inet_csk_listen_start() and does not listen yet. Or, with
 * at=inet_csk_get_port: it is in state LISTEN, and listen(2) may still fail. For tests
 * only.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static int on_way(struct kprobe *p, struct pt_regs *regs)
{
	mdelay(50);
	return 0;
}

/* Behind the call of ftrace, which is not equally long everywhere */
#define FIRST_OFFSET	5
#define LAST_OFFSET	16

static char *at = "inet_csk_listen_start";
module_param(at, charp, 0);
MODULE_PARM_DESC(at, "the function that takes long");

static struct kprobe probe;

static int __init tlq_slow_init(void)
{
	unsigned int offset;
	int err = -EINVAL;

	for (offset = FIRST_OFFSET; err && offset <= LAST_OFFSET; offset++) {
		probe = (struct kprobe) {
			.symbol_name = at,
			.offset = offset,
			.pre_handler = on_way,
		};
		err = register_kprobe(&probe);
	}
	return err;
}

static void __exit tlq_slow_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(tlq_slow_init);
module_exit(tlq_slow_exit);

MODULE_DESCRIPTION("Makes listen(2) slow, to test what meets it half done");
MODULE_AUTHOR("The tcp_listenq developers");
MODULE_LICENSE("GPL");
