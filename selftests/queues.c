// SPDX-License-Identifier: GPL-2.0
/*
 * Both queues of a listener, driven to known lengths.
 *
 * 1. The accept queue holds one connection more than the backlog; clients past
 *    that are in neither queue.
 * 2. accept(2) takes one off, and a waiting client takes its place.
 * 3. A connection that its client has closed stays in the queue.
 * 4. The limit is the backlog, clamped by somaxconn at listen(2) and at no
 *    other time; listen(2) again changes it and leaves the queue alone.
 * 5. A half-open request is in the SYN queue and not in the accept queue. It is
 *    young while its timer has not fired yet; with TCP_DEFER_ACCEPT it ages
 *    though no SYN-ACK is retransmitted.
 * 6. A request whose connection finds the accept queue full stays half-open.
 * 7. tfo_qlen counts connections made of a SYN with data until their final ACK.
 *    They are in the accept queue and not in the SYN queue.
 * 8. Each member of a reuseport group has queues of its own.
 *
 * The row is compared with inet_diag, with TCP_INFO and with the number of
 * clients; each test has a network namespace of its own.
 */
#include "tlq_test.h"

#include "tlq_tcp_lines.h"

#define MAX_CLIENTS 64

/* Each test is a process of its own and finds this empty. */
static int client[MAX_CLIENTS];
static int clients;
static struct tlq_lopt opt;

FIXTURE(queues) {
};

FIXTURE_VARIANT(queues) {
	struct tlq_lopt opt;
};

FIXTURE_VARIANT_ADD(queues, v4) { };

FIXTURE_VARIANT_ADD(queues, v6) {
	.opt = { .family = AF_INET6 },
};

FIXTURE_VARIANT_ADD(queues, dual) {
	.opt = { .family = AF_INET6, .addr = "::", .dual = true },
};

FIXTURE_VARIANT_ADD(queues, mapped) {
	.opt = { .family = AF_INET6, .addr = "::ffff:127.0.0.1", .dual = true },
};

FIXTURE_SETUP(queues)
{
	ASSERT_EQ(0, tlq_netns_enter());
	opt = variant->opt;
}

FIXTURE_TEARDOWN(queues)
{
}

static int open_listener(struct __test_metadata *_metadata, int backlog)
{
	int lfd;

	opt.backlog = backlog;
	lfd = tlq_listen(&opt);
	ASSERT_LE(0, lfd);
	return lfd;
}

static void connect_n(struct __test_metadata *_metadata, int lfd, int n, int how)
{
	int fd;

	while (n--) {
		ASSERT_GT(MAX_CLIENTS, clients);
		fd = tlq_client(lfd, how);
		ASSERT_LE(0, fd);
		client[clients++] = fd;
	}
}

/*
 * One after the other: two handshakes that end at the same time on two CPUs may both get the
 * last place. tcp_v4_syn_recv_sock() looks at the length and inet_csk_reqsk_queue_add() adds to
 * it without a lock over both. For the same reason at most one client waits for a place that
 * accept(2) makes.
 */
static void queue_n(struct __test_metadata *_metadata, int lfd, int n)
{
	int want = tlq_queued(lfd);

	while (n--) {
		want++;
		connect_n(_metadata, lfd, 1, 0);
		ASSERT_TRUE(tlq_until(tlq_queued(lfd) == want));
	}
}

/* @n more clients of a full queue; wait until as many SYNs are refused. */
static void refuse_n(struct __test_metadata *_metadata, int lfd, int n)
{
	long long before = tlq_tcpext("ListenOverflows");

	connect_n(_metadata, lfd, n, 0);
	ASSERT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") >= before + n));
}

static void send_byte(struct __test_metadata *_metadata, int i)
{
	ASSERT_EQ(1, send(client[i], "x", 1, 0));
}

/* The accept queue as the row, inet_diag and TCP_INFO have it. */
static void accept_queue_is(struct __test_metadata *_metadata, int lfd, __u32 len, __u32 max)
{
	struct tlq_diag d;
	__u32 tlen, tmax;

	EXPECT_EQ(len, tlq_value_of(_metadata, lfd, "ack_backlog"));
	EXPECT_EQ(max, tlq_value_of(_metadata, lfd, "max_ack_backlog"));
	ASSERT_TRUE(tlq_diag_of(lfd, &d));
	EXPECT_EQ(len, d.rqueue);
	EXPECT_EQ(max, d.wqueue);
	ASSERT_EQ(0, tlq_acceptq(lfd, &tlen, &tmax));
	EXPECT_EQ(len, tlen);
	EXPECT_EQ(max, tmax);
}

static void syn_queue_is(struct __test_metadata *_metadata, int lfd, __u32 len)
{
	ASSERT_TRUE(tlq_until(tlq_diag_half_open(tlq_port(lfd)) == (int)len));
	EXPECT_EQ(len, tlq_value_of(_metadata, lfd, "reqsk_qlen"));
}

