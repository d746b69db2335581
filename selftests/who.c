// SPDX-License-Identifier: GPL-2.0
/*
 * Which process: the columns acceptor and listener_by of the file in debugfs.
 *
 * 1. A name has what its process has chosen. Blanks, control characters, backslash and
 *    bytes from 0x7f on are a backslash and three octal digits, as in /proc/mounts.
 * 2. Whatever the names, a line is one listener, and each has a value for each column.
 * 3. acceptor is the last of several, and "-" before the first. Both stay when the
 *    process has ended.
 * 4. listener_by is "-" for a listener older than the module. A second listen(2) that
 *    only changes the backlog does not change it; one after shutdown(2) does.
 * 5. The PID is that of the first namespace.
 * 6. The name is the process' own, as in /proc/PID/comm, also when a thread of another
 *    name accepts or listens, and as it was at the last accept(2).
 */
#include "tlq_test.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tlq_drive.h"
#include "tlq_waits.h"

#define NAME 16

static const char *const name[] = {
	"plain", "", " ", "a b", " a", "a ", "two\nlines", "a\tb", "\n", "\\",
	"back\\040slash", "\001\033[31m", "\x7f", "\x80\xff", "caf\xc3\xa9",
	"-", "1/init", "fifteen letters", "\xff\xff\xff\xff\xff\xff\xff\xff"
	"\xff\xff\xff\xff\xff\xff\xff", "0 0 0 0 0 0 0", "%s%n",
};

FIXTURE(who) {
	struct tlq_target t;
	__u64 cookie;
};

FIXTURE_SETUP(who)
{
	struct tlq_lopt opt = { .backlog = 8 };

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_target_open(&self->t, &opt, AF_INET));
	self->cookie = tlq_so_cookie(self->t.lfd);
}

FIXTURE_TEARDOWN(who)
{
}

/* "PID/name", escaped */
static void task_text(char *to, pid_t pid, const char *name)
{
	const unsigned char *c = (const unsigned char *)name;

	for (to += sprintf(to, "%d/", pid); *c; c++)
		to += sprintf(to, *c <= ' ' || *c == '\\' || *c > '~' ?
			      "\\%03o" : "%c", *c);
}

static void task_is(struct __test_metadata *_metadata, __u64 cookie,
		    const char *column, pid_t pid, const char *name)
{
	char want[128], shown[128];

	task_text(want, pid, name);
	/* A work item writes listener_by. */
	tlq_until(!strcmp(want, tlq_debug_value(cookie, column, shown,
						sizeof(shown))));
	EXPECT_STREQ(want, shown);
}

static void nobody(struct __test_metadata *_metadata, __u64 cookie,
		   const char *column)
{
	char shown[128];

	EXPECT_STREQ("-", tlq_debug_value(cookie, column, shown, sizeof(shown)));
}

/* Run @act in a child of that name; its PID, when it has ended well */
static pid_t in_child(int (*act)(int lfd), int lfd, const char *name)
{
	pid_t pid = tlq_fork();
	int status;

	if (!pid)
		_exit(prctl(PR_SET_NAME, name) || act(lfd) < 0);
	if (waitpid(pid, &status, 0) != pid || status)
		return -ECHILD;
	return pid;
}

static int listen_again(int lfd)
{
	return listen(lfd, 4);
}

static void one_connection(struct __test_metadata *_metadata,
			   const struct tlq_target *t)
{
	ASSERT_LE(0, tlq_connect_to(&t->to, 0));
	ASSERT_TRUE(tlq_until(tlq_queued(t->lfd) == 1));
}

TEST_F(who, any_name_accepts)
{
	pid_t pid;
	size_t i;

	nobody(_metadata, self->cookie, "acceptor");
	for (i = 0; i < ARRAY_SIZE(name); i++) {
		one_connection(_metadata, &self->t);
		pid = in_child(tlq_accept, self->t.lfd, name[i]);
		ASSERT_LT(0, pid);
		task_is(_metadata, self->cookie, "acceptor", pid, name[i]);
	}
}

