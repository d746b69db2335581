// SPDX-License-Identifier: GPL-2.0
/*
 * What accept(2) has taken, and how long it had waited, whoever accepts.
 *
 * 1. "accepts" is what the program has accepted: of IPv4, IPv6, IPv4 to a listener of
 *    IPv6, and of MPTCP on either side; itself, over a duplicated or an inherited
 *    descriptor, blocked before the client came, and by io_uring.
 * 2. wait_us_sum grows at each by at least the time from when the connection was there
 *    to the call of accept(2), and by at most that from the call of connect(2) to the
 *    return of accept(2). wait_us_max is the longest of these.
 * 3. In tcp_listenq_wait the bucket of that time grows by one, the others do not, and
 *    all add up to "accepts"; there is no line before the first.
 * 4. last_accept_ms is the time since, true to 10 ms, and "-" before the first.
 * 5. syns counts each SYN once.
 * 6. In debugfs, "acceptor" is who has accepted last, and "listener_by" who has called
 *    listen(2).
 * 7. An acceptor that was blocked while the module was unloaded and loaded counts.
 */
#include "tlq_test.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tlq_book.h"
#include "tlq_hooks.h"
#include "tlq_uring.h"

FIXTURE(accepts) {
	struct tlq_book b;
};

FIXTURE_VARIANT(accepts) {
	struct tlq_lopt opt;
	int client;
	int how;
};

FIXTURE_VARIANT_ADD(accepts, v4) {
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(accepts, v6) {
	.opt = { .family = AF_INET6 },
	.client = AF_INET6,
};

FIXTURE_VARIANT_ADD(accepts, mapped) {
	.opt = { .family = AF_INET6, .dual = true, .addr = "::" },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(accepts, mptcp) {
	.opt = { .protocol = IPPROTO_MPTCP },
	.client = AF_INET,
};

FIXTURE_VARIANT_ADD(accepts, mptcp_client) {
	.client = AF_INET,
	.how = TLQ_MPTCP,
};

FIXTURE_VARIANT_ADD(accepts, mptcp_both) {
	.opt = { .protocol = IPPROTO_MPTCP },
	.client = AF_INET,
	.how = TLQ_MPTCP,
};

FIXTURE_SETUP(accepts)
{
	int fd, err;

	ASSERT_EQ(0, tlq_netns_enter());
	if (variant->how) {
		fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
		if (fd < 0)
			SKIP(return, "no MPTCP: %s", strerror(errno));
		close(fd);
	}
	err = tlq_book_open(&self->b, &variant->opt, variant->client);
	if (err == -ENOPROTOOPT)
		SKIP(return, "no such listener");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(accepts)
{
}

TEST_F(accepts, now_and_later)
{
	struct tlq_book *b = &self->b;
	int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_dial(b, variant->how));
	EXPECT_TRUE(tlq_book_shown(b));
	EXPECT_TRUE(tlq_take_all(b, tlq_accept, b->t.lfd));
	EXPECT_TRUE(tlq_syns_right(b));
	EXPECT_EQ(3, tlq_cookie_value(b->cookie, "accepts"));
}

TEST_F(accepts, duplicate)
{
	struct tlq_book *b = &self->b;
	int fd = dup(b->t.lfd);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, tlq_dial(b, variant->how));
	EXPECT_TRUE(tlq_take_all(b, tlq_accept, fd));
}

/* A process that takes one; its end closes it. */
static pid_t taker(struct tlq_book *b)
{
	pid_t pid = tlq_fork();

	if (pid)
		return pid;
	tlq_take(b, tlq_accept, b->t.lfd);
	_exit(b->taken->fd < 0);
}

static bool has_taken(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static void task_is(struct __test_metadata *_metadata, __u64 cookie,
		    const char *column, pid_t pid)
{
	char want[64], name[17] = "", shown[128];

	/* A child has the name of its parent. */
	ASSERT_EQ(0, prctl(PR_GET_NAME, name));
	snprintf(want, sizeof(want), "%d/%s", pid, name);
	/* A work item writes listener_by. */
	tlq_until(!strcmp(want, tlq_debug_value(cookie, column, shown,
						sizeof(shown))));
	EXPECT_STREQ(want, shown);
}

TEST_F(accepts, child)
{
	struct tlq_book *b = &self->b;
	char shown[128];
	pid_t pid;

	ASSERT_EQ(0, tlq_dial(b, variant->how));
	EXPECT_STREQ("-", tlq_debug_value(b->cookie, "acceptor", shown,
					  sizeof(shown)));
	pid = taker(b);
	ASSERT_TRUE(has_taken(pid));
	EXPECT_TRUE(tlq_account(b));
	task_is(_metadata, b->cookie, "acceptor", pid);
	task_is(_metadata, b->cookie, "listener_by", getpid());
	ASSERT_LE(0, tlq_dial_begin(b, variant->how)->fd);
	tlq_take(b, tlq_accept, b->t.lfd);
	EXPECT_TRUE(tlq_account(b));
	task_is(_metadata, b->cookie, "acceptor", getpid());
	task_is(_metadata, b->cookie, "listener_by", getpid());
}

/* In accept4(2), by the kernel's own account */
static bool blocked(pid_t pid)
{
	char path[32], want[16];

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	snprintf(want, sizeof(want), "%d", SYS_accept4);
	return tlq_has_word(path, want, 0);
}

TEST_F(accepts, blocked)
{
	struct tlq_book *b = &self->b;
	pid_t pid = taker(b);

	ASSERT_LT(0, pid);
	ASSERT_TRUE(tlq_until(blocked(pid)));
	ASSERT_LE(0, tlq_dial_begin(b, variant->how)->fd);
	ASSERT_TRUE(has_taken(pid));
	EXPECT_TRUE(tlq_account(b));
	EXPECT_TRUE(tlq_syns_right(b));
	task_is(_metadata, b->cookie, "acceptor", pid);
}

TEST_F(accepts, blocked_over_a_reload)
{
	struct tlq_book *b = &self->b;
	char shown[128];
	pid_t pid;

	pid = taker(b);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(tlq_until(blocked(pid)));
	ASSERT_EQ(0, tlq_mod_reload(""));
	EXPECT_TRUE(tlq_book_shown(b));
	ASSERT_LE(0, tlq_dial_begin(b, variant->how)->fd);
	ASSERT_TRUE(has_taken(pid));
	EXPECT_TRUE(tlq_account(b));
	task_is(_metadata, b->cookie, "acceptor", pid);
	/* The module has not seen it. */
	EXPECT_STREQ("-", tlq_debug_value(b->cookie, "listener_by", shown,
					  sizeof(shown)));
}

/* A connection waits for io_uring, then io_uring for one. */
TEST_F(accepts, io_uring)
{
	struct tlq_book *b = &self->b;
	struct tlq_uring ring;
	int err = tlq_uring_open(&ring), i;

	if (err)
		SKIP(return, "no io_uring: %s", strerror(-err));
	for (i = 0; i < 2; i++) {
		if (!i)
			ASSERT_EQ(0, tlq_dial(b, variant->how));
		b->taken->begin = tlq_moment();
		ASSERT_EQ(0, tlq_uring_submit(&ring, b->t.lfd));
		if (i)
			ASSERT_LE(0, tlq_dial_begin(b, variant->how)->fd);
		b->taken->fd = tlq_uring_wait(&ring);
		b->taken->end = tlq_moment();
		EXPECT_TRUE(tlq_account(b));
	}
	task_is(_metadata, b->cookie, "acceptor", getpid());
}
