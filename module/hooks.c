// SPDX-License-Identifier: GPL-2.0
/*
 * ftrace hooks at the entry of the kernel functions in which TCP counts events of
 * listeners, and of the one that follows each line of /proc/net/tcp. A handler
 * only finds out what the call is about; docs/hooks.md explains the choice of
 * functions.
 *
 * No return probes: they can be missed, and calls would have to be matched with
 * returns. FTRACE_OPS_FL_PERMANENT makes writing 0 to kernel.ftrace_enabled fail,
 * so the hooks cannot be switched off unnoticed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/request_sock.h>

#include "compat.h"
#include "counters.h"
#include "tlq.h"

#define OVERFLOWS (BIT(TLQ_C_OVERFLOW_SYN) | BIT(TLQ_C_OVERFLOW_ACK) | \
		   TLQ_KNOWN_LAST_OVERFLOW)
#define DROPS BIT(TLQ_C_LISTEN_DROPS)
#define RESETS BIT(TLQ_C_EMBRYONIC_RSTS)

/* Functions with the same handler share an ftrace_ops: arming takes less time. */
enum group {
	SYN,
	ACK,
	CLOSE,
	NETSTAT,
	NR_GROUPS
};

/**
 * struct hook - a function to hook
 * @symbol: its name
 * @group: its handler
 * @expected: whether a kernel of this configuration has it
 * @lost: columns (TLQ_KNOWN_*) that are invalid without this hook, as its events
 *	would be charged to the previous call's listener
 * @what: @lost in words
 */
struct hook {
	const char *symbol;
	enum group group;
	bool expected;
	u32 lost;
	const char *what;
};

static const struct hook hooks[] = {
	{ "tcp_v4_conn_request", SYN, true, TLQ_KNOWN_ALL, "all" },
	{ "tcp_v6_conn_request", SYN, IS_ENABLED(CONFIG_IPV6), TLQ_KNOWN_ALL,
	  "all" },
	{ "subflow_v4_conn_request", SYN, IS_ENABLED(CONFIG_MPTCP),
	  TLQ_KNOWN_ALL, "all" },
	{ "subflow_v6_conn_request", SYN, IS_ENABLED(CONFIG_MPTCP_IPV6),
	  TLQ_KNOWN_ALL, "all" },
	{ "tcp_check_req", ACK, true, OVERFLOWS | DROPS | RESETS,
	  "overflow_syn,overflow_ack,last_overflow_ms,listen_drops,embryonic_rsts" },
	{ "tcp_get_cookie_sock", ACK, IS_ENABLED(CONFIG_SYN_COOKIES),
	  OVERFLOWS | DROPS,
	  "overflow_syn,overflow_ack,last_overflow_ms,listen_drops" },
	{ "tcp_req_err", ACK, true, DROPS, "listen_drops" },
	{ "inet_csk_listen_stop", CLOSE, true, TLQ_KNOWN_ALL, "all" },
	{ "tcp_seq_next", NETSTAT, true, 0, "netstat_sendq" },
};

/* Written at load; the entry of tcp_seq_next() also with netstat_sendq. */
static int errors[ARRAY_SIZE(hooks)];
static u32 known;

/* Written before the first hook is armed. */
static struct tlq_function functions[ARRAY_SIZE(hooks)];

/* Values in errors[] besides 0 and negative errnos */
#define SKIPPED 10000
#define ABSENT 10001

/* The SYN functions: (listener, skb) */
static notrace void on_syn(unsigned long ip, unsigned long parent,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);

	tlq_slot_syn(sk);
}

/*
 * The listener that a call on @sk is about; @req is the third argument.
 *
 * tcp_get_cookie_sock(sk, skb, req) and tcp_check_req(sk, skb, req): sk is the
 * listener, after a migration the new one. In tcp_check_req() it can also be a TCP
 * Fast Open child, which is in one of the two states below; its request points to
 * the listener. tcp_req_err(sk): sk is a request, and @req is not used.
 */
static struct sock *listener_of(struct sock *sk, struct request_sock *req)
{
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_NEW_SYN_RECV:
		return inet_reqsk(sk)->rsk_listener ?: sk;
	case TCP_SYN_RECV:
	case TCP_FIN_WAIT1:
		return req->rsk_listener ?: sk;
	default:
		return sk;
	}
}

static notrace void on_ack(unsigned long ip, unsigned long parent,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	void *req = (void *)ftrace_regs_get_argument(fregs, 2);

	tlq_slot_ack(listener_of(sk, req));
}

/* inet_csk_listen_stop(listener): runs whenever a hashed socket leaves LISTEN */
static void on_close(unsigned long ip, unsigned long parent,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	tlq_nets_leave((void *)ftrace_regs_get_argument(fregs, 0));
}

/* tcp_seq_next(seq, socket, pos) */
static void on_line(unsigned long ip, unsigned long parent,
		    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	tlq_netstat_line((void *)ftrace_regs_get_argument(fregs, 0),
			 (void *)ftrace_regs_get_argument(fregs, 1));
}

static struct ftrace_ops group_ops[NR_GROUPS] = {
	[SYN] = { .func = on_syn, .flags = TLQ_FTRACE_FLAGS },
	[ACK] = { .func = on_ack, .flags = TLQ_FTRACE_FLAGS },
	[CLOSE] = { .func = on_close, .flags = TLQ_FTRACE_FLAGS },
	[NETSTAT] = { .func = on_line, .flags = TLQ_FTRACE_FLAGS },
};

