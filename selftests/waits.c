// SPDX-License-Identifier: GPL-2.0
/*
 * How long the next to be accepted waits now, and the module without its hooks at
 * accept(2).
 *
 * 1. oldest_ms is the time since the connection that accept(2) would take was there,
 *    by the program's own clock, and "-" when there is none. Data, an end or a reset
 *    of the client do not change it. A connection of Fast Open is there from the SYN
 *    on. So it is below MPTCP listeners.
 * 2. With waits=N nothing is hooked at accept(2), the columns of accepts print "-",
 *    tcp_listenq_wait is its header and acceptor "-". oldest_ms stays, the counters
 *    count.
 * 3. With counters=N waits is N, too.
 * 4. The file of waits has the columns of docs/format.md; "netns" is in front of them
 *    in debugfs, where it shows all namespaces. Only listeners with accepts are in it.
 */
#include "tlq_test.h"

#include "tlq_book.h"
#include "tlq_hooks.h"

#define WAITS "/sys/module/" TLQ_MODULE "/parameters/waits"

FIXTURE(waits) {
	struct tlq_book b;
};

FIXTURE_SETUP(waits)
{
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(waits)
{
}

/* The connection came between these two. */
static void oldest_is(struct __test_metadata *_metadata, const struct tlq_book *b,
		      const struct tlq_dial *d)
{
	struct tlq_moment before = tlq_moment(), after;
	__u64 ms = tlq_cookie_value(b->cookie, "oldest_ms");

	after = tlq_moment();
	/* Both ends are cut to microseconds, the difference to milliseconds. */
	EXPECT_LE((before.ns - d->there.ns - 1000) / TLQ_NS_PER_MS, (long long)ms);
	EXPECT_GE((after.ns - d->begin.ns + 1000) / TLQ_NS_PER_MS, (long long)ms);
}

static void nobody_waits(struct __test_metadata *_metadata,
			 const struct tlq_book *b)
{
	EXPECT_EQ(TLQ_NONE, tlq_cookie_value(b->cookie, "oldest_ms"));
}

/* Three wait, are looked at and accepted, in turn. */
static void oldest_of_three(struct __test_metadata *_metadata,
			    struct tlq_book *b)
{
	int i;

	nobody_waits(_metadata, b);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, tlq_dial(b, 0));
		ASSERT_TRUE(tlq_until(tlq_passed(b->dial[i].there, 40)));
		oldest_is(_metadata, b, &b->dial[0]);
	}
	ASSERT_TRUE(tlq_until(tlq_passed(b->dial[0].there, 300)));
	for (i = 0; i < 3; i++) {
		oldest_is(_metadata, b, &b->dial[i]);
		ASSERT_LE(0, tlq_accept(b->t.lfd));
	}
	nobody_waits(_metadata, b);
}

TEST_F(waits, oldest)
{
	struct tlq_lopt opt = { };

	ASSERT_EQ(0, tlq_book_open(&self->b, &opt, AF_INET));
	oldest_of_three(_metadata, &self->b);
}

TEST_F(waits, oldest_v6)
{
	struct tlq_lopt opt = { .family = AF_INET6 };

	ASSERT_EQ(0, tlq_book_open(&self->b, &opt, AF_INET6));
	oldest_of_three(_metadata, &self->b);
}

TEST_F(waits, oldest_mptcp)
{
	struct tlq_lopt opt = { .protocol = IPPROTO_MPTCP };
	int err = tlq_book_open(&self->b, &opt, AF_INET);

	if (err == -ENOPROTOOPT)
		SKIP(return, "no MPTCP");
	ASSERT_EQ(0, err);
	oldest_of_three(_metadata, &self->b);
}

TEST_F(waits, oldest_of_cookies)
{
	struct tlq_lopt opt = { };

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	ASSERT_EQ(0, tlq_book_open(&self->b, &opt, AF_INET));
	oldest_of_three(_metadata, &self->b);
	ASSERT_EQ(3, tlq_tcpext("SyncookiesRecv"));
}

