// SPDX-License-Identifier: GPL-2.0
/*
 * Columns that depend on sysctls, devices, cgroups and other protocols.
 *
 * 1. reqsk_max is the number of half-open requests the kernel really stores,
 *    under every mode of syncookies, any backlog and any tcp_max_syn_backlog.
 * 2. "synflood" stands on a listener whose SYN queue has overflowed, unless
 *    tcp_syncookies is 2, and on no other. The socket keeps it through
 *    shutdown(2) and listen(2); a new one at the same address has none. One
 *    that is shut down has no row until it listens again.
 * 3. A listener bound to a device shows the name the device has now, or its
 *    index when the device has gone.
 * 4. cgroup is the inode number of the directory the socket was made in, or "-"
 *    on a kernel without CONFIG_SOCK_CGROUP_DATA.
 * 5. The TCP listener below an MPTCP or SMC listener is shown with its flag,
 *    also one that the kernel has opened.
 */
#include "tlq_test.h"

#include <net/if.h>
#include <sys/ioctl.h>

#define CLIENTS 24

FIXTURE(limits) {
};

FIXTURE_SETUP(limits)
{
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(limits)
{
}

/* Every SYN has been stored, answered with a cookie, or dropped. */
static bool all_judged(int lfd, long long before)
{
	return tlq_diag_half_open(tlq_port(lfd)) - before +
	       tlq_tcpext("ListenDrops") + tlq_tcpext("SyncookiesSent") >=
	       CLIENTS;
}

/* Another port each time: requests outlive their listener. */
static void fill(struct __test_metadata *_metadata, int family, int backlog)
{
	static int port = 2000;
	struct tlq_lopt opt = {
		.family = family, .port = port++, .backlog = backlog
	};
	int lfd = tlq_listen(&opt), client[CLIENTS], i;
	struct tlq_table t;
	struct tlq_line line;
	long long before;

	ASSERT_LE(0, lfd);
	before = tlq_tcpext("ListenDrops") + tlq_tcpext("SyncookiesSent");
	for (i = 0; i < CLIENTS; i++) {
		client[i] = tlq_client(lfd, TLQ_MUTE);
		ASSERT_LE(0, client[i]);
	}
	ASSERT_TRUE(tlq_until(all_judged(lfd, before)));
	line = tlq_line_of(_metadata, &t, lfd);
	EXPECT_EQ(tlq_u64(line, "reqsk_max"),
		  tlq_diag_half_open(tlq_port(lfd)))
		TH_LOG("backlog %d", backlog);
	EXPECT_EQ(tlq_u64(line, "reqsk_max"), tlq_u64(line, "reqsk_qlen"));
	tlq_free(&t);
	close(lfd);
	for (i = 0; i < CLIENTS; i++)
		close(client[i]);
}

static void fill_all(struct __test_metadata *_metadata, int cookies)
{
	static const int backlog[] = { 0, 1, 2, 7, 15 };
	static const int syn_backlog[] = { 4096, 4, -5, 0, 1, 3, 8 };
	/* With cookies tcp_max_syn_backlog must not matter: two values do. */
	size_t n = cookies ? 2 : ARRAY_SIZE(syn_backlog), i, j;

	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", cookies));
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_max_syn_backlog",
					syn_backlog[i]));
		for (j = 0; j < ARRAY_SIZE(backlog); j++) {
			fill(_metadata, AF_INET, backlog[j]);
			fill(_metadata, AF_INET6, backlog[j]);
		}
		ASSERT_EQ(0, _metadata->exit_code)
			TH_LOG("tcp_max_syn_backlog %d", syn_backlog[i]);
	}
}

TEST_F(limits, reqsk_max_without_cookies)
{
	fill_all(_metadata, 0);
}

TEST_F(limits, reqsk_max_with_cookies)
{
	fill_all(_metadata, 1);
}

TEST_F(limits, reqsk_max_cookies_only)
{
	fill_all(_metadata, 2);
}

