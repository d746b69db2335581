// SPDX-License-Identifier: GPL-2.0
/*
 * Every column of a row against an independent source.
 *
 * 1. There is a row for each listener inet_diag knows, and no other row.
 * 2. A row's address, queues, owner, inode, cookie and cgroup are those of
 *    inet_diag, of getsockopt(2) and of fstat(2), for every kind of address.
 * 3. "local" is, letter by letter, the address as ss prints it, and as inet_ntop(3)
 *    does, wherever the zeros are in an IPv6 address; ss shows the same queue.
 * 4. "flags" lists exactly the options the socket has, in a fixed order.
 * 5. The cookie is the socket's even if none was made before.
 * 6. uid follows fchown(2) and the effective uid of socket(2).
 * 7. Each member of a reuseport group has a row.
 * 8. A listener without events prints zeros, "-" in what tells the time since one,
 *    and "-" in what only some listeners have.
 */
#include "tlq_test.h"

#include "tlq_mib.h"
#include "tlq_shown.h"

FIXTURE(columns) {
	struct tlq_lopt opt;
};

FIXTURE_VARIANT(columns) {
	struct tlq_lopt opt;
};

FIXTURE_VARIANT_ADD(columns, v4) { };

FIXTURE_VARIANT_ADD(columns, v4_any) {
	.opt = { .addr = "0.0.0.0" },
};

FIXTURE_VARIANT_ADD(columns, v4_dev) {
	.opt = { .dev = "lo" },
};

FIXTURE_VARIANT_ADD(columns, v6) {
	.opt = { .family = AF_INET6 },
};

FIXTURE_VARIANT_ADD(columns, v6_any) {
	.opt = { .family = AF_INET6, .addr = "::" },
};

FIXTURE_VARIANT_ADD(columns, v6_dev) {
	.opt = { .family = AF_INET6, .dev = "lo" },
};

FIXTURE_VARIANT_ADD(columns, dual) {
	.opt = { .family = AF_INET6, .addr = "::", .dual = true },
};

FIXTURE_VARIANT_ADD(columns, mapped) {
	.opt = { .family = AF_INET6, .addr = "::ffff:127.0.0.1", .dual = true },
};

FIXTURE_SETUP(columns)
{
	ASSERT_EQ(0, tlq_netns_enter());
	self->opt = variant->opt;
	self->opt.backlog = 17;
}

FIXTURE_TEARDOWN(columns)
{
}

#define FLAGS_MAX 128

static void append(char *list, const char *name, int set)
{
	size_t len = strlen(list);

	if (set > 0)
		snprintf(list + len, FLAGS_MAX - len, "%s%s", len ? "," : "",
			 name);
}

/* The flags expected: the options of the socket, read one by one */
static void flags_of(int lfd, const struct tlq_diag *d, char *list)
{
	bool v6 = d->family == AF_INET6;
	int level = v6 ? SOL_IPV6 : SOL_IP;

	*list = '\0';
	append(list, "reuseport", tlq_sockopt(lfd, SOL_SOCKET, SO_REUSEPORT));
	append(list, "defer", tlq_sockopt(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT));
	append(list, "v6only", d->v6only);
	append(list, "transparent",
	       tlq_sockopt(lfd, level, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT));
	append(list, "freebind",
	       tlq_sockopt(lfd, level, v6 ? IPV6_FREEBIND : IP_FREEBIND));
	if (!*list)
		append(list, "-", 1);
}

static void same_as_diag(struct __test_metadata *_metadata,
			 struct tlq_line line, const struct tlq_diag *d)
{
	char local[128];

	tlq_diag_local(d, local, sizeof(local));
	EXPECT_STREQ(local, tlq_str(line, "local"));
	EXPECT_EQ(d->rqueue, tlq_u64(line, "ack_backlog"));
	EXPECT_EQ(d->wqueue, tlq_u64(line, "max_ack_backlog"));
	EXPECT_EQ(d->uid, tlq_u64(line, "uid"));
	EXPECT_EQ(d->inode, tlq_u64(line, "inode"));
	EXPECT_EQ(d->cookie, tlq_u64(line, "cookie"));
	if (d->cgroup)
		EXPECT_EQ(d->cgroup, tlq_u64(line, "cgroup"));
}

static void same_as_socket(struct __test_metadata *_metadata,
			   struct tlq_line line, int lfd)
{
	__u32 len, max;

	ASSERT_EQ(0, tlq_acceptq(lfd, &len, &max));
	EXPECT_EQ(len, tlq_u64(line, "ack_backlog"));
	EXPECT_EQ(max, tlq_u64(line, "max_ack_backlog"));
	EXPECT_EQ(tlq_inode(lfd), tlq_u64(line, "inode"));
	EXPECT_EQ(tlq_so_cookie(lfd), tlq_u64(line, "cookie"));
	EXPECT_EQ(tlq_sockopt(lfd, IPPROTO_TCP, TCP_FASTOPEN),
		  tlq_u64(line, "tfo_max_qlen"));
	EXPECT_EQ(0, tlq_u64(line, "tfo_qlen"));
}