TEST_F(waits, oldest_has_gone)
{
	struct tlq_lopt opt = { };
	struct tlq_book *b = &self->b;
	int i;

	ASSERT_EQ(0, tlq_book_open(b, &opt, AF_INET));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_dial(b, 0));
	ASSERT_EQ(1, send(b->dial[0].fd, "x", 1, 0));
	ASSERT_EQ(0, shutdown(b->dial[1].fd, SHUT_WR));
	ASSERT_EQ(0, tlq_reset(&b->dial[2].fd, 1));
	ASSERT_TRUE(tlq_until(tlq_established(b) == 1));
	ASSERT_TRUE(tlq_until(tlq_passed(b->dial[2].there, 50)));
	for (i = 0; i < 3; i++) {
		oldest_is(_metadata, b, &b->dial[i]);
		ASSERT_LE(0, tlq_accept(b->t.lfd));
	}
	nobody_waits(_metadata, b);
}

/* The handshake does not end. */
TEST_F(waits, oldest_of_fast_open)
{
	struct tlq_lopt opt = { .tfo = 16 };
	struct tlq_book *b = &self->b;
	struct tlq_dial *d;

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	ASSERT_EQ(0, tlq_book_open(b, &opt, AF_INET));
	d = tlq_dial_begin(b, TLQ_TFO | TLQ_MUTE);
	ASSERT_LE(0, d->fd);
	ASSERT_TRUE(tlq_until(tlq_target_queued(&b->t) == 1));
	d->there = tlq_moment();
	ASSERT_TRUE(tlq_until(tlq_passed(d->there, 50)));
	oldest_is(_metadata, b, d);
	EXPECT_EQ(0, tlq_established(b));
	EXPECT_EQ(1, tlq_cookie_value(b->cookie, "tfo_qlen"));
}

static void no_waits(struct __test_metadata *_metadata, struct tlq_book *b)
{
	static const char *const path[] = { TLQ_PROC_WAIT, TLQ_DEBUG_WAIT };
	struct tlq_table t;
	struct tlq_waits w;
	char shown[128];
	size_t i;

	EXPECT_EQ(-ENODATA, tlq_waits(&w, b->cookie));
	for (i = 0; i < ARRAY_SIZE(path); i++) {
		ASSERT_EQ(0, tlq_load(&t, path[i]));
		EXPECT_EQ(0, t.nlines);
		tlq_free(&t);
	}
	EXPECT_STREQ("-", tlq_debug_value(b->cookie, "acceptor", shown,
					  sizeof(shown)));
}

static void parameter_is_no(struct __test_metadata *_metadata)
{
	char *text;
	size_t len;

	ASSERT_EQ(0, tlq_read_file(WAITS, 16, &text, &len));
	EXPECT_STREQ("N\n", text);
	free(text);
}

static void nothing_at_accept(struct __test_metadata *_metadata)
{
	static const char *const function[] = {
		"__inet_accept", "tcp_v4_reqsk_destructor",
		"tcp_v6_reqsk_destructor", "subflow_v4_req_destructor",
		"subflow_v6_req_destructor",
	};
	const char *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(function); i++) {
		/* One pair of the destructors only is of interest on a kernel. */
		state = tlq_hook_state(function[i]);
		EXPECT_TRUE(!strcmp("skipped", state) || !strcmp("not listed", state))
			TH_LOG("%s is %s", function[i], state);
		EXPECT_FALSE(tlq_traced(function[i]));
	}
}

