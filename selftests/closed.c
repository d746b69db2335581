// SPDX-License-Identifier: GPL-2.0
/*
 * A listener that has closed has a line in tcp_listenq_closed.
 *
 * 1. All that its row said just before stands in it; oldest_ms has grown by no more
 *    than the time in between. debugfs says the same, and who accepted and listened.
 * 2. reset_at_close is the number of clients that saw ECONNRESET: not of those that
 *    had reset their connection before, but of those that had ended their half.
 * 3. That holds for close(2), shutdown(2) and SIGKILL, for IPv4 and IPv6, and for a
 *    port that listen(2) has chosen.
 * 4. The newest stands first, each once. A socket that listens and closes again has a
 *    line for each time.
 * 5. Another namespace does not show it; debugfs does, with its namespace.
 * 6. A connection that moves to another member of the SO_REUSEPORT group
 *    (tcp_migrate_req) is not reset: the sum is that of TCPMigrateReqSuccess.
 *
 * closed_worst.c says which stay, closed_sums.c what all of them add up to.
 */
#include "tlq_test.h"

#include <sched.h>
#include <sys/wait.h>

#include "tlq_closed.h"
#include "tlq_drive.h"

#define QUEUED 10
#define GONE 2		/* of these, reset by their clients */
#define HALF 3		/* of these, half closed by their clients */
#define KNOCKS 4
#define MEMBERS 3

/* States of connections, as in tlq_diag.h */
#define ESTABLISHED 0x002
#define CLOSE_WAIT 0x100

#define JIFFIES_MS 20		/* closed_ms is no more exact than this */

FIXTURE(closed) {
	struct tlq_target t;
	int fd[QUEUED];
};

FIXTURE_SETUP(closed)
{
	ASSERT_EQ(0, tlq_netns_enter());
	if (access(TLQ_CLOSED_DEBUG, R_OK))
		SKIP(return, "no " TLQ_CLOSED_DEBUG);
}

FIXTURE_TEARDOWN(closed)
{
}

enum way {
	CLOSE,
	SHUTDOWN,
	SIGNAL,
};

/* Connections at a port in these states */
static int in_state(int port, __u32 states)
{
	struct tlq_diags d;
	int n = 0;
	size_t i;

	if (tlq_diag_dump(&d, states))
		return -1;
	for (i = 0; i < d.n; i++)
		n += d.v[i].port == port;
	tlq_diag_free(&d);
	return n;
}

/*
 * One accepted, a full accept queue, refused SYNs, owner of its own; of the clients
 * that wait some have gone and some have ended their half.
 */
static void queue_up(struct __test_metadata *_metadata, struct tlq_target *t,
		     const struct tlq_lopt *opt, int *fd)
{
	int i;

	ASSERT_EQ(0, tlq_target_open(t, opt, opt->family ?: AF_INET));
	ASSERT_EQ(0, fchown(t->lfd, 4321, -1));
	ASSERT_EQ(0, tlq_fill_accept(t, 1));
	ASSERT_LE(0, tlq_accept(t->lfd));
	ASSERT_EQ(0, tlq_clients(t, QUEUED, fd));
	ASSERT_TRUE(tlq_until(tlq_queued(t->lfd) == QUEUED));
	ASSERT_EQ(0, tlq_refuse(t, KNOCKS));
	ASSERT_EQ(0, tlq_reset(fd, GONE));
	for (i = GONE; i < GONE + HALF; i++)
		ASSERT_EQ(0, shutdown(fd[i], SHUT_WR));
	/* The one that was accepted is established, too. */
	ASSERT_TRUE(tlq_until(in_state(t->port, CLOSE_WAIT) == HALF));
	ASSERT_TRUE(tlq_until(in_state(t->port, ESTABLISHED) ==
			      1 + QUEUED - GONE - HALF));
	ASSERT_TRUE(tlq_closed_ready(t->lfd));
}

static void close_it(struct __test_metadata *_metadata, int lfd, enum way way)
{
	int status;
	pid_t pid;

	if (way == CLOSE) {
		ASSERT_EQ(0, close(lfd));
	} else if (way == SHUTDOWN) {
		ASSERT_EQ(0, shutdown(lfd, SHUT_RD));
	} else {
		pid = tlq_fork();
		if (!pid) {
			pause();
			_exit(0);
		}
		close(lfd);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
	}
}

static void same(struct __test_metadata *_metadata, struct tlq_line row,
		 struct tlq_line closed, const char *column)
{
	EXPECT_STREQ(tlq_str(row, column), tlq_str(closed, column))
		TH_LOG("%s", column);
}

/* All columns but three are those of the row, by the same names. */
static void compare(struct __test_metadata *_metadata, struct tlq_line row,
		    struct tlq_line closed, long long ms)
{
	static const char *const other[] = { "closed_ms", "reset_at_close",
					     "oldest_ms" };
	__u64 before = tlq_u64(row, "oldest_ms");
	__u64 after = tlq_u64(closed, "oldest_ms");
	size_t i, j;

