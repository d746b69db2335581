/* SPDX-License-Identifier: GPL-2.0 */
/* What a listener refused, told when it happens: one packet, or what grew between two looks. */
#ifndef LISTENQ_REFUSAL_H
#define LISTENQ_REFUSAL_H

#include "../listener/listener.h"

/* As the trace event tcp_listenq:listen_drop numbers them */
enum refusal_reason {
	REFUSED_ACCEPT_QUEUE_SYN, REFUSED_ACCEPT_QUEUE_ACK, REFUSED_ACCEPT_QUEUE_COOKIE,
	REFUSED_SYN_QUEUE_DROP, REFUSED_SYN_QUEUE_COOKIE, REFUSED_OTHER,
	NR_REASONS
};

/* reason_name - "accept_queue_syn"; "?" of a number that we do not know */
const char *reason_name(unsigned int reason);

/* Room for an address with port, "[...]:65535" */
#define ENDPOINT_SIZE 64

struct refusal {
	double time;			/* seconds since 1970 */
	uint64_t when;			/* CLOCK_MONOTONIC in nanoseconds; 0: between two looks */
	unsigned int reason;		/* enum refusal_reason, or more of a newer module */
	uint64_t count;			/* packets */
	uint64_t netns, cookie;		/* of the listener; 0: not known */
	uint64_t ack_backlog, max_ack_backlog;
	bool knows_queue;		/* those two */
	char local[ENDPOINT_SIZE];	/* "": not known */
	char peer[ENDPOINT_SIZE];	/* "": not known, or several */
};

/*
 * refusals_between - a refusal for each reason that grew at a listener between two looks, in
 * the order of NOW. A listener that BEFORE has not is counted from 0. free() *REFUSALS; how
 * many there are.
 */
size_t refusals_between(const struct look *before, const struct look *now,
			struct refusal **refusals);

#endif
