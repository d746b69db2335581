// SPDX-License-Identifier: GPL-2.0
/*
 * What a watch of one listener tells when that closes.
 *
 * 1. What it refused just before it closed, and the connections that were reset then, are
 *    signalled first, its end after that.
 * 2. A socket that listens again counts from 0.
 * 3. A watch that has ended makes room for another one.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_mod.h"
#include "tlq_moment.h"
#include "tlq_watch.h"

FIXTURE(watch_closes) {
	struct tlq_watched w;
};

FIXTURE_SETUP(watch_closes)
{
	ASSERT_EQ(0, tlq_watch_begin(&self->w));
}

FIXTURE_TEARDOWN(watch_closes)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

/* Each ends with its listener: others have room then. */
TEST_F(watch_closes, closed_listeners_make_room)
{
	struct tlq_target other = { .lfd = -1 };
	int fd = self->w.what.eventfd, i;

	for (i = 0; i < 2 * TLQ_USER_LIMIT; i++) {
		ASSERT_EQ(0, tlq_target_open(&other, &self->w.opt, AF_INET));
		self->w.what.cookie = tlq_target_value(&other, "cookie");
		ASSERT_TRUE(tlq_until(tlq_watch(self->w.file, &self->w.what) !=
				      -EOPNOTSUPP));
		close(other.lfd);
		ASSERT_TRUE(tlq_signalled(fd, 10000))
			TH_LOG("listener %d", i);
		EXPECT_EQ(1, tlq_signals(fd));
	}
	close(self->w.file);
	EXPECT_EQ(0, tlq_signals(fd));
}

/* What a listener refused just before it closed is told before its end. */
TEST_F(watch_closes, refuses_and_closes)
{
	struct tlq_target other = { .lfd = -1 };
	int fd = self->w.what.eventfd, told, i;

	self->w.what.threshold = 3;
	for (i = 0; i < 5; i++) {
		self->w.what.counter = i % 2;
		ASSERT_EQ(0, tlq_target_full(&other, &self->w.opt));
		self->w.what.cookie = tlq_target_value(&other, "cookie");
		ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
		ASSERT_EQ(0, tlq_refuse(&other, 3));
		close(other.lfd);
		told = 0;
		EXPECT_TRUE(tlq_until((told += tlq_signals(fd)) >= 2))
			TH_LOG("listener %d, told %d times", i, told);
	}
	ASSERT_EQ(0, tlq_target_full(&other, &self->w.opt));
	self->w.what.cookie = tlq_target_value(&other, "cookie");
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, tlq_refuse(&other, 2));
	close(other.lfd);
	EXPECT_TRUE(tlq_signalled(fd, 10000));
	close(self->w.file);
	EXPECT_EQ(1, tlq_signals(fd));
}

/* Connections that nobody had accepted are reset when it closes: told before its end, too. */
TEST_F(watch_closes, resets_of_one_listener)
{
	struct tlq_target other = { .lfd = -1 };
	int fd = self->w.what.eventfd, told, enough;

	self->w.what.counter = TCP_LISTENQ_RESETS;
	for (enough = 1; enough >= 0; enough--) {
		ASSERT_EQ(0, tlq_target_backlog(&other, &self->w.opt, AF_INET, 2));
		ASSERT_EQ(0, tlq_fill_accept(&other, 3));
		self->w.what.cookie = tlq_target_value(&other, "cookie");
		self->w.what.threshold = enough ? 3 : 4;
		ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
		close(other.lfd);
		told = 0;
		EXPECT_TRUE(tlq_until((told += tlq_signals(fd)) >= 1 + enough))
			TH_LOG("told %d times", told);
	}
	close(self->w.file);
	EXPECT_EQ(0, tlq_signals(fd));
}

/*
 * The same when it listens again at once, before the module has looked. What is signalled
 * after that is its end, or that of the file.
 */
TEST_F(watch_closes, resets_and_listens_again)
{
	struct tlq_target t = { .lfd = -1 };
	int fd = self->w.what.eventfd;

	ASSERT_EQ(0, tlq_target_backlog(&t, &self->w.opt, AF_INET, 2));
	ASSERT_EQ(0, tlq_fill_accept(&t, 3));
	self->w.what.counter = TCP_LISTENQ_RESETS;
	self->w.what.cookie = tlq_target_value(&t, "cookie");
	self->w.what.threshold = 3;
	ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
	ASSERT_EQ(0, shutdown(t.lfd, SHUT_RD));
	ASSERT_EQ(0, listen(t.lfd, 2));
	/* With its first packet it has numbers. */
	ASSERT_EQ(0, tlq_knock(&t, 1));
	ASSERT_TRUE(tlq_signalled(fd, 10000));
	usleep(TLQ_NOT_YET_MS * 1000);
	close(self->w.file);
	EXPECT_EQ(2, tlq_signals(fd));
}

/*
 * A socket that listens again counts from 0, which is no growth. The module may see it between
 * the two: it has gone.
 */
TEST_F(watch_closes, listens_again)
{
	struct tlq_target t = { .lfd = -1 };
	bool told = true;
	int i;

	for (i = 0; i < 5 && told; i++) {
		ASSERT_EQ(0, tlq_target_full(&t, &self->w.opt));
		ASSERT_EQ(0, tlq_refuse(&t, 3));
		self->w.what.cookie = tlq_target_value(&t, "cookie");
		ASSERT_EQ(0, tlq_watch(self->w.file, &self->w.what));
		ASSERT_EQ(0, shutdown(t.lfd, SHUT_RD));
		ASSERT_EQ(0, listen(t.lfd, 0));
		/* With its first packet it has numbers. */
		ASSERT_EQ(0, tlq_knock(&t, 1));
		told = tlq_signalled(self->w.what.eventfd, TLQ_NOT_YET_MS);
		tlq_signals(self->w.what.eventfd);
	}
	EXPECT_FALSE(told);
}
