// SPDX-License-Identifier: GPL-2.0
/*
 * What accept(2) has taken, and how long it had waited, however connections came.
 *
 * 1. As in accepts.c, for connections of SYN cookies, Fast Open, with and without an
 *    end of the handshake, and TCP_DEFER_ACCEPT. With Fast Open a connection is there
 *    from the SYN on, with TCP_DEFER_ACCEPT from the first data on.
 * 2. Connections without a request are not seen below MPTCP listeners, nor of any
 *    where there is no __inet_accept(). There the columns of accepts print "-", and
 *    tcp_listenq_wait has no line, from the first cookie sent on, and from the first
 *    connection by Fast Open on, also when that has been switched off. So they do for a
 *    listener that had such connections in its queue when the module came.
 * 3. The kernel's own accept, for SMC, counts as any other.
 * 4. syns counts each SYN once, whatever becomes of it: stored, answered by cookie,
 *    refused or dropped.
 */
#include "tlq_test.h"

#include "tlq_book.h"

FIXTURE(arrivals) {
	struct tlq_book b;
	bool by_request;	/* rule 2 is for this listener */
};

FIXTURE_VARIANT(arrivals) {
	struct tlq_lopt opt;
	int client;
};

FIXTURE_VARIANT_ADD(arrivals, v4) {
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(arrivals, v6) {
	.opt = { .family = AF_INET6 },
	.client = AF_INET6,
};

FIXTURE_VARIANT_ADD(arrivals, mapped) {
	.opt = { .family = AF_INET6, .dual = true, .addr = "::" },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(arrivals, mptcp) {
	.opt = { .protocol = IPPROTO_MPTCP },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(arrivals, mptcp_mapped) {
	.opt = { .family = AF_INET6, .dual = true, .addr = "::",
		 .protocol = IPPROTO_MPTCP },
	.client = AF_INET,
};

FIXTURE_SETUP(arrivals)
{
	ASSERT_EQ(0, tlq_netns_enter());
	self->by_request = variant->opt.protocol || !tlq_waits_exact();
}

FIXTURE_TEARDOWN(arrivals)
{
}

/* False: there is no such listener. */
static bool opened(struct __test_metadata *_metadata, struct tlq_book *b,
		   const struct tlq_lopt *opt, int client)
{
	int err = tlq_book_open(b, opt, client);

	if (err == -ENOPROTOOPT)
		return false;
	ASSERT_EQ(0, err);
	return true;
}

/* Also after the rest has been accepted */
static void unknown(struct __test_metadata *_metadata, struct tlq_book *b)
{
	struct tlq_waits now;

	EXPECT_EQ(-ENODATA, tlq_waits(&now, b->cookie));
	while (b->accepted < b->dialled) {
		ASSERT_LE(0, tlq_accept(b->t.lfd));
		b->accepted++;
		EXPECT_EQ(-ENODATA, tlq_waits(&now, b->cookie));
	}
}

TEST_F(arrivals, cookies)
{
	struct tlq_book *b = &self->b;
	int i;

	if (!opened(_metadata, &self->b, &variant->opt, variant->client))
		SKIP(return, "no such listener");
	ASSERT_EQ(0, tlq_dial(b, 0));
	EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_dial(b, 0));
	ASSERT_EQ(3, tlq_tcpext("SyncookiesRecv"));
	if (self->by_request) {
		unknown(_metadata, b);
		ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 1));
		ASSERT_EQ(0, tlq_dial(b, 0));
		unknown(_metadata, b);
	} else {
		EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	}
	EXPECT_TRUE(tlq_syns_right(b));
}

/* Data in the SYN; one client more without. TLQ_MUTE: no end of the handshake */
static void fast_open(struct __test_metadata *_metadata, struct tlq_book *b,
		      bool by_request, int how)
{
	struct tlq_dial *d;
	int i;

	for (i = 0; i < 3; i++) {
		d = tlq_dial_begin(b, i < 2 ? TLQ_TFO | how : 0);
		ASSERT_LE(0, d->fd);
		ASSERT_TRUE(tlq_until(tlq_target_queued(&b->t) == i + 1));
		if (i == 2)
			ASSERT_TRUE(tlq_until(tlq_established(b) ==
					      (how ? 1 : 3)));
		d->there = tlq_moment();
	}
	ASSERT_EQ(2, tlq_tcpext("TCPFastOpenPassive"));
	if (by_request)
		unknown(_metadata, b);
	else
		EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	EXPECT_TRUE(tlq_syns_right(b));
}

TEST_F(arrivals, fast_open)
{
	struct tlq_lopt opt = variant->opt;

	opt.tfo = 16;
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	if (!opened(_metadata, &self->b, &opt, variant->client))
		SKIP(return, "no such listener");
	fast_open(_metadata, &self->b, self->by_request, 0);
}

TEST_F(arrivals, fast_open_in_the_handshake)
{
	struct tlq_lopt opt = variant->opt;

	opt.tfo = 16;
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	if (!opened(_metadata, &self->b, &opt, variant->client))
		SKIP(return, "no such listener");
	fast_open(_metadata, &self->b, self->by_request, TLQ_MUTE);
	/* The other two have been accepted before. */
	EXPECT_EQ(1, tlq_established(&self->b));
}