static bool warned(struct __test_metadata *_metadata, int lfd)
{
	struct tlq_table t;
	struct tlq_line line = tlq_line_of(_metadata, &t, lfd);
	bool flag = tlq_has_flag(line, "synflood");

	tlq_free(&t);
	return flag;
}

TEST_F(limits, synflood)
{
	struct tlq_lopt opt = { .backlog = 1, .port = 80 };
	int lfd = tlq_listen(&opt), other, client[4], i;
	struct tlq_table t;

	opt.port = 81;
	other = tlq_listen(&opt);
	ASSERT_LE(0, other);
	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 2));
	ASSERT_LE(0, tlq_client(other, 0));
	ASSERT_TRUE(tlq_until(tlq_tcpext("TCPReqQFullDoCookies") == 1));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 1));
	EXPECT_FALSE(warned(_metadata, lfd));
	for (i = 0; i < 4; i++) {
		client[i] = tlq_client(lfd, TLQ_MUTE);
		ASSERT_LE(0, client[i]);
	}
	ASSERT_TRUE(tlq_until(tlq_tcpext("TCPReqQFullDoCookies") > 1));
	EXPECT_TRUE(warned(_metadata, lfd));
	EXPECT_FALSE(warned(_metadata, other));
	/* They would send their SYNs again and fill the next queue, too. */
	for (i = 0; i < 4; i++)
		close(client[i]);
	ASSERT_EQ(0, shutdown(lfd, SHUT_RDWR));
	TLQ_LOAD(t);
	EXPECT_EQ(1, t.nlines);
	ASSERT_EQ(0, listen(lfd, 1));
	EXPECT_EQ(tlq_diag_half_open(80),
		  tlq_u64(tlq_line_of(_metadata, &t, lfd), "reqsk_qlen"));
	EXPECT_TRUE(warned(_metadata, lfd));
	close(lfd);
	opt.port = 80;
	lfd = tlq_listen(&opt);
	ASSERT_LE(0, lfd);
	EXPECT_FALSE(warned(_metadata, lfd));
}

static void rename_lo(struct __test_metadata *_metadata, const char *name)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(fd, SIOCSIFFLAGS, &ifr));
	snprintf(ifr.ifr_newname, IFNAMSIZ, "%s", name);
	ASSERT_EQ(0, ioctl(fd, SIOCSIFNAME, &ifr));
	close(fd);
}

TEST_F(limits, device_renamed)
{
	struct tlq_lopt opt = { .addr = "0.0.0.0", .dev = "lo", .port = 80 };
	int lfd = tlq_listen(&opt);
	struct tlq_table t;

	ASSERT_LE(0, lfd);
	EXPECT_STREQ("0.0.0.0%lo:80",
		     tlq_str(tlq_line_of(_metadata, &t, lfd), "local"));
	rename_lo(_metadata, "fifteen_letters");
	EXPECT_STREQ("0.0.0.0%fifteen_letters:80",
		     tlq_str(tlq_line_of(_metadata, &t, lfd), "local"));
}

TEST_F(limits, device_gone)
{
	struct tlq_lopt opt = { .addr = "0.0.0.0", .dev = "tlq0", .port = 80 };
	struct tlq_table t;
	char local[32];
	int lfd, index;

	if (system("ip link add tlq0 type dummy 2>/dev/null"))
		SKIP(return, "no dummy devices");
	index = if_nametoindex("tlq0");
	lfd = tlq_listen(&opt);
	ASSERT_LE(0, lfd);
	EXPECT_STREQ("0.0.0.0%tlq0:80",
		     tlq_str(tlq_line_of(_metadata, &t, lfd), "local"));
	ASSERT_EQ(0, system("ip link del tlq0"));
	snprintf(local, sizeof(local), "0.0.0.0%%if%d:80", index);
	EXPECT_STREQ(local, tlq_str(tlq_line_of(_metadata, &t, lfd), "local"));
}

