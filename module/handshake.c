// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks at the entry of the kernel functions in which TCP counts events of
 * listeners. A handler only finds out which listener the call is about;
 * docs/hooks.md explains the choice of functions.
 */
#include <linux/bits.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <net/request_sock.h>

#include "compat.h"
#include "handshake.h"
#include "hooks.h"
#include "nets.h"
#include "slot.h"
#include "tlq.h"

#define OVERFLOWS (BIT(TLQ_C_OVERFLOW_SYN) | BIT(TLQ_C_OVERFLOW_ACK) | \
		   TLQ_KNOWN_LAST_OVERFLOW)
#define DROPS BIT(TLQ_C_LISTEN_DROPS)
#define RESETS BIT(TLQ_C_EMBRYONIC_RSTS)

static const struct tlq_hook syn_hooks[] = {
	{ "tcp_v4_conn_request", true, TLQ_KNOWN_ALL, "all" },
	{ "tcp_v6_conn_request", IS_ENABLED(CONFIG_IPV6), TLQ_KNOWN_ALL, "all" },
	{ "subflow_v4_conn_request", IS_ENABLED(CONFIG_MPTCP), TLQ_KNOWN_ALL,
	  "all" },
	{ "subflow_v6_conn_request", IS_ENABLED(CONFIG_MPTCP_IPV6),
	  TLQ_KNOWN_ALL, "all" },
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

/* Columns that the hooks provide; TLQ_KNOWN_* */
static u32 known __ro_after_init;

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

static int syn_errors[ARRAY_SIZE(syn_hooks)];
static struct tlq_hook_group syn_group = {
	.ops = { .func = on_syn, .flags = TLQ_FTRACE_FLAGS },
	.hooks = syn_hooks,
	.errors = syn_errors,
	.nr = ARRAY_SIZE(syn_hooks),
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

static void __init list_groups(void)
{
	tlq_hooks_list(&syn_group);
	tlq_hooks_list(&ack_group);
	tlq_hooks_list(&close_group);
}

/**
 * tlq_handshake_known() - columns that the hooks provide
 *
 * Return: TLQ_KNOWN_*.
 */
u32 tlq_handshake_known(void)
{
	return known;
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
	} else {
		tlq_hooks_arm(&syn_group, skip);
		tlq_hooks_arm(&ack_group, skip);
		/* Without the other one, its line is enough. */
		tlq_hooks_report(&syn_group);
		tlq_hooks_report(&ack_group);
	}
	tlq_nets_start();
	known = TLQ_KNOWN_ALL & ~(tlq_hooks_missing(&syn_group) |
				  tlq_hooks_missing(&ack_group) |
				  tlq_hooks_missing(&close_group));
}

/** tlq_handshake_off() - report the hooks of the counters as skipped */
void __init tlq_handshake_off(void)
{
	list_groups();
	tlq_hooks_mark(&syn_group, TLQ_HOOK_SKIPPED);
	tlq_hooks_mark(&ack_group, TLQ_HOOK_SKIPPED);
	tlq_hooks_mark(&close_group, TLQ_HOOK_SKIPPED);
}

/** tlq_handshake_exit() - disarm; when it returns, no handler is running */
void tlq_handshake_exit(void)
{
	tlq_hooks_disarm(&ack_group);
	tlq_hooks_disarm(&syn_group);
	tlq_hooks_disarm(&close_group);
}