/* What is in the queue stays, but nothing of the listener tells of it any more. */
TEST_F(arrivals, fast_open_switched_off)
{
	struct tlq_lopt opt = variant->opt;
	struct tlq_book *b = &self->b;
	struct tlq_dial *d;
	int off = 0;

	opt.tfo = 16;
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	if (!opened(_metadata, b, &opt, variant->client))
		SKIP(return, "no such listener");
	d = tlq_dial_begin(b, TLQ_TFO | TLQ_MUTE);
	ASSERT_LE(0, d->fd);
	ASSERT_TRUE(tlq_until(tlq_target_queued(&b->t) == 1));
	d->there = tlq_moment();
	ASSERT_EQ(0, setsockopt(b->t.lfd, IPPROTO_TCP, TCP_FASTOPEN, &off,
				sizeof(off)));
	EXPECT_EQ(0, tlq_cookie_value(b->cookie, "tfo_max_qlen"));
	if (self->by_request)
		unknown(_metadata, b);
	else
		EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
}

TEST_F(arrivals, cookies_before_the_module)
{
	struct tlq_book *b = &self->b;
	int i;

	if (!opened(_metadata, b, &variant->opt, variant->client))
		SKIP(return, "no such listener");
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_dial(b, 0));
	ASSERT_EQ(3, tlq_tcpext("SyncookiesRecv"));
	ASSERT_EQ(0, tlq_mod_reload(""));
	EXPECT_EQ(0, tlq_cookie_value(b->cookie, "syncookies_sent"));
	if (self->by_request)
		unknown(_metadata, b);
	else
		EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	EXPECT_EQ(0, tlq_mod_renew());
}

/* Long after connect(2) has returned */
TEST_F(arrivals, defer)
{
	struct tlq_lopt opt = variant->opt;
	struct tlq_book *b = &self->b;
	struct tlq_dial *d;

	opt.defer = 60;
	if (!opened(_metadata, &self->b, &opt, variant->client))
		SKIP(return, "no such listener");
	d = tlq_dial_begin(b, 0);
	ASSERT_LE(0, d->fd);
	ASSERT_TRUE(tlq_until(tlq_connected(d->fd) && tlq_passed(d->begin, 50)));
	ASSERT_EQ(0, tlq_established(b));
	d->begin = tlq_moment();
	ASSERT_EQ(1, send(d->fd, "x", 1, 0));
	ASSERT_TRUE(tlq_until(tlq_established(b) == 1));
	d->there = tlq_moment();
	EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	EXPECT_TRUE(tlq_syns_right(b));
}

/* A client that has sent data, or gone, or reset waits as well, and is counted. */
TEST_F(arrivals, clients_that_have_gone)
{
	struct tlq_book *b = &self->b;
	int i;

	if (!opened(_metadata, &self->b, &variant->opt, variant->client))
		SKIP(return, "no such listener");
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_dial(b, 0));
	ASSERT_EQ(1, send(b->dial[0].fd, "x", 1, 0));
	ASSERT_EQ(0, shutdown(b->dial[1].fd, SHUT_WR));
	ASSERT_EQ(0, tlq_reset(&b->dial[2].fd, 1));
	ASSERT_TRUE(tlq_until(tlq_established(b) == 1));
	EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
}

TEST_F(arrivals, syns)
{
	struct tlq_book *b = &self->b;
	struct tlq_target *t = &b->t;

	if (!opened(_metadata, &self->b, &variant->opt, variant->client))
		SKIP(return, "no such listener");
	ASSERT_EQ(0, listen(t->lfd, 2));
	ASSERT_EQ(0, tlq_fill_syn(t, 2));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	ASSERT_EQ(0, tlq_knock(t, 4));
	ASSERT_EQ(0, tlq_fill_accept(t, 3));
	ASSERT_EQ(0, tlq_refuse(t, 7));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_refuse(t, 5));
	b->dialled = 2 + 4 + 3 + 7 + 5;
	EXPECT_TRUE(tlq_syns_right(b));
}

/* A worker of the kernel accepts at once. */
TEST(smc)
{
	struct tlq_waits w = { };
	struct tlq_moment begin;
	union tlq_addr a;
	struct tlq_diags d;
	char shown[128];
	int lfd, i;

	ASSERT_EQ(0, tlq_netns_enter());
	lfd = socket(AF_SMC, SOCK_STREAM, 0);
	if (lfd < 0)
		SKIP(return, "no SMC: %s", strerror(errno));
	ASSERT_EQ(0, tlq_addr_set(&a, AF_INET, NULL, 80));
	ASSERT_EQ(0, bind(lfd, &a.sa, sizeof(a.v4)));
	ASSERT_EQ(0, listen(lfd, 9));
	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	ASSERT_EQ(1, d.n);
	begin = tlq_moment();
	for (i = 1; i < 4; i++) {
		ASSERT_LE(0, tlq_connect_to(&a, 0));
		ASSERT_TRUE(tlq_until(!tlq_waits(&w, d.v->cookie) &&
				      w.accepts == i));
	}
	EXPECT_GE((tlq_moment().ns - begin.ns) / 1000, w.sum);
	tlq_debug_value(d.v->cookie, "acceptor", shown, sizeof(shown));
	EXPECT_NE(NULL, strstr(shown, "/kworker/"))
		TH_LOG("acceptor is %s", shown);
}
