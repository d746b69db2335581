// SPDX-License-Identifier: GPL-2.0
/*
 * struct sock -> struct tlq_row: all that a row shows of a socket is read here.
 *
 * Runs under the lock of the socket's bucket and in an RCU read-side section:
 * the listener stays hashed, its inode, cgroup and device stay allocated. The
 * queues change meanwhile, under locks this module does not take, so each field
 * that another CPU may write is read exactly once.
 */
#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <net/mptcp.h>
#include <net/sock_reuseport.h>
#include <net/tcp.h>

#include "accept.h"
#include "compat.h"
#include "listener.h"
#include "nets.h"
#include "tlq.h"

static void fill_address(struct tlq_row *row, const struct sock *sk)
{
	const struct in6_addr *addr = inet6_rcv_saddr(sk);

	row->family = READ_ONCE(sk->sk_family);
	/* Not sk_num: at close that is 0 already for a port that bind(2) did not fix. */
	row->port = ntohs(READ_ONCE(inet_sk(sk)->inet_sport));
	if (addr)
		row->addr = *addr;
	else
		row->addr.s6_addr32[0] = READ_ONCE(sk->sk_rcv_saddr);
}

/*
 * The device may be renamed meanwhile; the lock against that sleeps and cannot be
 * taken here. A name that reads the same twice is whole.
 */
static noinline void copy_ifname(struct tlq_row *row, const struct sock *sk)
{
	const struct net_device *dev;
	char again[IFNAMSIZ];
	int tries = 3;

	row->ifname[0] = '\0';
	dev = dev_get_by_index_rcu(sock_net(sk), row->ifindex);
	if (!dev)
		return;
	do {
		memcpy(row->ifname, dev->name, IFNAMSIZ);
		barrier();
		memcpy(again, dev->name, IFNAMSIZ);
	} while (memcmp(row->ifname, again, IFNAMSIZ) && --tries);
	row->ifname[IFNAMSIZ - 1] = '\0';
}

static void fill_device(struct tlq_row *row, const struct sock *sk)
{
	row->ifindex = READ_ONCE(sk->sk_bound_dev_if);
	if (row->ifindex)
		copy_ifname(row, sk);
}

/*
 * How many requests inet_csk_reqsk_queue_is_full() lets in beyond the backlog.
 * 3479c7549fb1 ("tcp/dccp: allow a connection when sk_max_ack_backlog is
 * zero") (v6.14, and in stable 5.10 to 6.12) turned its ">=" into ">". Find out by
 * calling it on an empty queue with backlog 0.
 */
static u32 reqsk_beyond_backlog(void)
{
	static const struct inet_connection_sock empty;

	return !inet_csk_reqsk_queue_is_full((const struct sock *)&empty);
}

/*
 * The limits that tcp_conn_request() tests. Two exceptions, see docs/format.md: a
 * request that takes the place of a TIME_WAIT socket passes all tests, and one of a
 * peer in the TCP metrics passes that of max_syn_backlog.
 */
static u32 reqsk_max(const struct net *net, u32 max_ack_backlog)
{
	u32 room = max_ack_backlog + reqsk_beyond_backlog();
	int syn_backlog;

	switch (READ_ONCE(net->ipv4.sysctl_tcp_syncookies)) {
	case 0:
		syn_backlog = READ_ONCE(net->ipv4.sysctl_max_syn_backlog);
		syn_backlog -= syn_backlog >> 2;
		return min_t(u32, room, max(syn_backlog + 1, 0));
	case 2:
		return 0;
	default:
		return room;
	}
}

static void fill_queues(struct tlq_row *row, const struct sock *sk)
{
	const struct request_sock_queue *queue;

	queue = &inet_csk(sk)->icsk_accept_queue;
	row->ack_backlog = READ_ONCE(sk->sk_ack_backlog);
	row->max_ack_backlog = READ_ONCE(sk->sk_max_ack_backlog);
	row->reqsk_qlen = reqsk_queue_len(queue);
	row->reqsk_young = reqsk_queue_len_young(queue);
	row->reqsk_max = reqsk_max(sock_net(sk), row->max_ack_backlog);
	row->tfo_qlen = READ_ONCE(queue->fastopenq.qlen);
	row->tfo_max_qlen = READ_ONCE(queue->fastopenq.max_qlen);
}

/*
 * The TCP socket below an MPTCP or SMC listener is a kernel socket, too, but gets a
 * flag of its own. "kernel" is for listeners that no process holds, as NFS's.
 */
