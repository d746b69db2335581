// SPDX-License-Identifier: GPL-2.0
/*
 * The listener to which a count belongs, also when listeners close.
 *
 * 1. Each of several listeners has exactly what it refused, in any order and on
 *    any CPU; also when two of them share a port, one for each IP version.
 * 2. The members of a reuseport group add up to what the kernel counted.
 * 3. A request that an ICMP error ends counts in listen_drops of its listener.
 * 4. The counts of a listener move to "gone" when it closes. The same socket
 *    starts at 0 when it listens again.
 * 5. A namespace has its own numbers, and its lines leave totals when it dies. The
 *    next one, which may get its memory, begins at 0.
 * 6. A listener older than the module counts from load on.
 * 7. Counts are complete also after reads between which nothing was counted.
 */
#include "tlq_test.h"

#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sched.h>

#include "tlq_drive.h"

#define LISTENERS 6
#define NAMESPACES 20

static const struct tlq_mibs none;
/*
 * Not 0, with which the SYN queue is always full, and a cookie counted, in kernels without
 * 3479c7549fb1 ("tcp/dccp: allow a connection when sk_max_ack_backlog is zero").
 */
static const struct tlq_lopt none_waits = { .backlog = 1 };

FIXTURE(assign) {
};

FIXTURE_SETUP(assign)
{
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(assign)
{
	tlq_mod_need();
}

static struct tlq_cols cols_of(struct __test_metadata *_metadata,
			       struct tlq_target *t)
{
	struct tlq_table table;
	struct tlq_cols c = tlq_cols(tlq_target_line(t, &table));

	tlq_free(&table);
	ASSERT_NE(TLQ_BAD, c.v[0]);
	return c;
}

static bool is_overflows(const struct tlq_cols *c, __u64 n)
{
	struct tlq_cols want = { .v = {
		[TLQ_COL_SYN] = n, [TLQ_COL_DROPS] = n } };

	return !memcmp(c, &want, sizeof(want));
}

static void expect_overflows(struct __test_metadata *_metadata, __u64 n,
			     struct tlq_target *t)
{
	struct tlq_cols c = cols_of(_metadata, t);

	EXPECT_TRUE(is_overflows(&c, n))
		TH_LOG("port %d: overflow_syn %llu, listen_drops %llu, not %llu",
		       t->port, c.v[TLQ_COL_SYN], c.v[TLQ_COL_DROPS], n);
}

/* One column has @n, all others 0. */
static bool is_only(const struct tlq_cols *c, int col, __u64 n)
{
	struct tlq_cols want = { };

	want.v[col] = n;
	return !memcmp(c, &want, sizeof(want));
}

#define EXPECT_OVERFLOWS(n, t) expect_overflows(_metadata, n, t)

/* For tests in which only overflows at the SYN count */
static void totals_are(struct __test_metadata *_metadata, __u64 live,
		       __u64 gone)
{
	struct tlq_netns_totals totals;
	struct tlq_mibs sum;

	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	EXPECT_EQ(live, totals.live.v[TLQ_OVERFLOWS]);
	EXPECT_EQ(live, totals.live.v[TLQ_DROPS]);
	EXPECT_EQ(gone, totals.gone.v[TLQ_OVERFLOWS]);
	EXPECT_EQ(gone, totals.gone.v[TLQ_DROPS]);
	EXPECT_TRUE(tlq_mibs_equal(&totals.unassigned, &none));
	ASSERT_EQ(0, tlq_lines_sum(&sum));
	EXPECT_TRUE(tlq_mibs_equal(&sum, &totals.live));
}

/* Listener i refuses i + 1 of every 21 SYNs; each comes from the next CPU. */
TEST_F(assign, each_its_own)
{
	static const int turn[] = { 5, 0, 4, 5, 1, 3, 5, 2, 4, 3, 5, 4, 1, 2,
				    5, 3, 4, 2, 3, 5, 4 };
	struct tlq_target t[LISTENERS];
	int i, round;

	for (i = 0; i < LISTENERS; i++)
		ASSERT_EQ(0, tlq_target_full(&t[i], &(struct tlq_lopt){
					.family = i % 2 ? AF_INET6 : AF_INET,
					.backlog = 1 + i % 3,
					.port = i % 2 ? t[i - 1].port : 0 }));
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 21; i++) {
			tlq_use_cpu(round * 5 + i);
			ASSERT_EQ(0, tlq_knock(&t[turn[i]], 1));
		}
	}
	ASSERT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") >= 420));
	for (i = 0; i < LISTENERS; i++)
		EXPECT_OVERFLOWS(20 * (i + 1), &t[i]);
	totals_are(_metadata, 420, 0);
}

