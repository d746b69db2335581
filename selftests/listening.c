// SPDX-License-Identifier: GPL-2.0
/*
 * What listen(2) has the module remember.
 *
 * 1. A listen(2) that fails leaves nothing behind, also where it fails late: when the
 *    socket is in state LISTEN already, and the module has seen that.
 * 2. One that takes long: the socket gets numbers once it listens.
 * 3. What is done for it after listen(2) may be late. A socket that found no room at its
 *    first packet does not take one then that has become free, but prints "-".
 */
#include "tlq_test.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "tlq_drive.h"
#include "tlq_hooks.h"

#define RIVALS 20

FIXTURE(listening) { };

FIXTURE_SETUP(listening)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
}

FIXTURE_TEARDOWN(listening)
{
	tlq_mod_helper_end("tlq_slow");
	EXPECT_EQ(0, tlq_mod_renew());
}

/* Twenty sockets with one address; only the first of them may listen. */
static void rivals(struct __test_metadata *_metadata, int *fd)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(4711),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int one = 1, i;

	for (i = 0; i < RIVALS; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd[i]);
		ASSERT_EQ(0, setsockopt(fd[i], SOL_SOCKET, SO_REUSEADDR, &one,
					sizeof(one)));
		ASSERT_EQ(0, bind(fd[i], (struct sockaddr *)&a, sizeof(a)));
	}
}

static void rivals_listen(struct __test_metadata *_metadata, const int *fd)
{
	long long before = tlq_stat("listeners_tracked");
	int i;

	ASSERT_EQ(0, listen(fd[0], 1));
	for (i = 1; i < RIVALS; i++)
		ASSERT_EQ(-1, listen(fd[i], 1));
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before + 1));
	for (i = 0; i < RIVALS; i++)
		close(fd[i]);
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before));
}

TEST_F(listening, fails)
{
	int fd[RIVALS];

	rivals(_metadata, fd);
	rivals_listen(_metadata, fd);
}

static const char *slow(const char *args)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return "the work item needs a CPU of its own";
	if (tlq_mod_helper("tlq_slow", args))
		return "cannot load tlq_slow; is it there? make -C test_modules";
	return NULL;
}

/* The work item sees the socket in state LISTEN, in which it never gets a packet. */
TEST_F(listening, fails_late)
{
	const char *why_not;
	int fd[RIVALS];

	rivals(_metadata, fd);
	why_not = slow("at=inet_csk_get_port");
	if (why_not)
		SKIP(return, "%s", why_not);
	rivals_listen(_metadata, fd);
	tlq_mod_helper_end("tlq_slow");
}

/* The work item sees the socket before it listens, and must come back. */
TEST_F(listening, takes_long)
{
	long long before = tlq_stat("listeners_tracked");
	const char *why_not = slow("");
	struct tlq_lopt opt = { };
	int fd;

	if (why_not)
		SKIP(return, "%s", why_not);
	fd = tlq_listen(&opt);
	tlq_mod_helper_end("tlq_slow");
	ASSERT_LE(0, fd);
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before + 1));
}

/* On one CPU and with nobody else there; 0 or a negative errno */
static int only_on(int cpu)
{
	struct sched_param high = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, SCHED_FIFO, &high))
		return -errno;
	return 0;
}

/* Keep a CPU busy until we kill the process, or end; say so when it is. It has no @lfd. */
static pid_t keep_busy(int cpu, int say, int lfd)
{
	pid_t pid = tlq_fork();

	if (pid)
		return pid;
	close(lfd);
	if (!only_on(cpu) && write(say, "", 1) == 1)
		for (;;)
			;
	_exit(1);
}

/* No work item runs from now on, unless we sleep. */
static void stop_work_items(struct __test_metadata *_metadata, pid_t *pid, int cpus,
			    int lfd)
{
	int cpu, said[2];
	char byte;

	ASSERT_EQ(0, pipe(said));
	for (cpu = 1; cpu < cpus; cpu++)
		pid[cpu] = keep_busy(cpu, said[1], lfd);
	close(said[1]);
	for (cpu = 1; cpu < cpus; cpu++)
		ASSERT_EQ(1, read(said[0], &byte, 1));
	ASSERT_EQ(0, only_on(0));
}

static void let_work_items_run(const pid_t *pid, int cpus)
{
	struct sched_param low = { };
	int cpu;

	for (cpu = 1; cpu < cpus; cpu++)
		kill(pid[cpu], SIGKILL);
	sched_setscheduler(0, SCHED_OTHER, &low);
}

TEST_F(listening, place_of_another)
{
	struct tlq_target first, refuses, late;
	struct tlq_lopt opt = { };
	pid_t pid[CPU_SETSIZE];
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=1"));
	ASSERT_EQ(0, tlq_target_open(&first, &opt, AF_INET));
	ASSERT_TRUE(tlq_until(tlq_stat("listeners_tracked") == 1));
	/* No SYN passes: a request would have more packets follow, and each may take the place. */
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", 0));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_max_syn_backlog", -8));
	stop_work_items(_metadata, pid, cpus, first.lfd);
	ASSERT_EQ(0, tlq_target_open(&refuses, &opt, AF_INET));
	ASSERT_EQ(0, tlq_knock(&refuses, 1));
	EXPECT_TRUE(tlq_until(tlq_target_value(&refuses, "syns") == TLQ_NONE));
	close(first.lfd);
	let_work_items_run(pid, cpus);
	/* It is served after the other one. */
	ASSERT_EQ(0, tlq_target_open(&late, &opt, AF_INET));
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == 1));
	ASSERT_EQ(0, tlq_knock(&late, 1));
	EXPECT_TRUE(tlq_until(tlq_target_value(&late, "syns") == 1))
		TH_LOG("%lld have numbers; no room %lld", tlq_stat("listeners_tracked"),
		       tlq_stat("untracked_table_full"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&refuses, "syns"));
}
