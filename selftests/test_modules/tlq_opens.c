// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of the connections that TCP makes for listeners, in each namespace; in
 * another way than tcp_listenq does. For tests only.
 *
 * /proc/net/tlq_opens has a line "name value" for each:
 * made	  by a handshake's last packet: TCP counts them in PassiveOpens
 * accepted  "-" where there is no __inet_accept()
 * reset	  by the kernel, as their listener closed
 * dead	  when their listener closed: their client had reset them, nobody else does
 * thrown	  away before they came into a queue: their listener gave up its port meanwhile,
 *		  or another packet of the client, on another CPU, has made the connection
 * missed	  calls that a probe has not seen: where it is not 0, the rest is less
 *
 * A connection that is in none of these lines but made waits to be accepted.
 */
#include <linux/atomic.h>
#include <linux/in.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/snmp.h>
#include <net/tcp.h>

#include "argument.h"

enum { MADE, ACCEPTED, RESET, DEAD, THROWN, NR_ENDS };

static const char *const names[NR_ENDS] = {
	"made", "accepted", "reset", "dead", "thrown"
};

struct ends {
	atomic64_t n[NR_ENDS];
};

static unsigned int ends_id;
static bool sees_accept;

static void count(const struct sock *sk, int end)
{
	struct ends *ends = net_generic(sock_net(sk), ends_id);

	atomic64_inc(&ends->n[end]);
}

/* Softirqs do not nest: what this CPU counts meanwhile is one connection. */
struct making {
	const struct sock *sk;
	unsigned long opens;
	int cpu;
	bool outermost;
};

static DEFINE_PER_CPU(int, depth);
static atomic64_t moved;	/* a function returned on another CPU */

static unsigned long opens_of(const struct sock *sk)
{
	struct tcp_mib __percpu *mib = sock_net(sk)->mib.tcp_statistics;

	return READ_ONCE(this_cpu_ptr(mib)->mibs[TCP_MIB_PASSIVEOPENS]);
}

/* tcp_v6_syn_recv_sock() calls tcp_v4_syn_recv_sock(). */
static int on_make(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct making *m = (struct making *)ri->data;

	m->sk = (struct sock *)argument(regs, 0);
	m->cpu = smp_processor_id();
	m->outermost = this_cpu_inc_return(depth) == 1;
	m->opens = opens_of(m->sk);
	return 0;
}

static int on_made(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct making *m = (struct making *)ri->data;

	(*per_cpu_ptr(&depth, m->cpu))--;
	if (m->cpu != smp_processor_id())
		atomic64_inc(&moved);
	if (!m->outermost || opens_of(m->sk) == m->opens)
		return 0;
	count(m->sk, MADE);
	if (!regs_return_value(regs))
		count(m->sk, THROWN);
	return 0;
}

/* inet_csk_complete_hashdance(listener, child, request, whether it is the first one) */
static int on_complete(struct kprobe *p, struct pt_regs *regs)
{
	if (!(argument(regs, 3) & 1))
		count((struct sock *)argument(regs, 0), THROWN);
	return 0;
}

/* inet_child_forget(listener, request, child) */
static int on_forget(struct kprobe *p, struct pt_regs *regs)
{
	const struct sock *child = (void *)argument(regs, 2);

	count(child, READ_ONCE(child->sk_state) == TCP_CLOSE ? DEAD : RESET);
	return 0;
}

/* __inet_accept(sock, newsock, child) */
static int on_accept(struct kprobe *p, struct pt_regs *regs)
{
	const struct sock *child = (void *)argument(regs, 2);

	if (child->sk_protocol == IPPROTO_TCP)
		count(child, ACCEPTED);
	return 0;
}

#define MAKER(function) {			\
	.kp.symbol_name = #function,		\
	.entry_handler = on_make,		\
	.handler = on_made,			\
	.data_size = sizeof(struct making),	\
	.maxactive = 128,			\
}

static struct kretprobe maker[] = {
	MAKER(tcp_v4_syn_recv_sock),
	MAKER(tcp_v6_syn_recv_sock),
};

static struct kretprobe *makers[ARRAY_SIZE(maker)];

static struct kprobe probe[] = {
	{ .symbol_name = "inet_csk_complete_hashdance", .pre_handler = on_complete },
	{ .symbol_name = "inet_child_forget", .pre_handler = on_forget },
};

static struct kprobe *probes[ARRAY_SIZE(probe)];

static struct kprobe accept_probe = {
	.symbol_name = "__inet_accept",
	.pre_handler = on_accept,
};

static unsigned long missed(void)
{
	unsigned long n = accept_probe.nmissed + atomic64_read(&moved);
	int i;

	for (i = 0; i < ARRAY_SIZE(maker); i++)
		n += maker[i].nmissed + maker[i].kp.nmissed;
	for (i = 0; i < ARRAY_SIZE(probe); i++)
		n += probe[i].nmissed;
	return n;
}

static int opens_show(struct seq_file *m, void *v)
{
	struct ends *ends = net_generic(seq_file_single_net(m), ends_id);
	int i;

	seq_puts(m, "name value\n");
	for (i = 0; i < NR_ENDS; i++)
		if (i == ACCEPTED && !sees_accept)
			seq_printf(m, "%s -\n", names[i]);
		else
			seq_printf(m, "%s %lld\n", names[i],
				   atomic64_read(&ends->n[i]));
	seq_printf(m, "missed %lu\n", missed());
	return 0;
}

static int __net_init opens_net_init(struct net *net)
{
	return proc_create_net_single("tlq_opens", 0444, net->proc_net, opens_show,
				      NULL) ? 0 : -ENOMEM;
}

static void __net_exit opens_net_exit(struct net *net)
{
	remove_proc_entry("tlq_opens", net->proc_net);
}

static struct pernet_operations opens_nets = {
	.init = opens_net_init,
	.exit = opens_net_exit,
	.id = &ends_id,
	.size = sizeof(struct ends),
};

static int __init probes_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(maker); i++)
		makers[i] = &maker[i];
	for (i = 0; i < ARRAY_SIZE(probe); i++)
		probes[i] = &probe[i];
	err = register_kretprobes(makers, ARRAY_SIZE(makers));
	if (err)
		return err;
	err = register_kprobes(probes, ARRAY_SIZE(probes));
	if (err)
		unregister_kretprobes(makers, ARRAY_SIZE(makers));
	else
		sees_accept = !register_kprobe(&accept_probe);
	return err;
}

static int __init tlq_opens_init(void)
{
	int err = register_pernet_subsys(&opens_nets);

	if (err)
		return err;
	err = probes_init();
	if (err)
		unregister_pernet_subsys(&opens_nets);
	return err;
}

static void __exit tlq_opens_exit(void)
{
	if (sees_accept)
		unregister_kprobe(&accept_probe);
	unregister_kprobes(probes, ARRAY_SIZE(probes));
	unregister_kretprobes(makers, ARRAY_SIZE(makers));
	unregister_pernet_subsys(&opens_nets);
}

module_init(tlq_opens_init);
module_exit(tlq_opens_exit);

MODULE_DESCRIPTION("What becomes of connections that TCP makes, to test tcp_listenq");
MODULE_AUTHOR("The tcp_listenq developers");
MODULE_LICENSE("GPL");
