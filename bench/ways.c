// SPDX-License-Identifier: GPL-2.0
/*
 * Ways to list the listeners: files, dumps, processes
 *
 * Each is measured whole, from open to close or from fork to wait.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../selftests/lib/tlq_diag.h"

#define TLQ_CLOSE 0x080

/* As large as cat's, larger than ss's; the kernel gives less at a time. */
static __u64 buf[16384];

static long newlines(const char *p, size_t n)
{
	const char *end = p + n;
	long found = 0;

	while ((p = memchr(p, '\n', end - p))) {
		p++;
		found++;
	}
	return found;
}

static long read_all(int fd, bool count)
{
	long lines = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (count)
			lines += newlines((char *)buf, n);
	if (n < 0)
		bench_die("read");
	return lines;
}

static long read_file(const struct bench_way *way, bool count)
{
	int fd = open(way->arg, O_RDONLY | O_CLOEXEC);
	long lines;

	if (fd < 0)
		bench_die(way->arg);
	lines = read_all(fd, count);
	close(fd);
	return lines - 1;
}

/* Count the records of a batch; true at the last batch */
static bool take_batch(int len, long *records)
{
	const struct nlmsghdr *h = (const void *)buf;

	for (; NLMSG_OK(h, (__u32)len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return true;
		if (h->nlmsg_type == NLMSG_ERROR)
			bench_die("inet_diag refused");
		++*records;
	}
	return false;
}

static long dump_family(int nl, int family, __u32 states)
{
	long records = 0;
	int len;

	if (tlq_diag_ask(nl, family, states))
		bench_die("inet_diag");
	do {
		len = recv(nl, buf, sizeof(buf), 0);
		if (len < 0)
			bench_die("inet_diag");
	} while (!take_batch(len, &records));
	return records;
}

/* @arg: "4" for IPv4 only */
static long dump(const struct bench_way *way, bool count)
{
	int nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			NETLINK_SOCK_DIAG);
	long records;

	if (nl < 0)
		bench_die("netlink");
	records = dump_family(nl, AF_INET, way->states);
	if (!way->arg)
		records += dump_family(nl, AF_INET6, way->states);
	close(nl);
	return records;
}

/*
 * The output goes to a pipe to be counted, and to /dev/null to be measured: a
 * reader would take its share of the one CPU.
 */
static pid_t spawn(char *const argv[], int out)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_adddup2(&actions, out, 1) ||
	    posix_spawn(&pid, argv[0], &actions, NULL, argv, environ))
		bench_die(argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status) {
		errno = 0;
		bench_die("a process failed");
	}
}

static long count_output(char *const argv[])
{
	int fd[2];
	long lines;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC))
		bench_die("pipe");
	pid = spawn(argv, fd[1]);
	close(fd[1]);
	lines = read_all(fd[0], true);
	close(fd[0]);
	reap(pid);
	return lines;
}

static long process(char *const argv[], bool count)
{
	static int null = -1;

	if (count)
		return count_output(argv);
	if (null < 0)
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	reap(spawn(argv, null));
	return 0;
}

static long run_cat(const struct bench_way *way, bool count)
{
	char *const argv[] = { "/bin/cat", "/proc/net/tcp_listenq", NULL };

	return process(argv, count) - 1;
}

static long run_ss(const struct bench_way *way, bool count)
{
	char *const argv[] = { "/bin/ss", "-ltnH", NULL };

	return process(argv, count);
}

static long run_netstat(const struct bench_way *way, bool count)
{
	char *const argv[] = { "/bin/netstat", "-lnt", NULL };

	return process(argv, count) - 2;
}

static const struct bench_way ways[] = {
	{ "ours", read_file, "/proc/net/tcp_listenq" },
	{ "debugfs", read_file, "/sys/kernel/debug/tcp_listenq/listeners" },
	{ "tcp", read_file, "/proc/net/tcp" },
	{ "diag4", dump, "4", TLQ_LISTEN },
	{ "diag", dump, NULL, TLQ_LISTEN },
	{ "ssdump", dump, NULL, TLQ_LISTEN | TLQ_CLOSE },
	{ "cat", run_cat },
	{ "ss", run_ss },
	{ "netstat", run_netstat },
	{ },
};

const struct bench_way *bench_way(const char *name)
{
	size_t i;

	for (i = 0; ways[i].name; i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	errno = EINVAL;
	bench_die(name);
}
