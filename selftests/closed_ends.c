// SPDX-License-Identifier: GPL-2.0
/*
 * Records of closed listeners when a namespace goes, and when the module goes.
 *
 * 1. 100 namespaces (a part on a slow machine) die with records in them while the file
 *    in debugfs is read. Their memory is given back; an open file of theirs gives an
 *    error or end of file.
 * 2. The module is unloaded with all records in use and a reader in the middle of them:
 *    nothing is left, and the reader gets an error or end of file. The file in debugfs
 *    holds the module.
 * 3. It is unloaded while processes block in accept(2), and loaded again: they do not
 *    notice, and what they accept counts.
 */
#include "tlq_test.h"

#include <sched.h>
#include <sys/wait.h>

#include "tlq_closed.h"
#include "tlq_drive.h"
#include "tlq_hooks.h"

#define DEATHS 100
#define ACCEPTORS 4
#define FILES_FROM 200	/* descriptors of files that outlive their namespace */

FIXTURE(closed_ends) {
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks;
};

FIXTURE_SETUP(closed_ends)
{
	ASSERT_EQ(0, tlq_netns_enter());
	if (access(TLQ_CLOSED_DEBUG, R_OK))
		SKIP(return, "no " TLQ_CLOSED_DEBUG);
	ASSERT_EQ(0, tlq_mod_fresh());
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
}

FIXTURE_TEARDOWN(closed_ends)
{
	EXPECT_EQ(0, tlq_mod_renew());
}

static void read_for_ever(void)
{
	struct tlq_table t;
	int fd = open(TLQ_CLOSED_DEBUG, O_RDONLY | O_CLOEXEC);

	for (;;) {
		if (fd < 0 || lseek(fd, 0, SEEK_SET) ||
		    tlq_load_fd(&t, fd, 512))
			_exit(1);
		tlq_free(&t);
	}
}

/* True once its namespace has gone. */
static bool gone(int fd)
{
	char c;

	return pread(fd, &c, 1, 0) <= 0;
}

TEST_F(closed_ends, namespaces_die)
{
	int deaths = tlq_scaled(DEATHS, 10), fd[DEATHS], home, i, status;
	long long before;
	pid_t reader;
	char half[200];

	ASSERT_EQ(0, tlq_nofile(FILES_FROM + DEATHS));
	ASSERT_EQ(0, tlq_close_good(1));
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, home);
	before = tlq_stat("memory_bytes");
	reader = tlq_fork();
	if (!reader)
		read_for_ever();
	for (i = 0; i < deaths; i++) {
		ASSERT_EQ(0, tlq_netns_enter());
		ASSERT_EQ(0, tlq_close_good(2));
		ASSERT_EQ(0, tlq_close_bad(1 + i % 3, NULL));
		ASSERT_EQ(3, tlq_closed_records());
		fd[i] = fcntl(open(TLQ_CLOSED, O_RDONLY), F_DUPFD_CLOEXEC,
			      FILES_FROM);
		ASSERT_LE(FILES_FROM, fd[i]);
		ASSERT_EQ(sizeof(half), read(fd[i], half, sizeof(half)));
		/* Its clients would keep the namespace. */
		close_range(home + 1, FILES_FROM - 1, 0);
		ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	}
	for (i = 0; i < deaths; i++) {
		ASSERT_TRUE(tlq_until(gone(fd[i])));
		EXPECT_GE(0, read(fd[i], half, sizeof(half)));
		close(fd[i]);
	}
	/* Each had four records or more, 1.4 kB. */
	EXPECT_TRUE(tlq_until(tlq_stat("memory_bytes") < before + 1000 * deaths));
	kill(reader, SIGKILL);
	ASSERT_EQ(reader, waitpid(reader, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(1, tlq_closed_records());
}

TEST_F(closed_ends, unload_when_full)
{
	int i, fd, debug;
	const char *left;
	char half[2000];

	for (i = 0; i < TLQ_CLOSED_LAST; i++)
		ASSERT_EQ(0, tlq_close_bad(1, NULL));
	ASSERT_EQ(0, tlq_close_good(TLQ_CLOSED_LAST));
	ASSERT_EQ(TLQ_CLOSED_MAX, tlq_closed_records());
	fd = open(TLQ_CLOSED, O_RDONLY | O_CLOEXEC);
	debug = open(TLQ_CLOSED_DEBUG, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_LE(0, debug);
	ASSERT_EQ(sizeof(half), read(fd, half, sizeof(half)));
	ASSERT_EQ(sizeof(half), read(debug, half, sizeof(half)));
	EXPECT_EQ(-EAGAIN, tlq_mod_unload());
	EXPECT_EQ(sizeof(half), read(debug, half, sizeof(half)));
	close(debug);
	ASSERT_EQ(0, tlq_mod_gone());
	left = tlq_left(self->hook, self->hooks);
	EXPECT_EQ(NULL, left)
		TH_LOG("left: %s", left);
	EXPECT_GE(0, read(fd, half, sizeof(half)));
	EXPECT_GT(0, lseek(fd, 1, SEEK_SET));
	/* The next load does not revive it. */
	ASSERT_EQ(0, tlq_mod_reload(""));
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
	EXPECT_EQ(0, tlq_closed_records());
	EXPECT_GE(0, pread(fd, half, sizeof(half), 0));
	close(fd);
}

static void accept_for_ever(int lfd, unsigned long *accepted)
{
	int fd;

	for (;;) {
		fd = tlq_accept(lfd);
		if (fd < 0)
			_exit(1);
		__atomic_add_fetch(accepted, 1, __ATOMIC_RELAXED);
		close(fd);
	}
}

static bool is(const unsigned long *n, unsigned long want)
{
	return __atomic_load_n(n, __ATOMIC_RELAXED) == want;
}

TEST_F(closed_ends, unload_with_blocked_acceptors)
{
	unsigned long want = 0, *accepted = mmap(NULL, sizeof(*accepted),
						 PROT_READ | PROT_WRITE,
						 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct tlq_lopt opt = { .backlog = 64 };
	int fd[ACCEPTORS * 2], i, round;
	pid_t pid[ACCEPTORS];
	struct tlq_target t;

	ASSERT_NE(MAP_FAILED, accepted);
	ASSERT_EQ(0, tlq_target_open(&t, &opt, AF_INET));
	for (i = 0; i < ACCEPTORS; i++) {
		pid[i] = tlq_fork();
		if (!pid[i])
			accept_for_ever(t.lfd, accepted);
	}
	for (round = 0; round < 4; round++) {
		ASSERT_EQ(0, tlq_clients(&t, ACCEPTORS * 2, fd));
		want += ACCEPTORS * 2;
		ASSERT_TRUE(tlq_until(is(accepted, want)));
		EXPECT_EQ(ACCEPTORS * 2, tlq_target_value(&t, "accepts"));
		ASSERT_EQ(0, tlq_mod_gone());
		EXPECT_EQ(NULL, tlq_left(self->hook, self->hooks));
		ASSERT_EQ(0, tlq_clients(&t, ACCEPTORS, fd));
		want += ACCEPTORS;
		ASSERT_TRUE(tlq_until(is(accepted, want)));
		ASSERT_EQ(0, tlq_mod_reload(""));
	}
	for (i = 0; i < ACCEPTORS; i++)
		kill(pid[i], SIGKILL);
}
