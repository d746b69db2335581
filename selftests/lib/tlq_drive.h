/* SPDX-License-Identifier: GPL-2.0 */
/* A listener, and packets that make it count */
#ifndef TLQ_DRIVE_H
#define TLQ_DRIVE_H

#include "tlq_mib.h"
#include "tlq_net.h"

/* Found by its port: an MPTCP socket's cookie is not that of its listener. */
struct tlq_target {
	int lfd;
	int port;
	union tlq_addr to;
};

/* @client: family of the clients, for a listener of IPv6 that takes both */
int tlq_target_open(struct tlq_target *t, const struct tlq_lopt *opt,
		    int client);
/* The same; @opt gets that backlog */
int tlq_target_backlog(struct tlq_target *t, struct tlq_lopt *opt, int client,
		       int backlog);
/* The same, with a client's family as the listener's, and its accept queue full */
int tlq_target_full(struct tlq_target *t, const struct tlq_lopt *opt);
/* Its line; the caller frees the table. */
struct tlq_line tlq_target_line(const struct tlq_target *t,
				struct tlq_table *table);
/* A value in its line; TLQ_BAD when it has none */
__u64 tlq_target_value(const struct tlq_target *t, const char *column);
/* Accept queue, as inet_diag has it */
int tlq_target_queued(const struct tlq_target *t);

/* Connections in the accept queue, one after the other, @n more */
int tlq_fill_accept(const struct tlq_target *t, int n);
/* Half-open requests that stay so, one after the other, @n more */
int tlq_fill_syn(const struct tlq_target *t, int n);
/* @n clients that each send one SYN, receive nothing and are closed at once */
int tlq_knock(const struct tlq_target *t, int n);
/* The same at a full accept queue, and wait until all have been refused */
int tlq_refuse(const struct tlq_target *t, int n);
/* @n clients, each connected from its side, into *fd */
int tlq_clients(const struct tlq_target *t, int n, int *fd);
/* Each sends a byte and closes without another packet. */
int tlq_send_and_vanish(const int *fd, int n);
/* Each sends a reset. */
int tlq_reset(const int *fd, int n);
/* Deaf: a filter drops all packets for the listener but SYNs. */
int tlq_deaf(const struct tlq_target *t, bool deaf);
/* Packets the listener has dropped, those of the filter among them */
int tlq_dropped(const struct tlq_target *t);

#endif