	for (i = 0; i < closed.table->ncols; i++) {
		for (j = 0; j < ARRAY_SIZE(other); j++)
			if (!strcmp(closed.table->col[i], other[j]))
				break;
		if (j == ARRAY_SIZE(other))
			same(_metadata, row, closed, closed.table->col[i]);
	}
	EXPECT_LE(before, after);
	EXPECT_GE(before + ms + 1, after);
}

static void find(struct __test_metadata *_metadata, const char *path,
		 struct tlq_table *t, __u64 cookie, struct tlq_line *line)
{
	ASSERT_EQ(0, tlq_load(t, path));
	*line = tlq_find_u64(t, "cookie", cookie);
	ASSERT_NE(NULL, line->cell);
}

static void closes(struct __test_metadata *_metadata, const struct tlq_lopt *opt,
		   enum way way)
{
	struct tlq_line row, debug_row, line, debug_line;
	struct tlq_table rows, debug_rows, t, debug;
	long long before, after;
	struct tlq_target target;
	int fd[QUEUED], i;
	__u64 cookie;

	queue_up(_metadata, &target, opt, fd);
	cookie = tlq_so_cookie(target.lfd);
	before = tlq_now_ms();
	find(_metadata, TLQ_PROC, &rows, cookie, &row);
	find(_metadata, TLQ_DEBUG, &debug_rows, cookie, &debug_row);
	close_it(_metadata, target.lfd, way);
	after = tlq_now_ms();
	for (i = GONE; i < QUEUED; i++)
		EXPECT_TRUE(tlq_until(tlq_was_reset(fd[i])));
	find(_metadata, TLQ_CLOSED, &t, cookie, &line);
	find(_metadata, TLQ_CLOSED_DEBUG, &debug, cookie, &debug_line);
	compare(_metadata, row, line, after - before);
	compare(_metadata, debug_row, debug_line, after - before);
	EXPECT_EQ(QUEUED - GONE, tlq_u64(line, "reset_at_close"));
	EXPECT_EQ(QUEUED, tlq_u64(line, "ack_backlog"));
	EXPECT_EQ(KNOCKS, tlq_u64(line, "overflow_syn"));
	EXPECT_EQ(4321, tlq_u64(line, "uid"));
	EXPECT_GE(tlq_now_ms() - before + JIFFIES_MS, tlq_u64(line, "closed_ms"));
	same(_metadata, line, debug_line, "reset_at_close");
	EXPECT_EQ(tlq_netns_inode(), tlq_u64(debug_line, "netns"));
	EXPECT_EQ(QUEUED - GONE, tlq_closed_sum("*", "reset_at_close"));
	EXPECT_EQ(TLQ_NONE, tlq_closed_sum("-", "reset_at_close"));
}

TEST_F(closed, by_close)
{
	struct tlq_lopt opt = { .backlog = QUEUED - 1, .reuseport = true };

	closes(_metadata, &opt, CLOSE);
}

TEST_F(closed, by_close_ipv6)
{
	struct tlq_lopt opt = { .backlog = QUEUED - 1, .family = AF_INET6,
				.dual = true, .addr = "::" };

	closes(_metadata, &opt, CLOSE);
}

TEST_F(closed, by_shutdown)
{
	struct tlq_lopt opt = { .backlog = QUEUED - 1, .freebind = true };

	closes(_metadata, &opt, SHUTDOWN);
}

TEST_F(closed, by_signal)
{
	struct tlq_lopt opt = { .backlog = QUEUED - 1, .dev = "lo" };

	closes(_metadata, &opt, SIGNAL);
}

/* Without bind(2) the port is free again before the hook at close. */
TEST_F(closed, port_of_the_kernels_choice)
{
	struct tlq_table t;
	struct tlq_line line;
	char local[32];
	__u64 cookie;
	int i, lfd;

	lfd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, lfd);
	ASSERT_EQ(0, listen(lfd, QUEUED));
	for (i = 0; i < QUEUED; i++) {
		self->fd[i] = tlq_connect(lfd);
		ASSERT_LE(0, self->fd[i]);
	}
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == QUEUED));
	ASSERT_TRUE(tlq_closed_ready(lfd));
	snprintf(local, sizeof(local), "0.0.0.0:%d", tlq_port(lfd));
	cookie = tlq_so_cookie(lfd);
	close(lfd);
	for (i = 0; i < QUEUED; i++)
		EXPECT_TRUE(tlq_until(tlq_was_reset(self->fd[i])));
	find(_metadata, TLQ_CLOSED, &t, cookie, &line);
	EXPECT_STREQ(local, tlq_str(line, "local"));
	EXPECT_EQ(QUEUED, tlq_u64(line, "reset_at_close"));
}