TEST_F(limits, cgroup)
{
	struct tlq_lopt opt = { };
	struct tlq_cgroup cg;
	struct tlq_table t;
	struct tlq_diag d;
	int lfd;

	if (tlq_cgroup_enter(&cg))
		SKIP(return, "no cgroup v2 directory can be made");
	lfd = tlq_listen(&opt);
	tlq_cgroup_leave(&cg);
	ASSERT_LE(0, lfd);
	ASSERT_TRUE(tlq_diag_of(lfd, &d));
	if (!d.cgroup) {
		EXPECT_EQ(TLQ_NONE, tlq_u64(tlq_line_of(_metadata, &t, lfd),
					    "cgroup"));
		SKIP(return, "built without CONFIG_SOCK_CGROUP_DATA");
	}
	EXPECT_EQ(cg.id, d.cgroup);
	EXPECT_EQ(cg.id, tlq_u64(tlq_line_of(_metadata, &t, lfd), "cgroup"));
}

/* The only TCP listener: as inet_diag has it, and with @flag */
static void below(struct __test_metadata *_metadata, const char *flag)
{
	struct tlq_table t;
	struct tlq_diags d;
	struct tlq_line line;

	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	ASSERT_EQ(1, d.n);
	TLQ_LOAD(t);
	ASSERT_EQ(1, t.nlines);
	line = tlq_line(&t, 0);
	EXPECT_STREQ(flag, tlq_str(line, "flags"));
	EXPECT_EQ(d.v->rqueue, tlq_u64(line, "ack_backlog"));
	EXPECT_EQ(d.v->wqueue, tlq_u64(line, "max_ack_backlog"));
	EXPECT_EQ(tlq_diag_half_open(d.v->port), tlq_u64(line, "reqsk_qlen"));
	EXPECT_EQ(d.v->cookie, tlq_u64(line, "cookie"));
	EXPECT_EQ(d.v->uid, tlq_u64(line, "uid"));
	/* Some kernels give it the inode of its owner, some none. */
	EXPECT_EQ(d.v->inode ? d.v->inode : TLQ_NONE, tlq_u64(line, "inode"));
}

TEST_F(limits, mptcp)
{
	struct tlq_lopt opt = { .protocol = IPPROTO_MPTCP, .backlog = 5 };
	int lfd = tlq_listen(&opt);

	if (lfd < 0)
		SKIP(return, "no MPTCP: %s", strerror(-lfd));
	ASSERT_LE(0, tlq_connect(lfd));
	ASSERT_LE(0, tlq_client(lfd, TLQ_MUTE));
	ASSERT_TRUE(tlq_until(tlq_diag_half_open(tlq_port(lfd)) == 1));
	below(_metadata, "mptcp");
}

static size_t listeners(struct __test_metadata *_metadata)
{
	struct tlq_diags d;
	size_t n;

	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	n = d.n;
	tlq_diag_free(&d);
	return n;
}

/*
 * The kernel opens one for an address that it announces to peers. It keeps its namespace
 * until it is closed: left open, it would take a place in the table in all later tests.
 */
TEST_F(limits, mptcp_endpoint)
{
	if (system("ip mptcp endpoint add 127.0.0.1 port 100 signal 2>/dev/null"))
		SKIP(return, "no MPTCP endpoints with a port");
	below(_metadata, "mptcp");
	EXPECT_EQ(0, system("ip mptcp endpoint flush"));
	EXPECT_TRUE(tlq_until(!listeners(_metadata)));
}

TEST_F(limits, smc)
{
	int lfd = socket(AF_SMC, SOCK_STREAM, 0);
	union tlq_addr a;

	if (lfd < 0)
		SKIP(return, "no SMC: %s", strerror(errno));
	ASSERT_EQ(0, tlq_addr_set(&a, AF_INET, NULL, 80));
	ASSERT_EQ(0, bind(lfd, &a.sa, sizeof(a.v4)));
	ASSERT_EQ(0, listen(lfd, 9));
	below(_metadata, "smc");
	ASSERT_LE(0, tlq_connect_to(&a, TLQ_MUTE));
	ASSERT_TRUE(tlq_until(tlq_diag_half_open(80) == 1));
	below(_metadata, "smc");
}
