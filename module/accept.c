// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks at accept(2): which listener, and how long the connection has waited.
 *
 * __inet_accept() has listener and child at hand, and runs for each accept(2), whatever
 * way the connection came. 5.10 does not have it. It is called for an MPTCP listener,
 * too, but with MPTCP's socket, whose TCP listener cannot be found from there.
 *
 * So MPTCP listeners, and all where there is no __inet_accept(), have the destructors
 * of requests, MPTCP's or TCP's: inet_csk_accept() drops the last reference of a
 * request right after it has taken the connection out of the queue. Two kinds of
 * connections have no request by then: those of a SYN cookie, and TCP Fast Open's that
 * are accepted before their handshake has ended.
 *
 * tcp_sk(child)->rcvq_space.time is the time of establishment in microseconds of the
 * monotonic clock; nothing writes it before data is read from the connection.
 */
#include <linux/ftrace.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "accept.h"
#include "compat.h"
#include "hash.h"
#include "hooks.h"
#include "listener.h"
#include "look.h"
#include "nets.h"
#include "tlq.h"
#include "track.h"
#include "waits.h"

#define WAITS (TLQ_KNOWN_WAITS | TLQ_KNOWN_LAST_ACCEPT)
#define COLUMNS "accepts,last_accept_ms,wait_us_sum,wait_us_max"

static const struct tlq_hook accept_hooks[] = {
	{ "__inet_accept", TLQ_HAS_INET_ACCEPT, WAITS, COLUMNS },
};

/*
 * Where there is __inet_accept(), for MPTCP listeners only: a hook that all connections
 * pass costs each of them 50 instructions.
 */
#define REQUEST_COLUMNS (TLQ_HAS_INET_ACCEPT ? "accepts_of_mptcp" : COLUMNS)
#define REQUEST_HOOK(of_mptcp, has_mptcp, of_tcp, has_tcp)			\
	{									\
		TLQ_HAS_INET_ACCEPT ? (of_mptcp) : (of_tcp),			\
		TLQ_HAS_INET_ACCEPT ? (has_mptcp) : (has_tcp),			\
		WAITS,								\
		REQUEST_COLUMNS,						\
	}

static const struct tlq_hook request_hooks[] = {
	REQUEST_HOOK("subflow_v4_req_destructor", IS_ENABLED(CONFIG_MPTCP),
		     "tcp_v4_reqsk_destructor", true),
	REQUEST_HOOK("subflow_v6_req_destructor", IS_ENABLED(CONFIG_MPTCP_IPV6),
		     "tcp_v6_reqsk_destructor", IS_BUILTIN(CONFIG_IPV6)),
};

bool tlq_accept_by_request __ro_after_init;

/* The numbers of a listener, made now if it is older than the module; or NULL */
static struct tlq_listener *numbers_of(struct tlq_net *tn, struct sock *sk)
{
	struct tlq_listener *listener = tlq_listener_find(tlq_cookie(sk));
	enum tlq_refusal refusal;

	if (likely(listener) || READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return listener;
	refusal = tlq_track(tn, sk, WAITS);
	if (refusal == TLQ_NOT_REFUSED)
		return tlq_listener_find(tlq_cookie(sk));
	atomic64_inc(&tn->share.refused[refusal]);
	tlq_look_again();
	return NULL;
}

/* Whether connections of a listener are known by their requests only */
static bool is_by_request(const struct sock *sk)
{
	return tlq_accept_by_request || sk_is_mptcp(sk);
}

/*
 * Whether a connection in the accept queue has no request that tells of its accept(2).
 * It was made by a SYN cookie, or the handshake of its Fast Open has not ended.
 */
static bool __init has_unseen(struct sock *sk)
{
	struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;
	const struct request_sock *req;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req; req = req->dl_next)
		if (!req->rsk_listener || READ_ONCE(tcp_rsk(req)->tfo_listener))
			break;
	spin_unlock_bh(&queue->rskq_lock);
	return req;
}

/* A listener that is older than the module */
static void __init look_at_older(struct sock *sk, void *data)
{
	struct tlq_listener *listener;
	struct tlq_net *tn;

	if (!is_by_request(sk) || !has_unseen(sk))
		return;
	tn = tlq_net_of(sock_net(sk));
	listener = numbers_of(tn, sk);
	if (listener)
		WRITE_ONCE(listener->unseen, true);
	else
		tlq_track_lost(tn, sk, WAITS);
}

/* Interrupts off are an RCU read-side section, too, and cheaper. */
static int add_wait(struct sock *sk, u64 wait_us)
{
	struct tlq_listener *listener;
	unsigned long flags;
	int err = -ENOENT;

	local_irq_save(flags);
	listener = tlq_listener_find(tlq_cookie(sk));
	if (likely(listener))
		err = tlq_waits_add(listener, wait_us);
	local_irq_restore(flags);
	return err;
}

