/* SPDX-License-Identifier: GPL-2.0 */
/* For events.c and its event: a hooked call, told in plain values */
#ifndef TLQ_CALL_H
#define TLQ_CALL_H

#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>

#include "compat.h"
#include "listener.h"

/**
 * struct tlq_call - a hooked call, as the event tells of it
 * @when: ktime_get_ns()
 * @cookie: of the listener, as are the next five
 * @netns: inode number of the namespace
 * @ack_backlog: when the call began
 * @max_ack_backlog: likewise
 * @family: AF_INET or AF_INET6
 * @sport: port, host's byte order
 * @dport: the peer's
 * @saddr: IPv4 address of the listener; 0 if it has none
 * @daddr: of the peer
 * @saddr_v6: the listener's, an IPv4 one as ::ffff:a.b.c.d
 * @daddr_v6: the peer's
 */
struct tlq_call {
	u64 when;
	u64 cookie;
	u32 netns;
	u32 ack_backlog;
	u32 max_ack_backlog;
	u16 family;
	u16 sport;
	u16 dport;
	__be32 saddr;
	__be32 daddr;
	struct in6_addr saddr_v6;
	struct in6_addr daddr_v6;
};

/* An address of IPv6, if there is one, or else of IPv4 */
static inline void tlq_call_addr(__be32 *v4, struct in6_addr *v6, __be32 of_v4,
				 const struct in6_addr *of_v6)
{
	*v4 = of_v6 ? 0 : of_v4;
	if (of_v6)
		*v6 = *of_v6;
	else
		ipv6_addr_set_v4mapped(of_v4, v6);
}

/* It begins now, and is about this listener. */
static inline void tlq_call_of_listener(struct tlq_call *call, struct sock *sk)
{
	call->when = ktime_get_ns();
	call->cookie = tlq_cookie(sk);
	call->netns = sock_net(sk)->ns.inum;
	call->ack_backlog = READ_ONCE(sk->sk_ack_backlog);
	call->max_ack_backlog = READ_ONCE(sk->sk_max_ack_backlog);
	call->family = READ_ONCE(sk->sk_family);
	call->sport = ntohs(READ_ONCE(inet_sk(sk)->inet_sport));
	tlq_call_addr(&call->saddr, &call->saddr_v6, READ_ONCE(sk->sk_rcv_saddr),
		      inet6_rcv_saddr(sk));
}

/* Its peer has sent this SYN. */
static inline void tlq_call_from_syn(struct tlq_call *call, const struct sk_buff *skb)
{
	call->dport = ntohs(tcp_hdr(skb)->source);
	tlq_call_addr(&call->daddr, &call->daddr_v6, ip_hdr(skb)->saddr,
		      skb->protocol == htons(ETH_P_IP) ? NULL : &ipv6_hdr(skb)->saddr);
}

/* Its peer has this connection request. */
static inline void tlq_call_from_request(struct tlq_call *call,
					 const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	call->dport = ntohs(ireq->ir_rmt_port);
	tlq_call_addr(&call->daddr, &call->daddr_v6, ireq->ir_rmt_addr,
		      tlq_request_v6(req));
}

#endif /* TLQ_CALL_H */
