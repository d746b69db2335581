// SPDX-License-Identifier: GPL-2.0
/*
 * The first packets of many listeners come at once: a task of real-time priority that
 * keeps its CPU to itself sends them. On PREEMPT_RT nothing can be allocated while
 * they arrive.
 *
 * 1. No listener prints "-" unless an event went to nobody: of 10,000, each is refused
 *    a SYN once, and none is unassigned. On a slow machine a tenth.
 */
#include "tlq_test.h"

#include <sched.h>
#include <sys/wait.h>

#include "tlq_hooks.h"
#include "tlq_mib.h"

#define FIFO_PRIORITY 50

FIXTURE(burst) {
	int nr;
	int *lfd;
};

FIXTURE_SETUP(burst)
{
	struct tlq_lopt opt = { };
	int i;

	self->nr = tlq_scaled(10000, 1000);
	if (tlq_meminfo_kb("MemAvailable") < self->nr * 16L)
		SKIP(return, "not enough memory");
	ASSERT_EQ(0, tlq_nofile(self->nr * 3 + 100));
	self->lfd = calloc(self->nr, sizeof(*self->lfd));
	ASSERT_NE(NULL, self->lfd);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	for (i = 0; i < self->nr; i++) {
		opt.port = 20000 + i;
		self->lfd[i] = tlq_listen(&opt);
		ASSERT_LE(0, self->lfd[i]);
	}
}

FIXTURE_TEARDOWN(burst)
{
	EXPECT_EQ(0, tlq_mod_renew());
}

/*
 * The first fills the accept queue, the second is refused. Once softirqs are left to
 * ksoftirqd, this task keeps it from running: it sleeps then until the first is in.
 */
static int send_all(const int *lfd, int nr)
{
	struct sched_param param = { .sched_priority = FIFO_PRIORITY };
	int i, fd;

	tlq_use_cpu(0);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return -errno;
	for (i = 0; i < nr; i++) {
		fd = tlq_client(lfd[i], 0);
		if (fd < 0)
			return fd;
		if (!tlq_until(tlq_connected(fd)))
			return -ETIMEDOUT;
		fd = tlq_client(lfd[i], TLQ_MUTE);
		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

TEST_F(burst, nobody_loses)
{
	struct tlq_mibs before, now;
	struct tlq_table t;
	int status;
	size_t i;
	pid_t pid;

	ASSERT_EQ(0, tlq_netstat(&before));
	pid = tlq_fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(send_all(self->lfd, self->nr) ? 1 : 0);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	ASSERT_TRUE(tlq_until(!tlq_netstat(&now) && now.v[TLQ_OVERFLOWS] -
			      before.v[TLQ_OVERFLOWS] >= (__u64)self->nr));
	EXPECT_EQ(0, tlq_stat("unassigned_untracked"));
	EXPECT_EQ(0, tlq_stat("unassigned_before_first_hook"));
	TLQ_LOAD(t);
	EXPECT_EQ(self->nr, t.nlines);
	for (i = 0; i < t.nlines; i++) {
		EXPECT_EQ(1, tlq_u64(tlq_line(&t, i), "overflow_syn"));
		EXPECT_EQ(1, tlq_u64(tlq_line(&t, i), "peak_ack_backlog"));
	}
	tlq_free(&t);
}
