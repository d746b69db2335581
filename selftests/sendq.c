// SPDX-License-Identifier: GPL-2.0
/*
 * The backlog of listeners in /proc/net/tcp and tcp6, where netstat reads it.
 *
 * 1. tx_queue of each listener, of whatever kind, is the limit of its accept
 *    queue as inet_diag has it; all eight digits of it.
 * 2. netstat, busybox netstat, and ss when it reads these files, show the same
 *    queues as ss when it asks inet_diag.
 * 3. read(2) of any size, pread(2) at any offset and lseek(2) back give the same
 *    text, also if a line does not fit into the rest of the buffer.
 * 4. This holds in each namespace.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_shown.h"
#include "tlq_tcp_lines.h"

#include <fcntl.h>
#include <sched.h>

#define LISTENERS 600
#define KINDS 10
/* Connections in the accept queue of one listener */
#define QUEUED 3

static const char *const file[] = { TLQ_TCP, TLQ_TCP6 };

static const int backlogs[] = {
	0, 1, 2, 127, 128, 255, 4095, 4096, 65535, 0x1000000, 0x7ffffffe, -1,
};

static const struct tlq_lopt kinds[KINDS] = {
	{ .family = AF_INET },
	{ .family = AF_INET6 },
	{ .family = AF_INET6, .addr = "::", .dual = true },
	{ .family = AF_INET6, .addr = "::" },
	{ .family = AF_INET6, .addr = "::ffff:127.0.0.1", .dual = true },
	{ .family = AF_INET, .addr = "0.0.0.0", .reuseport = true },
	{ .family = AF_INET, .dev = "lo" },
	{ .family = AF_INET6, .defer = 5 },
	{ .family = AF_INET, .tfo = 3 },
	{ .family = AF_INET, .protocol = IPPROTO_MPTCP },
};

static int backlog_of(int i)
{
	return backlogs[i / KINDS % ARRAY_SIZE(backlogs)];
}

/* Members of a reuseport group share a port, two by two. */
static int open_one(int i)
{
	struct tlq_lopt opt = kinds[i % KINDS];
	int nr = i / KINDS, fd;

	opt.port = 2000 + i - (opt.reuseport ? KINDS * (nr % 2) : 0);
	opt.backlog = backlog_of(i);
	fd = tlq_listen(&opt);
	if (fd < 0 && opt.protocol) {
		opt.protocol = 0;
		fd = tlq_listen(&opt);
	}
	return fd;
}

/* At least one of each kind with each backlog */
static int listeners;
/* The first at 127.0.0.1 with room for QUEUED connections */
static int roomy = -1;

FIXTURE(sendq) {
};

/* A backlog above 0x7fffffff needs a somaxconn no kernel is known to allow. */
FIXTURE_SETUP(sendq)
{
	int i, fd;

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(4096));
	if (tlq_sysctl("net/core/somaxconn", 0xffffffff))
		ASSERT_EQ(0, tlq_sysctl("net/core/somaxconn", 0x7fffffff));
	listeners = tlq_scaled(LISTENERS, 240);
	for (i = 0; i < listeners; i++) {
		fd = open_one(i);
		ASSERT_LE(0, fd)
			TH_LOG("listener %d", i);
		if (roomy < 0 && !(i % KINDS) && backlog_of(i) >= QUEUED)
			roomy = fd;
	}
}

FIXTURE_TEARDOWN(sendq)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

static const struct tlq_diag *diag_of(const struct tlq_diags *d, int family,
				      const struct tlq_tcp_line *l)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->v[i].family == family && d->v[i].port == l->port &&
		    d->v[i].inode == l->inode)
			return d->v + i;
	return NULL;
}

/* Check all LISTEN lines; returns how many there are. */
static int lines_right(struct __test_metadata *_metadata, const char *text,
		       int family)
{
	const struct tlq_diag *e;
	struct tlq_diags d;
	struct tlq_tcp_line l;
	int n = 0;

	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	for (; *text; text += l.len) {
		ASSERT_TRUE(tlq_tcp_line(text, &l))
			TH_LOG("malformed: %.150s", text);
		if (l.state != TLQ_ST_LISTEN)
			continue;
		e = diag_of(&d, family, &l);
		ASSERT_NE(NULL, e)
			TH_LOG("unknown: %.*s", l.len, text);
		ASSERT_EQ(e->wqueue, l.tx)
			TH_LOG("%.*s", l.len, text);
		ASSERT_EQ(e->rqueue, l.rx);
		n++;
	}
	tlq_diag_free(&d);
	return n;
}

/* Nobody else has listeners in our namespace. */
static void all_right(struct __test_metadata *_metadata, size_t chunk, int want)
{
	char *v4 = tlq_text_of(_metadata, TLQ_TCP, chunk);
	char *v6 = tlq_text_of(_metadata, TLQ_TCP6, chunk);

	EXPECT_EQ(want, lines_right(_metadata, v4, AF_INET) +
			lines_right(_metadata, v6, AF_INET6))
		TH_LOG("reads of %zu", chunk);
	free(v4);
	free(v6);
}

/* Not in tests that compare texts: lines of connections change for a while. */
static void queue_some(struct __test_metadata *_metadata)
{
	int i;

	for (i = 0; i < QUEUED; i++)
		ASSERT_LE(0, tlq_connect(roomy));
	ASSERT_TRUE(tlq_until(tlq_queued(roomy) == QUEUED));
}

