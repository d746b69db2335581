/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that knows that kernels differ. The others are written for the
 * newest kernel. Here its names are defined for older ones, and things that have
 * two shapes get one tlq_ name. TLQ_HAVE_* come from module/Kbuild.
 */
#ifndef TLQ_COMPAT_H
#define TLQ_COMPAT_H

#include <linux/cgroup.h>
#include <linux/eventfd.h>
#include <linux/ftrace.h>
#include <linux/proc_fs.h>
#include <linux/tcp.h>
#include <net/inet_common.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#if !IS_ENABLED(CONFIG_INET) || !IS_ENABLED(CONFIG_PROC_FS)
#error "tcp_listenq needs a kernel with CONFIG_INET and CONFIG_PROC_FS"
#endif

/*
 * Since 711bdd5141d8 ("inet: factor out locked section of inet_accept() in a new
 * helper") (v6.5, and in stable kernels): what accept(2) calls for a connection that it
 * has taken out of the queue. Fails if the probe has missed it.
 */
#ifdef TLQ_HAVE_INET_ACCEPT
#define TLQ_HAS_INET_ACCEPT true
static_assert(__same_type(__inet_accept,
			  void (struct socket *, struct socket *, struct sock *)));
#else
#define TLQ_HAS_INET_ACCEPT false
static inline void __inet_accept(void)
{
}
#endif

/*
 * Since 359745d78351 ("proc: remove PDE_DATA() completely") (v5.17): the name
 * is in lower case.
 */
#ifndef TLQ_HAVE_PDE_DATA
#define pde_data(inode) PDE_DATA(inode)
#endif

/**
 * tlq_racy_bit() - read a bitfield of a socket, once
 * @expr: the bitfield
 *
 * READ_ONCE() cannot take the address of one. setsockopt(2) may write it or its
 * neighbours on a live listener; both the old and the new value are right.
 */
#define tlq_racy_bit(expr) data_race(!!(expr)) /* see above */

/*
 * Since c274af224269 ("inet: introduce inet->inet_flags") (v6.6) and the
 * commits after it: bits with atomic access. Before: bitfields.
 */
#ifndef inet_test_bit
#define TLQ_INET_TRANSPARENT(sk) (inet_sk(sk)->transparent)
#define TLQ_INET_FREEBIND(sk) (inet_sk(sk)->freebind)
#define inet_test_bit(nr, sk) tlq_racy_bit(TLQ_INET_##nr(sk))
#endif

/*
 * Since e84a4927a404 ("net: annotate races around sk->sk_uid") (v6.17, and in
 * stable kernels): the owner is read from the socket. Before, inet_diag took
 * it from the inode, which is what ss shows there.
 * An inode of sockfs is freed after a grace period, 6d7855c54e1e ("sockfs:
 * switch to ->free_inode()") (v5.3), so RCU protects this read.
 */
#ifndef TLQ_HAVE_SK_UID
static inline kuid_t sk_uid(const struct sock *sk)
{
	struct socket *sock = READ_ONCE(sk->sk_socket);

	return sock ? READ_ONCE(SOCK_INODE(sock)->i_uid) : GLOBAL_ROOT_UID;
}
#endif

/**
 * tlq_sk_ino() - inode number of a socket, 0 if it has none
 * @sk: socket; the caller is in an RCU read-side section
 *
 * Since 5d6b58c932ec ("net: lockless sock_i_ino()") (v6.18): the socket
 * keeps a copy and sock_i_ino() takes no lock. Before, it took
 * sk_callback_lock, which we do not want to take under a bucket lock.
 */
#ifdef TLQ_HAVE_SK_INO
static inline u64 tlq_sk_ino(const struct sock *sk)
{
	return READ_ONCE(sk->sk_ino);
}
#else
/* Fails if the probe has missed sk_ino: sock_i_ino() has another type there. */
static_assert(__same_type(sock_i_ino, unsigned long (struct sock *)));
static inline u64 tlq_sk_ino(const struct sock *sk)
{
	struct socket *sock = READ_ONCE(sk->sk_socket);

	return sock ? SOCK_INODE(sock)->i_ino : 0;
}
#endif

/* tlq_sk_cgroup_id() - id of the cgroup v2 of a socket, 0: unknown */
#ifdef CONFIG_SOCK_CGROUP_DATA
static inline u64 tlq_sk_cgroup_id(struct sock *sk)
{
	return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
}
#else
static inline u64 tlq_sk_cgroup_id(struct sock *sk)
{
	return 0;
}
#endif