/* Two wait, one is accepted. */
static void without(struct __test_metadata *_metadata, struct tlq_book *b,
		    const char *args)
{
	struct tlq_lopt opt = { };

	ASSERT_EQ(0, tlq_mod_reload(args));
	parameter_is_no(_metadata);
	nothing_at_accept(_metadata);
	ASSERT_EQ(0, tlq_book_open(b, &opt, AF_INET));
	no_waits(_metadata, b);
	ASSERT_EQ(0, tlq_dial(b, 0));
	ASSERT_EQ(0, tlq_dial(b, 0));
	ASSERT_LE(0, tlq_accept(b->t.lfd));
	ASSERT_TRUE(tlq_until(tlq_passed(b->dial[1].there, 30)));
	oldest_is(_metadata, b, &b->dial[1]);
	no_waits(_metadata, b);
}

TEST_F(waits, off)
{
	struct tlq_book *b = &self->b;

	without(_metadata, b, "waits=N");
	EXPECT_TRUE(tlq_syns_right(b));
	ASSERT_EQ(0, listen(b->t.lfd, 0));
	ASSERT_EQ(0, tlq_refuse(&b->t, 3));
	EXPECT_EQ(3, tlq_cookie_value(b->cookie, "overflow_syn"));
	EXPECT_EQ(0, tlq_mod_renew());
}

TEST_F(waits, off_with_the_counters)
{
	without(_metadata, &self->b, "counters=N");
	EXPECT_EQ(TLQ_NONE, tlq_cookie_value(self->b.cookie, "syns"));
	EXPECT_EQ(0, tlq_mod_renew());
}

static void columns_are(struct __test_metadata *_metadata, const char *path,
			int before)
{
	static const char *const name[] = {
		"cookie", "local", "accepts", "wait_us_sum", "wait_us_max"
	};
	struct tlq_table t;
	char bucket[32];
	size_t i;

	ASSERT_EQ(0, tlq_load(&t, path));
	ASSERT_EQ(before + ARRAY_SIZE(name) + TLQ_BUCKETS, t.ncols);
	if (before)
		EXPECT_STREQ("netns", t.col[0]);
	for (i = 0; i < ARRAY_SIZE(name); i++)
		EXPECT_STREQ(name[i], t.col[before + i]);
	for (i = 0; i < TLQ_BUCKETS; i++) {
		snprintf(bucket, sizeof(bucket), "us_%d", 1 << i);
		EXPECT_STREQ(i < TLQ_BUCKETS - 1 ? bucket : "us_inf",
			     t.col[before + ARRAY_SIZE(name) + i]);
	}
	tlq_free(&t);
}

/* Two listeners of two namespaces, and one from which nobody accepts */
TEST_F(waits, file)
{
	struct tlq_book *b = &self->b, other;
	struct tlq_lopt opt = { .addr = "127.1.2.3", .port = 77 };
	struct tlq_table t;
	__u64 netns;

	columns_are(_metadata, TLQ_DEBUG_WAIT, 1);
	ASSERT_EQ(0, tlq_book_open(&other, &opt, AF_INET));
	ASSERT_EQ(0, tlq_dial(&other, 0));
	columns_are(_metadata, TLQ_PROC_WAIT, 0);
	EXPECT_TRUE(tlq_take_all(&other, tlq_accept, other.t.lfd));
	netns = tlq_netns_inode();
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_book_open(b, &opt, AF_INET));
	ASSERT_EQ(0, tlq_dial(b, 0));
	EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
	ASSERT_EQ(0, tlq_load(&t, TLQ_PROC_WAIT));
	ASSERT_EQ(1, t.nlines);
	EXPECT_STREQ("127.1.2.3:77", tlq_str(tlq_line(&t, 0), "local"));
	tlq_free(&t);
	ASSERT_EQ(0, tlq_load(&t, TLQ_DEBUG_WAIT));
	EXPECT_EQ(netns, tlq_u64(tlq_find_u64(&t, "cookie", other.cookie),
				 "netns"));
	EXPECT_EQ(tlq_netns_inode(),
		  tlq_u64(tlq_find_u64(&t, "cookie", b->cookie), "netns"));
	tlq_free(&t);
}
