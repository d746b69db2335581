// SPDX-License-Identifier: GPL-2.0
/*
 * Each counter alone, driven to a known number.
 *
 * 1. A SYN that finds the accept queue full counts in overflow_syn and
 *    listen_drops, whatever it carries.
 * 2. A final ACK that finds it full counts in overflow_ack and listen_drops, one
 *    that returns a cookie in overflow_cookie instead; with tcp_abort_on_overflow
 *    the first in embryonic_rsts, too.
 * 3. A SYN that finds the SYN queue full counts in reqq_full_drop and
 *    listen_drops with tcp_syncookies 0, else in reqq_full_cookies and
 *    syncookies_sent; with tcp_syncookies 2 every SYN does.
 * 4. A SYN beyond three quarters of tcp_max_syn_backlog counts in listen_drops
 *    only.
 * 5. A half-open connection that its client resets counts in embryonic_rsts.
 * 6. A connection that is not refused counts nowhere.
 * 7. The row, the lines in totals and /proc/net/netstat say the same.
 * 8. overflow_syn, overflow_ack, overflow_cookie and reqq_full_drop are parts of
 *    listen_drops, which is at least their sum. reqq_full_cookies is no part: most
 *    of these SYNs are answered, and one refused for the full accept queue counts
 *    in overflow_syn as well.
 * 9. A Fast Open request beyond its queue counts in tfo_overflow; it is answered as any
 *    other SYN.
 *
 * The loopback device is taken down before the numbers are read, within the
 * second before anything is retransmitted: so the numbers are known.
 */
#include "tlq_test.h"

#include "tlq_drive.h"

/* TCP retransmits after a second at the earliest; less some for the test. */
#define QUIET_MS 900

FIXTURE(counters) {
	struct tlq_target t;
	struct tlq_lopt opt;
	struct tlq_cols row;	/* as counted() found it */
	long long start;
	int fd[16];
};

FIXTURE_VARIANT(counters) {
	struct tlq_lopt opt;
	int client;
};

FIXTURE_VARIANT_ADD(counters, v4) {
	.opt = { .family = AF_INET },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(counters, v6) {
	.opt = { .family = AF_INET6 },
	.client = AF_INET6,
};

FIXTURE_VARIANT_ADD(counters, dual) {
	.opt = { .family = AF_INET6, .dual = true, .addr = "::" },
	.client = AF_INET6,
};

FIXTURE_VARIANT_ADD(counters, mapped) {
	.opt = { .family = AF_INET6, .dual = true, .addr = "::" },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(counters, mptcp) {
	.opt = { .family = AF_INET, .protocol = IPPROTO_MPTCP },
	.client = AF_INET,
};

/* Not each kernel has MPTCP, nor MPTCP each option of TCP. */
static bool no_such_listener(int err)
{
	return err == -EPROTONOSUPPORT || err == -ENOPROTOOPT ||
	       err == -EINVAL || err == -EOPNOTSUPP;
}

FIXTURE_SETUP(counters)
{
	int err;

	ASSERT_EQ(0, tlq_netns_enter());
	self->opt = variant->opt;
	self->opt.defer = 60;
	err = tlq_target_backlog(&self->t, &self->opt, variant->client, 0);
	if (no_such_listener(err))
		SKIP(return, "no such listener: %s", strerror(-err));
	ASSERT_EQ(0, err);
	close(self->t.lfd);
	self->opt.defer = 0;
	self->start = tlq_now_ms();
}

FIXTURE_TEARDOWN(counters)
{
}

#define OPEN(_backlog) \
	ASSERT_EQ(0, tlq_target_backlog(&self->t, &self->opt, \
					variant->client, _backlog))

static struct tlq_mibs mibs_of(const struct tlq_cols *c)
{
	struct tlq_mibs m = { };

	tlq_cols_add(&m, c);
	return m;
}

static bool reached(const struct tlq_mibs *want)
{
	struct tlq_mibs now;
	int i;

	if (tlq_netstat(&now))
		return false;
	for (i = 0; i < TLQ_MIBS; i++)
		if (now.v[i] < want->v[i])
			return false;
	return true;
}

static void three_agree(struct __test_metadata *_metadata, struct tlq_target *t,
			const struct tlq_mibs *kernel, struct tlq_cols *row)
{
	static const struct tlq_mibs none;
	struct tlq_table table;
	struct tlq_netns_totals totals;
	struct tlq_mibs sum = { };

	*row = tlq_cols(tlq_target_line(t, &table));
	tlq_free(&table);
	ASSERT_TRUE(tlq_cols_add(&sum, row));
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	EXPECT_TRUE(tlq_mibs_equal(&sum, kernel));
	EXPECT_TRUE(tlq_mibs_equal(&totals.kernel, kernel));
	EXPECT_TRUE(tlq_mibs_equal(&totals.live, kernel));
	EXPECT_TRUE(tlq_mibs_equal(&totals.gone, &none));
	EXPECT_TRUE(tlq_mibs_equal(&totals.unassigned, &none));
	if (_metadata->exit_code == KSFT_PASS)
		return;
	tlq_mibs_print("netstat", kernel);
	tlq_mibs_print("row", &sum);
	tlq_mibs_print("live", &totals.live);
}

/* listen_drops without these parts: memory, routes, the 3/4 rule */
static long long other_drops(const struct tlq_cols *c)
{
	return c->v[TLQ_COL_DROPS] - c->v[TLQ_COL_SYN] - c->v[TLQ_COL_ACK] -
	       c->v[TLQ_COL_COOKIE] - c->v[TLQ_COL_REQQ_DROPS];
}

static void counted(struct __test_metadata *_metadata, struct tlq_target *t,
		    long long start, struct tlq_cols want, struct tlq_cols *row)
{
	struct tlq_mibs kernel, expected = mibs_of(&want);
	long long took;
	int i;

	ASSERT_TRUE(tlq_until(reached(&expected)));
	ASSERT_EQ(0, tlq_freeze(&kernel));
	took = tlq_now_ms() - start;
	three_agree(_metadata, t, &kernel, row);
	EXPECT_LE(0, other_drops(row));
	if (took > QUIET_MS)
		TH_LOG("took %lld ms: packets may have been sent again", took);
	for (i = 0; i < TLQ_COLS; i++) {
		EXPECT_LE(want.v[i], row->v[i])
			TH_LOG("%s", tlq_col_name[i]);
		if (took <= QUIET_MS) {
			EXPECT_EQ(want.v[i], row->v[i])
				TH_LOG("%s", tlq_col_name[i]);
		}
	}
}

#define COUNTED(...) \
	counted(_metadata, &self->t, self->start, \
		(struct tlq_cols){ { __VA_ARGS__ } }, &self->row)

TEST_F(counters, nothing_refused)
{
	OPEN(8);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 9));
	COUNTED(0);
}

