// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners a file shows, also when its namespace goes.
 *
 * 1. The file in /proc shows the namespace of the process that opens it, or,
 *    through /proc/PID/net, that of PID; the one in debugfs shows all, each
 *    with its inode number.
 * 2. A descriptor keeps showing the namespace it was opened in.
 * 3. When its namespace has gone, a descriptor gives an error or end of file,
 *    and never a row of another namespace, not even of one made meanwhile.
 *    500 times (60 on a slow machine), a third of them with the module unloaded
 *    and loaded before the descriptor is used.
 * 4. Nor is a namespace that goes used by a seek: it fails with EIO as soon as
 *    nobody holds the namespace, while the file is there still, then with EINVAL.
 * 5. Of the files in /proc, a namespace has those of waits and of closed listeners
 *    from its first listener on.
 */
#include "tlq_test.h"

#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NR 3
#define PORT 7000
#define DYING 20
#define DEATHS 500

FIXTURE(netns) {
	int ns[NR];
	__u64 inode[NR];
	int lfd[NR];
};

/* The same address and port in each, told apart by the backlog. */
FIXTURE_SETUP(netns)
{
	struct tlq_lopt opt = { .port = PORT };
	int i;

	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, tlq_netns_enter());
		self->ns[i] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, self->ns[i]);
		self->inode[i] = tlq_netns_inode();
		opt.backlog = 10 + i;
		self->lfd[i] = tlq_listen(&opt);
		ASSERT_LE(0, self->lfd[i]);
	}
}

FIXTURE_TEARDOWN(netns)
{
}

/* Exactly the one listener with this backlog */
static void only(struct __test_metadata *_metadata, struct tlq_table *t,
		 int backlog)
{
	ASSERT_EQ(1, t->nlines);
	EXPECT_EQ(backlog, tlq_u64(tlq_line(t, 0), "max_ack_backlog"));
	tlq_free(t);
}

static void shows_only(struct __test_metadata *_metadata, const char *path,
		       int backlog)
{
	struct tlq_table t;

	ASSERT_EQ(0, tlq_load(&t, path));
	only(_metadata, &t, backlog);
}

TEST_F(netns, each_sees_its_own)
{
	struct tlq_table t;
	int i;

	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, setns(self->ns[i], CLONE_NEWNET));
		shows_only(_metadata, TLQ_PROC, 10 + i);
	}
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_load(&t, TLQ_PROC));
	EXPECT_EQ(0, t.nlines);
}

TEST_F(netns, files_of_listeners)
{
	static const char *const path[] = { TLQ_PROC "_wait", TLQ_PROC "_closed" };
	struct tlq_lopt opt = { };
	int i, round, lfd;

	ASSERT_EQ(0, tlq_netns_enter());
	EXPECT_EQ(0, access(TLQ_PROC, R_OK));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-1, access(path[i], F_OK));
		EXPECT_EQ(ENOENT, errno);
	}
	/* They stay: also when the only listener has closed, and for a second one. */
	for (round = 0; round < 2; round++) {
		lfd = tlq_listen(&opt);
		ASSERT_LE(0, lfd);
		for (i = 0; i < 2; i++)
			EXPECT_TRUE(tlq_until(!access(path[i], R_OK)));
		close(lfd);
		for (i = 0; i < 2; i++)
			EXPECT_EQ(0, access(path[i], R_OK));
	}
}

TEST_F(netns, debugfs_sees_all)
{
	int found[NR] = { }, i;
	struct tlq_table t;
	struct tlq_line line;
	__u64 inode;
	size_t r;

	if (access(TLQ_DEBUG, R_OK))
		SKIP(return, "no " TLQ_DEBUG);
	ASSERT_EQ(0, tlq_load(&t, TLQ_DEBUG));
	for (r = 0; r < t.nlines; r++) {
		line = tlq_line(&t, r);
		inode = tlq_u64(line, "netns");
		for (i = 0; i < NR; i++) {
			if (inode != self->inode[i])
				continue;
			found[i]++;
			EXPECT_STREQ("127.0.0.1:7000", tlq_str(line, "local"));
			EXPECT_EQ(10 + i, tlq_u64(line, "max_ack_backlog"));
		}
	}
	for (i = 0; i < NR; i++)
		EXPECT_EQ(1, found[i]);
}

TEST_F(netns, descriptor_keeps_its_namespace)
{
	struct tlq_table t;
	int fd[NR], i;

	for (i = 0; i < NR; i++) {
		ASSERT_EQ(0, setns(self->ns[i], CLONE_NEWNET));
		fd[i] = open(TLQ_PROC, O_RDONLY);
		ASSERT_LE(0, fd[i]);
	}
	for (i = NR - 1; i >= 0; i--) {
		ASSERT_EQ(0, tlq_load_fd(&t, fd[i], 100));
		only(_metadata, &t, 10 + i);
	}
}

