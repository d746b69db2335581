// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners that close with many half-open requests, again and again, while the
 * tables are read.
 *
 * 1. Until a listener closes, reqsk_qlen is what inet_diag counts.
 * 2. When the requests have gone, no counters of it are left, and the sums hold.
 * 3. A listener that closes resets the connections in its accept queue. Half-open
 *    requests stay in the table of connections until their timer fires, and go
 *    without a packet; a client that sends data is reset, before that and after.
 */
#include "tlq_test.h"

#include "tlq_closed.h"
#include "tlq_drive.h"
#include "tlq_hooks.h"

#include <sys/wait.h>

#define REQUESTS 500
#define TIMES 200
/* Listeners whose requests are still there */
#define AT_ONCE 20
#define QUEUED 2
#define SILENT 3
/* Timers of requests fire after 1 and 3 seconds of jiffies. */
#define SECOND_TIMER_MS 2500

FIXTURE(halfopen) {
	pid_t reader;
	int requests;
	int times;
};

static void read_for_ever(void)
{
	size_t len;
	char *text;
	int i;

	for (i = 0;; i++) {
		if (!tlq_read_file(i % 2 ? TLQ_PROC : TLQ_DEBUG, 512, &text,
				   &len))
			free(text);
		/* Several times for each listener, not instead of it */
		usleep(2000);
	}
}

FIXTURE_SETUP(halfopen)
{
	self->requests = tlq_scaled(REQUESTS, 50);
	self->times = tlq_scaled(TIMES, AT_ONCE);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_sysctl("net/core/somaxconn", 4 * REQUESTS));
	ASSERT_EQ(0, tlq_mod_reload(""));
	self->reader = tlq_fork();
	if (!self->reader)
		read_for_ever();
	ASSERT_LT(0, self->reader);
}

FIXTURE_TEARDOWN(halfopen)
{
	int status;

	kill(self->reader, SIGKILL);
	waitpid(self->reader, &status, 0);
}

/* Requests outlive their listener until their timer fires. */
static bool none_left(void)
{
	struct tlq_diags d;
	bool none;

	if (tlq_diag_dump(&d, TLQ_SYN_RECV))
		return false;
	none = !d.n;
	tlq_diag_free(&d);
	return none;
}

/* Clients that got the SYN-ACK and send no data, or that never got it */
static void once(struct __test_metadata *_metadata, int family, int n,
		 bool connected)
{
	struct tlq_lopt opt = { .family = family, .backlog = 2 * n,
				.defer = connected ? 60 : 0 };
	struct tlq_target t;
	int i, fd[REQUESTS];

	ASSERT_EQ(0, tlq_target_open(&t, &opt, family));
	ASSERT_EQ(0, tlq_clients(&t, connected ? n : 0, fd));
	for (i = 0; !connected && i < n; i++) {
		fd[i] = tlq_connect_to(&t.to, TLQ_MUTE);
		ASSERT_LE(0, fd[i]);
	}
	ASSERT_TRUE(tlq_until(tlq_diag_half_open(t.port) == n));
	EXPECT_EQ(n, tlq_target_value(&t, "reqsk_qlen"));
	close(t.lfd);
	EXPECT_EQ(TLQ_BAD, tlq_target_value(&t, "reqsk_qlen"));
	for (i = 0; i < n; i++)
		close(fd[i]);
}

TEST_F(halfopen, close_storm)
{
	struct tlq_netns_totals totals;
	struct tlq_mibs now, sum;
	int i;

	ASSERT_EQ(0, tlq_nofile(REQUESTS + 200));
	for (i = 0; i < self->times; i++) {
		once(_metadata, i % 3 ? AF_INET : AF_INET6, self->requests,
		     i % 8 == 7);
		if (i % AT_ONCE == 0)
			ASSERT_TRUE(tlq_until(none_left()));
	}
	ASSERT_TRUE(tlq_until(none_left()));
	EXPECT_EQ(0, tlq_stat("listeners_tracked"));
	ASSERT_EQ(0, tlq_freeze(&now));
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	EXPECT_TRUE(tlq_mibs_equal(&totals.kernel, &now));
	ASSERT_EQ(0, tlq_lines_sum(&sum));
	EXPECT_TRUE(tlq_mibs_equal(&totals.live, &sum));
	for (i = 0; i < TLQ_MIBS; i++)
		EXPECT_EQ(0, totals.unassigned.v[i]);
}

/* Segments the client has received */
static __u32 received(int fd)
{
	struct tcp_info ti = { };
	socklen_t size = sizeof(ti);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &size) ? 0 :
								   ti.tcpi_segs_in;
}

static void speaks(struct __test_metadata *_metadata, int fd)
{
	ASSERT_EQ(1, send(fd, "x", 1, MSG_NOSIGNAL));
	EXPECT_TRUE(tlq_until(tlq_was_reset(fd)));
}

/* @fd: first the clients in the accept queue, then the half-open ones */
static void open_both(struct __test_metadata *_metadata, int family,
		      struct tlq_target *t, int *fd)
{
	struct tlq_lopt opt = { .family = family, .backlog = 16, .defer = 60 };
	int i;

	ASSERT_EQ(0, tlq_target_open(t, &opt, family));
	ASSERT_EQ(0, tlq_clients(t, QUEUED + SILENT, fd));
	for (i = 0; i < QUEUED; i++)
		ASSERT_EQ(1, send(fd[i], "x", 1, 0));
	ASSERT_TRUE(tlq_until(tlq_queued(t->lfd) == QUEUED));
	ASSERT_TRUE(tlq_until(!tlq_target_value(t, "reqsk_young")));
}

/* False: the machine was too slow to look between two timers. */
static bool closes(struct __test_metadata *_metadata, int family)
{
	int fd[QUEUED + SILENT], *silent = fd + QUEUED, hashed, left, i;
	long long start = tlq_now_ms();
	__u32 before[SILENT];
	struct tlq_target t;

	open_both(_metadata, family, &t, fd);
	for (i = 0; i < SILENT; i++)
		before[i] = received(silent[i]);
	close(t.lfd);
	for (i = 0; i < QUEUED; i++)
		EXPECT_TRUE(tlq_until(tlq_was_reset(fd[i])));
	hashed = tlq_diag_half_open(t.port);
	speaks(_metadata, silent[0]);
	left = tlq_diag_half_open(t.port);
	if (tlq_now_ms() - start > SECOND_TIMER_MS)
		return false;
	EXPECT_EQ(SILENT, hashed);
	EXPECT_EQ(SILENT - 1, left);
	ASSERT_TRUE(tlq_until(!tlq_diag_half_open(t.port)));
	for (i = 1; i < SILENT; i++) {
		EXPECT_LT(0, before[i]);
		EXPECT_EQ(before[i], received(silent[i]));
		speaks(_metadata, silent[i]);
	}
	return true;
}

TEST_F(halfopen, what_close_resets)
{
	int tries = 0;

	while (!closes(_metadata, AF_INET))
		ASSERT_GT(5, ++tries);
	while (!closes(_metadata, AF_INET6))
		ASSERT_GT(5, ++tries);
}
