// SPDX-License-Identifier: GPL-2.0
/*
 * The trace event listen_drop.
 *
 * 1. One event for each step of ListenDrops, and one for each SYN answered with a cookie
 *    as the SYN queue was full. Those of a reason are as many as the column of the
 *    listener, and the kernel's counter, has grown.
 * 2. An event has listener and peer, and the length and limit of the accept queue.
 *
 * The kernel's own tracing reads them: a buffer of our own, for this namespace.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_moment.h"
#include "tlq_told.h"

FIXTURE(events) {
	struct tlq_target t;
	struct tlq_lopt opt;
	int fd[16];
};

FIXTURE_VARIANT(events) {
	struct tlq_lopt opt;
	int client;
};

FIXTURE_VARIANT_ADD(events, v4) {
	.opt = { .family = AF_INET },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(events, v6) {
	.opt = { .family = AF_INET6 },
	.client = AF_INET6,
};

FIXTURE_VARIANT_ADD(events, mapped) {
	.opt = { .family = AF_INET6, .dual = true, .addr = "::" },
	.client = AF_INET,
};

FIXTURE_SETUP(events)
{
	ASSERT_EQ(0, tlq_netns_enter());
	self->opt = variant->opt;
	ASSERT_EQ(0, tlq_told_begin());
}

FIXTURE_TEARDOWN(events)
{
	tlq_told_end();
}

#define OPEN(_backlog) \
	ASSERT_EQ(0, tlq_target_backlog(&self->t, &self->opt, \
					variant->client, _backlog))

/* What the listener's columns say, at a quiet moment, is what has been told. */
static void told_as_counted(struct __test_metadata *_metadata,
			    struct tlq_target *t, struct tlq_told *told,
			    __u64 *got)
{
	__u64 want[TLQ_WHYS], cookie;
	struct tlq_table table;
	struct tlq_mibs kernel;
	struct tlq_cols cols;

	ASSERT_EQ(0, tlq_freeze(&kernel));
	EXPECT_TRUE(tlq_until(tlq_told_all(told, &kernel)));
	cols = tlq_cols(tlq_target_line(t, &table));
	cookie = tlq_u64(tlq_target_line(t, &table), "cookie");
	tlq_free(&table);
	tlq_told_expected(&cols, want);
	tlq_told_sums(told, cookie, got);
	EXPECT_TRUE(tlq_told_same("the listener", want, got));
	EXPECT_TRUE(tlq_told_kernels(told, &kernel));
}

static bool refused(long long drops)
{
	return tlq_tcpext("ListenDrops") >= drops;
}

static bool cookies(long long sent)
{
	return tlq_tcpext("TCPReqQFullDoCookies") >= sent;
}

TEST_F(events, accept_queue_syn)
{
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS], cookie;
	size_t i;

	OPEN(2);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 3));
	ASSERT_EQ(0, tlq_knock(&self->t, 7));
	ASSERT_TRUE(tlq_until(refused(7)));
	cookie = tlq_target_value(&self->t, "cookie");
	told_as_counted(_metadata, &self->t, &told, got);
	EXPECT_LE(7, got[TLQ_WHY_ACCEPT_SYN]);
	for (i = 0; i < told.n; i++) {
		EXPECT_EQ(cookie, told.v[i].cookie);
		EXPECT_EQ(self->t.port, told.v[i].sport);
		EXPECT_EQ(variant->opt.family, told.v[i].family);
		EXPECT_EQ(3, told.v[i].ack_backlog);
		EXPECT_EQ(2, told.v[i].max_ack_backlog);
	}
	tlq_told_free(&told);
}

TEST_F(events, accept_queue_ack)
{
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS];

	self->opt.defer = 60;
	OPEN(16);
	ASSERT_EQ(0, tlq_clients(&self->t, 12, self->fd));
	ASSERT_EQ(0, listen(self->t.lfd, 2));
	ASSERT_EQ(0, tlq_send_and_vanish(self->fd, 12));
	ASSERT_TRUE(tlq_until(refused(9)));
	told_as_counted(_metadata, &self->t, &told, got);
	EXPECT_LE(9, got[TLQ_WHY_ACCEPT_ACK]);
	tlq_told_free(&told);
}

TEST_F(events, accept_queue_cookie)
{
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS];

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	OPEN(8);
	ASSERT_EQ(0, tlq_deaf(&self->t, true));
	ASSERT_EQ(0, tlq_clients(&self->t, 7, self->fd));
	ASSERT_TRUE(tlq_until(tlq_dropped(&self->t) >= 7));
	ASSERT_EQ(0, listen(self->t.lfd, 1));
	ASSERT_EQ(0, tlq_deaf(&self->t, false));
	ASSERT_EQ(0, tlq_send_and_vanish(self->fd, 7));
	ASSERT_TRUE(tlq_until(refused(5)));
	told_as_counted(_metadata, &self->t, &told, got);
	EXPECT_LE(5, got[TLQ_WHY_ACCEPT_COOKIE]);
	EXPECT_LE(7, got[TLQ_WHY_SYN_COOKIE]);
	tlq_told_free(&told);
}