static void check(struct __test_metadata *_metadata, int lfd)
{
	struct tlq_table t;
	struct tlq_diag d;
	struct tlq_line line = tlq_line_of(_metadata, &t, lfd);
	char flags[FLAGS_MAX];

	ASSERT_TRUE(tlq_diag_of(lfd, &d));
	same_as_diag(_metadata, line, &d);
	same_as_socket(_metadata, line, lfd);
	flags_of(lfd, &d, flags);
	EXPECT_STREQ(flags, tlq_str(line, "flags"));
	tlq_free(&t);
}

TEST_F(columns, every_column)
{
	int other = tlq_listen(&(struct tlq_lopt){ .addr = "127.9.9.9" });
	int lfd = tlq_listen(&self->opt);
	struct tlq_table t;
	struct tlq_diags d;

	ASSERT_LE(0, other);
	ASSERT_LE(0, lfd);
	check(_metadata, lfd);
	ASSERT_LE(0, tlq_connect(lfd));
	ASSERT_LE(0, tlq_connect(lfd));
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 2));
	ASSERT_LE(0, tlq_client(lfd, TLQ_MUTE));
	ASSERT_TRUE(tlq_until(tlq_diag_half_open(tlq_port(lfd)) == 1));
	check(_metadata, lfd);
	EXPECT_EQ(1, tlq_u64(tlq_line_of(_metadata, &t, lfd), "reqsk_qlen"));
	EXPECT_EQ(2, t.nlines);
	check(_metadata, other);
	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	EXPECT_EQ(2, d.n);
}

TEST_F(columns, flags)
{
	bool v6 = self->opt.family == AF_INET6;
	int level = v6 ? SOL_IPV6 : SOL_IP;
	int lfd, one = 1, mask;

	for (mask = 0; mask < 16; mask++) {
		self->opt.reuseport = mask & 1;
		self->opt.defer = mask & 2 ? 30 : 0;
		self->opt.transparent = mask & 4;
		self->opt.freebind = mask & 8;
		lfd = tlq_listen(&self->opt);
		ASSERT_LE(0, lfd);
		check(_metadata, lfd);
		close(lfd);
	}
	/* Set on a live listener. */
	self->opt = variant->opt;
	lfd = tlq_listen(&self->opt);
	ASSERT_LE(0, lfd);
	check(_metadata, lfd);
	ASSERT_EQ(0, setsockopt(lfd, level, v6 ? IPV6_FREEBIND : IP_FREEBIND,
				&one, sizeof(one)));
	check(_metadata, lfd);
}

TEST_F(columns, reuseport_members)
{
	int lfd[4], i, same = 0;
	const char *local;
	struct tlq_table t;

	self->opt.reuseport = true;
	for (i = 0; i < 4; i++) {
		self->opt.backlog = 10 + i;
		lfd[i] = tlq_listen(&self->opt);
		ASSERT_LE(0, lfd[i]);
		self->opt.port = tlq_port(lfd[i]);
	}
	for (i = 0; i < 4; i++)
		check(_metadata, lfd[i]);
	local = tlq_str(tlq_line_of(_metadata, &t, lfd[0]), "local");
	for (i = 0; i < t.nlines; i++)
		same += !strcmp(local, tlq_str(tlq_line(&t, i), "local"));
	EXPECT_EQ(4, same);
	EXPECT_EQ(4, t.nlines);
}

TEST_F(columns, cookie_not_asked_for)
{
	int lfd = tlq_listen(&self->opt);
	struct tlq_table t;

	ASSERT_LE(0, lfd);
	TLQ_LOAD(t);
	ASSERT_EQ(1, t.nlines);
	EXPECT_EQ(tlq_so_cookie(lfd), tlq_u64(tlq_line(&t, 0), "cookie"));
}

TEST_F(columns, uid)
{
	int lfd = tlq_listen(&self->opt);

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, fchown(lfd, 1234, -1));
	EXPECT_EQ(1234, tlq_value_of(_metadata, lfd, "uid"));
	check(_metadata, lfd);
	if (variant->opt.dev)
		return;		/* not checked when bound to a device */
	ASSERT_EQ(0, seteuid(65533));
	lfd = tlq_listen(&self->opt);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, lfd);
	EXPECT_EQ(65533, tlq_value_of(_metadata, lfd, "uid"));
	check(_metadata, lfd);
}