TEST_F(queues, backlog_2_six_clients)
{
	int lfd = open_listener(_metadata, 2);

	accept_queue_is(_metadata, lfd, 0, 2);
	queue_n(_metadata, lfd, 3);
	refuse_n(_metadata, lfd, 3);
	accept_queue_is(_metadata, lfd, 3, 2);
	syn_queue_is(_metadata, lfd, 0);
}

TEST_F(queues, backlog_0_three_clients)
{
	int lfd = open_listener(_metadata, 0);

	queue_n(_metadata, lfd, 1);
	refuse_n(_metadata, lfd, 2);
	accept_queue_is(_metadata, lfd, 1, 0);
}

TEST_F(queues, backlog_5_refills)
{
	int lfd = open_listener(_metadata, 5), i;

	queue_n(_metadata, lfd, 6);
	refuse_n(_metadata, lfd, 1);
	accept_queue_is(_metadata, lfd, 6, 5);
	ASSERT_LE(0, tlq_accept(lfd));
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 6));
	accept_queue_is(_metadata, lfd, 6, 5);
	refuse_n(_metadata, lfd, 3);
	accept_queue_is(_metadata, lfd, 6, 5);
	/* Make room for the last three, then drain: ten came, ten leave. */
	ASSERT_EQ(0, listen(lfd, 64));
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 9));
	for (i = 8; i >= 0; i--) {
		ASSERT_LE(0, tlq_accept(lfd));
		accept_queue_is(_metadata, lfd, i, 64);
	}
}

TEST_F(queues, closed_client_stays_queued)
{
	int lfd = open_listener(_metadata, 8), i;

	queue_n(_metadata, lfd, 4);
	for (i = 0; i < 4; i++)
		close(client[i]);
	accept_queue_is(_metadata, lfd, 4, 8);
}

TEST_F(queues, somaxconn_clamps_at_listen)
{
	int lfd;

	ASSERT_EQ(0, tlq_sysctl("net/core/somaxconn", 7));
	lfd = open_listener(_metadata, 100);
	accept_queue_is(_metadata, lfd, 0, 7);
	ASSERT_EQ(0, tlq_sysctl("net/core/somaxconn", 50));
	accept_queue_is(_metadata, lfd, 0, 7);
	ASSERT_EQ(0, listen(lfd, -1));
	accept_queue_is(_metadata, lfd, 0, 50);
}

TEST_F(queues, listen_again)
{
	int lfd = open_listener(_metadata, 4);

	queue_n(_metadata, lfd, 5);
	ASSERT_EQ(0, listen(lfd, 7));
	accept_queue_is(_metadata, lfd, 5, 7);
	queue_n(_metadata, lfd, 3);
	accept_queue_is(_metadata, lfd, 8, 7);
	ASSERT_EQ(0, listen(lfd, 0));
	accept_queue_is(_metadata, lfd, 8, 0);
}

TEST_F(queues, half_open)
{
	int lfd, i;

	opt.defer = 60;
	lfd = open_listener(_metadata, 16);
	connect_n(_metadata, lfd, 5, 0);
	syn_queue_is(_metadata, lfd, 5);
	accept_queue_is(_metadata, lfd, 0, 16);
	for (i = 0; i < 5; i++)
		ASSERT_TRUE(tlq_until(tlq_connected(client[i])));
	send_byte(_metadata, 0);
	send_byte(_metadata, 1);
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 2));
	syn_queue_is(_metadata, lfd, 3);
	accept_queue_is(_metadata, lfd, 2, 16);
}

/*
 * Requests whose timer has not fired: /proc/net/tcp prints how often it has in the
 * column retrnsmt.
 */
static int not_fired_in(const char *file, unsigned int port)
{
	unsigned int at, state, fired;
	FILE *f = fopen(file, "re");
	char line[256];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d: %*[0-9A-F]:%x %*s %x %*s %*s %x", &at,
			   &state, &fired) == 3 &&
		    at == port && state == TLQ_ST_SYN_RECV && !fired)
			n++;
	if (f)
		fclose(f);
	return n;
}

static int not_fired(int port)
{
	return not_fired_in(TLQ_TCP, port) + not_fired_in(TLQ_TCP6, port);
}

/* True if all @n requests are seen before their timers fire. */
static bool seen_young(struct __test_metadata *_metadata, int lfd, int n)
{
	int before, after, tries = 0;
	__u64 young;

	connect_n(_metadata, lfd, n, 0);
	do {
		ASSERT_GT(100, tries++);
		before = not_fired(tlq_port(lfd));
		young = tlq_value_of(_metadata, lfd, "reqsk_young");
		after = not_fired(tlq_port(lfd));
	} while (before != after);
	EXPECT_EQ(before, young);
	return before == n;
}

