// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners and clients for the tests
 *
 * Clients connect without blocking; a caller waits with tlq_until() for the state
 * it needs.
 */
#include "tlq_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static socklen_t addr_len(const union tlq_addr *a)
{
	return a->sa.sa_family == AF_INET6 ? sizeof(a->v6) : sizeof(a->v4);
}

int tlq_addr_set(union tlq_addr *a, int family, const char *text, int port)
{
	memset(a, 0, sizeof(*a));
	if (family == AF_INET6) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(port);
		return inet_pton(AF_INET6, text ? text : "::1",
				 &a->v6.sin6_addr) == 1 ? 0 : -EINVAL;
	}
	a->v4.sin_family = AF_INET;
	a->v4.sin_port = htons(port);
	return inet_pton(AF_INET, text ? text : "127.0.0.1",
			 &a->v4.sin_addr) == 1 ? 0 : -EINVAL;
}

static int set_opt(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

static int set_options(int fd, const struct tlq_lopt *o)
{
	int err = set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	bool v6 = o->family == AF_INET6;

	if (v6)
		err |= set_opt(fd, SOL_IPV6, IPV6_V6ONLY, !o->dual);
	if (o->reuseport)
		err |= set_opt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (o->dev)
		err |= setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, o->dev,
				  strlen(o->dev) + 1);
	if (o->transparent)
		err |= v6 ? set_opt(fd, SOL_IPV6, IPV6_TRANSPARENT, 1) :
			    set_opt(fd, SOL_IP, IP_TRANSPARENT, 1);
	if (o->freebind)
		err |= v6 ? set_opt(fd, SOL_IPV6, IPV6_FREEBIND, 1) :
			    set_opt(fd, SOL_IP, IP_FREEBIND, 1);
	if (o->defer)
		err |= set_opt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, o->defer);
	return err ? -errno : 0;
}

static int close_err(int fd, int err)
{
	close(fd);
	return err;
}

/* A socket with all options, bound, not yet listening. */
int tlq_socket(const struct tlq_lopt *o)
{
	int family = o->family ? o->family : AF_INET;
	union tlq_addr a;
	int fd, err;

	err = tlq_addr_set(&a, family, o->addr, o->port);
	if (err)
		return err;
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, o->protocol);
	if (fd < 0)
		return -errno;
	err = set_options(fd, o);
	if (err)
		return close_err(fd, err);
	if (bind(fd, &a.sa, addr_len(&a)))
		return close_err(fd, -errno);
	return fd;
}

int tlq_listen(const struct tlq_lopt *o)
{
	int fd = tlq_socket(o);

	if (fd < 0)
		return fd;
	if (listen(fd, o->backlog))
		return close_err(fd, -errno);
	/* The kernel takes TCP_FASTOPEN in CLOSE and LISTEN only. */
	if (o->tfo && set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN, o->tfo))
		return close_err(fd, -errno);
	return fd;
}

/* Where a client reaches @lfd: the wildcard address means loopback. */
static int dest_of(int lfd, union tlq_addr *to)
{
	static const struct in6_addr lo6 = IN6ADDR_LOOPBACK_INIT;
	socklen_t len = sizeof(*to);

	if (getsockname(lfd, &to->sa, &len))
		return -errno;
	if (to->sa.sa_family == AF_INET6) {
		if (IN6_IS_ADDR_UNSPECIFIED(&to->v6.sin6_addr))
			to->v6.sin6_addr = lo6;
	} else if (!to->v4.sin_addr.s_addr) {
		to->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	return 0;
}

/*
 * Drop all that comes to the socket: packets over loopback have a TTL of 64. A
 * socket that does not take the option gets a filter; the kernel compiles it each
 * time, which takes milliseconds on a machine without hardware support.
 */
static int mute(int fd, int family)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &drop };
	int hops = 255, err;

	/* An IPv6 socket with a mapped address receives IPv4. */
	err = setsockopt(fd, IPPROTO_IP, IP_MINTTL, &hops, sizeof(hops));
	if (!err && family == AF_INET6)
		err = setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &hops,
				 sizeof(hops));
	return err ? setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
				sizeof(prog)) : 0;
}

/*
 * TLQ_MUTE: a client that never gets the SYN-ACK, so that its request stays
 * half-open and the SYN-ACK is retransmitted.
 * TLQ_TFO: a client that sends its first byte in the SYN.
 */
int tlq_connect_to(const union tlq_addr *to, int how)
{
	return tlq_connect_from(NULL, to, how);
}

/* IPV6_FREEBIND is newer than the option of IPv4, which a socket of IPv6 takes, too. */
static int bind_free(int fd, const union tlq_addr *from)
{
	return set_opt(fd, SOL_IP, IP_FREEBIND, 1) ||
	       bind(fd, &from->sa, addr_len(from)) ? -errno : 0;
}

int tlq_connect_from(const union tlq_addr *from, const union tlq_addr *to,
		     int how)
{
	socklen_t len = addr_len(to);
	int fd, err;

	fd = socket(to->sa.sa_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    how & TLQ_MPTCP ? IPPROTO_MPTCP : 0);
	if (fd < 0)
		return -errno;
	if (how & TLQ_MUTE && mute(fd, to->sa.sa_family))
		return close_err(fd, -errno);
	err = from ? bind_free(fd, from) : 0;
	if (err)
		return close_err(fd, err);
	if (how & TLQ_TFO)
		err = sendto(fd, "x", 1, MSG_FASTOPEN, &to->sa, len) < 0;
	else
		err = connect(fd, &to->sa, len);
	if (err && errno != EINPROGRESS)
		return close_err(fd, -errno);
	return fd;
}

int tlq_client(int lfd, int how)
{
	union tlq_addr to;
	int err = dest_of(lfd, &to);

	return err ? err : tlq_connect_to(&to, how);
}

int tlq_connect(int lfd)
{
	return tlq_client(lfd, 0);
}

bool tlq_connected(int fd)
{
	union tlq_addr a;
	socklen_t len = sizeof(a);

	return getpeername(fd, &a.sa, &len) == 0;
}

int tlq_accept(int lfd)
{
	int fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int tlq_port(int fd)
{
	union tlq_addr a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.sa, &len))
		return -errno;
	return ntohs(a.sa.sa_family == AF_INET6 ? a.v6.sin6_port :
						  a.v4.sin_port);
}

int tlq_sockopt(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	return getsockopt(fd, level, name, &value, &len) ? -errno : value;
}

__u64 tlq_so_cookie(int fd)
{
	socklen_t len = sizeof(__u64);
	__u64 cookie = 0;

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

__u64 tlq_inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

__u16 tlq_checksum(const void *data, size_t len)
{
	__u32 sum = 0;
	__u16 word;
	size_t i;

	for (i = 0; i < len; i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* For a listener unacked is the length of its queue, and sacked the limit. */
int tlq_acceptq(int lfd, __u32 *len, __u32 *max)
{
	struct tcp_info ti = { };
	socklen_t size = sizeof(ti);

	if (getsockopt(lfd, IPPROTO_TCP, TCP_INFO, &ti, &size))
		return -errno;
	*len = ti.tcpi_unacked;
	*max = ti.tcpi_sacked;
	return 0;
}

int tlq_queued(int lfd)
{
	__u32 len, max;
	int err = tlq_acceptq(lfd, &len, &max);

	return err ? err : (int)len;
}
