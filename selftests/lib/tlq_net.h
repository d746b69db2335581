/* SPDX-License-Identifier: GPL-2.0 */
/* Listeners and clients for the tests */
#ifndef TLQ_NET_H
#define TLQ_NET_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define TLQ_MUTE 1
#define TLQ_TFO 2
#define TLQ_MPTCP 4

union tlq_addr {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Options for tlq_listen(); all zero: 127.0.0.1, any port */
struct tlq_lopt {
	int family;		/* AF_INET when 0 */
	const char *addr;	/* loopback of the family when NULL */
	int port;
	int backlog;
	int protocol;		/* IPPROTO_TCP when 0 */
	int defer;		/* TCP_DEFER_ACCEPT seconds */
	int tfo;		/* TCP_FASTOPEN queue length */
	const char *dev;	/* SO_BINDTODEVICE */
	bool reuseport;
	bool dual;		/* clear IPV6_V6ONLY; it is set otherwise */
	bool transparent;
	bool freebind;
};

/* Sockets: a descriptor, or a negative errno. */
int tlq_socket(const struct tlq_lopt *opt);
int tlq_listen(const struct tlq_lopt *opt);
int tlq_connect_to(const union tlq_addr *to, int how);
/* From any address that is routed to loopback, also where no interface has it */
int tlq_connect_from(const union tlq_addr *from, const union tlq_addr *to,
		     int how);
int tlq_client(int lfd, int how);
int tlq_connect(int lfd);
bool tlq_connected(int fd);
int tlq_accept(int lfd);

int tlq_addr_set(union tlq_addr *a, int family, const char *text, int port);
int tlq_port(int fd);
int tlq_sockopt(int fd, int level, int name);
__u64 tlq_so_cookie(int fd);
__u64 tlq_inode(int fd);

/* As in the headers of IP, TCP and ICMP; @len is even. */
__u16 tlq_checksum(const void *data, size_t len);

/* TCP_INFO of a listener: queue length and limit. */
int tlq_acceptq(int lfd, __u32 *len, __u32 *max);
int tlq_queued(int lfd);

#endif