/* Columns that are "0", or "-" */
static const char *const zero[] = {
	"peak_ack_backlog", "peak_reqsk_qlen", "recent_ack_backlog",
	"recent_reqsk_qlen", "syns", "accepts", "wait_us_sum", "wait_us_max"
};

static const char *const none[] = {
	"last_overflow_ms", "last_reqq_full_ms", "last_accept_ms", "oldest_ms",
	"reuseport_group"
};

TEST_F(columns, nothing_happened)
{
	int lfd = tlq_listen(&self->opt);
	struct tlq_table t;
	struct tlq_line line;
	size_t i;

	ASSERT_LE(0, lfd);
	line = tlq_line_of(_metadata, &t, lfd);
	for (i = 0; i < TLQ_COLS; i++)
		EXPECT_EQ(0, tlq_u64(line, tlq_col_name[i]));
	for (i = 0; i < ARRAY_SIZE(zero); i++)
		EXPECT_STREQ("0", tlq_str(line, zero[i]));
	for (i = 0; i < ARRAY_SIZE(none); i++)
		EXPECT_STREQ("-", tlq_str(line, none[i]));
}

static const char * const address[] = {
	"0.0.0.0", "127.0.0.1", "1.0.0.0", "10.20.30.40", "100.99.9.200",
	"192.168.255.254",
	"::", "::1", "::2", "1::", "::ffff", "::1:0", "::1:2:3",
	"2001:db8::1", "2001:db8::1:0:0:1", "2001:db8:0:0:1::",
	"2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "1:0:0:2:0:0:3:0",
	"0:1:0:2:0:3:0:4", "1:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:8", "0:0:3::8",
	"1:2:3:4:5:6::", "1:0:3:0:0:6:0:0", "64:ff9b::1.2.3.4",
	"::ffff:0:1.2.3.4", "::1.2.3.4", "::0.1.2.3", "::ffff:127.0.0.1",
	"::ffff:255.1.0.0", "fd00:abcd:ef01:2345:6789:abcd:ef01:2345",
	"abcd:ef01:2345:6789:abcd:ef01:2345:6789",
};

/* Two ports each, with and without a device */
#define ADDRESSES ((int)(2 * 2 * ARRAY_SIZE(address)))

static void open_two(struct __test_metadata *_metadata, const char *addr,
		     int port, const char *dev)
{
	struct tlq_lopt opt = {
		.family = strchr(addr, ':') ? AF_INET6 : AF_INET,
		.addr = addr, .port = port, .dev = dev, .freebind = true,
		.dual = !strncmp(addr, "::ffff:", 7),
	};
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_LE(0, tlq_listen(&opt))
			TH_LOG("%s port %d", addr, opt.port);
		opt.dual = opt.family == AF_INET6;
		opt.port++;
	}
}

static void open_all(struct __test_metadata *_metadata)
{
	size_t i;

	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < ARRAY_SIZE(address); i++) {
		open_two(_metadata, address[i], 10 + 10 * i, NULL);
		open_two(_metadata, address[i], 65000 + 10 * i, "lo");
	}
}

TEST(address_as_inet_diag)
{
	struct tlq_line line;
	struct tlq_diags d;
	struct tlq_table t;
	size_t i;

	open_all(_metadata);
	TLQ_LOAD(t);
	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	ASSERT_EQ(ADDRESSES, d.n);
	ASSERT_EQ(d.n, t.nlines);
	for (i = 0; i < d.n; i++) {
		line = tlq_find_u64(&t, "cookie", d.v[i].cookie);
		ASSERT_NE(NULL, line.cell);
		same_as_diag(_metadata, line, d.v + i);
	}
}

/* No two have the same address and port; one more has a queue. */
TEST(address_as_ss)
{
	struct tlq_lopt opt = { .addr = "127.9.9.9", .backlog = 4 };
	static struct tlq_shown ss[2 * ADDRESSES];
	struct tlq_line line;
	struct tlq_table t;
	int lfd, i;

	if (!tlq_have("ss"))
		SKIP(return, "no ss to compare with");
	open_all(_metadata);
	lfd = tlq_listen(&opt);
	for (i = 0; i < 3; i++)
		ASSERT_LE(0, tlq_connect(lfd));
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 3));
	TLQ_LOAD(t);
	ASSERT_EQ(ADDRESSES + 1, t.nlines);
	ASSERT_EQ(t.nlines, tlq_show("ss -tln", ss, ARRAY_SIZE(ss)));
	for (i = 0; i < t.nlines; i++) {
		line = tlq_find(&t, "local", ss[i].local);
		ASSERT_NE(NULL, line.cell)
			TH_LOG("no %s", ss[i].local);
		EXPECT_EQ(ss[i].recvq, tlq_u64(line, "ack_backlog"));
		EXPECT_EQ(ss[i].sendq, tlq_u64(line, "max_ack_backlog"));
	}
}
