// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that wait: TCP_LISTENQ_WATCH on an open /proc/net/tcp_listenq.
 *
 * 1. The eventfd is signalled when as many packets have been refused as were asked for,
 *    in the namespace or of one listener, and not before; once a window.
 * 2. It is signalled when the listener, the file, the module or the namespace goes; a
 *    read then fails with EIO for the last two. Nothing is pinned.
 * 3. What is wrong is refused with an error of its own, and there are bounds.
 */
#include "tlq_test.h"

#include <sys/ioctl.h>

#include "tlq_drive.h"
#include "tlq_hooks.h"
#include "tlq_mod.h"
#include "tlq_moment.h"
#include "tlq_watch.h"

FIXTURE(watches) {
	struct tlq_watched w;
};

FIXTURE_SETUP(watches)
{
	ASSERT_EQ(0, tlq_watch_begin(&self->w));
}

FIXTURE_TEARDOWN(watches)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

TEST_F(watches, namespace_reaches_threshold)
{
	int fd = self->w.what.eventfd;

	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 4));
	EXPECT_FALSE(tlq_signalled(fd, TLQ_NOT_YET_MS));
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 1));
	EXPECT_TRUE(tlq_signalled(fd, 10000));
	EXPECT_EQ(1, tlq_signals(fd));
	/* Once a window */
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 9));
	EXPECT_FALSE(tlq_signalled(fd, TLQ_NOT_YET_MS));
}

TEST_F(watches, each_window)
{
	int fd = self->w.what.eventfd, i;

	self->w.what.window_ms = 500;
	self->w.what.threshold = 2;
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->w.t, 2));
		EXPECT_TRUE(tlq_signalled(fd, 10000));
		EXPECT_EQ(1, tlq_signals(fd));
	}
}

/* Many within long are not as many within short. */
TEST_F(watches, too_slowly)
{
	int fd = self->w.what.eventfd, i;

	self->w.what.window_ms = 500;
	self->w.what.threshold = 3;
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->w.t, 1));
		EXPECT_FALSE(tlq_signalled(fd, 800));
	}
}

TEST_F(watches, one_listener)
{
	struct tlq_target other = { .lfd = -1 };
	int fd = self->w.what.eventfd;

	ASSERT_EQ(0, tlq_target_full(&other, &self->w.opt));
	self->w.what.cookie = tlq_target_value(&self->w.t, "cookie");
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, tlq_refuse(&other, 9));
	EXPECT_FALSE(tlq_signalled(fd, TLQ_NOT_YET_MS));
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 5));
	EXPECT_TRUE(tlq_signalled(fd, 10000));
	EXPECT_EQ(1, tlq_signals(fd));
	close(self->w.t.lfd);
	EXPECT_TRUE(tlq_signalled(fd, 10000));
}

TEST_F(watches, drops_of_a_listener)
{
	int fd = self->w.what.eventfd;

	self->w.what.counter = TCP_LISTENQ_DROPS;
	self->w.what.cookie = tlq_target_value(&self->w.t, "cookie");
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 5));
	EXPECT_TRUE(tlq_signalled(fd, 10000));
}

TEST_F(watches, resets)
{
	int fd = self->w.what.eventfd;

	self->w.what.counter = TCP_LISTENQ_RESETS;
	self->w.what.threshold = 1;
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	EXPECT_FALSE(tlq_signalled(fd, TLQ_NOT_YET_MS));
	/* One waits in its queue. */
	close(self->w.t.lfd);
	EXPECT_TRUE(tlq_signalled(fd, 10000));
}

TEST_F(watches, file_is_closed)
{
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	EXPECT_EQ(0, tlq_signals(self->w.what.eventfd));
	close(self->w.file);
	EXPECT_EQ(2, tlq_signals(self->w.what.eventfd));
}

TEST_F(watches, eventfd_is_closed)
{
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	close(self->w.what.eventfd);
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 9));
	usleep(TLQ_NOT_YET_MS * 1000);
	EXPECT_EQ(0, close(self->w.file));
}

TEST_F(watches, module_goes)
{
	char c;

	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, tlq_mod_unload());
	EXPECT_TRUE(tlq_signalled(self->w.what.eventfd, 0));
	EXPECT_EQ(-1, pread(self->w.file, &c, 1, 0));
	EXPECT_EQ(EIO, errno);
	/* The kernel's own answer for a file of which nothing is left */
	EXPECT_EQ(-ENOTTY, tlq_watch(self->w.file, &self->w.what));
}

static void expect_error(struct __test_metadata *_metadata, int file, int err,
			 struct tcp_listenq_watch what)
{
	EXPECT_EQ(err, tlq_watch(file, &what))
		TH_LOG("counter %u, cookie %llu, threshold %llu, window %u",
		       what.counter, (unsigned long long)what.cookie,
		       (unsigned long long)what.threshold, what.window_ms);
}