static bool armed[NR_GROUPS];

/* Only once: the addresses do not change. */
static void find_functions(void)
{
	unsigned int i;

	if (functions[0].symbol)
		return;
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		functions[i].symbol = hooks[i].symbol;
	tlq_filter_find(functions, ARRAY_SIZE(hooks));
}

static int filter(enum group group, const struct tlq_function *fn)
{
	int err = tlq_filter_add(&group_ops[group], fn);

	return err == -ENOENT ? ABSENT : err;
}

/*
 * An ftrace_ops with an empty filter hooks every function of the kernel. So do not
 * register a group of which no function was found.
 */
static void arm(enum group group, const char *skip)
{
	unsigned int i, found = 0;
	int err;

	find_functions();
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (hooks[i].group != group)
			continue;
		if (skip && !strcmp(skip, hooks[i].symbol))
			errors[i] = SKIPPED;
		else
			errors[i] = filter(group, &functions[i]);
		found += !errors[i];
	}
	err = found ? register_ftrace_function(&group_ops[group]) : -ENOENT;
	armed[group] = !err;
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].group == group && !errors[i])
			errors[i] = err;
}

static void disarm(enum group group)
{
	if (armed[group])
		unregister_ftrace_function(&group_ops[group]);
	armed[group] = false;
	/* Frees the filter; old kernels do not export ftrace_free_filter(). */
	ftrace_set_filter(&group_ops[group], NULL, 0, 1);
}

static bool missed(unsigned int i)
{
	return errors[i] && (hooks[i].expected || errors[i] != ABSENT);
}

static void report(unsigned int i)
{
	if (errors[i] == SKIPPED)
		pr_warn("%s skipped as requested; \"-\" in: %s\n",
			hooks[i].symbol, hooks[i].what);
	else if (errors[i] == ABSENT)
		pr_warn("no function %s to hook; \"-\" in: %s\n",
			hooks[i].symbol, hooks[i].what);
	else
		pr_warn("cannot hook %s (error %d); \"-\" in: %s\n",
			hooks[i].symbol, errors[i], hooks[i].what);
}

static void find_known(void)
{
	unsigned int i;

	known = TLQ_KNOWN_ALL;
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (hooks[i].group == NETSTAT || !missed(i))
			continue;
		known &= ~hooks[i].lost;
		/* Without CLOSE no hook is armed: one line is enough. */
		if (armed[CLOSE] || hooks[i].group == CLOSE)
			report(i);
	}
}

/**
 * tlq_hooks_known() - columns that the hooks provide
 *
 * Return: TLQ_KNOWN_*.
 */
u32 tlq_hooks_known(void)
{
	return known;
}

static void show_hook(struct seq_file *m, unsigned int i)
{
	char state[16] = "armed";

	if (errors[i] == SKIPPED)
		strscpy(state, "skipped", sizeof(state));
	else if (errors[i] == ABSENT)
		strscpy(state, "absent", sizeof(state));
	else if (errors[i])
		snprintf(state, sizeof(state), "failed:%d", errors[i]);
	seq_printf(m, "%-24s %-12s %s\n", hooks[i].symbol, state,
		   errors[i] == ABSENT && !hooks[i].expected ? "-" : hooks[i].what);
}

/**
 * tlq_hooks_show() - print the state of each hook and the columns lost without it
 * @m: file
 */
void tlq_hooks_show(struct seq_file *m)
{
	unsigned int i;

	seq_printf(m, "%-24s %-12s %s\n", "function", "state", "lost_without");
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		show_hook(m, i);
}

/* errors[] of the first hook in a group; CLOSE and NETSTAT have only one. */
static int *error_of(enum group group)
{
	unsigned int i = 0;

	while (hooks[i].group != group)
		i++;
	return &errors[i];
}

static void set_errors(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].group != NETSTAT && !errors[i])
			errors[i] = err;
}

/**
 * tlq_hooks_init() - arm the hooks of the counters and begin to count
 * @skip: function not to hook, for tests; or NULL
 *
 * Never fails: a function that cannot be hooked is reported, and its columns print
 * "-". Without the hook on inet_csk_listen_stop() none is armed: the numbers of
 * closed listeners would never be freed.
 */
void __init tlq_hooks_init(const char *skip)
{
	arm(CLOSE, skip);
	if (armed[CLOSE]) {
		arm(SYN, skip);
		arm(ACK, skip);
	} else {
		set_errors(*error_of(CLOSE));
	}
	tlq_nets_start();
	find_known();
}

/** tlq_hooks_off() - report the hooks of the counters as skipped */
void __init tlq_hooks_off(void)
{
	set_errors(SKIPPED);
}

/** tlq_hooks_exit() - disarm; when it returns, no handler is running */
void tlq_hooks_exit(void)
{
	disarm(ACK);
	disarm(SYN);
	disarm(CLOSE);
}

/**
 * tlq_hooks_netstat() - arm or disarm the hook at the lines of /proc/net/tcp
 * @on: true to arm; after disarming, no handler is running
 *
 * Context: process; the caller serializes calls.
 * Return: 0, or a negative errno if it cannot be armed.
 */
int tlq_hooks_netstat(bool on)
{
	int *err = error_of(NETSTAT);

	if (!on) {
		disarm(NETSTAT);
		*err = SKIPPED;
		return 0;
	}
	if (!armed[NETSTAT])
		arm(NETSTAT, NULL);
	return *err == ABSENT ? -ENOENT : *err;
}
