// SPDX-License-Identifier: GPL-2.0
/*
 * Nobody can blind the counters of others. The table has room for 64 listeners; a
 * user, uid 65534, fills it and opens and closes far more.
 *
 * 1. A listener that had counters all the while never loses them, and they are exact.
 * 2. When the user has gone, each listener opened afterwards has counters: after
 *    100,000 listeners one after the other, and after more at once than the module can
 *    remember the losses of. On a slow machine fewer, but still more than these; on
 *    a kernel that watches itself half as many.
 * 3. A namespace uses up its own share only, the first one, too. "untracked" says whose
 *    columns print "-", and the log says it once.
 * 4. Who loses an event prints "-", nobody else does, and it is forgotten at its close.
 */
#include "tlq_test.h"

#include <grp.h>
#include <sched.h>
#include <sys/wait.h>

#include "tlq_drive.h"
#include "tlq_hooks.h"

#define ROOM 64
#define CROWD 10000
#define NOTES 8192	/* of losses; SET_BITS and WAYS in lost.c */
#define AFTER 50
#define UNTRACKED TLQ_DEBUG_DIR "untracked"

FIXTURE(blind) {
};

FIXTURE_SETUP(blind)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(CROWD + 200));
}

FIXTURE_TEARDOWN(blind)
{
	EXPECT_EQ(0, tlq_mod_renew());
}

static void become_nobody(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
}

/* A value of this namespace in "untracked" */
static __u64 untracked(const char *column)
{
	struct tlq_table t;
	__u64 v;

	if (tlq_load(&t, UNTRACKED))
		return TLQ_BAD;
	v = tlq_u64(tlq_find_u64(&t, "netns", tlq_netns_inode()), column);
	tlq_free(&t);
	return v;
}

/* How many namespaces it lists */
static size_t namespaces(void)
{
	struct tlq_table t;
	size_t n;

	if (tlq_load(&t, UNTRACKED))
		return 0;
	n = t.nlines;
	tlq_free(&t);
	return n;
}

static void fill_table(struct __test_metadata *_metadata)
{
	struct tlq_lopt opt = { };
	int i;

	for (i = 0; i < ROOM; i++)
		ASSERT_LE(0, tlq_listen(&opt));
	ASSERT_TRUE(tlq_until(tlq_stat("listeners_tracked") == ROOM));
}

/* Each refused a different number of times, and shows it */
static void all_have_counters(struct __test_metadata *_metadata)
{
	struct tlq_lopt opt = { };
	struct tlq_target t[AFTER];
	int i;

	for (i = 0; i < AFTER; i++) {
		ASSERT_EQ(0, tlq_target_full(&t[i], &opt));
		ASSERT_EQ(0, tlq_refuse(&t[i], 1 + i % 5));
	}
	for (i = 0; i < AFTER; i++) {
		ASSERT_TRUE(tlq_until(tlq_target_value(&t[i], "overflow_syn") ==
				      1 + i % 5))
			TH_LOG("listener %d has %lld", i,
			       (long long)tlq_target_value(&t[i], "overflow_syn"));
	}
}

/* In a process of its own, so that all its listeners go with it */
#define ALONE(code) do {						\
	int __status;							\
	pid_t __pid = tlq_fork();					\
									\
	ASSERT_LE(0, __pid);						\
	if (!__pid) {							\
		code;							\
		_exit(_metadata->exit_code);				\
	}								\
	ASSERT_EQ(__pid, waitpid(__pid, &__status, 0));			\
	ASSERT_EQ(0, __status);						\
} while (0)

static void churn(struct __test_metadata *_metadata, struct tlq_target *known)
{
	int i, n = tlq_scaled(100000, 1000);
	struct tlq_lopt opt = { };
	struct tlq_target t;

	fill_table(_metadata);
	become_nobody(_metadata);
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, tlq_target_open(&t, &opt, AF_INET));
		ASSERT_EQ(0, tlq_knock(&t, 2));
		close(t.lfd);
		if (i % (n / 4) == 0)
			ASSERT_EQ(0, tlq_refuse(known, 5));
	}
}

TEST_F(blind, churned_through)
{
	struct tlq_lopt opt = { };
	struct tlq_target known;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=64"));
	ASSERT_EQ(0, tlq_target_full(&known, &opt));
	ASSERT_EQ(0, tlq_refuse(&known, 1));
	EXPECT_EQ(1, tlq_target_value(&known, "overflow_syn"));
	ALONE(churn(_metadata, &known));
	EXPECT_LE(21, tlq_target_value(&known, "overflow_syn"));
	EXPECT_EQ(0, tlq_stat("unassigned_before_first_hook"));
	all_have_counters(_metadata);
}

static void crowd(struct __test_metadata *_metadata)
{
	int i, n = tlq_scaled(CROWD, tlq_machine_very_slow() ?
				     CROWD / 2 : NOTES + 500);
	struct tlq_lopt opt = { };
	struct tlq_target t;

	for (i = 0; i < ROOM; i++)
		ASSERT_LE(0, tlq_listen(&opt));
	become_nobody(_metadata);
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, tlq_target_open(&t, &opt, AF_INET));
		ASSERT_EQ(0, tlq_knock(&t, 1));
	}
}

