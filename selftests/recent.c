// SPDX-License-Identifier: GPL-2.0
/*
 * The peaks of the last one to two minutes: recent_ack_backlog, recent_reqsk_qlen.
 *
 * 1. They show a burst for at least a minute, and two minutes after its end not any
 *    more: then they are the highest since, and at last the present length. Until then
 *    they do not change, whoever reads, and however often.
 * 2. A queue that stands is in them all the time, though no packet comes.
 * 3. They are never below the present length, nor above the peaks, which stay.
 *
 * Takes two minutes and a few seconds, so it does not run on slow machines.
 */
#include "tlq_test.h"

#include <sys/wait.h>

#include "tlq_drive.h"
#include "tlq_moment.h"

#define MINUTE_MS 60000
#define BURST 20
#define SECOND 10
#define STAYS 3
#define STANDS 7
/* A window at most: the kernel's timers may be late by an eighth. */
#define WINDOW_MS (MINUTE_MS + MINUTE_MS / 8)

struct listeners {
	struct tlq_target twice;	/* two bursts in the accept queue */
	struct tlq_target once;		/* one */
	struct tlq_target syn;		/* one in the SYN queue */
	struct tlq_target stands;	/* always the same */
	struct tlq_moment first;	/* all bursts came after this */
	struct tlq_moment end;		/* and before this */
};

FIXTURE(recent) {
	struct listeners all;
};

FIXTURE_SETUP(recent)
{
	if (tlq_machine_slow())
		SKIP(return, "takes two minutes");
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(recent)
{
}

static void drain(struct __test_metadata *_metadata, const struct tlq_target *t)
{
	while (tlq_queued(t->lfd) > STAYS)
		ASSERT_LE(0, tlq_accept(t->lfd));
}

/* A reader sees the last connection, too; the hooks see those before. */
static void burst_of_accepts(struct __test_metadata *_metadata,
			     struct tlq_target *t)
{
	struct tlq_lopt opt = { .backlog = 64 };

	ASSERT_EQ(0, tlq_target_open(t, &opt, AF_INET));
	ASSERT_EQ(0, tlq_fill_accept(t, BURST));
	EXPECT_EQ(BURST, tlq_target_value(t, "recent_ack_backlog"));
	drain(_metadata, t);
}

static void burst_of_requests(struct __test_metadata *_metadata,
			      struct tlq_target *t)
{
	struct tlq_lopt opt = { .backlog = 64, .defer = 60 };
	int fd[BURST];

	ASSERT_EQ(0, tlq_target_open(t, &opt, AF_INET));
	ASSERT_EQ(0, tlq_clients(t, BURST, fd));
	EXPECT_EQ(BURST, tlq_target_value(t, "recent_reqsk_qlen"));
	ASSERT_EQ(0, tlq_reset(fd, BURST));
	ASSERT_TRUE(tlq_until(!tlq_diag_half_open(t->port)));
}

static void start_reader(const char *path)
{
	struct tlq_table t;

	if (tlq_fork())
		return;
	while (!tlq_load(&t, path)) {
		tlq_free(&t);
		usleep(50000);
	}
	_exit(1);
}

static void shows(struct __test_metadata *_metadata, const struct tlq_target *t,
		  const char *queue, __u64 now, __u64 recent, __u64 peak)
{
	struct tlq_table table;
	struct tlq_line line = tlq_target_line(t, &table);
	char column[32];

	EXPECT_EQ(now, tlq_u64(line, queue));
	snprintf(column, sizeof(column), "recent_%s", queue);
	EXPECT_EQ(recent, tlq_u64(line, column));
	snprintf(column, sizeof(column), "peak_%s", queue);
	EXPECT_EQ(peak, tlq_u64(line, column));
	tlq_free(&table);
}

static void look(struct __test_metadata *_metadata, struct listeners *l,
		 int twice, int once, int syn)
{
	shows(_metadata, &l->twice, "ack_backlog", STAYS, twice, BURST);
	shows(_metadata, &l->once, "ack_backlog", STAYS, once, BURST);
	shows(_metadata, &l->syn, "reqsk_qlen", 0, syn, BURST);
	shows(_metadata, &l->stands, "ack_backlog", STANDS, STANDS, STANDS);
	/* Both readers are there. */
	ASSERT_EQ(0, waitpid(-1, NULL, WNOHANG));
	ASSERT_EQ(KSFT_PASS, _metadata->exit_code);
}

static void bursts(struct __test_metadata *_metadata, struct listeners *l)
{
	struct tlq_lopt opt = { .backlog = 64 };

	ASSERT_EQ(0, tlq_target_open(&l->stands, &opt, AF_INET));
	ASSERT_EQ(0, tlq_fill_accept(&l->stands, STANDS));
	l->first = tlq_moment();
	burst_of_accepts(_metadata, &l->twice);
	burst_of_accepts(_metadata, &l->once);
	burst_of_requests(_metadata, &l->syn);
	l->end = tlq_moment();
}

/* All are shown at once, but for the time in which windows begin. */
static bool all_fallen(const struct listeners *l)
{
	return tlq_target_value(&l->twice, "recent_ack_backlog") != BURST &&
	       tlq_target_value(&l->once, "recent_ack_backlog") != BURST &&
	       tlq_target_value(&l->syn, "recent_reqsk_qlen") != BURST;
}

TEST_F(recent, bursts_and_a_queue_that_stands)
{
	struct listeners *l = &self->all;
	__u64 second;

	bursts(_metadata, l);
	start_reader(TLQ_PROC);
	start_reader(TLQ_DEBUG);
	while (!tlq_passed(l->first, MINUTE_MS - 1000)) {
		look(_metadata, l, BURST, BURST, BURST);
		usleep(500000);
	}
	while (!tlq_passed(l->end, WINDOW_MS))
		usleep(20000);
	/* In a window that follows that of the first one */
	ASSERT_EQ(0, tlq_fill_accept(&l->twice, SECOND - STAYS));
	drain(_metadata, &l->twice);
	while (!all_fallen(l) && !tlq_passed(l->end, 2 * WINDOW_MS))
		usleep(20000);
	/* The hooks may have missed the last one. */
	second = tlq_target_value(&l->twice, "recent_ack_backlog");
	EXPECT_LE(SECOND - 1, second);
	EXPECT_GE(SECOND, second);
	look(_metadata, l, second, STAYS, 0);
}