TEST_F(closed, listens_twice)
{
	/* A port that bind(2) did not fix would be another one the second time. */
	struct tlq_lopt opt = { .backlog = QUEUED, .port = 7000 };
	struct tlq_table t;
	size_t records;
	int n, i;

	ASSERT_EQ(0, tlq_target_open(&self->t, &opt, AF_INET));
	for (n = 2; n <= 3; n++) {
		ASSERT_EQ(0, listen(self->t.lfd, QUEUED + n));
		ASSERT_EQ(0, tlq_clients(&self->t, n, self->fd));
		ASSERT_TRUE(tlq_until(tlq_queued(self->t.lfd) == n));
		ASSERT_TRUE(tlq_closed_ready(self->t.lfd));
		ASSERT_EQ(0, shutdown(self->t.lfd, SHUT_RD));
		for (i = 0; i < n; i++)
			EXPECT_TRUE(tlq_until(tlq_was_reset(self->fd[i])));
	}
	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	ASSERT_EQ(2, records);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(tlq_so_cookie(self->t.lfd),
			  tlq_u64(tlq_line(&t, i), "cookie"));
		EXPECT_EQ(3 - i, tlq_u64(tlq_line(&t, i), "reset_at_close"));
		EXPECT_EQ(QUEUED + 3 - i, tlq_u64(tlq_line(&t, i), "max_ack_backlog"));
		EXPECT_LE(3 - i, tlq_u64(tlq_line(&t, i), "syns"));
	}
}

TEST_F(closed, newest_first)
{
	static const int order[] = { 3, 0, 6, 1, 7, 5, 2, 4 };
	int lfd[ARRAY_SIZE(order)], n = ARRAY_SIZE(order), i;
	struct tlq_lopt opt = { };
	__u64 cookie[ARRAY_SIZE(order)], ms, last = 0;
	struct tlq_table t;
	size_t records;

	for (i = 0; i < n; i++) {
		lfd[i] = tlq_listen(&opt);
		ASSERT_LE(0, lfd[i]);
		cookie[i] = tlq_so_cookie(lfd[i]);
		ASSERT_TRUE(tlq_closed_ready(lfd[i]));
	}
	for (i = 0; i < n; i++)
		close(lfd[order[i]]);
	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	ASSERT_EQ(n, records);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(cookie[order[n - 1 - i]], tlq_u64(tlq_line(&t, i), "cookie"));
		ms = tlq_u64(tlq_line(&t, i), "closed_ms");
		EXPECT_LE(last, ms);
		last = ms;
	}
}

TEST_F(closed, of_its_namespace)
{
	int lfd = tlq_listen(&(struct tlq_lopt){ }), home;
	__u64 cookie, netns = tlq_netns_inode();
	struct tlq_line line;
	struct tlq_table t;
	size_t records;

	ASSERT_LE(0, lfd);
	cookie = tlq_so_cookie(lfd);
	ASSERT_TRUE(tlq_closed_ready(lfd));
	/* It belongs to where it was made, wherever the closer is. */
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, home);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
	close(lfd);
	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	EXPECT_EQ(0, records);
	find(_metadata, TLQ_CLOSED_DEBUG, &t, cookie, &line);
	EXPECT_EQ(netns, tlq_u64(line, "netns"));
	ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	find(_metadata, TLQ_CLOSED, &t, cookie, &line);
}

static int total_queued(const struct tlq_target *t, int n)
{
	int sum = 0;

	while (n--)
		sum += tlq_queued(t[n].lfd);
	return sum;
}

/* Members close one after the other, before their clients have been accepted. */
TEST_F(closed, migrated)
{
	struct tlq_lopt opt = { .backlog = 100, .reuseport = true };
	__u64 cookie, moved, now, moved_before = 0, resets = 0;
	int clients[MEMBERS * QUEUED], n = MEMBERS * QUEUED, i;
	struct tlq_target t[MEMBERS];

	/* 5.10.262 takes the setting, and migrates nothing. */
	if (tlq_sysctl("net/ipv4/tcp_migrate_req", 1) ||
	    tlq_tcpext("TCPMigrateReqSuccess") < 0)
		SKIP(return, "this kernel does not migrate");
	for (i = 0; i < MEMBERS; i++) {
		ASSERT_EQ(0, tlq_target_open(&t[i], &opt, AF_INET));
		opt.port = t[i].port;
		ASSERT_TRUE(tlq_closed_ready(t[i].lfd));
	}
	ASSERT_EQ(0, tlq_clients(&t[0], n, clients));
	ASSERT_TRUE(tlq_until(total_queued(t, MEMBERS) == n));
	for (i = 0; i < MEMBERS; i++) {
		cookie = tlq_so_cookie(t[i].lfd);
		close(t[i].lfd);
		now = tlq_tcpext("TCPMigrateReqSuccess");
		moved = now - moved_before;
		moved_before = now;
		EXPECT_EQ(tlq_closed_value(cookie, "ack_backlog"),
			  moved + tlq_closed_value(cookie, "reset_at_close"));
		EXPECT_EQ(i == MEMBERS - 1, !moved)
			TH_LOG("member %d: %llu moved", i, moved);
		resets += tlq_closed_value(cookie, "reset_at_close");
	}
	EXPECT_EQ(n, resets);
	EXPECT_EQ(n, tlq_closed_sum("*", "reset_at_close"));
	for (i = 0; i < n; i++)
		EXPECT_TRUE(tlq_until(tlq_was_reset(clients[i])));
}
