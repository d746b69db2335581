// SPDX-License-Identifier: GPL-2.0
/*
 * The oracle: a dump of TCP sockets over NETLINK_SOCK_DIAG
 *
 * It comes from kernel code that is not under test, and gives values, not text.
 */
#include "tlq_diag.h"
#include "tlq_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tlq_diag_ask(int nl, int family, __u32 states)
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 r;
	} req = {
		.h = {
			.nlmsg_len = sizeof(req),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.r = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = states,
		},
	};

	return send(nl, &req, sizeof(req), 0) < 0 ? -errno : 0;
}

static void take_attr(struct tlq_diag *e, const struct rtattr *a)
{
	struct inet_diag_sockopt so = { };
	const void *data = RTA_DATA(a);

	switch (a->rta_type) {
	case INET_DIAG_SKV6ONLY:
		e->v6only = *(const __u8 *)data;
		break;
	case INET_DIAG_CGROUP_ID:
		memcpy(&e->cgroup, data, sizeof(e->cgroup));
		break;
	case INET_DIAG_SOCKOPT:
		memcpy(&so, data, sizeof(so) < RTA_PAYLOAD(a) ? sizeof(so) :
		       RTA_PAYLOAD(a));
		e->has_opts = true;
		e->freebind = so.freebind;
		e->transparent = so.transparent;
		break;
	}
}

static void take_msg(struct tlq_diag *e, const struct nlmsghdr *h)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	int left = NLMSG_PAYLOAD(h, sizeof(*m));
	const struct rtattr *a = (const void *)(m + 1);

	*e = (struct tlq_diag) {
		.family = m->idiag_family,
		.state = m->idiag_state,
		.port = ntohs(m->id.idiag_sport),
		.ifindex = m->id.idiag_if,
		.rqueue = m->idiag_rqueue,
		.wqueue = m->idiag_wqueue,
		.uid = m->idiag_uid,
		.inode = m->idiag_inode,
		.cookie = (__u64)m->id.idiag_cookie[1] << 32 |
			  m->id.idiag_cookie[0],
	};
	memcpy(e->src, m->id.idiag_src, sizeof(e->src));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		take_attr(e, a);
}

static struct tlq_diag *grow(struct tlq_diags *d)
{
	size_t cap = d->cap ? 2 * d->cap : 1024;
	struct tlq_diag *v;

	if (d->n == d->cap) {
		v = realloc(d->v, cap * sizeof(*v));
		if (!v)
			return NULL;
		d->v = v;
		d->cap = cap;
	}
	return d->v + d->n++;
}

/* 1 at the end of the dump, 0 when more will come, or a negative errno */
static int take_batch(struct tlq_diags *d, const void *buf, int len)
{
	const struct nlmsghdr *h = buf;
	struct tlq_diag *e;

	for (; NLMSG_OK(h, (__u32)len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 1;
		if (h->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
		e = grow(d);
		if (!e)
			return -ENOMEM;
		take_msg(e, h);
	}
	return 0;
}

static int dump_family(struct tlq_diags *d, int nl, int family, __u32 states)
{
	static __u64 buf[8192];
	int len, done = 0, err = tlq_diag_ask(nl, family, states);

	while (!err && !done) {
		len = recv(nl, buf, sizeof(buf), 0);
		if (len < 0)
			return -errno;
		done = take_batch(d, buf, len);
		if (done < 0)
			return done;
	}
	return err;
}

int tlq_diag_dump(struct tlq_diags *d, __u32 states)
{
	int nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			NETLINK_SOCK_DIAG);
	int err;

	memset(d, 0, sizeof(*d));
	if (nl < 0)
		return -errno;
	err = dump_family(d, nl, AF_INET, states);
	if (!err)
		err = dump_family(d, nl, AF_INET6, states);
	close(nl);
	if (err)
		tlq_diag_free(d);
	return err;
}

void tlq_diag_free(struct tlq_diags *d)
{
	free(d->v);
	memset(d, 0, sizeof(*d));
}

const struct tlq_diag *tlq_diag_cookie(const struct tlq_diags *d, __u64 cookie)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->v[i].cookie == cookie)
			return d->v + i;
	return NULL;
}

bool tlq_diag_of(int lfd, struct tlq_diag *out)
{
	const struct tlq_diag *e;
	struct tlq_diags d;

	if (tlq_diag_dump(&d, TLQ_LISTEN))
		return false;
	e = tlq_diag_cookie(&d, tlq_so_cookie(lfd));
	if (e)
		*out = *e;
	tlq_diag_free(&d);
	return e;
}

int tlq_diag_count(int port, __u32 states)
{
	struct tlq_diags d;
	int count = 0;
	size_t i;

	if (tlq_diag_dump(&d, states))
		return -1;
	for (i = 0; i < d.n; i++)
		count += d.v[i].port == port;
	tlq_diag_free(&d);
	return count;
}

int tlq_diag_half_open(int port)
{
	return tlq_diag_count(port, TLQ_SYN_RECV);
}

void tlq_diag_local(const struct tlq_diag *d, char *buf, size_t size)
{
	static const __u32 any[4];
	char addr[INET6_ADDRSTRLEN], dev[IF_NAMESIZE + 1] = "";
	bool v6 = d->family == AF_INET6;

	inet_ntop(d->family, d->src, addr, sizeof(addr));
	if (d->ifindex) {
		dev[0] = '%';
		if (!if_indextoname(d->ifindex, dev + 1))
			snprintf(dev + 1, IF_NAMESIZE, "if%u", d->ifindex);
	}
	if (v6 && !d->v6only && !memcmp(d->src, any, sizeof(any)))
		snprintf(buf, size, "*%s:%d", dev, d->port);
	else
		snprintf(buf, size, "%s%s%s%s:%d", v6 ? "[" : "", addr,
			 v6 ? "]" : "", dev, d->port);
}
