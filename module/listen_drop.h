/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace event tcp_listenq:listen_drop. events.c includes this, and the kernel's
 * headers several times more: CREATE_TRACE_POINTS makes code of it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcp_listenq

#if !defined(TLQ_LISTEN_DROP_H) || defined(TRACE_HEADER_MULTI_READ)
#define TLQ_LISTEN_DROP_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "call.h"
#include "events.h"

/* Programs that read the format do not know our names. */
TRACE_DEFINE_ENUM(TLQ_ACCEPT_QUEUE_SYN);
TRACE_DEFINE_ENUM(TLQ_ACCEPT_QUEUE_ACK);
TRACE_DEFINE_ENUM(TLQ_ACCEPT_QUEUE_COOKIE);
TRACE_DEFINE_ENUM(TLQ_SYN_QUEUE_DROP);
TRACE_DEFINE_ENUM(TLQ_SYN_QUEUE_COOKIE);
TRACE_DEFINE_ENUM(TLQ_OTHER);

/*
 * A packet that a listener refused, or answered with a cookie as its SYN queue was full.
 * Addresses are laid out, and aligned, as in sock:inet_sock_set_state, IPv4 ones twice;
 * saddr is the listener's, daddr the peer's.
 */
TRACE_EVENT_FN(listen_drop,
	       TP_PROTO(const struct tlq_call *call, enum tlq_reason why),
	       TP_ARGS(call, why),
	       TP_STRUCT__entry(__field(__u64, when)
				__field(__u64, cookie)
				__field(__u32, netns)
				__field(__u32, ack_backlog)
				__field(__u32, max_ack_backlog)
				__field(__u16, family)
				__field(__u16, sport)
				__field(__u16, dport)
				__field(__u32, reason)
				__array(__u8, saddr, 4)
				__array(__u8, daddr, 4)
				__array(__u8, saddr_v6, 16)
				__array(__u8, daddr_v6, 16)),
	       TP_fast_assign(__entry->when = call->when;
			      __entry->cookie = call->cookie;
			      __entry->netns = call->netns;
			      __entry->ack_backlog = call->ack_backlog;
			      __entry->max_ack_backlog = call->max_ack_backlog;
			      __entry->family = call->family;
			      __entry->sport = call->sport;
			      __entry->dport = call->dport;
			      __entry->reason = why;
			      memcpy(__entry->saddr, &call->saddr, 4);
			      memcpy(__entry->daddr, &call->daddr, 4);
			      memcpy(__entry->saddr_v6, &call->saddr_v6, 16);
			      memcpy(__entry->daddr_v6, &call->daddr_v6, 16);),
	       TP_printk("netns=%u cookie=%llu family=%u sport=%u dport=%u saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c reason=%s ack_backlog=%u max_ack_backlog=%u when=%llu",
			 __entry->netns, __entry->cookie, __entry->family,
			 __entry->sport, __entry->dport,
			 __entry->saddr, __entry->daddr,
			 __entry->saddr_v6, __entry->daddr_v6,
			 __print_symbolic(__entry->reason,
					  { TLQ_ACCEPT_QUEUE_SYN, "accept_queue_syn" },
					  { TLQ_ACCEPT_QUEUE_ACK, "accept_queue_ack" },
					  { TLQ_ACCEPT_QUEUE_COOKIE, "accept_queue_cookie" },
					  { TLQ_SYN_QUEUE_DROP, "syn_queue_drop" },
					  { TLQ_SYN_QUEUE_COOKIE, "syn_queue_cookie" },
					  { TLQ_OTHER, "other" }),
			 __entry->ack_backlog, __entry->max_ack_backlog,
			 __entry->when),
	       tlq_events_start, tlq_events_stop
);

#endif /* TLQ_LISTEN_DROP_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE listen_drop
#include <trace/define_trace.h>
