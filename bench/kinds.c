// SPDX-License-Identifier: GPL-2.0
/*
 * Kinds of connections, one at a time, to one of the listeners
 *
 * accept	connect(2), accept(2), and both ends close, the server's first
 * knock	connect(2) without blocking and close(2), at a full accept queue
 * syn		a SYN from a raw socket, at a full accept queue
 */
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <string.h>
#include <unistd.h>

#include "../selftests/lib/tlq_net.h"
#include "../selftests/lib/tlq_sys.h"

#define MAX_LISTENERS 1000

static union tlq_addr addr[MAX_LISTENERS];
static int listeners;

static int raw;
static struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
} syn[MAX_LISTENERS];

static void accept_one(int i)
{
	int server, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (client < 0 || connect(client, &addr[i].sa, sizeof(addr[i].v4)))
		bench_die("connect");
	server = accept4(bench_listener(i), NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		bench_die("accept");
	close(server);
	close(client);
}

static void knock_one(int i)
{
	int fd = tlq_connect_to(&addr[i], 0);

	if (fd < 0)
		bench_die("knock");
	close(fd);
}

static void syn_one(int i)
{
	if (sendto(raw, &syn[i], sizeof(syn[i]), 0, &addr[i].sa,
		   sizeof(addr[i].v4)) != sizeof(syn[i]))
		bench_die("SYN");
}

/* TCP's checksum, with the pseudo header */
static __u16 checksum(const struct packet *p)
{
	struct {
		__be32 from, to;
		__be16 protocol, len;
		struct tcphdr tcp;
	} sum = { p->ip.saddr, p->ip.daddr, htons(IPPROTO_TCP),
		  htons(sizeof(p->tcp)), p->tcp };

	return tlq_checksum(&sum, sizeof(sum));
}

static void make_syn(struct packet *p, const struct sockaddr_in *to)
{
	memset(p, 0, sizeof(*p));
	p->ip.version = 4;
	p->ip.ihl = sizeof(p->ip) / 4;
	/* Else the kernel draws a random one, which costs as much as a SYN. */
	p->ip.id = htons(1);
	p->ip.ttl = 64;
	p->ip.protocol = IPPROTO_TCP;
	p->ip.saddr = htonl(INADDR_LOOPBACK);
	p->ip.daddr = to->sin_addr.s_addr;
	p->tcp.source = htons(999);
	p->tcp.dest = to->sin_port;
	p->tcp.seq = htonl(1);
	p->tcp.doff = sizeof(p->tcp) / 4;
	p->tcp.syn = 1;
	p->tcp.window = htons(65535);
	p->tcp.check = checksum(p);
}

void bench_aim(int n)
{
	socklen_t len;
	int i;

	if (n > MAX_LISTENERS)
		bench_die("too many listeners to connect to");
	listeners = n;
	raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (raw < 0)
		bench_die("raw socket");
	for (i = 0; i < listeners; i++) {
		len = sizeof(addr[i]);
		if (getsockname(bench_listener(i), &addr[i].sa, &len))
			bench_die("getsockname");
		make_syn(&syn[i], &addr[i].v4);
	}
}

/* listen(2) again with backlog 0: one connection fills the queue. */
void bench_fill_queues(void)
{
	int i;

	for (i = 0; i < listeners; i++)
		if (listen(bench_listener(i), 0) ||
		    tlq_connect_to(&addr[i], 0) < 0 ||
		    !tlq_until(tlq_queued(bench_listener(i)) == 1))
			bench_die("accept queue");
}

const struct bench_kind bench_kinds[] = {
	{ "accept", accept_one, 1000, false },
	{ "knock", knock_one, 1000, true },
	{ "syn", syn_one, 10000, true },
	{ },
};
