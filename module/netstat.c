// SPDX-License-Identifier: GPL-2.0
/*
 * The backlog in netstat's Send-Q: /proc/net/tcp and tcp6 print write_seq -
 * snd_una, which is 0, as the tx_queue of a listener. This file replaces it by
 * sk_max_ack_backlog.
 *
 * seq_file calls tcp_seq_next() right after each line that fitted into its
 * buffer, and never after one that did not fit. So at its entry the last line in
 * the buffer is complete and belongs to the socket that is its argument. Only the
 * eight digits change.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/sock.h>

#include "hooks.h"
#include "netstat.h"

/* Protects @ready and writes to @sendq. */
static DEFINE_MUTEX(switch_lock);
static bool ready;	/* between init and exit: arming is allowed */
static bool sendq = true;

#define FIELD_DIGITS 8
#define LINE_MIN 64

/* The BPF iterator over TCP sockets uses the same functions for other files. */
static bool is_proc_net_tcp(const struct seq_file *m)
{
	const struct dentry *dentry = m->file->f_path.dentry;

	if (dentry->d_sb->s_magic != PROC_SUPER_MAGIC)
		return false;
	return !strcmp(dentry->d_name.name, "tcp") ||
	       !strcmp(dentry->d_name.name, "tcp6");
}

static char *last_line(struct seq_file *m)
{
	char *p = m->buf + m->count;

	if (m->count < LINE_MIN || seq_has_overflowed(m) || *--p != '\n')
		return NULL;
	while (p > m->buf && p[-1] != '\n')
		p--;
	return p;
}

static bool is_hex(const char *p, int digits)
{
	while (digits--)
		if (!isxdigit(*p++))
			return false;
	return true;
}

/* After "0A" in "  12: 0100007F:1F90 00000000:0000 0A 00000000:00000003 ..." */
static char *find_tx_queue(char *p, const char *end, int address_digits)
{
	int i;

	while (p < end && (*p == ' ' || isdigit(*p)))
		p++;
	if (end - p < 1 + 2 * (address_digits + 6) + 4 + FIELD_DIGITS + 1 ||
	    *p++ != ':')
		return NULL;
	for (i = 0; i < 2; i++) {
		if (*p++ != ' ' || !is_hex(p, address_digits))
			return NULL;
		p += address_digits;
		if (*p++ != ':' || !is_hex(p, 4))
			return NULL;
		p += 4;
	}
	if (strncmp(p, " 0A ", 4))
		return NULL;
	p += 4;
	return is_hex(p, FIELD_DIGITS) && p[FIELD_DIGITS] == ':' ? p : NULL;
}

static void put_hex(char *p, u32 val)
{
	int i;

	for (i = FIELD_DIGITS - 1; i >= 0; i--, val >>= 4)
		p[i] = "0123456789ABCDEF"[val & 0xf];
}

/*
 * Correct the line just printed, if it is a listener's. @v: its socket, whose
 * bucket's lock is held, or SEQ_START_TOKEN.
 */
static void correct_line(struct seq_file *m, void *v)
{
	const struct sock *sk = v;
	char *line, *field;

	if (!READ_ONCE(sendq) || v == SEQ_START_TOKEN ||
	    READ_ONCE(sk->sk_state) != TCP_LISTEN || !is_proc_net_tcp(m))
		return;
	line = last_line(m);
	if (!line)
		return;
	field = find_tx_queue(line, m->buf + m->count,
			      sk->sk_family == AF_INET6 ? 32 : 8);
	if (field)
		put_hex(field, READ_ONCE(sk->sk_max_ack_backlog));
}

/* tcp_seq_next(seq, socket, pos); in process context, under the seq_file's lock */
static void on_line(unsigned long ip, unsigned long parent,
		    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	correct_line((void *)ftrace_regs_get_argument(fregs, 0),
		     (void *)ftrace_regs_get_argument(fregs, 1));
}

static const struct tlq_hook hooks[] = {
	{ "tcp_seq_next", true, 0, "netstat_sendq" },
};

/* Protected by @switch_lock, but for readers of debugfs */
static int errors[ARRAY_SIZE(hooks)];
static struct tlq_hook_group group = {
	.ops = { .func = on_line, .flags = TLQ_FTRACE_FLAGS },
	.hooks = hooks,
	.errors = errors,
	.nr = ARRAY_SIZE(hooks),
};

static int switch_to(bool on)
{
	int err = 0;

	lockdep_assert_held(&switch_lock);
	if (!on) {
		WRITE_ONCE(sendq, false);
		err = tlq_hooks_disarm(&group);
		if (!err)
			errors[0] = TLQ_HOOK_SKIPPED;
		return err;
	}
	if (!group.armed)
		err = tlq_hooks_arm(&group, NULL);
	WRITE_ONCE(sendq, !err);
	return err == TLQ_HOOK_ABSENT ? -ENOENT : err;
}

/* The parameter can be written before init and after exit: then only store it. */
static int set_sendq(const char *val, const struct kernel_param *kp)
{
	bool on = true;
	int err = val ? kstrtobool(val, &on) : 0;

	if (err)
		return err;
	mutex_lock(&switch_lock);
	if (ready)
		err = switch_to(on);
	else
		WRITE_ONCE(sendq, on);
	mutex_unlock(&switch_lock);
	return err;
}

static const struct kernel_param_ops sendq_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_sendq,
	.get = param_get_bool,
};
module_param_cb(netstat_sendq, &sendq_ops, &sendq, 0644);
__MODULE_PARM_TYPE(netstat_sendq, "bool");
MODULE_PARM_DESC(netstat_sendq, "show the backlog of listeners as tx_queue in /proc/net/tcp and tcp6, netstat's Send-Q; misleads tools that sum tx_queue as bytes; write N to switch it off (default Y)");

/**
 * tlq_netstat_init() - begin to correct lines, if netstat_sendq is set
 *
 * Never fails: if tcp_seq_next() cannot be hooked, that is reported.
 */
void __init tlq_netstat_init(void)
{
	int err;

	tlq_hooks_list(&group);
	mutex_lock(&switch_lock);
	ready = true;
	err = switch_to(sendq);
	mutex_unlock(&switch_lock);
	if (err)
		pr_warn("cannot hook tcp_seq_next (error %d): netstat shows 0 as before\n",
			err);
}

/** tlq_netstat_exit() - stop correcting lines */
void tlq_netstat_exit(void)
{
	mutex_lock(&switch_lock);
	ready = false;
	WRITE_ONCE(sendq, false);
	mutex_unlock(&switch_lock);
	/* May take for ever; who writes the parameter does not wait for it. */
	tlq_hooks_end(&group);
	errors[0] = TLQ_HOOK_SKIPPED;
}