TEST_F(sendq, as_inet_diag)
{
	char *v4, *v6;

	queue_some(_metadata);
	all_right(_metadata, 1 << 20, listeners);
	v4 = tlq_text_of(_metadata, TLQ_TCP, 1 << 20);
	v6 = tlq_text_of(_metadata, TLQ_TCP6, 1 << 20);
	EXPECT_NE(NULL, strstr(v4, " 0A 00001000:00000000 "));
	EXPECT_NE(NULL, strstr(v4, " 0A 7FFFFFFE:00000000 "));
	EXPECT_NE(NULL, strstr(v6, " 0A 01000000:00000000 "));
	EXPECT_NE(NULL, strstr(v6, " 0A 0000FFFF:00000000 "));
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct tlq_shown, local));
}

/* Tools shorten addresses in ways of their own: ports tell listeners apart. */
static void same_as_ss(struct __test_metadata *_metadata, const char *command)
{
	static struct tlq_shown ss[2 * LISTENERS], other[2 * LISTENERS];
	unsigned long queued = 0;
	int i;

	queue_some(_metadata);
	ASSERT_EQ(listeners, tlq_show("ss -tln", ss, ARRAY_SIZE(ss)));
	ASSERT_EQ(listeners, tlq_show(command, other, ARRAY_SIZE(other)));
	qsort(ss, listeners, sizeof(*ss), by_value);
	qsort(other, listeners, sizeof(*other), by_value);
	for (i = 0; i < listeners; i++) {
		ASSERT_EQ(0, by_value(ss + i, other + i))
			TH_LOG("port %d: %lu, ss has %lu", ss[i].port,
			       other[i].sendq, ss[i].sendq);
		queued += other[i].recvq;
	}
	EXPECT_EQ(QUEUED, queued);
}

TEST_F(sendq, netstat)
{
	if (!tlq_have("ss") || !tlq_have("netstat"))
		SKIP(return, "no netstat or no ss");
	same_as_ss(_metadata, "netstat -lnt");
}

TEST_F(sendq, busybox_netstat)
{
	if (!tlq_have("ss") || !tlq_have("busybox"))
		SKIP(return, "no busybox or no ss");
	same_as_ss(_metadata, "busybox netstat -lnt");
}

TEST_F(sendq, ss_from_proc)
{
	if (!tlq_have("ss"))
		SKIP(return, "no ss");
	same_as_ss(_metadata,
		   "PROC_NET_TCP=/proc/net/tcp PROC_NET_TCP6=/proc/net/tcp6 ss -tln");
}

TEST_F(sendq, read_sizes)
{
	static const size_t size[] = {
		1, 7, 100, 149, 150, 151, 512, 4095, 4096, 65536,
	};
	size_t i, f;
	char *text;

	for (i = 0; i < ARRAY_SIZE(size); i++)
		all_right(_metadata, size[i], listeners);
	for (f = 0; f < ARRAY_SIZE(file); f++) {
		text = tlq_text_of(_metadata, file[f], 1 << 20);
		for (i = 0; i < ARRAY_SIZE(size); i++) {
			char *again = tlq_text_of(_metadata, file[f], size[i]);

			ASSERT_EQ(0, strcmp(text, again))
				TH_LOG("%s, reads of %zu", file[f], size[i]);
			free(again);
		}
		free(text);
	}
}

TEST_F(sendq, pread_and_lseek)
{
	size_t f, len, at, rest;
	char *text, *again;
	char buf[700];
	ssize_t n;
	int fd;

	for (f = 0; f < ARRAY_SIZE(file); f++) {
		text = tlq_text_of(_metadata, file[f], 1 << 20);
		len = strlen(text);
		fd = open(file[f], O_RDONLY);
		ASSERT_LE(0, fd);
		/* Downwards: the file is made anew for each. */
		for (at = len - 1; at > 997; at -= 997) {
			n = pread(fd, buf, sizeof(buf), at);
			ASSERT_LT(0, n);
			ASSERT_EQ(0, memcmp(text + at, buf, n))
				TH_LOG("%s at %zu", file[f], at);
		}
		for (at = 0; at < len; at += len / 5 + 1) {
			ASSERT_EQ(at, lseek(fd, at, SEEK_SET));
			ASSERT_EQ(0, tlq_read_fd(fd, 512, &again, &rest));
			ASSERT_EQ(0, strcmp(text + at, again));
			free(again);
		}
		close(fd);
		free(text);
	}
}

TEST_F(sendq, each_namespace)
{
	struct tlq_lopt opt = { .family = AF_INET6, .port = 2001 };
	int i, there, old = open("/proc/self/ns/net", O_RDONLY);
	char *text;
	size_t len;

	ASSERT_LE(0, old);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, tlq_netns_enter());
		opt.backlog = 300 + i;
		ASSERT_LE(0, tlq_listen(&opt));
		all_right(_metadata, 4096, 1);
	}
	/* Also from another namespace */
	there = open(TLQ_TCP6, O_RDONLY);
	ASSERT_EQ(0, setns(old, CLONE_NEWNET));
	ASSERT_EQ(0, tlq_read_fd(there, 4096, &text, &len));
	EXPECT_NE(NULL, strstr(text, " 0A 00000130:00000000 "))
		TH_LOG("%s", text);
	all_right(_metadata, 4096, listeners);
}