static u32 flags_of(const struct sock *sk)
{
	const struct request_sock_queue *queue;
	bool mptcp = sk_is_mptcp(sk);
	bool smc = tlq_sk_is_smc(sk);
	u32 flags = 0;

	queue = &inet_csk(sk)->icsk_accept_queue;
	flags |= tlq_racy_bit(sk->sk_reuseport) ? BIT(TLQ_F_REUSEPORT) : 0;
	flags |= READ_ONCE(queue->rskq_defer_accept) ? BIT(TLQ_F_DEFER) : 0;
	flags |= tlq_racy_bit(ipv6_only_sock(sk)) ? BIT(TLQ_F_V6ONLY) : 0;
	flags |= inet_test_bit(TRANSPARENT, sk) ? BIT(TLQ_F_TRANSPARENT) : 0;
	flags |= inet_test_bit(FREEBIND, sk) ? BIT(TLQ_F_FREEBIND) : 0;
	flags |= mptcp ? BIT(TLQ_F_MPTCP) : 0;
	flags |= smc ? BIT(TLQ_F_SMC) : 0;
	if (tlq_racy_bit(sk->sk_kern_sock) && !mptcp && !smc)
		flags |= BIT(TLQ_F_KERNEL);
	flags |= READ_ONCE(queue->synflood_warned) ? BIT(TLQ_F_SYNFLOOD) : 0;
	return flags;
}

/*
 * The child of the request at the head of the accept queue, and since when it is
 * established. Both may be taken out and freed meanwhile, but under RCU they stay a
 * request and a TCP socket (SLAB_TYPESAFE_BY_RCU). Their successors are at the head
 * then, so a head that is the same afterwards makes the time right, too: whoever uses
 * them again took locks since the head was changed (docs/ordering.md).
 */
static bool read_oldest(const struct request_sock_queue *queue, u64 *since)
{
	const struct request_sock *head = READ_ONCE(queue->rskq_accept_head);
	const struct sock *child = head ? READ_ONCE(head->sk) : NULL;

	if (!child)
		return false;
	*since = READ_ONCE(tcp_sk(child)->rcvq_space.time);
	/* Read the time before looking at the head again. */
	smp_rmb();
	return READ_ONCE(queue->rskq_accept_head) == head &&
	       READ_ONCE(head->sk) == child;
}

/* A child just queued has no time yet: it has waited for 0 ms. */
static noinline void fill_oldest(struct tlq_row *row, const struct sock *sk)
{
	const struct request_sock_queue *queue;
	u64 now, since;
	int tries = 4;

	queue = &inet_csk(sk)->icsk_accept_queue;
	while (!read_oldest(queue, &since))
		if (!--tries)
			return;
	now = tcp_clock_us();
	if (since && now > since)
		row->oldest_ms = div_u64(now - since, USEC_PER_MSEC);
	row->known |= TLQ_KNOWN_OLDEST;
}

static void fill_group(struct tlq_row *row, const struct sock *sk)
{
	const struct sock_reuseport *group;

	group = rcu_dereference(sk->sk_reuseport_cb);
	if (!group)
		return;
	row->group = group->reuseport_id;
	row->known |= TLQ_KNOWN_GROUP;
}

static void fill_numbers(struct tlq_row *row, const struct net *net)
{
	struct tlq_net *tn = tlq_nets_active() ? tlq_net_of(net) : NULL;

	tlq_listener_fill(row, tn ? &tn->share : NULL, tlq_net_known(tn));
	if (tlq_accept_misses(row))
		row->known &= ~(TLQ_KNOWN_WAITS | TLQ_KNOWN_LAST_ACCEPT);
}

/* What the queues say beside their lengths; known whatever the hooks know */
static void fill_rest(struct tlq_row *row, const struct sock *sk)
{
	row->group = 0;
	row->oldest_ms = 0;
	fill_group(row, sk);
	if (row->ack_backlog)
		fill_oldest(row, sk);
}

static __always_inline void fill_socket(struct tlq_row *row, struct sock *sk)
{
	fill_address(row, sk);
	fill_device(row, sk);
	fill_queues(row, sk);
	row->netns = sock_net(sk)->ns.inum;
	row->uid = sk_uid(sk);
	row->flags = flags_of(sk);
	row->inode = tlq_sk_ino(sk);
	row->cookie = tlq_cookie(sk);
	row->cgroup = tlq_sk_cgroup_id(sk);
}

/**
 * tlq_row_fill() - copy all that the columns show of a listener
 * @row: all members are written
 * @sk: a socket in state LISTEN; the caller holds its bucket's lock and is in
 *	an RCU read-side section
 */
void tlq_row_fill(struct tlq_row *row, struct sock *sk)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "a listener read without RCU");

	fill_socket(row, sk);
	fill_numbers(row, sock_net(sk));
	fill_rest(row, sk);
}

/**
 * tlq_row_fill_closed() - the same for one that has closed
 * @row: its numbers are not written
 * @sk: a socket that has just ceased to listen, in the call that closes it
 *
 * Context: RCU read-side section.
 */
void tlq_row_fill_closed(struct tlq_row *row, struct sock *sk)
{
	fill_socket(row, sk);
	row->known = 0;
	fill_rest(row, sk);
}
