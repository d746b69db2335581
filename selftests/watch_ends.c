// SPDX-License-Identifier: GPL-2.0
/*
 * Watchers that are killed, a module that is unloaded and namespaces that end under
 * watchers: TCP_LISTENQ_WATCH leaves nothing.
 */
#include "tlq_test.h"

#include <sys/eventfd.h>

#include "tlq_mod.h"
#include "tlq_moment.h"
#include "tlq_watch.h"

FIXTURE(watch_ends) {
	struct tlq_watched w;
};

FIXTURE_SETUP(watch_ends)
{
	ASSERT_EQ(0, tlq_watch_begin(&self->w));
}

FIXTURE_TEARDOWN(watch_ends)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

#define WATCHERS 8

/* Waits for ever, beside eight of its own; says so before */
static void watcher(int say)
{
	struct tcp_listenq_watch what = { .threshold = 1, .window_ms = 500 };
	int file = open(TLQ_PROC, O_RDONLY);
	int i;

	what.eventfd = eventfd(0, 0);
	for (i = 0; i < WATCHERS; i++)
		if (tlq_watch(file, &what))
			_exit(1);
	if (write(say, "", 1) == 1)
		pause();
	_exit(1);
}

TEST_F(watch_ends, watchers_are_killed)
{
	int rounds = tlq_scaled(100, 5), said[2], i;
	pid_t pid;
	char byte;

	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(0, pipe(said));
		pid = tlq_fork();
		ASSERT_LE(0, pid);
		if (!pid)
			watcher(said[1]);
		close(said[1]);
		ASSERT_EQ(1, read(said[0], &byte, 1))
			TH_LOG("watcher %d watches nothing", i);
		close(said[0]);
		ASSERT_EQ(0, tlq_refuse(&self->w.t, 1));
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	EXPECT_EQ(0, tlq_watch(self->w.file, &self->w.what));
}

TEST_F(watch_ends, unloads_under_watchers)
{
	int rounds = tlq_scaled(40, 3), i, w, file;

	for (i = 0; i < rounds; i++) {
		file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, file);
		for (w = 0; w < WATCHERS; w++) {
			ASSERT_EQ(0, tlq_watch(file, &self->w.what))
				TH_LOG("watch %d", w);
		}
		ASSERT_EQ(0, tlq_refuse(&self->w.t, 3));
		ASSERT_EQ(0, tlq_mod_unload());
		EXPECT_EQ(WATCHERS, tlq_signals(self->w.what.eventfd));
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
		err = tlq_watch(file, what);
	return err ?: file;
}

TEST_F(watch_ends, namespaces_end_under_watchers)
{
	int rounds = tlq_scaled(40, 3), i, file;
	char c;

	for (i = 0; i < rounds; i++) {
		file = watch_in_new_namespace(&self->w.what);
		ASSERT_LE(0, file);
		ASSERT_EQ(0, tlq_netns_enter());
		EXPECT_TRUE(tlq_signalled(self->w.what.eventfd, 30000));
		EXPECT_TRUE(tlq_until(pread(file, &c, 1, 0) == -1));
		EXPECT_EQ(EIO, errno);
		tlq_signals(self->w.what.eventfd);
		close(file);
	}
}