/* tlq_request_v6() - the peer's address of IPv6, or NULL for one of IPv4 */
static inline const struct in6_addr *
tlq_request_v6(const struct request_sock *req)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (req->rsk_ops->family == AF_INET6)
		return &inet_rsk(req)->ir_v6_rmt_addr;
#endif
	return NULL;
}

/* tlq_sk_is_smc() - whether the TCP socket belongs to an SMC listener */
#if IS_ENABLED(CONFIG_SMC)
static inline bool tlq_sk_is_smc(const struct sock *sk)
{
	return tcp_sk(sk)->syn_smc;
}
#else
static inline bool tlq_sk_is_smc(const struct sock *sk)
{
	return false;
}
#endif

/* Since 3652117f8548 ("eventfd: simplify eventfd_signal()") (v6.8): always by 1 */
#ifdef TLQ_HAVE_EVENTFD_BY_ONE
#define tlq_eventfd_signal(ctx) eventfd_signal(ctx)
#else
#define tlq_eventfd_signal(ctx) eventfd_signal(ctx, 1)
#endif

/* The ioctls of a file in /proc, also for 32-bit programs: their structures are the same */
#ifdef CONFIG_COMPAT
#define TLQ_PROC_IOCTL(...) .proc_ioctl = __VA_ARGS__, .proc_compat_ioctl = __VA_ARGS__
#else
#define TLQ_PROC_IOCTL(...) .proc_ioctl = __VA_ARGS__
#endif

/**
 * tlq_hashinfo() - TCP's hash tables
 *
 * Only old kernels export tcp_hashinfo, but init_net points to it on all. Other
 * namespaces may have a copy since d1e5e6408b30 ("tcp: Introduce optional per-netns
 * ehash.") (v6.1); it shares the listening hash.
 *
 * From fbb8295248e1 ("tcp: allocate tcp_death_row outside of struct
 * netns_ipv4") (v5.18) to e9bd0cca09d1 ("tcp: Don't allocate tcp_death_row
 * outside of struct netns_ipv4.") (v6.1) tcp_death_row was a pointer.
 */
#ifdef TLQ_HAVE_DEATH_ROW_POINTER
static inline struct inet_hashinfo *tlq_hashinfo(void)
{
	return init_net.ipv4.tcp_death_row->hashinfo;
}
#else
static inline struct inet_hashinfo *tlq_hashinfo(void)
{
	return init_net.ipv4.tcp_death_row.hashinfo;
}
#endif

/*
 * One bucket of the listening hash, a list of struct tlq_lhash2_node, each in a
 * socket. tlq_lhash2_busy() needs no lock, the others the bucket's.
 *
 * Since cae3873c5b3a ("net: inet: Retire port only listening_hash") (v5.19,
 * and in 5.15 stable since 2023): linked by sk_nulls_node. Before, that linked
 * listening_hash, and icsk_listen_portaddr_node this one. A kernel may keep that
 * member for its ABI, but not the macro that walks it.
 */
#ifdef inet_lhash2_for_each_icsk_rcu
#define tlq_lhash2_node hlist_node
static inline bool tlq_lhash2_busy(const struct inet_listen_hashbucket *ilb)
{
	return !hlist_empty(&ilb->head);
}

static inline struct hlist_node *
tlq_lhash2_first(const struct inet_listen_hashbucket *ilb)
{
	return ilb->head.first;
}

static inline bool tlq_lhash2_end(const struct hlist_node *node)
{
	return !node;
}

static inline struct sock *tlq_lhash2_sk(struct hlist_node *node)
{
	struct inet_connection_sock *icsk;

	icsk = hlist_entry(node, struct inet_connection_sock,
			   icsk_listen_portaddr_node);
	return (struct sock *)icsk;
}
#else
#define tlq_lhash2_node hlist_nulls_node
static inline bool tlq_lhash2_busy(const struct inet_listen_hashbucket *ilb)
{
	return !hlist_nulls_empty(&ilb->nulls_head);
}

static inline struct hlist_nulls_node *
tlq_lhash2_first(const struct inet_listen_hashbucket *ilb)
{
	return ilb->nulls_head.first;
}

static inline bool tlq_lhash2_end(const struct hlist_nulls_node *node)
{
	return is_a_nulls(node);
}

static inline struct sock *tlq_lhash2_sk(struct hlist_nulls_node *node)
{
	return hlist_nulls_entry(node, struct sock, sk_nulls_node);
}
#endif

/*
 * tlq_argument() - an argument of the function that was entered with these registers
 * @regs: struct pt_regs
 * @n: which one, from 0; the first four are in registers everywhere
 *
 * 32-bit ARM has no regs_get_kernel_argument(), 64-bit PowerPC had none, and that of
 * s390 called a function that was not exported.
 */