/* Nobody of the others is shown for it, or it for them. */
TEST_F(who, any_name_listens)
{
	struct tlq_target t[ARRAY_SIZE(name)];
	struct tlq_lopt opt = { };
	pid_t pid[ARRAY_SIZE(name)];
	struct tlq_table table;
	size_t i, lines = 0;

	for (i = 0; i < ARRAY_SIZE(name); i++) {
		t[i].lfd = tlq_socket(&opt);
		ASSERT_LE(0, t[i].lfd);
		pid[i] = in_child(listen_again, t[i].lfd, name[i]);
		ASSERT_LT(0, pid[i]);
		t[i].port = tlq_port(t[i].lfd);
		ASSERT_EQ(0, tlq_addr_set(&t[i].to, AF_INET, NULL, t[i].port));
		one_connection(_metadata, &t[i]);
		ASSERT_LT(0, in_child(tlq_accept, t[i].lfd, name[i]));
	}
	for (i = 0; i < ARRAY_SIZE(name); i++)
		task_is(_metadata, tlq_so_cookie(t[i].lfd), "listener_by",
			pid[i], name[i]);
	ASSERT_EQ(0, tlq_load(&table, TLQ_DEBUG));
	for (i = 0; i < table.nlines; i++)
		lines += tlq_u64(tlq_line(&table, i), "netns") ==
			 tlq_netns_inode();
	EXPECT_EQ(ARRAY_SIZE(name) + 1, lines);
}

TEST_F(who, the_last_of_two)
{
	pid_t pid = 0;
	char own[NAME + 1] = "";
	int i;

	ASSERT_EQ(0, prctl(PR_GET_NAME, own));
	for (i = 0; i < 3; i++) {
		one_connection(_metadata, &self->t);
		pid = in_child(tlq_accept, self->t.lfd, "other");
		ASSERT_LT(0, pid);
		task_is(_metadata, self->cookie, "acceptor", pid, "other");
		one_connection(_metadata, &self->t);
		ASSERT_LE(0, tlq_accept(self->t.lfd));
		task_is(_metadata, self->cookie, "acceptor", getpid(), own);
	}
}

TEST_F(who, listens_again)
{
	char own[NAME + 1] = "";
	pid_t pid;

	ASSERT_EQ(0, prctl(PR_GET_NAME, own));
	ASSERT_LT(0, in_child(listen_again, self->t.lfd, "other"));
	EXPECT_EQ(4, tlq_cookie_value(self->cookie, "max_ack_backlog"));
	task_is(_metadata, self->cookie, "listener_by", getpid(), own);
	ASSERT_EQ(0, shutdown(self->t.lfd, SHUT_RDWR));
	pid = in_child(listen_again, self->t.lfd, "other");
	ASSERT_LT(0, pid);
	task_is(_metadata, self->cookie, "listener_by", pid, "other");
}

TEST_F(who, older_than_the_module)
{
	char own[NAME + 1] = "";

	ASSERT_EQ(0, prctl(PR_GET_NAME, own));
	ASSERT_EQ(0, tlq_mod_reload(""));
	nobody(_metadata, self->cookie, "listener_by");
	nobody(_metadata, self->cookie, "acceptor");
	one_connection(_metadata, &self->t);
	ASSERT_LE(0, tlq_accept(self->t.lfd));
	nobody(_metadata, self->cookie, "listener_by");
	task_is(_metadata, self->cookie, "acceptor", getpid(), own);
}

struct job {
	int (*act)(int lfd);
	int lfd;
	int result;
};

static void *work(void *arg)
{
	struct job *job = arg;

	job->result = prctl(PR_SET_NAME, "worker") ?: job->act(job->lfd);
	return NULL;
}

/* In a thread of another name */
static int in_thread(int (*act)(int lfd), int lfd)
{
	struct job job = { .act = act, .lfd = lfd };
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, &job) ||
	    pthread_join(thread, NULL))
		return -ECHILD;
	return job.result;
}

TEST_F(who, thread)
{
	struct tlq_lopt opt = { };
	int lfd = tlq_socket(&opt);
	char own[NAME + 1] = "";

	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, prctl(PR_GET_NAME, own));
	ASSERT_STRNE("worker", own);
	one_connection(_metadata, &self->t);
	ASSERT_LE(0, in_thread(tlq_accept, self->t.lfd));
	task_is(_metadata, self->cookie, "acceptor", getpid(), own);
	ASSERT_EQ(0, in_thread(listen_again, lfd));
	task_is(_metadata, tlq_so_cookie(lfd), "listener_by", getpid(), own);
}

TEST_F(who, name_changes)
{
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, prctl(PR_SET_NAME, i ? "after" : "before"));
		one_connection(_metadata, &self->t);
		ASSERT_LE(0, tlq_accept(self->t.lfd));
		task_is(_metadata, self->cookie, "acceptor", getpid(),
			i ? "after" : "before");
	}
}

/* Its only process has PID 1 there. */
TEST_F(who, other_pid_namespace)
{
	pid_t pid;

	one_connection(_metadata, &self->t);
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	pid = in_child(tlq_accept, self->t.lfd, "one");
	ASSERT_LT(1, pid);
	task_is(_metadata, self->cookie, "acceptor", pid, "one");
}