TEST_F(netns, through_a_process)
{
	char path[64];
	int status;
	pid_t pid;

	/* The child stays behind in the last namespace. */
	pid = tlq_fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, setns(self->ns[0], CLONE_NEWNET));
	snprintf(path, sizeof(path), "/proc/%d/net/tcp_listenq", pid);
	shows_only(_metadata, path, 10 + NR - 1);
	shows_only(_metadata, TLQ_PROC, 10);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
}

/* Enter a new namespace, open a listener and the file there, and return. */
static int visit(struct __test_metadata *_metadata, int home, int *lfd)
{
	struct tlq_lopt opt = { .port = 6666 };
	char c;
	int fd;

	ASSERT_EQ(0, tlq_netns_enter());
	*lfd = tlq_listen(&opt);
	ASSERT_LE(0, *lfd);
	fd = open(TLQ_PROC, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, pread(fd, &c, 1, 0));
	ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	return fd;
}

/* True once the namespace has gone; until then only its own rows appear. */
static bool gone(struct __test_metadata *_metadata, int fd)
{
	static char buf[65536];
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	if (n <= 0)
		return true;
	buf[n] = '\0';
	ASSERT_EQ(NULL, strstr(buf, ":7000"));
	return false;
}

/* @n namespaces die while a descriptor of their file is open. */
static void die(struct __test_metadata *_metadata, const int *home, int n,
		const char *reload)
{
	int fd[DYING], i, lfd;
	char c;

	for (i = 0; i < n; i++) {
		fd[i] = visit(_metadata, home[i % NR], &lfd);
		ASSERT_FALSE(gone(_metadata, fd[i]));
		close(lfd);
	}
	if (reload)
		ASSERT_EQ(0, tlq_mod_reload(reload));
	for (i = 0; i < n; i++) {
		ASSERT_TRUE(tlq_until(gone(_metadata, fd[i])));
		/* New ones, maybe in the same memory, change nothing. */
		ASSERT_EQ(0, tlq_netns_enter());
		lfd = tlq_listen(&(struct tlq_lopt){ .port = PORT });
		ASSERT_LE(0, lfd);
		ASSERT_TRUE(gone(_metadata, fd[i]));
		ASSERT_GE(0, read(fd[i], &c, 1));
		lseek(fd[i], 0, SEEK_SET);
		ASSERT_GE(0, read(fd[i], &c, 1));
		close(fd[i]);
		close(lfd);
	}
}

TEST_F(netns, namespace_dies)
{
	int i, times = tlq_scaled(DEATHS, 3 * DYING);

	for (i = 0; i < times; i += DYING)
		die(_metadata, self->ns, DYING, i % 3 ? NULL : "counters=0");
	ASSERT_EQ(0, tlq_mod_reload(""));
}

/*
 * A namespace dies while a child uses the descriptor of its file; the child lets us
 * go on when it has begun, and ends when the namespace has gone. Its exit status.
 */
static int die_while(struct __test_metadata *_metadata, int home,
		     void (*use)(struct __test_metadata *_metadata, int fd,
				 int sock))
{
	int pair[2], lfd, fd, status;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	fd = visit(_metadata, home, &lfd);
	pid = tlq_fork();
	if (!pid) {
		close(lfd);
		close(pair[0]);
		use(_metadata, fd, pair[1]);
	}
	close(pair[1]);
	tlq_await(_metadata, pair[0]);
	close(lfd);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	close(pair[0]);
	close(fd);
	return WEXITSTATUS(status);
}

static void read_till_gone(struct __test_metadata *_metadata, int fd, int sock)
{
	long reads;

	for (reads = 0; !gone(_metadata, fd); reads++)
		if (reads == 20)
			tlq_turn(_metadata, sock);
	EXPECT_LT(20, reads);
	_exit(_metadata->exit_code);
}

TEST_F(netns, namespace_dies_while_read)
{
	int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, die_while(_metadata, self->ns[i % NR],
				       read_till_gone));
}

/* Seek, which makes the text, until that fails; exit with the error. */
static void seek_till_gone(struct __test_metadata *_metadata, int fd, int sock)
{
	long seeks;

	for (seeks = 0; lseek(fd, 1 + seeks % 2, SEEK_SET) >= 0; seeks++)
		if (seeks == 20)
			tlq_turn(_metadata, sock);
	_exit(seeks > 20 ? errno : 0);
}

/* On a busy machine a namespace may have gone before the next seek. */
TEST_F(netns, namespace_dies_while_sought)
{
	int i, err, early = 0;

	for (i = 0; i < 10; i++) {
		err = die_while(_metadata, self->ns[i % NR], seek_till_gone);
		if (err == EIO)
			early++;
		else
			ASSERT_EQ(EINVAL, err);
	}
	EXPECT_LT(0, early);
}