TEST_F(counters, syn_finds_accept_queue_full)
{
	OPEN(2);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 3));
	ASSERT_EQ(0, tlq_knock(&self->t, 7));
	COUNTED([TLQ_COL_SYN] = 7, [TLQ_COL_DROPS] = 7);
}

/* Twelve half-open, room for three: the rest is refused at the ACK. */
TEST_F(counters, ack_finds_accept_queue_full)
{
	self->opt.defer = 60;
	OPEN(16);
	ASSERT_EQ(0, tlq_clients(&self->t, 12, self->fd));
	ASSERT_EQ(0, listen(self->t.lfd, 2));
	ASSERT_EQ(0, tlq_send_and_vanish(self->fd, 12));
	COUNTED([TLQ_COL_ACK] = 9, [TLQ_COL_DROPS] = 9);
}

TEST_F(counters, abort_on_overflow)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_abort_on_overflow", 1));
	self->opt.defer = 60;
	OPEN(16);
	ASSERT_EQ(0, tlq_clients(&self->t, 12, self->fd));
	ASSERT_EQ(0, listen(self->t.lfd, 4));
	ASSERT_EQ(0, tlq_send_and_vanish(self->fd, 12));
	COUNTED([TLQ_COL_ACK] = 7, [TLQ_COL_DROPS] = 7, [TLQ_COL_RSTS] = 7);
}

/* As many as fit; limits.c checks it. */
static int syn_room(const struct tlq_target *t)
{
	return tlq_target_value(t, "reqsk_max");
}

TEST_F(counters, syn_queue_full_without_cookies)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	OPEN(4);
	ASSERT_EQ(0, tlq_fill_syn(&self->t, syn_room(&self->t)));
	ASSERT_EQ(0, tlq_knock(&self->t, 6));
	COUNTED([TLQ_COL_REQQ_DROPS] = 6, [TLQ_COL_DROPS] = 6);
}

TEST_F(counters, syn_queue_full_with_cookies)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 1));
	OPEN(4);
	ASSERT_EQ(0, tlq_fill_syn(&self->t, syn_room(&self->t)));
	ASSERT_EQ(0, tlq_knock(&self->t, 5));
	COUNTED([TLQ_COL_REQQ_COOKIES] = 5, [TLQ_COL_COOKIES_SENT] = 5);
}

TEST_F(counters, cookies_only)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	OPEN(4);
	ASSERT_EQ(0, tlq_knock(&self->t, 8));
	COUNTED([TLQ_COL_REQQ_COOKIES] = 8, [TLQ_COL_COOKIES_SENT] = 8);
}

