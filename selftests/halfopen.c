// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners that close with their SYN queue full of half-open requests, again
 * and again, while the tables are read.
 *
 * 1. The row shows the queue as long as inet_diag does until the listener closes.
 * 2. After that neither requests nor counters of it are left, and the sums hold.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_hooks.h"

#include <sys/wait.h>

#define REQUESTS 500
#define TIMES 200
/* Listeners whose requests are still there */
#define AT_ONCE 20

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

static __u64 qlen(struct tlq_target *t)
{
	struct tlq_table table;
	__u64 v = tlq_u64(tlq_target_row(t, &table), "reqsk_qlen");

	tlq_free(&table);
	return v;
}

/* Requests outlive their listener until they are to be sent again. */
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

/* Clients that have heard it and say nothing, or that have not heard it */
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
	EXPECT_EQ(n, qlen(&t));
	close(t.lfd);
	EXPECT_EQ(TLQ_BAD, qlen(&t));
	for (i = 0; i < n; i++)
		close(fd[i]);
}

TEST_F(halfopen, close_storm)
{
	struct tlq_totals totals;
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
	ASSERT_EQ(0, tlq_totals(&totals, tlq_netns_inode()));
	EXPECT_TRUE(tlq_mibs_equal(&totals.kernel, &now));
	ASSERT_EQ(0, tlq_rows_sum(&sum));
	EXPECT_TRUE(tlq_mibs_equal(&totals.live, &sum));
	for (i = 0; i < TLQ_MIBS; i++)
		EXPECT_EQ(0, totals.unassigned.v[i]);
}
