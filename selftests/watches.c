// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that wait: TCP_LISTENQ_WATCH on an open /proc/net/tcp_listenq.
 *
 * 1. The eventfd is signalled when as many packets have been refused as were asked for,
 *    in the namespace or of one listener, and not before; once a window.
 * 2. It is signalled when the listener, the file, the module or the namespace goes; a
 *    read then fails with EIO for the last two. Nothing is pinned.
 * 3. What is wrong is refused with an error of its own, and there are bounds.
 * 4. Watchers that are killed, a module that is unloaded and namespaces that end under
 *    watchers leave nothing.
 */
#include "tlq_test.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "tcp_listenq.h"
#include "tlq_drive.h"
#include "tlq_mod.h"
#include "tlq_moment.h"

FIXTURE(watches) {
	struct tlq_target t;
	struct tlq_lopt opt;
	struct tcp_listenq_watch what;
	int file;
};

FIXTURE_SETUP(watches)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_target_full(&self->t, &self->opt));
	self->file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->file);
	self->what = (struct tcp_listenq_watch){
		.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.threshold = 5, .window_ms = 60000,
	};
	ASSERT_LE(0, self->what.eventfd);
}

FIXTURE_TEARDOWN(watches)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

static int watch(int file, const struct tcp_listenq_watch *what)
{
	return ioctl(file, TCP_LISTENQ_WATCH, what) ? -errno : 0;
}

/* Signals since the last call */
static int signals(int fd)
{
	__u64 n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? (int)n : 0;
}

static bool signalled(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && p.revents == POLLIN;
}

/* Longer than three looks of the module */
#define NOT_YET_MS 400

TEST_F(watches, namespace_reaches_threshold)
{
	int fd = self->what.eventfd;

	ASSERT_EQ(0, watch(self->file, &self->what));
	ASSERT_EQ(0, tlq_refuse(&self->t, 4));
	EXPECT_FALSE(signalled(fd, NOT_YET_MS));
	ASSERT_EQ(0, tlq_refuse(&self->t, 1));
	EXPECT_TRUE(signalled(fd, 10000));
	EXPECT_EQ(1, signals(fd));
	/* Once a window */
	ASSERT_EQ(0, tlq_refuse(&self->t, 9));
	EXPECT_FALSE(signalled(fd, NOT_YET_MS));
}

TEST_F(watches, each_window)
{
	int fd = self->what.eventfd, i;

	self->what.window_ms = 500;
	self->what.threshold = 2;
	ASSERT_EQ(0, watch(self->file, &self->what));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->t, 2));
		EXPECT_TRUE(signalled(fd, 10000));
		EXPECT_EQ(1, signals(fd));
	}
}

/* Many within long are not as many within short. */
TEST_F(watches, too_slowly)
{
	int fd = self->what.eventfd, i;

	self->what.window_ms = 500;
	self->what.threshold = 3;
	ASSERT_EQ(0, watch(self->file, &self->what));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->t, 1));
		EXPECT_FALSE(signalled(fd, 800));
	}
}

TEST_F(watches, one_listener)
{
	struct tlq_target other = { .lfd = -1 };
	int fd = self->what.eventfd;

	ASSERT_EQ(0, tlq_target_full(&other, &self->opt));
	self->what.cookie = tlq_target_value(&self->t, "cookie");
	ASSERT_EQ(0, watch(self->file, &self->what));
	ASSERT_EQ(0, tlq_refuse(&other, 9));
	EXPECT_FALSE(signalled(fd, NOT_YET_MS));
	ASSERT_EQ(0, tlq_refuse(&self->t, 5));
	EXPECT_TRUE(signalled(fd, 10000));
	EXPECT_EQ(1, signals(fd));
	close(self->t.lfd);
	EXPECT_TRUE(signalled(fd, 10000));
}