TEST_F(blind, crowd)
{
	if (tlq_meminfo_kb("MemAvailable") < CROWD * 8L)
		SKIP(return, "not enough memory");
	ASSERT_EQ(0, tlq_mod_reload("max_listeners=64"));
	ALONE(crowd(_metadata));
	EXPECT_LT(0, tlq_stat("untracked_table_full"));
	all_have_counters(_metadata);
	EXPECT_TRUE(tlq_until(untracked("lost") == 0));
}

static void use_up_share(struct __test_metadata *_metadata)
{
	struct tlq_lopt opt = { };
	struct tlq_target t;
	int i;

	for (i = 0; i < 30; i++) {
		ASSERT_EQ(0, tlq_target_full(&t, &opt));
		ASSERT_EQ(0, tlq_refuse(&t, 1));
	}
	EXPECT_EQ(20, untracked("tracked"));
	EXPECT_EQ(20, untracked("limit"));
	EXPECT_LT(0, untracked("table_full"));
	EXPECT_EQ(0, untracked("no_memory"));
	EXPECT_EQ(10, untracked("lost"));
}

FIXTURE(share) {
	int own;
};

FIXTURE_SETUP(share)
{
	ASSERT_EQ(0, tlq_mod_reload("max_listeners=100 max_listeners_netns=20"));
	self->own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->own);
}

FIXTURE_TEARDOWN(share)
{
	EXPECT_EQ(0, tlq_mod_renew());
}

TEST_F(share, of_two_namespaces)
{
	struct tlq_lopt opt = { };
	struct tlq_target t;
	int i;

	ASSERT_EQ(0, tlq_netns_enter());
	use_up_share(_metadata);
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, tlq_target_full(&t, &opt));
		ASSERT_EQ(0, tlq_refuse(&t, i));
		EXPECT_TRUE(tlq_until(tlq_target_value(&t, "overflow_syn") == i));
	}
	EXPECT_EQ(20, untracked("tracked"));
	EXPECT_EQ(0, untracked("table_full"));
	EXPECT_EQ(0, untracked("lost"));
	EXPECT_EQ(40, tlq_stat("listeners_tracked"));
}

/* What it was refused is remembered. */
TEST_F(share, of_one_that_ends)
{
	long long before = tlq_stat("untracked_table_full");
	size_t n = namespaces();

	ASSERT_LT(0, n);
	ALONE(ASSERT_EQ(0, tlq_netns_enter()); use_up_share(_metadata));
	EXPECT_TRUE(tlq_until(namespaces() <= n));
	EXPECT_LT(before, tlq_stat("untracked_table_full"));
}

TEST_F(share, of_the_first_namespace)
{
	struct tlq_lopt opt = { };
	int i;

	ASSERT_EQ(0, setns(self->own, CLONE_NEWNET));
	for (i = 0; i < 30; i++)
		ASSERT_LE(0, tlq_listen(&opt));
	EXPECT_TRUE(tlq_until(untracked("tracked") == 20));
	EXPECT_EQ(20, tlq_stat("listeners_tracked"));
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_LE(0, tlq_listen(&opt));
	EXPECT_TRUE(tlq_until(untracked("tracked") == 1));
}

TEST_F(blind, only_who_lost)
{
	struct tlq_lopt opt = { };
	struct tlq_target loser, other, calm;
	__u64 full;
	int i, fd;

	tlq_use_cpu(0);
	ASSERT_EQ(0, tlq_mod_reload("max_listeners=64"));
	fill_table(_metadata);
	ASSERT_EQ(0, tlq_target_full(&loser, &opt));
	ASSERT_EQ(0, tlq_target_full(&other, &opt));
	ASSERT_EQ(0, tlq_target_open(&calm, &opt, AF_INET));
	ASSERT_EQ(0, tlq_refuse(&loser, 3));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&loser, "overflow_syn"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&loser, "listen_drops"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&loser, "peak_ack_backlog"));
	EXPECT_EQ(0, tlq_target_value(&calm, "overflow_syn"));
	EXPECT_EQ(0, tlq_target_value(&calm, "peak_ack_backlog"));
	EXPECT_EQ(2, untracked("lost"));
	/* Each time that another one had the packet before */
	full = untracked("table_full");
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, tlq_refuse(&loser, 1));
		ASSERT_EQ(0, tlq_refuse(&other, 1));
	}
	EXPECT_LE(full + 200, untracked("table_full"));
	EXPECT_EQ(0, untracked("no_memory"));
	/* Connections that nobody refuses: only the peaks are missed. */
	fd = tlq_connect(calm.lfd);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, tlq_target_value(&calm, "overflow_syn"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&calm, "peak_ack_backlog"));
	EXPECT_EQ(3, untracked("lost"));
	close(loser.lfd);
	EXPECT_EQ(2, untracked("lost"));
	close(other.lfd);
	EXPECT_EQ(1, untracked("lost"));
	close(calm.lfd);
	EXPECT_EQ(0, untracked("lost"));
}

