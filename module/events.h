/* SPDX-License-Identifier: GPL-2.0 */
/*
 * events.c: the trace event listen_drop, which tells of each refused packet. All of it
 * costs one branch that is not taken while the event is off.
 */
#ifndef TLQ_EVENTS_H
#define TLQ_EVENTS_H

#include <linux/build_bug.h>
#include <linux/tracepoint-defs.h>
#include <linux/types.h>

#include "slot.h"

struct net;
struct request_sock;
struct sk_buff;
struct sock;

/* Why a packet was refused; part of the event's format */
enum tlq_reason {
	TLQ_ACCEPT_QUEUE_SYN,
	TLQ_ACCEPT_QUEUE_ACK,
	TLQ_ACCEPT_QUEUE_COOKIE,
	TLQ_SYN_QUEUE_DROP,
	TLQ_SYN_QUEUE_COOKIE,	/* not refused: answered with a cookie */
	TLQ_OTHER,
	TLQ_NR_REASONS
};

/* Those at a full accept queue are as many as there are stages, in their order. */
static_assert(TLQ_ACCEPT_QUEUE_SYN + TLQ_STAGE_ACK == TLQ_ACCEPT_QUEUE_ACK);
static_assert(TLQ_ACCEPT_QUEUE_SYN + TLQ_STAGE_COOKIE == TLQ_ACCEPT_QUEUE_COOKIE);

DECLARE_TRACEPOINT(listen_drop);

/* tlq_events_on() - whether somebody listens to the event */
#define tlq_events_on() tracepoint_enabled(listen_drop)

void tlq_events_syn(struct sock *sk, const struct sk_buff *skb);
void tlq_events_request(struct sock *sk, const struct request_sock *req,
			enum tlq_stage stage);
void tlq_events_forget(const struct net *net);
void tlq_events_exit(void);

/* Called by the kernel when the first one begins to listen, and the last one ends */
int tlq_events_start(void);
void tlq_events_stop(void);

#endif /* TLQ_EVENTS_H */
