// SPDX-License-Identifier: GPL-2.0
/*
 * Who may read which file, and how uids are shown.
 *
 * 1. Everybody may read the files in /proc and nobody write them; root alone may
 *    open those in debugfs.
 * 2. uids are mapped into the user namespace of the process that opened the
 *    file, as in an inet_diag dump made there; one without a mapping is the
 *    overflow uid.
 * 3. A descriptor keeps the mapping of its opener, whoever reads it.
 */
#include "tlq_test.h"

#include <grp.h>
#include <sched.h>
#include <sys/wait.h>

#include "tlq_closed.h"

#define UID_SHIFT 100000

FIXTURE(users) {
};

FIXTURE_SETUP(users)
{
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(users)
{
}

static void become_nobody(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
}

TEST_F(users, unprivileged)
{
	static const char *const proc[] = { TLQ_PROC, TLQ_PROC "_wait", TLQ_CLOSED };
	bool debug = access(TLQ_DEBUG, R_OK) == 0;
	struct tlq_lopt opt = { };
	struct tlq_table t;
	size_t i;

	become_nobody(_metadata);
	ASSERT_LE(0, tlq_listen(&opt));
	ASSERT_EQ(0, tlq_load(&t, TLQ_PROC));
	EXPECT_EQ(1, t.nlines);
	for (i = 0; i < ARRAY_SIZE(proc); i++) {
		EXPECT_EQ(0, tlq_load(&t, proc[i]));
		EXPECT_EQ(-1, open(proc[i], O_RDWR));
		EXPECT_EQ(EACCES, errno);
		EXPECT_EQ(-1, open(proc[i], O_WRONLY));
		EXPECT_EQ(EACCES, errno);
	}
	EXPECT_EQ(-1, open(TLQ_CLOSED_DEBUG, O_RDONLY));
	EXPECT_TRUE(!debug || errno == EACCES);
	EXPECT_EQ(-1, open(TLQ_DEBUG, O_RDONLY));
	EXPECT_TRUE(!debug || errno == EACCES);
}

/* Every row's uid as an inet_diag dump by this same process has it */
static void uids_as_diag(struct __test_metadata *_metadata, int fd,
			 const __u32 *want, size_t n)
{
	const struct tlq_diag *e;
	struct tlq_table t;
	struct tlq_diags d;
	struct tlq_line line;
	size_t i;

	ASSERT_EQ(0, tlq_load_fd(&t, fd, 4096));
	ASSERT_EQ(n, t.nlines);
	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	for (i = 0; i < n; i++) {
		line = tlq_find_u64(&t, "max_ack_backlog", i);
		ASSERT_NE(NULL, line.cell);
		EXPECT_EQ(want[i], tlq_u64(line, "uid"));
		e = tlq_diag_cookie(&d, tlq_u64(line, "cookie"));
		ASSERT_NE(NULL, e);
		EXPECT_EQ(want[i], e->uid);
	}
}

static void inside_userns(struct __test_metadata *_metadata, int sock)
{
	static const __u32 want[] = { 0, 500, 65534 };
	struct tlq_lopt opt = { .port = 1000 };
	int lfd;

	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	tlq_turn(_metadata, sock);
	tlq_await(_metadata, sock);
	/* Mapped now: root here, and owner of the next network namespace. */
	ASSERT_EQ(0, setresgid(0, 0, 0));
	ASSERT_EQ(0, setresuid(0, 0, 0));
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_LE(0, tlq_listen(&opt));
	opt.port++;
	opt.backlog++;
	lfd = tlq_listen(&opt);
	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, fchown(lfd, 500, -1));
	tlq_turn(_metadata, sock);
	tlq_await(_metadata, sock);
	uids_as_diag(_metadata, open(TLQ_PROC, O_RDONLY), want, 3);
	EXPECT_EQ(-1, open(TLQ_DEBUG, O_RDONLY));
}

static void write_map(struct __test_metadata *_metadata, pid_t pid,
		      const char *name)
{
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	snprintf(map, sizeof(map), "0 %d 1000\n", UID_SHIFT);
	ASSERT_EQ(0, tlq_write_file(path, map));
}

static void enter_netns_of(struct __test_metadata *_metadata, pid_t pid)
{
	char path[64];
	int ns;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, ns);
	ASSERT_EQ(0, setns(ns, CLONE_NEWNET));
}

TEST_F(users, user_namespace)
{
	static const __u32 want[] = { UID_SHIFT, UID_SHIFT + 500, 0 };
	struct tlq_lopt opt = { .backlog = 2 };
	int pair[2], status;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = tlq_fork();
	if (!pid) {
		close(pair[0]);
		inside_userns(_metadata, pair[1]);
		_exit(_metadata->exit_code);
	}
	close(pair[1]);
	tlq_await(_metadata, pair[0]);
	write_map(_metadata, pid, "uid_map");
	write_map(_metadata, pid, "gid_map");
	tlq_turn(_metadata, pair[0]);
	tlq_await(_metadata, pair[0]);
	/* A listener in there, whose uid has no mapping there */
	enter_netns_of(_metadata, pid);
	ASSERT_LE(0, tlq_listen(&opt));
	uids_as_diag(_metadata, open(TLQ_PROC, O_RDONLY), want, 3);
	tlq_turn(_metadata, pair[0]);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(users, descriptor_keeps_names)
{
	struct tlq_lopt opt = { };
	struct tlq_table t;
	int fd, lfd = tlq_listen(&opt);

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, fchown(lfd, 4321, -1));
	fd = open(TLQ_PROC, O_RDONLY);
	ASSERT_LE(0, fd);
	/* The new one maps no uid. */
	ASSERT_EQ(0, unshare(CLONE_NEWUSER));
	ASSERT_EQ(0, tlq_load_fd(&t, fd, 512));
	EXPECT_EQ(4321, tlq_u64(tlq_line(&t, 0), "uid"));
	TLQ_LOAD(t);
	EXPECT_EQ(65534, tlq_u64(tlq_line(&t, 0), "uid"));
}