TEST_F(watches, drops_of_a_listener)
{
	int fd = self->what.eventfd;

	self->what.counter = TCP_LISTENQ_DROPS;
	self->what.cookie = tlq_target_value(&self->t, "cookie");
	ASSERT_EQ(0, watch(self->file, &self->what));
	ASSERT_EQ(0, tlq_refuse(&self->t, 5));
	EXPECT_TRUE(signalled(fd, 10000));
}

TEST_F(watches, resets)
{
	int fd = self->what.eventfd;

	self->what.counter = TCP_LISTENQ_RESETS;
	self->what.threshold = 1;
	ASSERT_EQ(0, watch(self->file, &self->what));
	EXPECT_FALSE(signalled(fd, NOT_YET_MS));
	/* One waits in its queue. */
	close(self->t.lfd);
	EXPECT_TRUE(signalled(fd, 10000));
}

TEST_F(watches, file_is_closed)
{
	ASSERT_EQ(0, watch(self->file, &self->what));
	ASSERT_EQ(0, watch(self->file, &self->what));
	EXPECT_EQ(0, signals(self->what.eventfd));
	close(self->file);
	EXPECT_EQ(2, signals(self->what.eventfd));
}

TEST_F(watches, eventfd_is_closed)
{
	ASSERT_EQ(0, watch(self->file, &self->what));
	close(self->what.eventfd);
	ASSERT_EQ(0, tlq_refuse(&self->t, 9));
	usleep(NOT_YET_MS * 1000);
	EXPECT_EQ(0, close(self->file));
}

TEST_F(watches, module_goes)
{
	char c;

	ASSERT_EQ(0, watch(self->file, &self->what));
	ASSERT_EQ(0, tlq_mod_unload());
	EXPECT_TRUE(signalled(self->what.eventfd, 0));
	EXPECT_EQ(-1, pread(self->file, &c, 1, 0));
	EXPECT_EQ(EIO, errno);
	/* The kernel's own answer for a file of which nothing is left */
	EXPECT_EQ(-ENOTTY, watch(self->file, &self->what));
}

static void expect_error(struct __test_metadata *_metadata, int file, int err,
			 struct tcp_listenq_watch what)
{
	EXPECT_EQ(err, watch(file, &what))
		TH_LOG("counter %u, cookie %llu, threshold %llu, window %u",
		       what.counter, (unsigned long long)what.cookie,
		       (unsigned long long)what.threshold, what.window_ms);
}

TEST_F(watches, errors)
{
	struct tcp_listenq_watch what;
	int pipes[2];

#define ERROR(_err, _member, _value) ({				\
	what = self->what;					\
	what._member = (_value);				\
	expect_error(_metadata, self->file, _err, what); })

	ASSERT_EQ(0, pipe(pipes));
	ERROR(-EBADF, eventfd, -1);
	ERROR(-EINVAL, eventfd, pipes[0]);
	ERROR(-EINVAL, counter, 3);
	ERROR(-EINVAL, threshold, 0);
	ERROR(-EINVAL, window_ms, 499);
	ERROR(-EINVAL, reserved, 1);
	ERROR(-ENOENT, cookie, ~0ULL);
	EXPECT_EQ(-1, ioctl(self->file, TCP_LISTENQ_WATCH, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->file, TCP_LISTENQ_WATCH + 1, &what));
	EXPECT_EQ(ENOTTY, errno);
	/* Nothing of that is left: there is room for as many as ever. */
	EXPECT_EQ(0, watch(self->file, &self->what));
}

/* Of another namespace nobody hears anything. */
TEST_F(watches, listener_of_another_namespace)
{
	int file;

	self->what.cookie = tlq_target_value(&self->t, "cookie");
	ASSERT_EQ(0, tlq_netns_enter());
	file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, file);
	EXPECT_EQ(-ENOENT, watch(file, &self->what));
	EXPECT_EQ(0, watch(self->file, &self->what));
}

