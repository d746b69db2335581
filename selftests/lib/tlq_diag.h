/* SPDX-License-Identifier: GPL-2.0 */
/* TCP sockets as the kernel's inet_diag dumps them */
#ifndef TLQ_DIAG_H
#define TLQ_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Sets of states: a bit for each */
#define TLQ_ESTABLISHED 0x002
#define TLQ_SYN_RECV 0x008
#define TLQ_LISTEN 0x400

struct tlq_diag {
	int family;
	int state;
	int port;
	__u32 src[4];
	__u32 ifindex;
	__u32 rqueue;
	__u32 wqueue;
	__u32 uid;
	__u32 inode;
	__u64 cookie;
	__u64 cgroup;		/* 0 when the kernel does not tell */
	bool v6only;
	bool has_opts;		/* the next two are known */
	bool freebind;
	bool transparent;
};

struct tlq_diags {
	struct tlq_diag *v;
	size_t n;
	size_t cap;
};

/* Ask for a dump over @nl, a netlink socket; 0 or a negative errno */
int tlq_diag_ask(int nl, int family, __u32 states);
/* All sockets of the namespace in these states, IPv4 and IPv6. */
int tlq_diag_dump(struct tlq_diags *d, __u32 states);
void tlq_diag_free(struct tlq_diags *d);

const struct tlq_diag *tlq_diag_cookie(const struct tlq_diags *d, __u64 cookie);
/* One listener, by its descriptor, in a new dump; false when it is missing. */
bool tlq_diag_of(int lfd, struct tlq_diag *out);
/* Sockets in these states at a local port; -1 when there is no dump */
int tlq_diag_count(int port, __u32 states);
/* Half-open requests for a local port. */
int tlq_diag_half_open(int port);
/* The address as the column "local" prints it. */
void tlq_diag_local(const struct tlq_diag *d, char *buf, size_t size);

#endif
