// SPDX-License-Identifier: GPL-2.0
/*
 * Counts for each listener, in another way than tcp_listenq does; for tests
 * only.
 *
 * Return probes put brackets around the functions in which TCP counts: the
 * growth of this CPU's counters between entry and return belongs to the
 * listener in the arguments. Brackets nest, the outermost one is charged.
 * Softirqs do not nest, so no other connection is handled inside of one.
 *
 * A return probe may miss a call. It counts that, and a comparison with these
 * numbers then means nothing.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/sock_diag.h>
#include <linux/vmalloc.h>
#include <net/net_namespace.h>
#include <net/snmp.h>
#include <net/tcp.h>

#include "argument.h"

#define TABLE_BITS 14
#define TABLE_SIZE BIT(TABLE_BITS)

static const struct {
	const char *name;
	int index;
} mibs[] = {
	{ "ListenOverflows", LINUX_MIB_LISTENOVERFLOWS },
	{ "TCPReqQFullDrop", LINUX_MIB_TCPREQQFULLDROP },
	{ "TCPReqQFullDoCookies", LINUX_MIB_TCPREQQFULLDOCOOKIES },
	{ "SyncookiesSent", LINUX_MIB_SYNCOOKIESSENT },
	{ "ListenDrops", LINUX_MIB_LISTENDROPS },
	{ "EmbryonicRsts", LINUX_MIB_EMBRYONICRSTS },
	{ "TCPFastOpenListenOverflow", LINUX_MIB_TCPFASTOPENLISTENOVERFLOW },
};

#define NR_MIBS ARRAY_SIZE(mibs)

/* Open addressing; the first that writes its cookie takes an entry. */
struct entry {
	u64 cookie;
	atomic64_t count[NR_MIBS];
};

/* In the instance of the return probe, while the function runs */
struct bracket {
	struct net *net;
	u64 cookie;
	int cpu;
	bool outermost;
	unsigned long mib[NR_MIBS];
};

static struct entry *table;
static struct dentry *dir;
static DEFINE_PER_CPU(int, depth);
static atomic64_t no_entry;	/* counted while no entry was free */
static atomic64_t moved;	/* a function returned on another CPU */

static void read_mibs(struct net *net, unsigned long *to)
{
	const unsigned long *from = this_cpu_ptr(net->mib.net_statistics)->mibs;
	int i;

	for (i = 0; i < NR_MIBS; i++)
		to[i] = READ_ONCE(from[mibs[i].index]);
}

static u64 cookie_of(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}

static int enter(struct kretprobe_instance *ri, struct sock *sk)
{
	struct bracket *b = (struct bracket *)ri->data;

	/* Not a Fast Open child, nor a listener that closes: it has no row. */
	if (READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return 1;
	b->net = sock_net(sk);
	b->cookie = cookie_of(sk);
	b->cpu = smp_processor_id();
	b->outermost = this_cpu_inc_return(depth) == 1;
	if (b->outermost)
		read_mibs(b->net, b->mib);
	return 0;
}

static int enter_arg0(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return enter(ri, (struct sock *)argument(regs, 0));
}

static int enter_arg2(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return enter(ri, (struct sock *)argument(regs, 2));
}

static struct entry *find(u64 cookie)
{
	u32 at = hash_64(cookie, TABLE_BITS);
	struct entry *e;
	u64 owner;
	int i;

	for (i = 0; i < TABLE_SIZE; i++) {
		e = &table[(at + i) % TABLE_SIZE];
		owner = READ_ONCE(e->cookie);
		if (!owner)
			owner = cmpxchg64(&e->cookie, 0, cookie);
		if (!owner || owner == cookie)
			return e;
	}
	return NULL;
}

static void charge(u64 cookie, int i, unsigned long delta)
{
	struct entry *e = find(cookie);

	if (e)
		atomic64_add(delta, &e->count[i]);
	else
		atomic64_add(delta, &no_entry);
}

static int leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct bracket *b = (struct bracket *)ri->data;
	unsigned long now[NR_MIBS];
	int i;

	(*per_cpu_ptr(&depth, b->cpu))--;
	if (b->cpu != smp_processor_id())
		atomic64_inc(&moved);
	if (b->cpu != smp_processor_id() || !b->outermost)
		return 0;
	read_mibs(b->net, now);
	for (i = 0; i < NR_MIBS; i++)
		if (now[i] != b->mib[i])
			charge(b->cookie, i, now[i] - b->mib[i]);
	return 0;
}

#define PROBE(function, get_listener) {		\
	.kp.symbol_name = #function,		\
	.entry_handler = get_listener,		\
	.handler = leave,			\
	.data_size = sizeof(struct bracket),	\
	.maxactive = 128,			\
}

static struct kretprobe probe[] = {
	PROBE(tcp_conn_request, enter_arg2),
	PROBE(tcp_check_req, enter_arg0),
	PROBE(tcp_v4_syn_recv_sock, enter_arg0),
	PROBE(tcp_v6_syn_recv_sock, enter_arg0),
};

static struct kretprobe *probes[ARRAY_SIZE(probe)];

static int counts_show(struct seq_file *m, void *v)
{
	unsigned long missed = 0;
	struct entry *e;
	int i;

	for (i = 0; i < ARRAY_SIZE(probe); i++)
		missed += probe[i].nmissed + probe[i].kp.nmissed;
	seq_puts(m, "cookie counter value\n");
	seq_printf(m, "0 missed %lu\n", missed);
	seq_printf(m, "0 moved %lld\n", atomic64_read(&moved));
	seq_printf(m, "0 no_entry %lld\n", atomic64_read(&no_entry));
	for (e = table; e < table + TABLE_SIZE; e++)
		for (i = 0; e->cookie && i < NR_MIBS; i++)
			seq_printf(m, "%llu %s %lld\n", e->cookie, mibs[i].name,
				   atomic64_read(&e->count[i]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counts);

static int __init tlq_cross_init(void)
{
	int i, err;

	table = vzalloc(TABLE_SIZE * sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(probe); i++)
		probes[i] = &probe[i];
	err = register_kretprobes(probes, ARRAY_SIZE(probe));
	if (err) {
		vfree(table);
		return err;
	}
	dir = debugfs_create_dir("tlq_cross", NULL);
	debugfs_create_file("counts", 0400, dir, NULL, &counts_fops);
	return 0;
}

static void __exit tlq_cross_exit(void)
{
	debugfs_remove(dir);
	unregister_kretprobes(probes, ARRAY_SIZE(probe));
	vfree(table);
}

module_init(tlq_cross_init);
module_exit(tlq_cross_exit);

MODULE_DESCRIPTION("Overflows by listener, with return probes, to test tcp_listenq");
MODULE_AUTHOR("The tcp_listenq developers");
MODULE_LICENSE("GPL");
