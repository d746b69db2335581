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

#include "accept.h"
#include "closed.h"
#include "compat.h"
#include "events.h"
#include "handshake.h"
#include "hooks.h"
#include "intake.h"
#include "nets.h"
#include "slot.h"
#include "tlq.h"
#include "window.h"

#define OVERFLOWS (BIT(TLQ_C_OVERFLOW_SYN) | BIT(TLQ_C_OVERFLOW_ACK) | \
		   BIT(TLQ_C_OVERFLOW_COOKIE) | TLQ_KNOWN_LAST_OVERFLOW)
#define OVERFLOW_NAMES \
	"overflow_syn,overflow_ack,overflow_cookie,last_overflow_ms,listen_drops"
#define DROPS BIT(TLQ_C_LISTEN_DROPS)
#define RESETS BIT(TLQ_C_EMBRYONIC_RSTS)

static const struct tlq_hook syn4_hooks[] = {
	{ "tcp_v4_conn_request", true, TLQ_KNOWN_ALL, "all" },
	{ "subflow_v4_conn_request", IS_ENABLED(CONFIG_MPTCP), TLQ_KNOWN_ALL,
	  "all" },
};

static const struct tlq_hook syn6_hooks[] = {
	{ "tcp_v6_conn_request", IS_BUILTIN(CONFIG_IPV6), TLQ_KNOWN_ALL, "all" },
	{ "subflow_v6_conn_request", IS_ENABLED(CONFIG_MPTCP_IPV6),
	  TLQ_KNOWN_ALL, "all" },
};

/* For an ipv6 that is a module and comes after us */
static const struct tlq_hook late_hooks[] = {
	{ "tcp_v6_conn_request", false, TLQ_KNOWN_ALL, "all" },
};

static const struct tlq_hook ack_hooks[] = {
	{ "tcp_check_req", true, OVERFLOWS | DROPS | RESETS,
	  OVERFLOW_NAMES ",embryonic_rsts" },
	{ "tcp_req_err", true, DROPS, "listen_drops" },
};

static const struct tlq_hook cookie_hooks[] = {
	{ "tcp_get_cookie_sock", IS_ENABLED(CONFIG_SYN_COOKIES),
	  OVERFLOWS | DROPS, OVERFLOW_NAMES },
};

static const struct tlq_hook close_hooks[] = {
	{ "inet_csk_listen_stop", true, TLQ_KNOWN_ALL, "all" },
};

/* Without it numbers are made at the first packet. */
static const struct tlq_hook listen_hooks[] = {
	{ "inet_csk_listen_start", true, 0, "none" },
};

/* Without it reset_at_close is not known. */
static const struct tlq_hook reset_hooks[] = {
	{ "inet_child_forget", true, TLQ_KNOWN_RESETS, "reset_at_close" },
};

/*
 * The SYN functions: (listener, skb). Those of IPv6 call those of IPv4 for a SYN over
 * IPv4 to a socket of IPv6: that one has been seen.
 */
static notrace void on_syn4(unsigned long ip, unsigned long parent,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);

	if (unlikely(sk->sk_family != AF_INET))
		return;
	if (tlq_events_on())
		tlq_events_syn(sk, (void *)ftrace_regs_get_argument(fregs, 1));
	tlq_enter_syn(sk);
}

static notrace void on_syn6(unsigned long ip, unsigned long parent,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);

	if (tlq_events_on())
		tlq_events_syn(sk, (void *)ftrace_regs_get_argument(fregs, 1));
	tlq_enter_syn(sk);
}

/*
 * The listener that a call on @sk is about; @req is the third argument.
 *
 * tcp_check_req(sk, skb, req): sk is the listener, after a migration the new one. It
 * can also be a TCP Fast Open child, which is in one of the two states below; its request points to
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

/* tcp_req_err() has one argument that is a socket, and it is the request. */
static struct request_sock *request_of(struct sock *sk, struct request_sock *req)
{
	return READ_ONCE(sk->sk_state) == TCP_NEW_SYN_RECV ? inet_reqsk(sk) : req;
}

static notrace void on_ack(unsigned long ip, unsigned long parent,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	void *req = (void *)ftrace_regs_get_argument(fregs, 2);
	struct sock *listener = listener_of(sk, req);

	if (tlq_events_on())
		tlq_events_request(listener, request_of(sk, req),
				   TLQ_STAGE_ACK);
	tlq_enter_ack(listener);
}

/* tcp_get_cookie_sock(sk, skb, req): sk is the listener */
static notrace void on_cookie(unsigned long ip, unsigned long parent,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);

	if (tlq_events_on())
		tlq_events_request(sk, (void *)ftrace_regs_get_argument(fregs, 2),
				   TLQ_STAGE_COOKIE);
	tlq_enter_cookie(sk);
}