/* reqsk_timer_handler() has nothing to send again: the final ACK has come. */
TEST_F(queues, young_until_first_timeout)
{
	long long sent_again;
	int lfd, tries = 0;

	opt.defer = 300;
	lfd = open_listener(_metadata, 64);
	do {
		ASSERT_GT(12, tries++);
		ASSERT_TRUE(tlq_until(!tlq_value_of(_metadata, lfd,
						    "reqsk_young")));
		sent_again = tlq_tcpext("TCPSynRetrans");
	} while (!seen_young(_metadata, lfd, 4));
	ASSERT_TRUE(tlq_until(!tlq_value_of(_metadata, lfd, "reqsk_young")));
	EXPECT_EQ(sent_again, tlq_tcpext("TCPSynRetrans"));
	syn_queue_is(_metadata, lfd, 4 * tries);
	/* New requests do not make old ones young again. */
	if (seen_young(_metadata, lfd, 3))
		syn_queue_is(_metadata, lfd, 4 * tries + 3);
}

/*
 * No ACK at all: the SYN-ACK is retransmitted, and draws a reset when the client
 * has closed.
 */
TEST_F(queues, half_open_without_ack)
{
	int lfd = open_listener(_metadata, 16), i;

	connect_n(_metadata, lfd, 3, TLQ_MUTE);
	syn_queue_is(_metadata, lfd, 3);
	accept_queue_is(_metadata, lfd, 0, 16);
	for (i = 0; i < 3; i++)
		close(client[i]);
	syn_queue_is(_metadata, lfd, 0);
}

TEST_F(queues, request_waits_for_a_place)
{
	long long before = tlq_tcpext("ListenOverflows");
	int lfd, i;

	opt.defer = 60;
	lfd = open_listener(_metadata, 16);
	connect_n(_metadata, lfd, 12, 0);
	syn_queue_is(_metadata, lfd, 12);
	ASSERT_EQ(0, listen(lfd, 2));
	for (i = 0; i < 12; i++)
		ASSERT_TRUE(tlq_until(tlq_connected(client[i])));
	/* The others send no data: only one waits for the place that gets free. */
	for (i = 0; i < 4; i++) {
		send_byte(_metadata, i);
		ASSERT_TRUE(tlq_until(tlq_queued(lfd) == (i < 3 ? i + 1 : 3)));
	}
	ASSERT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") > before));
	syn_queue_is(_metadata, lfd, 9);
	accept_queue_is(_metadata, lfd, 3, 2);
	ASSERT_LE(0, tlq_accept(lfd));
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 3));
	syn_queue_is(_metadata, lfd, 8);
	accept_queue_is(_metadata, lfd, 3, 2);
}

TEST_F(queues, fastopen)
{
	int lfd;

	/* Client and server side, both without Fast Open cookies */
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_fastopen", 0x207));
	opt.tfo = 4;
	lfd = open_listener(_metadata, 32);
	EXPECT_EQ(4, tlq_sockopt(lfd, IPPROTO_TCP, TCP_FASTOPEN));
	EXPECT_EQ(4, tlq_value_of(_metadata, lfd, "tfo_max_qlen"));
	EXPECT_EQ(0, tlq_value_of(_metadata, lfd, "tfo_qlen"));
	connect_n(_metadata, lfd, 3, TLQ_TFO | TLQ_MUTE);
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 3));
	EXPECT_EQ(3, tlq_value_of(_metadata, lfd, "tfo_qlen"));
	EXPECT_EQ(0, tlq_value_of(_metadata, lfd, "reqsk_qlen"));
	accept_queue_is(_metadata, lfd, 3, 32);
	/* One more fits; the two beyond the limit are half-open the usual way. */
	connect_n(_metadata, lfd, 3, TLQ_TFO | TLQ_MUTE);
	ASSERT_TRUE(tlq_until(tlq_value_of(_metadata, lfd, "reqsk_qlen") == 2));
	EXPECT_EQ(4, tlq_value_of(_metadata, lfd, "tfo_qlen"));
	accept_queue_is(_metadata, lfd, 4, 32);
}

TEST_F(queues, reuseport_members)
{
	int lfd[4], i, sum = 0, queued[4];

	opt.reuseport = true;
	for (i = 0; i < 4; i++) {
		lfd[i] = open_listener(_metadata, 40 + i);
		opt.port = tlq_port(lfd[i]);
	}
	connect_n(_metadata, lfd[0], 40, 0);
	ASSERT_TRUE(tlq_until(tlq_queued(lfd[0]) + tlq_queued(lfd[1]) +
			      tlq_queued(lfd[2]) + tlq_queued(lfd[3]) == 40));
	for (i = 0; i < 4; i++) {
		queued[i] = tlq_queued(lfd[i]);
		accept_queue_is(_metadata, lfd[i], queued[i], 40 + i);
		sum += queued[i];
	}
	EXPECT_EQ(40, sum);
}