/* No cookie is sent when the accept queue is full as well. */
TEST_F(counters, cookie_wanted_accept_queue_full)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 1));
	OPEN(1);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 2));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	ASSERT_EQ(0, tlq_knock(&self->t, 4));
	COUNTED([TLQ_COL_REQQ_COOKIES] = 4, [TLQ_COL_SYN] = 4,
		[TLQ_COL_DROPS] = 4);
	EXPECT_GT(self->row.v[TLQ_COL_REQQ_COOKIES], other_drops(&self->row));
}

/* A filter keeps the cookies from the listener until its backlog is short. */
TEST_F(counters, cookie_comes_back_too_late)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	if (variant->opt.protocol)
		SKIP(return, "an MPTCP socket takes no filter for TCP");
	OPEN(8);
	ASSERT_EQ(0, tlq_deaf(&self->t, true));
	ASSERT_EQ(0, tlq_clients(&self->t, 7, self->fd));
	ASSERT_TRUE(tlq_until(tlq_dropped(&self->t) >= 7));
	ASSERT_EQ(0, listen(self->t.lfd, 1));
	ASSERT_EQ(0, tlq_deaf(&self->t, false));
	ASSERT_EQ(0, tlq_send_and_vanish(self->fd, 7));
	COUNTED([TLQ_COL_REQQ_COOKIES] = 7, [TLQ_COL_COOKIES_SENT] = 7,
		[TLQ_COL_COOKIE] = 5, [TLQ_COL_DROPS] = 5);
}

TEST_F(counters, three_quarters_of_max_syn_backlog)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_max_syn_backlog", 8));
	OPEN(64);
	ASSERT_EQ(7, syn_room(&self->t));
	ASSERT_EQ(0, tlq_fill_syn(&self->t, 7));
	ASSERT_EQ(0, tlq_knock(&self->t, 5));
	COUNTED([TLQ_COL_DROPS] = 5);
}

TEST_F(counters, client_resets_half_open)
{
	self->opt.defer = 60;
	OPEN(16);
	ASSERT_EQ(0, tlq_clients(&self->t, 6, self->fd));
	ASSERT_EQ(0, tlq_reset(self->fd, 6));
	COUNTED([TLQ_COL_RSTS] = 6);
}

/* Data in the SYN makes a child at once, unless the accept queue is full. */
TEST_F(counters, fastopen)
{
	int i, fd;

	if (variant->opt.protocol)
		SKIP(return, "an MPTCP socket takes no TCP_FASTOPEN");
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	self->opt.tfo = 16;
	OPEN(3);
	for (i = 0; i < 10; i++) {
		fd = tlq_connect_to(&self->t.to, TLQ_TFO | TLQ_MUTE);
		ASSERT_LE(0, fd);
		if (i < 4)
			ASSERT_TRUE(tlq_until(tlq_target_queued(&self->t) ==
					      i + 1));
	}
	COUNTED([TLQ_COL_SYN] = 6, [TLQ_COL_DROPS] = 6);
}

/* One that is pending fills its queue; the handshake of the others does not end. */
TEST_F(counters, fastopen_queue_full)
{
	int i, fd;

	if (variant->opt.protocol)
		SKIP(return, "an MPTCP socket takes no TCP_FASTOPEN");
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	self->opt.tfo = 1;
	OPEN(8);
	for (i = 0; i < 6; i++) {
		fd = tlq_connect_to(&self->t.to, TLQ_TFO | TLQ_MUTE);
		ASSERT_LE(0, fd);
		ASSERT_TRUE(tlq_until(tlq_target_queued(&self->t) == 1 &&
				      tlq_diag_half_open(self->t.port) >= i));
	}
	COUNTED([TLQ_COL_TFO] = 5);
}

/* All kinds at one listener, one after the other */
TEST_F(counters, all_kinds)
{
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_abort_on_overflow", 1));
	self->opt.defer = 60;
	OPEN(16);
	ASSERT_EQ(0, tlq_clients(&self->t, 12, self->fd));
	ASSERT_EQ(0, tlq_reset(self->fd, 2));
	ASSERT_EQ(0, listen(self->t.lfd, 4));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_knock(&self->t, 3));
	ASSERT_TRUE(tlq_until(tlq_tcpext("TCPReqQFullDrop") == 3));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	ASSERT_EQ(0, tlq_knock(&self->t, 4));
	ASSERT_TRUE(tlq_until(tlq_tcpext("SyncookiesSent") == 4));
	ASSERT_EQ(0, tlq_send_and_vanish(self->fd + 2, 10));
	ASSERT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") == 5));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_knock(&self->t, 2));
	COUNTED([TLQ_COL_RSTS] = 7, [TLQ_COL_REQQ_DROPS] = 3,
		[TLQ_COL_REQQ_COOKIES] = 4, [TLQ_COL_COOKIES_SENT] = 4,
		[TLQ_COL_ACK] = 5, [TLQ_COL_SYN] = 2, [TLQ_COL_DROPS] = 10);
}