/* inet_csk_listen_stop(listener): runs whenever a hashed socket leaves LISTEN */
static void on_close(unsigned long ip, unsigned long parent,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	tlq_closed_add((void *)ftrace_regs_get_argument(fregs, 0));
}

/*
 * inet_child_forget(listener, request, child): once for each connection that dies with
 * its listener, after it has been decided which ones migrate.
 */
static void on_reset(unsigned long ip, unsigned long parent,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);

	tlq_closed_reset(sk, (void *)ftrace_regs_get_argument(fregs, 2));
}

/* inet_csk_listen_start(socket, ...): a socket is about to listen, or fails to */
static void on_listen(unsigned long ip, unsigned long parent,
		      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	tlq_intake_listen((void *)ftrace_regs_get_argument(fregs, 0));
}

#define GROUP(_name, _handler)						\
	static int _name##_errors[ARRAY_SIZE(_name##_hooks)];		\
	static struct tlq_hook_group _name##_group = {			\
		.ops = { .func = _handler, .flags = TLQ_FTRACE_FLAGS },	\
		.hooks = _name##_hooks,					\
		.errors = _name##_errors,				\
		.nr = ARRAY_SIZE(_name##_hooks),			\
	}

GROUP(syn4, on_syn4);
GROUP(syn6, on_syn6);
GROUP(late, on_syn6);
GROUP(ack, on_ack);
GROUP(cookie, on_cookie);
GROUP(close, on_close);
GROUP(listen, on_listen);
GROUP(reset, on_reset);

/* What is armed after close_group, in this order */
static struct tlq_hook_group * const groups[] = {
	&syn4_group, &syn6_group, &ack_group, &cookie_group, &listen_group,
	&reset_group,
};

static void __init list_groups(void)
{
	unsigned int i;

	tlq_hooks_list(&close_group);
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		tlq_hooks_list(groups[i]);
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
		tlq_nets_know(0);
		tlq_hooks_report(&late_group);
	}
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = { .notifier_call = on_module };

static void __init mark_groups(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		tlq_hooks_mark(groups[i], err);
}

/* Without the hook at close, its line is enough. Returns what is missing. */
static u32 __init arm_groups(const char *skip)
{
	u32 missing = 0;
	unsigned int i;

	if (IS_MODULE(CONFIG_IPV6))
		register_module_notifier(&module_notifier);
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		tlq_hooks_arm(groups[i], skip);
		missing |= tlq_hooks_missing(groups[i]);
	}
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		tlq_hooks_report(groups[i]);
	return missing;
}

/**
 * tlq_handshake_init() - arm the hooks of the counters and begin to count
 * @skip: function not to hook, for tests; or NULL
 * @waits: hook accept(2), too
 *
 * Never fails: a function that cannot be hooked is reported, and its columns print
 * "-". Without the hook on inet_csk_listen_stop() none is armed: the numbers of
 * closed listeners would never be freed.
 *
 * Return: TLQ_KNOWN_* of the columns that are provided.
 */
u32 __init tlq_handshake_init(const char *skip, bool waits)
{
	u32 missing = TLQ_KNOWN_ALL;
	int err;

	list_groups();
	err = tlq_hooks_arm(&close_group, skip);
	tlq_hooks_report(&close_group);
	if (err)
		mark_groups(err);
	else
		missing = arm_groups(skip);
	if (!err && waits)
		tlq_accept_init(skip);
	else
		tlq_accept_off(err ?: TLQ_HOOK_SKIPPED);
	missing |= tlq_accept_missing();
	if (!err && !(missing & TLQ_KNOWN_RESETS))
		tlq_closed_know_resets();
	tlq_nets_know(TLQ_KNOWN_ALL & ~missing);
	tlq_nets_start();
	if (!err) {
		tlq_intake_start();
		tlq_window_start();
	}
	return TLQ_KNOWN_ALL & ~missing;
}

/** tlq_handshake_off() - report the hooks of the counters as skipped */
void __init tlq_handshake_off(void)
{
	list_groups();
	tlq_hooks_mark(&close_group, TLQ_HOOK_SKIPPED);
	mark_groups(TLQ_HOOK_SKIPPED);
	tlq_accept_off(TLQ_HOOK_SKIPPED);
}

/** tlq_handshake_exit() - disarm; when it returns, no handler is running */
void tlq_handshake_exit(void)
{
	int i;

	tlq_window_stop();
	tlq_accept_exit();
	if (IS_MODULE(CONFIG_IPV6))
		unregister_module_notifier(&module_notifier);
	tlq_hooks_end(&late_group);
	for (i = ARRAY_SIZE(groups) - 1; i >= 0; i--)
		tlq_hooks_end(groups[i]);
	tlq_hooks_end(&close_group);
	tlq_intake_stop();
}