#if defined(CONFIG_ARM)
#define tlq_argument(regs, n) ((regs)->uregs[n])
#elif defined(CONFIG_S390)
#define tlq_argument(regs, n) ((regs)->gprs[2 + (n)])
#elif defined(CONFIG_PPC)
#define tlq_argument(regs, n) ((regs)->gpr[3 + (n)])
#else
#define TLQ_KERNEL_ARGUMENT
#define tlq_argument(regs, n) regs_get_kernel_argument(regs, n)
#endif

/*
 * Handlers are declared as for the newest kernel. TLQ_FTRACE_FLAGS: PERMANENT, see
 * hooks.c; SAVE_REGS where arguments are not passed otherwise; no recursion guard,
 * because handlers call no hooked function.
 */
#ifndef CONFIG_FUNCTION_TRACER
struct ftrace_regs;
struct ftrace_ops {
	void (*func)(unsigned long ip, unsigned long parent,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs);
	unsigned long flags;
};

#define ftrace_regs_get_argument(fregs, n) ((void)(fregs), (void)(n), 0UL)
#define TLQ_FTRACE_FLAGS 0
#elif defined(TLQ_HAVE_FTRACE_RECURSION_SAFE)
/* Before d19ad0775dcd ("ftrace: Have the callbacks receive a struct ftrace_regs
 * instead of pt_regs") and a25d036d939a ("ftrace: Reverse what the RECURSION flag
 * means in the ftrace_ops") (both v5.11): pt_regs, and a flag turns the guard off.
 */
#ifdef TLQ_HAVE_FTRACE_ARGUMENT
#error "a kernel without struct ftrace_regs cannot get an argument from one"
#endif
#define ftrace_regs pt_regs
#define ftrace_regs_get_argument(regs, n) tlq_argument(regs, n)
#define TLQ_FTRACE_FLAGS \
	(FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS | \
	 FTRACE_OPS_FL_RECURSION_SAFE)
#else
/* Since 94d095ffa0e1 ("ftrace: abstract DYNAMIC_FTRACE_WITH_ARGS accesses")
 * (v6.2)
 */
#ifndef TLQ_HAVE_FTRACE_ARGUMENT
#define ftrace_regs_get_argument(fregs, n) tlq_argument(&(fregs)->regs, n)
#elif !defined(TLQ_KERNEL_ARGUMENT)
/* Since 7888af4166d4 ("ftrace: Make ftrace_regs abstract from direct use") (v6.13)
 * the registers are behind a cast.
 */
#ifndef arch_ftrace_regs
#define arch_ftrace_regs(fregs) (fregs)
#endif
#undef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n) \
	tlq_argument(&arch_ftrace_regs(fregs)->regs, n)
#endif
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#define TLQ_FTRACE_FLAGS FTRACE_OPS_FL_PERMANENT
#else
#define TLQ_FTRACE_FLAGS (FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS)
#endif
#endif

/*
 * The hooked functions that a header declares: the arguments must be where the
 * handlers expect them. After those, e34100c2ecbb ("tcp: add a drop_reason pointer
 * to tcp_check_req()") (v6.15) added one and efce3d1fdff5 ("tcp: Don't initialise
 * tp->tsoffset in tcp_get_cookie_sock().") (v6.8) removed one.
 */
#ifdef TLQ_HAVE_CHECK_REQ_REASON
static_assert(__same_type(tcp_check_req,
			  struct sock *(struct sock *, struct sk_buff *,
					struct request_sock *, bool, bool *,
					enum skb_drop_reason *)));
#else
static_assert(__same_type(tcp_check_req,
			  struct sock *(struct sock *, struct sk_buff *,
					struct request_sock *, bool, bool *)));
#endif

#ifdef TLQ_HAVE_COOKIE_SOCK_TSOFF
static_assert(__same_type(tcp_get_cookie_sock,
			  struct sock *(struct sock *, struct sk_buff *,
					struct request_sock *,
					struct dst_entry *, u32)));
#else
static_assert(__same_type(tcp_get_cookie_sock,
			  struct sock *(struct sock *, struct sk_buff *,
					struct request_sock *,
					struct dst_entry *)));
#endif

static_assert(__same_type(tcp_v4_conn_request,
			  int (struct sock *, struct sk_buff *)));
static_assert(__same_type(tcp_req_err, void (struct sock *, u32, bool)));
static_assert(__same_type(inet_csk_listen_stop, void (struct sock *)));
static_assert(__same_type(tcp_seq_next,
			  void *(struct seq_file *, void *, loff_t *)));

#endif /* TLQ_COMPAT_H */