static int watch_until_error(int file, const struct tcp_listenq_watch *what,
			     int most, int *done)
{
	int err = 0;

	for (*done = 0; *done < most && !err; *done += !err)
		err = watch(file, what);
	return err;
}

#define USER_LIMIT 16
#define NETNS_LIMIT 64

TEST_F(watches, bounds_of_a_user)
{
	int done;

	EXPECT_EQ(-ENOSPC, watch_until_error(self->file, &self->what, 100,
					     &done));
	EXPECT_EQ(USER_LIMIT, done);
	close(self->file);
	self->file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(0, watch(self->file, &self->what));
}

/* As several users, each with as many as it may have */
TEST_F(watches, bounds_of_a_namespace)
{
	int user, done, sum = 0;

	for (user = 1; user <= 6; user++) {
		ASSERT_EQ(0, setresuid(20000 + user, 0, 0));
		EXPECT_EQ(-ENOSPC, watch_until_error(self->file, &self->what,
						     100, &done));
		sum += done;
	}
	ASSERT_EQ(0, setresuid(0, 0, 0));
	EXPECT_EQ(NETNS_LIMIT, sum);
}

#define WATCHERS 8

/* Waits for ever, beside eight of its own */
static void watcher(void)
{
	struct tcp_listenq_watch what = { .threshold = 1, .window_ms = 500 };
	int file = open(TLQ_PROC, O_RDONLY);
	int i;

	what.eventfd = eventfd(0, 0);
	for (i = 0; i < WATCHERS; i++)
		if (watch(file, &what))
			_exit(1);
	pause();
}

static bool watched(pid_t pid)
{
	char path[64], text[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	f = fopen(path, "re");
	if (f && !fgets(text, sizeof(text), f))
		*text = '\0';
	if (f)
		fclose(f);
	return strstr(text, "pause");
}

TEST_F(watches, watchers_are_killed)
{
	int rounds = tlq_scaled(100, 5), i;
	pid_t pid;

	for (i = 0; i < rounds; i++) {
		pid = tlq_fork();
		ASSERT_LE(0, pid);
		if (!pid)
			watcher();
		tlq_until(watched(pid));
		ASSERT_EQ(0, tlq_refuse(&self->t, 1));
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	EXPECT_EQ(0, watch(self->file, &self->what));
}

TEST_F(watches, unloads_under_watchers)
{
	int rounds = tlq_scaled(40, 3), i, w, file;

	for (i = 0; i < rounds; i++) {
		file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, file);
		for (w = 0; w < WATCHERS; w++) {
			ASSERT_EQ(0, watch(file, &self->what))
				TH_LOG("watch %d", w);
		}
		ASSERT_EQ(0, tlq_refuse(&self->t, 3));
		ASSERT_EQ(0, tlq_mod_unload());
		EXPECT_EQ(WATCHERS, signals(self->what.eventfd));
		close(file);
		ASSERT_EQ(NULL, tlq_mod_need());
	}
}

/* A file and an eventfd of a namespace that nothing else keeps */
static int watch_in_new_namespace(const struct tcp_listenq_watch *what)
{
	int file, w, err;

	err = tlq_netns_enter();
	if (err)
		return err;
	file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	for (w = 0; file >= 0 && w < WATCHERS && !err; w++)
		err = watch(file, what);
	return err ?: file;
}

TEST_F(watches, namespaces_end_under_watchers)
{
	int rounds = tlq_scaled(40, 3), i, file;
	char c;

	for (i = 0; i < rounds; i++) {
		file = watch_in_new_namespace(&self->what);
		ASSERT_LE(0, file);
		ASSERT_EQ(0, tlq_netns_enter());
		EXPECT_TRUE(signalled(self->what.eventfd, 30000));
		EXPECT_TRUE(tlq_until(pread(file, &c, 1, 0) == -1));
		EXPECT_EQ(EIO, errno);
		signals(self->what.eventfd);
		close(file);
	}
}
