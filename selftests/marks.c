// SPDX-License-Identifier: GPL-2.0
/*
 * High-water marks, and the times when a queue was last found full.
 *
 * 1. peak_ack_backlog and peak_reqsk_qlen are at most the longest the queue has
 *    been, and less by at most what the CPUs add between two looks.
 * 2. They stay when the queue drains, and never fall below what was shown.
 * 3. last_overflow_ms is "-" until the first overflow, then the time since the
 *    last one, true to 10 ms: with and without other packets, and whether or
 *    not it was read in between.
 * 4. Overflows at the ACK count as well, other drops do not.
 * 5. last_reqq_full_ms is the same for SYNs that found the SYN queue full, whether they
 *    were dropped or answered with a cookie. Neither changes the other.
 *
 * A virtual machine that its host does not run misses ticks. The kernel's
 * coarse clock shows how many, and that is allowed on top.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_moment.h"

FIXTURE(marks) {
	struct tlq_target t;
};

FIXTURE_SETUP(marks)
{
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(marks)
{
}

static int cpus(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

static void drain(struct __test_metadata *_metadata, struct tlq_target *t)
{
	while (tlq_queued(t->lfd) > 0)
		ASSERT_LE(0, tlq_accept(t->lfd));
}

TEST_F(marks, accept_queue)
{
	struct tlq_lopt opt = { .backlog = 64 };
	struct tlq_target *t = &self->t;
	__u64 peak;

	ASSERT_EQ(0, tlq_target_open(t, &opt, AF_INET));
	EXPECT_EQ(0, tlq_target_value(t, "peak_ack_backlog"));
	/* Not read before it is empty again */
	ASSERT_EQ(0, tlq_fill_accept(t, 20));
	drain(_metadata, t);
	EXPECT_EQ(0, tlq_target_value(t, "ack_backlog"));
	peak = tlq_target_value(t, "peak_ack_backlog");
	EXPECT_GE(20, peak);
	EXPECT_LE(20 - cpus(), peak);
	/* Less than the peak does not change it. */
	ASSERT_EQ(0, tlq_fill_accept(t, 8));
	drain(_metadata, t);
	EXPECT_EQ(peak, tlq_target_value(t, "peak_ack_backlog"));
	ASSERT_EQ(0, tlq_fill_accept(t, 30));
	EXPECT_EQ(30, tlq_target_value(t, "peak_ack_backlog"));
	drain(_metadata, t);
	EXPECT_EQ(30, tlq_target_value(t, "peak_ack_backlog"));
}

TEST_F(marks, syn_queue)
{
	struct tlq_lopt opt = { .backlog = 64, .defer = 60 };
	struct tlq_target *t = &self->t;
	int fd[25];
	__u64 peak;

	ASSERT_EQ(0, tlq_target_open(t, &opt, AF_INET));
	EXPECT_EQ(0, tlq_target_value(t, "peak_reqsk_qlen"));
	ASSERT_EQ(0, tlq_clients(t, 25, fd));
	ASSERT_EQ(0, tlq_reset(fd, 25));
	ASSERT_TRUE(tlq_until(!tlq_diag_half_open(t->port)));
	EXPECT_EQ(0, tlq_target_value(t, "reqsk_qlen"));
	peak = tlq_target_value(t, "peak_reqsk_qlen");
	EXPECT_GE(25, peak);
	EXPECT_LE(25 - cpus(), peak);
	ASSERT_EQ(0, tlq_clients(t, 5, fd));
	ASSERT_EQ(0, tlq_reset(fd, 5));
	ASSERT_TRUE(tlq_until(!tlq_diag_half_open(t->port)));
	EXPECT_EQ(peak, tlq_target_value(t, "peak_reqsk_qlen"));
	EXPECT_EQ(0, tlq_target_value(t, "peak_ack_backlog"));
}

/* The hooks have seen 64, and 65 when the next is refused. */
TEST_F(marks, full_queue)
{
	struct tlq_lopt opt = { .backlog = 64 };
	struct tlq_target *t = &self->t;

	ASSERT_EQ(0, tlq_target_full(t, &opt));
	ASSERT_EQ(0, tlq_refuse(t, 1));
	drain(_metadata, t);
	EXPECT_EQ(65, tlq_target_value(t, "peak_ack_backlog"));
}

/* Something happened between @from and @to. */
static void last_is(struct __test_metadata *_metadata,
		    const struct tlq_target *t, const char *column,
		    struct tlq_moment from, struct tlq_moment to)
{
	EXPECT_TRUE(tlq_shows_since(tlq_so_cookie(t->lfd), column, from, to));
}

static void last_overflow_is(struct __test_metadata *_metadata,
			     const struct tlq_target *t, struct tlq_moment from,
			     struct tlq_moment to)
{
	last_is(_metadata, t, "last_overflow_ms", from, to);
}

static void open_full(struct __test_metadata *_metadata, struct tlq_target *t)
{
	struct tlq_lopt opt = { .backlog = 1 };

	ASSERT_EQ(0, tlq_target_full(t, &opt));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(t, "last_overflow_ms"));
}

static void overflow(struct __test_metadata *_metadata, struct tlq_target *t,
		     struct tlq_moment *from, struct tlq_moment *to)
{
	*from = tlq_moment();
	ASSERT_EQ(0, tlq_refuse(t, 1));
	*to = tlq_moment();
}

TEST_F(marks, last_overflow_nothing_else)
{
	struct tlq_moment from, to;

	open_full(_metadata, &self->t);
	overflow(_metadata, &self->t, &from, &to);
	ASSERT_TRUE(tlq_until(tlq_passed(to, 700)));
	last_overflow_is(_metadata, &self->t, from, to);
	ASSERT_TRUE(tlq_until(tlq_passed(to, 1000)));
	last_overflow_is(_metadata, &self->t, from, to);
}