TEST_F(watches, errors)
{
	struct tcp_listenq_watch what;
	int pipes[2];

#define ERROR(_err, _member, _value) ({				\
	what = self->w.what;					\
	what._member = (_value);				\
	expect_error(_metadata, self->w.file, _err, what); })

	ASSERT_EQ(0, pipe(pipes));
	ERROR(-EBADF, eventfd, -1);
	ERROR(-EINVAL, eventfd, pipes[0]);
	ERROR(-EINVAL, counter, 3);
	ERROR(-EINVAL, threshold, 0);
	ERROR(-EINVAL, window_ms, 499);
	ERROR(-EINVAL, reserved, 1);
	ERROR(-ENOENT, cookie, ~0ULL);
	EXPECT_EQ(-1, ioctl(self->w.file, TCP_LISTENQ_WATCH, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->w.file, TCP_LISTENQ_WATCH + 1, &what));
	EXPECT_EQ(ENOTTY, errno);
	/* Nothing of that is left: there is room for as many as ever. */
	EXPECT_EQ(0, tlq_watch(self->w.file, &self->w.what));
}

/* Of another namespace nobody hears anything. */
TEST_F(watches, listener_of_another_namespace)
{
	int file;

	self->w.what.cookie = tlq_target_value(&self->w.t, "cookie");
	ASSERT_EQ(0, tlq_netns_enter());
	file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, file);
	EXPECT_EQ(-ENOENT, tlq_watch(file, &self->w.what));
	EXPECT_EQ(0, tlq_watch(self->w.file, &self->w.what));
}

#define NETNS_LIMIT 64

TEST_F(watches, bounds_of_a_user)
{
	int done;

	EXPECT_EQ(-ENOSPC, tlq_watch_until_error(self->w.file, &self->w.what, 100,
						 &done));
	EXPECT_EQ(TLQ_USER_LIMIT, done);
	close(self->w.file);
	self->w.file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(0, tlq_watch(self->w.file, &self->w.what));
}

/* As several users, each with as many as it may have */
TEST_F(watches, bounds_of_a_namespace)
{
	int user, done, sum = 0;

	for (user = 1; user <= 6; user++) {
		ASSERT_EQ(0, setresuid(20000 + user, 0, 0));
		EXPECT_EQ(-ENOSPC, tlq_watch_until_error(self->w.file,
							 &self->w.what, 100,
							 &done));
		sum += done;
	}
	ASSERT_EQ(0, setresuid(0, 0, 0));
	EXPECT_EQ(NETNS_LIMIT, sum);
}

/* Of two one has counters, as its columns say; which one is not for us to know. */
TEST_F(watches, listener_without_counters)
{
	struct tlq_target two[2] = { self->w.t, { .lfd = -1 } };
	int file, i, unknown = 0;
	__u64 overflows;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners_netns=1"));
	file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, tlq_target_full(&two[1], &self->w.opt));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, tlq_refuse(&two[i], 1));
		overflows = tlq_target_value(&two[i], "overflow_syn");
		self->w.what.cookie = tlq_target_value(&two[i], "cookie");
		EXPECT_EQ(overflows == TLQ_NONE ? -EOPNOTSUPP : 0,
			  tlq_watch(file, &self->w.what))
			TH_LOG("listener %d has overflow_syn %llu", i,
			       (unsigned long long)overflows);
		unknown += overflows == TLQ_NONE;
	}
	EXPECT_EQ(1, unknown)
		TH_LOG("%lld have counters; no room %lld, no memory %lld, no hook %lld",
		       tlq_stat("listeners_tracked"),
		       tlq_stat("untracked_table_full"),
		       tlq_stat("untracked_no_memory"),
		       tlq_stat("unassigned_before_first_hook"));
	close(file);
	ASSERT_EQ(0, tlq_mod_reload(""));
}

static int reopen(struct __test_metadata *_metadata, int file, const char *args)
{
	close(file);
	ASSERT_EQ(0, tlq_mod_reload(args));
	file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, file);
	return file;
}

/* What a hook would tell is not counted without it, as the columns say. */
TEST_F(watches, hook_is_missing)
{
	struct tcp_listenq_watch *what = &self->w.what;
	int file = self->w.file;

	file = reopen(_metadata, file, "skip_hook=inet_child_forget");
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 1));
	EXPECT_EQ(0, tlq_watch(file, what));
	what->counter = TCP_LISTENQ_RESETS;
	EXPECT_EQ(-EOPNOTSUPP, tlq_watch(file, what));
	what->cookie = tlq_target_value(&self->w.t, "cookie");
	EXPECT_EQ(-EOPNOTSUPP, tlq_watch(file, what));
	what->counter = TCP_LISTENQ_OVERFLOWS;
	EXPECT_EQ(0, tlq_watch(file, what));

	file = reopen(_metadata, file, "skip_hook=tcp_check_req");
	ASSERT_EQ(0, tlq_refuse(&self->w.t, 1));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&self->w.t, "overflow_syn"));
	EXPECT_EQ(-EOPNOTSUPP, tlq_watch(file, what));
	what->counter = TCP_LISTENQ_DROPS;
	EXPECT_EQ(-EOPNOTSUPP, tlq_watch(file, what));
	what->counter = TCP_LISTENQ_RESETS;
	EXPECT_EQ(0, tlq_watch(file, what));
	what->cookie = 0;
	what->counter = TCP_LISTENQ_DROPS;
	EXPECT_EQ(0, tlq_watch(file, what));
	close(reopen(_metadata, file, ""));
}