/* Two listeners in turn that count in different columns */
TEST_F(assign, neighbours_of_other_kinds)
{
	struct tlq_lopt defer = { .defer = 60, .backlog = 64 };
	struct tlq_target full, reset;
	struct tlq_cols c;
	int i, fd[10];

	ASSERT_EQ(0, tlq_target_full(&full, &none_waits));
	ASSERT_EQ(0, tlq_target_open(&reset, &defer, AF_INET));
	ASSERT_EQ(0, tlq_clients(&reset, 10, fd));
	for (i = 0; i < 10; i++) {
		tlq_use_cpu(i / 3);
		ASSERT_EQ(0, tlq_refuse(&full, 2));
		ASSERT_EQ(0, tlq_reset(fd + i, 1));
	}
	ASSERT_TRUE(tlq_until(tlq_tcpext("EmbryonicRsts") >= 10));
	EXPECT_OVERFLOWS(20, &full);
	c = cols_of(_metadata, &reset);
	EXPECT_TRUE(is_only(&c, TLQ_COL_RSTS, 10));
}

/* Each full member refuses some; together they match the kernel. */
TEST_F(assign, reuseport)
{
	struct tlq_lopt opt = { .reuseport = true };
	struct tlq_mibs sum, kernel;
	struct tlq_target t[4];
	struct tlq_table table;
	struct tlq_cols c;
	int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, tlq_target_open(&t[i], &opt, AF_INET));
		opt.port = t[i].port;
	}
	for (i = 0; i < 400; i++)
		ASSERT_LE(0, tlq_connect_to(&t[0].to, 0));
	ASSERT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") >= 396));
	ASSERT_EQ(0, tlq_freeze(&kernel));
	ASSERT_EQ(0, tlq_lines_sum(&sum));
	EXPECT_TRUE(tlq_mibs_equal(&sum, &kernel));
	TLQ_LOAD(table);
	for (i = 0; i < 4; i++) {
		c = tlq_cols(tlq_find_u64(&table, "cookie",
					  tlq_so_cookie(t[i].lfd)));
		/*
		 * A quarter on average: between a thirteenth and five eighths.
		 * Shares, as a slow machine retransmits and counts more.
		 */
		EXPECT_LT(sum.v[TLQ_OVERFLOWS], 13 * c.v[TLQ_COL_SYN]);
		EXPECT_GT(5 * sum.v[TLQ_OVERFLOWS], 8 * c.v[TLQ_COL_SYN]);
		EXPECT_EQ(c.v[TLQ_COL_SYN], c.v[TLQ_COL_DROPS]);
	}
	tlq_free(&table);
}

/* Whether the raw socket has received a SYN-ACK of @port; it is in @packet. */
static bool hear_syn_ack(int raw, int port, char *packet, size_t size)
{
	struct iphdr *ip = (struct iphdr *)packet;
	struct tcphdr *th;

	while (recv(raw, packet, size, MSG_DONTWAIT) > 0) {
		th = (struct tcphdr *)(packet + ip->ihl * 4);
		if (th->syn && th->ack && ntohs(th->source) == port)
			return true;
	}
	return false;
}

/* "Host unreachable", with the first 28 bytes of the packet it reports */
static int send_icmp_error(const char *packet)
{
	struct sockaddr_in lo = { .sin_family = AF_INET };
	__u8 buf[36] = { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), ret;
	__u16 sum;

	memcpy(buf + 8, packet, 28);
	sum = tlq_checksum(buf, sizeof(buf));
	memcpy(buf + 2, &sum, sizeof(sum));
	lo.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ret = sendto(fd, buf, sizeof(buf), 0, (struct sockaddr *)&lo,
		     sizeof(lo));
	close(fd);
	return ret == sizeof(buf) ? 0 : -EIO;
}

/* Connections are half-open until there is data: nobody sends a SYN or a SYN-ACK again. */
TEST_F(assign, icmp_error)
{
	struct tlq_lopt opt = { .backlog = 8, .defer = 60 };
	struct tlq_target t, other;
	struct tlq_cols c;
	char packet[256];
	int i, raw;

	raw = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
	ASSERT_LE(0, raw);
	ASSERT_EQ(0, tlq_target_full(&other, &none_waits));
	ASSERT_EQ(0, tlq_target_open(&t, &opt, AF_INET));
	for (i = 0; i < 5; i++) {
		ASSERT_LE(0, tlq_connect(t.lfd));
		ASSERT_TRUE(tlq_until(tlq_diag_half_open(t.port) == 1));
		ASSERT_TRUE(tlq_until(hear_syn_ack(raw, t.port, packet,
						   sizeof(packet))));
		ASSERT_EQ(0, tlq_refuse(&other, 1));
		ASSERT_EQ(0, send_icmp_error(packet));
		ASSERT_TRUE(tlq_until(!tlq_diag_half_open(t.port)));
	}
	c = cols_of(_metadata, &t);
	EXPECT_TRUE(is_only(&c, TLQ_COL_DROPS, 5));
	EXPECT_OVERFLOWS(5, &other);
}