TEST_F(events, syn_queue_drop)
{
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS];

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	OPEN(4);
	ASSERT_EQ(0, tlq_fill_syn(&self->t,
				  tlq_target_value(&self->t, "reqsk_max")));
	ASSERT_EQ(0, tlq_knock(&self->t, 6));
	ASSERT_TRUE(tlq_until(refused(6)));
	told_as_counted(_metadata, &self->t, &told, got);
	EXPECT_LE(6, got[TLQ_WHY_SYN_DROP]);
	tlq_told_free(&told);
}

TEST_F(events, syn_queue_cookie)
{
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS];

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 1));
	OPEN(4);
	ASSERT_EQ(0, tlq_fill_syn(&self->t,
				  tlq_target_value(&self->t, "reqsk_max")));
	ASSERT_EQ(0, tlq_knock(&self->t, 5));
	ASSERT_TRUE(tlq_until(cookies(5)));
	told_as_counted(_metadata, &self->t, &told, got);
	EXPECT_LE(5, got[TLQ_WHY_SYN_COOKIE]);
	EXPECT_EQ(0, tlq_told_sum(got) - got[TLQ_WHY_SYN_COOKIE]);
	tlq_told_free(&told);
}

/* The rule of three quarters: none of the columns that say why. */
TEST_F(events, other)
{
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS];

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_max_syn_backlog", 8));
	OPEN(64);
	ASSERT_EQ(0, tlq_fill_syn(&self->t, 7));
	ASSERT_EQ(0, tlq_knock(&self->t, 5));
	ASSERT_TRUE(tlq_until(refused(5)));
	told_as_counted(_metadata, &self->t, &told, got);
	EXPECT_LE(5, got[TLQ_WHY_OTHER]);
	EXPECT_EQ(got[TLQ_WHY_OTHER], tlq_told_sum(got));
	tlq_told_free(&told);
}

#define PEERS 100

/* A SYN from each of so many ports */
/* IPv6 has one address on loopback: a prefix is routed there. */
static void addr_of_peer(struct __test_metadata *_metadata, int client, int i,
			 union tlq_addr *peer)
{
	char text[64];

	if (client == AF_INET)
		snprintf(text, sizeof(text), "127.0.1.%d", i + 1);
	else
		snprintf(text, sizeof(text), "fd00::1:%x", i + 1);
	ASSERT_EQ(0, tlq_addr_set(peer, client, text, 0));
}

/* Each from an address of its own */
static void knock_from(struct __test_metadata *_metadata,
		       const struct tlq_target *t, int client, int *port)
{
	union tlq_addr peer;
	int fd[PEERS], i;

	for (i = 0; i < PEERS; i++) {
		addr_of_peer(_metadata, client, i, &peer);
		fd[i] = tlq_connect_from(&peer, &t->to, TLQ_MUTE);
		ASSERT_LE(0, fd[i]);
		port[i] = tlq_port(fd[i]);
	}
	ASSERT_TRUE(tlq_until(refused(PEERS)));
	for (i = 0; i < PEERS; i++)
		close(fd[i]);
}

static bool is_from(const struct tlq_event *e, int client, int i)
{
	char v4[32] = "0.0.0.0", v6[64];

	if (client == AF_INET) {
		snprintf(v4, sizeof(v4), "127.0.1.%d", i + 1);
		snprintf(v6, sizeof(v6), "::ffff:%s", v4);
	} else {
		snprintf(v6, sizeof(v6), "fd00::1:%x", i + 1);
	}
	return !strcmp(v4, e->daddr) && !strcmp(v6, e->daddr_v6);
}

/* How often it has been told */
static int times_told(struct __test_metadata *_metadata,
		      const struct tlq_told *told, int client, int i, int port)
{
	int times = 0;
	size_t e;

	for (e = 0; e < told->n; e++) {
		if (!is_from(&told->v[e], client, i))
			continue;
		EXPECT_EQ(port, told->v[e].dport)
			TH_LOG("peer %d", i);
		times++;
	}
	return times;
}

/* Two of them may have the same port. */
TEST_F(events, each_peer)
{
	bool listens_v6 = variant->opt.family == AF_INET6;
	struct tlq_told told = { };
	__u64 got[TLQ_WHYS];
	int port[PEERS], i;
	size_t e;

	ASSERT_EQ(0, system("ip -6 route add local fd00::/64 dev lo"));
	OPEN(1);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 2));
	knock_from(_metadata, &self->t, variant->client, port);
	told_as_counted(_metadata, &self->t, &told, got);
	for (i = 0; i < PEERS; i++)
		EXPECT_LE(1, times_told(_metadata, &told, variant->client, i,
					port[i]));
	for (e = 0; e < told.n; e++) {
		EXPECT_STREQ(listens_v6 ? "0.0.0.0" : "127.0.0.1",
			     told.v[e].saddr);
		EXPECT_STREQ(listens_v6 ? variant->opt.addr ?: "::1" :
					  "::ffff:127.0.0.1",
			     told.v[e].saddr_v6);
	}
	tlq_told_free(&told);
}