/* There are no numbers yet, or no memory, or the listener closes meanwhile. */
static noinline void count_rest(struct sock *sk, u64 wait_us)
{
	struct tlq_net *tn = tlq_net_of(sock_net(sk));
	int err = -ENOENT;

	rcu_read_lock();
	if (numbers_of(tn, sk))
		err = add_wait(sk, wait_us);
	if (err == -ENOMEM)
		tlq_track_lost(tn, sk, WAITS);
	if (err && READ_ONCE(sk->sk_state) == TCP_LISTEN)
		atomic64_inc(&tn->nobody_accepts);
	else if (err)
		atomic64_inc(&tn->closed_accepts);
	rcu_read_unlock();
}

static void count(struct sock *sk, u64 wait_us)
{
	if (unlikely(add_wait(sk, wait_us)))
		count_rest(sk, wait_us);
}

/* The child's time is written under its lock before accept(2) can have taken it. */
static void accepted(struct sock *sk, const struct sock *child)
{
	u64 since = READ_ONCE(tcp_sk(child)->rcvq_space.time);
	u64 now = tcp_clock_us();

	count(sk, since && now > since ? now - since : 0);
}

/* __inet_accept(sock, newsock, newsk): SCTP's and MPTCP's sockets come here, too. */
static void on_accept(unsigned long ip, unsigned long parent,
		      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	struct sock *child = (void *)ftrace_regs_get_argument(fregs, 2);
	struct sock *sk = sock->sk;

	if (sk->sk_protocol == IPPROTO_TCP && child->sk_protocol == IPPROTO_TCP)
		accepted(sk, child);
}

/*
 * The destructors: (request). Requests are also freed when their time is over or their
 * listener closes: then there is no child, the listener does not listen any more, or it
 * is a softirq that does so.
 */
static void on_request(unsigned long ip, unsigned long parent,
		       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct request_sock *req = (void *)ftrace_regs_get_argument(fregs, 0);
	struct sock *child = req->sk, *sk = req->rsk_listener;

	if (!sk || !is_by_request(sk) || !child || in_serving_softirq())
		return;
	if (READ_ONCE(sk->sk_state) == TCP_LISTEN)
		accepted(sk, child);
}

static int accept_errors[ARRAY_SIZE(accept_hooks)];
static struct tlq_hook_group accept_group = {
	.ops = { .func = on_accept, .flags = TLQ_FTRACE_FLAGS },
	.hooks = accept_hooks,
	.errors = accept_errors,
	.nr = ARRAY_SIZE(accept_hooks),
};

static int request_errors[ARRAY_SIZE(request_hooks)];
static struct tlq_hook_group request_group = {
	.ops = { .func = on_request, .flags = TLQ_FTRACE_FLAGS },
	.hooks = request_hooks,
	.errors = request_errors,
	.nr = ARRAY_SIZE(request_hooks),
};

/**
 * tlq_accept_missing() - columns that the hooks at accept(2) do not provide
 *
 * Return: TLQ_KNOWN_*.
 */
u32 tlq_accept_missing(void)
{
	u32 missing = tlq_hooks_missing(&accept_group);

	if (tlq_accept_by_request)
		missing |= IS_MODULE(CONFIG_IPV6) ?
			   WAITS : tlq_hooks_missing(&request_group);
	return missing;
}

/**
 * tlq_accept_may_miss() - the same, of a listener that is counted by requests
 * @row: the listener
 *
 * Return: true if it may have got connections without one.
 */
bool tlq_accept_may_miss(const struct tlq_row *row)
{
	if (tlq_hooks_missing(&request_group))
		return true;
	return row->count[TLQ_C_SYNCOOKIES_SENT] || row->unseen;
}

/**
 * tlq_accept_init() - arm the hooks at accept(2)
 * @skip: function not to hook, for tests; or NULL
 *
 * Never fails: without one of them, the columns print "-".
 */
void __init tlq_accept_init(const char *skip)
{
	tlq_hooks_list(&accept_group);
	tlq_hooks_list(&request_group);
	tlq_hooks_arm(&accept_group, skip);
	tlq_accept_by_request = accept_errors[0] == TLQ_HOOK_ABSENT;
	tlq_hooks_arm(&request_group, skip);
	tlq_hooks_report(&accept_group);
	tlq_hooks_report(&request_group);
	tlq_hash_each(look_at_older, NULL);
}

/**
 * tlq_accept_off() - report why the hooks at accept(2) are not armed
 * @err: errno or TLQ_HOOK_SKIPPED
 */
void __init tlq_accept_off(int err)
{
	tlq_hooks_list(&accept_group);
	tlq_hooks_list(&request_group);
	tlq_hooks_mark(&accept_group, err);
	tlq_hooks_mark(&request_group, err);
}

/** tlq_accept_exit() - disarm; when it returns, no handler is running */
void tlq_accept_exit(void)
{
	tlq_hooks_end(&request_group);
	tlq_hooks_end(&accept_group);
}
