// SPDX-License-Identifier: GPL-2.0
/*
 * Many readers of /proc/net/tcp and tcp6 while things change.
 *
 * 1. While listeners come and go, every line is well-formed, and every LISTEN
 *    line has the backlog, whether its listener stays or not.
 * 2. While the parameter is switched on and off, LISTEN lines have 0 or the
 *    backlog, and all other bytes stay the same.
 * 3. So they do while the module is loaded and unloaded, which always works.
 */
#include "tlq_test.h"

#include "tlq_hooks.h"
#include "tlq_tcp_lines.h"

#include <signal.h>
#include <sys/wait.h>

#define STABLE 80
#define FIRST_PORT 2000
#define CHURNED 20
#define CHURN_PORT 3000
#define CHURN_BACKLOG 0x12345
#define PASSES 20
#define SWITCHES 20
/* Without hardware support a load and an unload take a second and more. */
#define RELOADS 100
#define RELOADS_MS 15000
#define RELOADS_MIN 10
#define RELOADS_MS_SLOW 2000
#define RELOADS_MIN_SLOW 3

static const size_t chunk[TLQ_WATCHERS] = {
	4096, 65536, 150, 512, 65536, 100, 4095, 1 << 20,
};

FIXTURE(sendq_churn) {
	struct tlq_watch *w;
};

static int backlog_of(int i)
{
	return 1 + 37 * i;
}

/* Both families, and connections in between */
static void open_stable(struct __test_metadata *_metadata, struct tlq_watch *w)
{
	struct tlq_lopt opt = { };
	int i, lfd, port, fd;

	for (i = 0; i < STABLE; i++) {
		port = FIRST_PORT + i;
		opt.family = i % 2 ? AF_INET6 : AF_INET;
		opt.port = port;
		opt.backlog = backlog_of(i);
		lfd = tlq_listen(&opt);
		ASSERT_LE(0, lfd);
		w->want[port] = opt.backlog + 1;
		fd = tlq_connect(lfd);
		ASSERT_LE(0, fd);
		ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 1));
	}
}

FIXTURE_SETUP(sendq_churn)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(4096));
	ASSERT_EQ(0, tlq_sysctl("net/core/somaxconn", 0x7fffffff));
	ASSERT_EQ(0, tlq_mod_reload(""));
	self->w = tlq_watch_new();
	ASSERT_NE(NULL, self->w);
	open_stable(_metadata, self->w);
}

FIXTURE_TEARDOWN(sendq_churn)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

/* A connection's timers hold it for a moment after the handshake. */
static bool settled(const char *text)
{
	struct tlq_tcp_line l;

	for (; *text && tlq_tcp_line(text, &l); text += l.len)
		if (l.state == TLQ_ST_ESTABLISHED && l.refs != 1)
			return false;
	return !*text;
}

static bool read_settled(const char *path, char **text)
{
	size_t len;

	if (tlq_read_file(path, 1 << 20, text, &len))
		return false;
	if (settled(*text))
		return true;
	free(*text);
	return false;
}

static void remember(struct __test_metadata *_metadata, struct tlq_watch *w)
{
	static const char *const file[] = { TLQ_TCP, TLQ_TCP6 };
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(tlq_until(read_settled(file[i], &w->still[i])));
		ASSERT_TRUE(tlq_blank(w->still[i], true, false));
	}
}

static void churn(struct tlq_watch *w, int port)
{
	struct tlq_lopt opt = { .backlog = CHURN_BACKLOG };
	int i, fd[CHURNED];

	while (!__atomic_load_n(&w->stop, __ATOMIC_SEQ_CST)) {
		for (i = 0; i < CHURNED; i++) {
			opt.family = i % 3 ? AF_INET : AF_INET6;
			opt.port = port + i;
			fd[i] = tlq_listen(&opt);
			if (fd[i] < 0)
				_exit(1);
		}
		for (i = 0; i < CHURNED; i++)
			close(fd[i]);
	}
	_exit(0);
}

static void ends_well(struct __test_metadata *_metadata, struct tlq_watch *w)
{
	const char *wrong = tlq_watch_end(w);

	EXPECT_EQ(NULL, wrong)
		TH_LOG("%s", wrong);
	EXPECT_LT(0, tlq_watch_backlogs(w));
	TH_LOG("%u lines with the backlog, %u with 0", tlq_watch_backlogs(w),
	       tlq_watch_zeros(w));
}

TEST_F(sendq_churn, listeners_come_and_go)
{
	struct tlq_watch *w = self->w;
	int i, status;
	pid_t pid[2];

	for (i = 0; i < 2 * CHURNED; i++)
		w->want[CHURN_PORT + i] = CHURN_BACKLOG + 1;
	for (i = 0; i < 2; i++) {
		pid[i] = tlq_fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			churn(w, CHURN_PORT + CHURNED * i);
	}
	ASSERT_EQ(0, tlq_watch_start(w, chunk, TLQ_WATCHERS));
	EXPECT_TRUE(tlq_watch_passes(w, tlq_scaled(PASSES, 4)));
	ends_well(_metadata, w);
	EXPECT_EQ(0, tlq_watch_zeros(w));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

TEST_F(sendq_churn, switched_while_read)
{
	struct tlq_watch *w = self->w;
	int i, times = tlq_scaled(SWITCHES, 6);

	remember(_metadata, w);
	w->zero_ok = true;
	ASSERT_EQ(0, tlq_watch_start(w, chunk, 4));
	for (i = 0; i < times; i++) {
		ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, i % 2 ? "Y" : "N"));
		ASSERT_TRUE(tlq_watch_passes(w, 1));
	}
	ends_well(_metadata, w);
	EXPECT_LT(0, tlq_watch_zeros(w));
}

TEST_F(sendq_churn, reloaded_while_read)
{
	bool slow = tlq_machine_slow();
	int i, least = slow ? RELOADS_MIN_SLOW : RELOADS_MIN;
	long long end = tlq_now_ms() + (slow ? RELOADS_MS_SLOW : RELOADS_MS);
	struct tlq_watch *w = self->w;
	__u32 seen;

	remember(_metadata, w);
	w->zero_ok = true;
	ASSERT_EQ(0, tlq_watch_start(w, chunk, 4));
	for (i = 0; i < RELOADS; i++) {
		if (i >= least && tlq_now_ms() > end)
			break;
		ASSERT_EQ(0, tlq_mod_gone());
		EXPECT_FALSE(tlq_traced("tcp_seq_next"));
		seen = tlq_watch_backlogs(w);
		ASSERT_EQ(0, tlq_mod_load(tlq_mod_file()));
		/* Many readers are slow: wait until one has seen it. */
		ASSERT_TRUE(tlq_until(tlq_watch_backlogs(w) > seen));
	}
	TH_LOG("loaded %d times", i);
	ends_well(_metadata, w);
	EXPECT_LT(0, tlq_watch_zeros(w));
}