/* A call about another listener settles it, long after. */
TEST_F(marks, last_overflow_neighbour_calls)
{
	struct tlq_target other;
	struct tlq_moment from, to, from2, to2;

	open_full(_metadata, &self->t);
	open_full(_metadata, &other);
	overflow(_metadata, &self->t, &from, &to);
	ASSERT_TRUE(tlq_until(tlq_passed(to, 400)));
	overflow(_metadata, &other, &from2, &to2);
	ASSERT_TRUE(tlq_until(tlq_passed(to2, 200)));
	last_overflow_is(_metadata, &self->t, from, to);
	last_overflow_is(_metadata, &other, from2, to2);
}

/* The same listener has more packets, without overflows. */
TEST_F(marks, last_overflow_then_accepts)
{
	struct tlq_moment from, to;

	open_full(_metadata, &self->t);
	overflow(_metadata, &self->t, &from, &to);
	ASSERT_TRUE(tlq_until(tlq_passed(to, 300)));
	drain(_metadata, &self->t);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 2));
	ASSERT_TRUE(tlq_until(tlq_passed(to, 500)));
	last_overflow_is(_metadata, &self->t, from, to);
	drain(_metadata, &self->t);
	ASSERT_EQ(0, tlq_fill_accept(&self->t, 2));
	last_overflow_is(_metadata, &self->t, from, to);
}

TEST_F(marks, last_overflow_moves_on)
{
	struct tlq_moment from, to;
	int i;

	open_full(_metadata, &self->t);
	for (i = 0; i < 4; i++) {
		overflow(_metadata, &self->t, &from, &to);
		ASSERT_TRUE(tlq_until(tlq_passed(to, 150)));
		if (i % 2)
			last_overflow_is(_metadata, &self->t, from, to);
	}
}

/* At the ACK; a drop that is no overflow leaves it alone. */
TEST_F(marks, last_overflow_at_the_ack)
{
	struct tlq_lopt opt = { .backlog = 16, .defer = 60 };
	struct tlq_target *t = &self->t;
	struct tlq_moment from, to;
	int fd[4];

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_abort_on_overflow", 1));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_target_open(t, &opt, AF_INET));
	ASSERT_EQ(0, tlq_clients(t, 4, fd));
	ASSERT_EQ(0, tlq_reset(fd, 1));
	ASSERT_TRUE(tlq_until(tlq_tcpext("EmbryonicRsts") == 1));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(t, "last_overflow_ms"));
	ASSERT_EQ(0, listen(t->lfd, 1));
	ASSERT_EQ(0, tlq_send_and_vanish(fd + 1, 2));
	ASSERT_TRUE(tlq_until(tlq_queued(t->lfd) == 2));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(t, "last_overflow_ms"));
	from = tlq_moment();
	ASSERT_EQ(0, tlq_send_and_vanish(fd + 3, 1));
	ASSERT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") == 1));
	to = tlq_moment();
	ASSERT_TRUE(tlq_until(tlq_passed(to, 300)));
	drain(_metadata, t);
	ASSERT_EQ(0, tlq_fill_syn(t, 2));
	ASSERT_EQ(0, tlq_knock(t, 2));
	ASSERT_TRUE(tlq_until(tlq_tcpext("TCPReqQFullDrop") == 2));
	last_overflow_is(_metadata, t, from, to);
}

/* A SYN finds the SYN queue full: one of these counters grows. */
static void reqq_full(struct __test_metadata *_metadata, struct tlq_target *t,
		      const char *counter, struct tlq_moment *from,
		      struct tlq_moment *to)
{
	long long want = tlq_tcpext(counter) + 1;

	*from = tlq_moment();
	ASSERT_EQ(0, tlq_knock(t, 1));
	ASSERT_TRUE(tlq_until(tlq_tcpext(counter) == want));
	*to = tlq_moment();
}

/* @cookies: tcp_syncookies */
static void last_reqq_full(struct __test_metadata *_metadata,
			   struct tlq_target *t, int cookies)
{
	const char *counter = cookies ? "TCPReqQFullDoCookies" :
					"TCPReqQFullDrop";
	struct tlq_lopt opt = { .backlog = 2 };
	struct tlq_moment from, to;
	struct tlq_target other;
	int i;

	open_full(_metadata, &other);
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", cookies));
	ASSERT_EQ(0, tlq_target_open(t, &opt, AF_INET));
	ASSERT_EQ(0, tlq_fill_syn(t, tlq_target_value(t, "reqsk_max")));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(t, "last_reqq_full_ms"));
	for (i = 0; i < 3; i++) {
		reqq_full(_metadata, t, counter, &from, &to);
		ASSERT_TRUE(tlq_until(tlq_passed(to, 150)));
		if (i != 1)
			last_is(_metadata, t, "last_reqq_full_ms", from, to);
	}
	/* Calls about another listener, and no SYN of this one, settle it. */
	reqq_full(_metadata, t, counter, &from, &to);
	ASSERT_TRUE(tlq_until(tlq_passed(to, 300)));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 1));
	ASSERT_EQ(0, tlq_refuse(&other, 1));
	last_is(_metadata, t, "last_reqq_full_ms", from, to);
	EXPECT_EQ(TLQ_NONE, tlq_target_value(t, "last_overflow_ms"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&other, "last_reqq_full_ms"));
}

TEST_F(marks, last_reqq_full_dropped)
{
	last_reqq_full(_metadata, &self->t, 0);
}

TEST_F(marks, last_reqq_full_answered)
{
	last_reqq_full(_metadata, &self->t, 1);
}

TEST_F(marks, last_reqq_full_cookies_only)
{
	last_reqq_full(_metadata, &self->t, 2);
}
