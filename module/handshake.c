// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks at the entry of the kernel functions in which TCP counts events of
 * listeners. A handler only finds out which listener the call is about;
 * docs/hooks.md explains the choice of functions.
 */
#include <linux/bits.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <net/request_sock.h>

#include "compat.h"
#include "handshake.h"
#include "hooks.h"
#include "intake.h"
#include "nets.h"
#include "slot.h"
#include "tlq.h"
#include "track.h"

#define OVERFLOWS (BIT(TLQ_C_OVERFLOW_SYN) | BIT(TLQ_C_OVERFLOW_ACK) | \
		   TLQ_KNOWN_LAST_OVERFLOW)
#define DROPS BIT(TLQ_C_LISTEN_DROPS)
#define RESETS BIT(TLQ_C_EMBRYONIC_RSTS)

static const struct tlq_hook syn_hooks[] = {
	{ "tcp_v4_conn_request", true, TLQ_KNOWN_ALL, "all" },
	{ "tcp_v6_conn_request", IS_BUILTIN(CONFIG_IPV6), TLQ_KNOWN_ALL, "all" },
	{ "subflow_v4_conn_request", IS_ENABLED(CONFIG_MPTCP), TLQ_KNOWN_ALL,
	  "all" },
	{ "subflow_v6_conn_request", IS_ENABLED(CONFIG_MPTCP_IPV6),
	  TLQ_KNOWN_ALL, "all" },
};

/* For an ipv6 that is a module and comes after us */
static const struct tlq_hook late_hooks[] = {
	{ "tcp_v6_conn_request", false, TLQ_KNOWN_ALL, "all" },
};

static const struct tlq_hook ack_hooks[] = {
	{ "tcp_check_req", true, OVERFLOWS | DROPS | RESETS,
	  "overflow_syn,overflow_ack,last_overflow_ms,listen_drops,embryonic_rsts" },
	{ "tcp_get_cookie_sock", IS_ENABLED(CONFIG_SYN_COOKIES),
	  OVERFLOWS | DROPS,
	  "overflow_syn,overflow_ack,last_overflow_ms,listen_drops" },
	{ "tcp_req_err", true, DROPS, "listen_drops" },
};

static const struct tlq_hook close_hooks[] = {
	{ "inet_csk_listen_stop", true, TLQ_KNOWN_ALL, "all" },
};

/* Without it numbers are made at the first packet. */
static const struct tlq_hook listen_hooks[] = {
	{ "inet_csk_listen_start", true, 0, "none" },
};

/* Columns that the hooks provide; TLQ_KNOWN_* */
static u32 known = TLQ_KNOWN_ALL;

/* The SYN functions: (listener, skb) */
static notrace void on_syn(unsigned long ip, unsigned long parent,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);

	tlq_enter_syn(sk);
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

	tlq_enter_ack(listener_of(sk, req));
}

/* inet_csk_listen_stop(listener): runs whenever a hashed socket leaves LISTEN */
static void on_close(unsigned long ip, unsigned long parent,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	tlq_untrack((void *)ftrace_regs_get_argument(fregs, 0));
}

/* inet_csk_listen_start(socket, ...): a socket is about to listen, or fails to */
static void on_listen(unsigned long ip, unsigned long parent,
		      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	tlq_intake_listen((void *)ftrace_regs_get_argument(fregs, 0));
}

static int syn_errors[ARRAY_SIZE(syn_hooks)];
static struct tlq_hook_group syn_group = {
	.ops = { .func = on_syn, .flags = TLQ_FTRACE_FLAGS },
	.hooks = syn_hooks,
	.errors = syn_errors,
	.nr = ARRAY_SIZE(syn_hooks),
};

static int late_errors[ARRAY_SIZE(late_hooks)];
static struct tlq_hook_group late_group = {
	.ops = { .func = on_syn, .flags = TLQ_FTRACE_FLAGS },
	.hooks = late_hooks,
	.errors = late_errors,
	.nr = ARRAY_SIZE(late_hooks),
};

static int ack_errors[ARRAY_SIZE(ack_hooks)];
static struct tlq_hook_group ack_group = {
	.ops = { .func = on_ack, .flags = TLQ_FTRACE_FLAGS },
	.hooks = ack_hooks,
	.errors = ack_errors,
	.nr = ARRAY_SIZE(ack_hooks),
};