TEST_F(assign, closed_goes_to_gone)
{
	struct tlq_lopt opt = { };
	struct tlq_target t[3];
	int i;

	for (i = 0; i < 3; i++) {
		opt.backlog = 1 + i;
		ASSERT_EQ(0, tlq_target_full(&t[i], &opt));
		ASSERT_EQ(0, tlq_refuse(&t[i], 10 << i));
	}
	totals_are(_metadata, 70, 0);
	close(t[1].lfd);
	totals_are(_metadata, 50, 20);
	EXPECT_OVERFLOWS(10, &t[0]);
	EXPECT_OVERFLOWS(40, &t[2]);
	/* Closed before its last counts are settled */
	ASSERT_EQ(0, tlq_refuse(&t[2], 2));
	close(t[2].lfd);
	totals_are(_metadata, 10, 62);
	close(t[0].lfd);
	totals_are(_metadata, 0, 72);
}

TEST_F(assign, listens_again)
{
	struct tlq_lopt opt = { .port = 4001, .backlog = 1 };
	struct tlq_target t;
	__u64 cookie;

	ASSERT_EQ(0, tlq_target_full(&t, &opt));
	cookie = tlq_so_cookie(t.lfd);
	ASSERT_EQ(0, tlq_refuse(&t, 9));
	EXPECT_OVERFLOWS(9, &t);
	ASSERT_EQ(0, shutdown(t.lfd, SHUT_RD));
	totals_are(_metadata, 0, 9);
	ASSERT_EQ(0, listen(t.lfd, 2));
	ASSERT_EQ(cookie, tlq_so_cookie(t.lfd));
	EXPECT_OVERFLOWS(0, &t);
	ASSERT_EQ(0, tlq_fill_accept(&t, 3));
	ASSERT_EQ(0, tlq_refuse(&t, 4));
	EXPECT_OVERFLOWS(4, &t);
	totals_are(_metadata, 4, 9);
}

static bool gone_from_totals(__u64 netns)
{
	struct tlq_netns_totals totals;

	return tlq_netns_totals(&totals, netns) == -ENOENT;
}

TEST_F(assign, namespaces)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct tlq_lopt opt = { .port = 4000, .backlog = 1 };
	struct tlq_target here, there;
	__u64 other;

	ASSERT_EQ(0, tlq_target_full(&here, &opt));
	ASSERT_EQ(0, tlq_refuse(&here, 11));
	ASSERT_EQ(0, tlq_netns_enter());
	other = tlq_netns_inode();
	ASSERT_EQ(0, tlq_target_full(&there, &opt));
	ASSERT_EQ(0, tlq_refuse(&there, 5));
	EXPECT_OVERFLOWS(5, &there);
	totals_are(_metadata, 5, 0);
	ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	EXPECT_OVERFLOWS(11, &here);
	totals_are(_metadata, 11, 0);
	/* Its clients were opened after it: they close, too. */
	close_range(there.lfd, ~0U, 0);
	ASSERT_TRUE(tlq_until(gone_from_totals(other)));
	totals_are(_metadata, 11, 0);
}

TEST_F(assign, one_namespace_after_another)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), i;
	struct tlq_target t;
	__u64 inode;

	/* All on one CPU, which had its last packet in the one before. */
	tlq_use_cpu(0);
	for (i = 0; i < NAMESPACES; i++) {
		ASSERT_EQ(0, tlq_netns_enter());
		inode = tlq_netns_inode();
		ASSERT_EQ(0, tlq_target_full(&t, &none_waits));
		ASSERT_EQ(0, tlq_refuse(&t, 1 + i % 3));
		EXPECT_OVERFLOWS(1 + i % 3, &t);
		totals_are(_metadata, 1 + i % 3, 0);
		ASSERT_EQ(0, setns(home, CLONE_NEWNET));
		close_range(t.lfd, ~0U, 0);
		ASSERT_TRUE(tlq_until(gone_from_totals(inode)));
	}
}

/* What a read has settled need not be settled again, after a grace period or two. */
TEST_F(assign, after_a_rest)
{
	struct tlq_target t;
	int i, round;

	ASSERT_EQ(0, tlq_target_full(&t, &none_waits));
	for (round = 1; round <= 4; round++) {
		ASSERT_EQ(0, tlq_refuse(&t, 3));
		for (i = 0; i < 10; i++) {
			EXPECT_OVERFLOWS(3 * round, &t);
			usleep(20000);
		}
	}
	totals_are(_metadata, 12, 0);
}

TEST_F(assign, older_than_the_module)
{
	struct tlq_lopt opt = { .backlog = 2 };
	const char *file = tlq_mod_file();
	struct tlq_target t;

	ASSERT_NE(NULL, file);
	ASSERT_EQ(0, tlq_target_full(&t, &opt));
	ASSERT_EQ(0, tlq_refuse(&t, 100));
	ASSERT_EQ(0, tlq_mod_gone());
	ASSERT_EQ(0, tlq_refuse(&t, 50));
	ASSERT_EQ(150, tlq_tcpext("ListenOverflows"));
	ASSERT_EQ(0, tlq_mod_load(file));
	EXPECT_OVERFLOWS(0, &t);
	ASSERT_EQ(0, tlq_refuse(&t, 3));
	EXPECT_OVERFLOWS(3, &t);
	totals_are(_metadata, 3, 0);
	close(t.lfd);
	totals_are(_metadata, 0, 3);
	EXPECT_EQ(153, tlq_tcpext("ListenOverflows"));
}