static int close_errors[ARRAY_SIZE(close_hooks)];
static struct tlq_hook_group close_group = {
	.ops = { .func = on_close, .flags = TLQ_FTRACE_FLAGS },
	.hooks = close_hooks,
	.errors = close_errors,
	.nr = ARRAY_SIZE(close_hooks),
};

static int listen_errors[ARRAY_SIZE(listen_hooks)];
static struct tlq_hook_group listen_group = {
	.ops = { .func = on_listen, .flags = TLQ_FTRACE_FLAGS },
	.hooks = listen_hooks,
	.errors = listen_errors,
	.nr = ARRAY_SIZE(listen_hooks),
};

static void __init list_groups(void)
{
	tlq_hooks_list(&syn_group);
	tlq_hooks_list(&ack_group);
	tlq_hooks_list(&close_group);
	tlq_hooks_list(&listen_group);
	tlq_hooks_mark(&late_group, TLQ_HOOK_ABSENT);
	if (IS_MODULE(CONFIG_IPV6))
		tlq_hooks_list(&late_group);
}

/*
 * The code of ipv6 is there and has not run yet. If it cannot be hooked, what its
 * listeners count would be charged to others.
 */
static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *mod = data;

	if (state != MODULE_STATE_COMING || strcmp(mod->name, "ipv6"))
		return NOTIFY_DONE;
	if (tlq_hooks_arm(&late_group, NULL)) {
		WRITE_ONCE(known, 0);
		tlq_hooks_report(&late_group);
	}
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = { .notifier_call = on_module };

/**
 * tlq_handshake_known() - columns that the hooks provide
 *
 * Return: TLQ_KNOWN_*.
 */
u32 tlq_handshake_known(void)
{
	return READ_ONCE(known);
}

/**
 * tlq_handshake_init() - arm the hooks of the counters and begin to count
 * @skip: function not to hook, for tests; or NULL
 *
 * Never fails: a function that cannot be hooked is reported, and its columns print
 * "-". Without the hook on inet_csk_listen_stop() none is armed: the numbers of
 * closed listeners would never be freed.
 */
void __init tlq_handshake_init(const char *skip)
{
	int err;

	list_groups();
	err = tlq_hooks_arm(&close_group, skip);
	tlq_hooks_report(&close_group);
	if (err) {
		tlq_hooks_mark(&syn_group, err);
		tlq_hooks_mark(&ack_group, err);
		tlq_hooks_mark(&listen_group, err);
	} else {
		if (IS_MODULE(CONFIG_IPV6))
			register_module_notifier(&module_notifier);
		tlq_hooks_arm(&syn_group, skip);
		tlq_hooks_arm(&ack_group, skip);
		tlq_hooks_arm(&listen_group, skip);
		/* Without the other one, its line is enough. */
		tlq_hooks_report(&syn_group);
		tlq_hooks_report(&ack_group);
		tlq_hooks_report(&listen_group);
	}
	tlq_nets_start();
	known &= ~(tlq_hooks_missing(&syn_group) | tlq_hooks_missing(&ack_group) |
		   tlq_hooks_missing(&close_group));
	if (!err)
		tlq_intake_start();
}

/** tlq_handshake_off() - report the hooks of the counters as skipped */
void __init tlq_handshake_off(void)
{
	list_groups();
	known = 0;
	tlq_hooks_mark(&syn_group, TLQ_HOOK_SKIPPED);
	tlq_hooks_mark(&ack_group, TLQ_HOOK_SKIPPED);
	tlq_hooks_mark(&close_group, TLQ_HOOK_SKIPPED);
	tlq_hooks_mark(&listen_group, TLQ_HOOK_SKIPPED);
}

/** tlq_handshake_exit() - disarm; when it returns, no handler is running */
void tlq_handshake_exit(void)
{
	if (IS_MODULE(CONFIG_IPV6))
		unregister_module_notifier(&module_notifier);
	tlq_hooks_end(&late_group);
	tlq_hooks_end(&listen_group);
	tlq_hooks_end(&ack_group);
	tlq_hooks_end(&syn_group);
	tlq_hooks_end(&close_group);
	tlq_intake_stop();
}
