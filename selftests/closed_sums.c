// SPDX-License-Identifier: GPL-2.0
/*
 * What listeners that have closed, those that listen, and nobody add up to.
 *
 * 1. At a quiet moment growth of Tcp PassiveOpens is what was accepted (rows, lines
 *    "-" and "*"), waits now (ack_backlog), and was reset as its listener closed
 *    (reset_at_close of the line "*").
 * 2. Two terms are missing there. One: connections that their client has reset while
 *    they waited, and that their listener's close found dead. The other: connections that
 *    the kernel has counted, and throws away before they are in a queue. Their listener
 *    gave up its port meanwhile (ListenDrops counts them), or two packets of a client
 *    were on two CPUs at once and each made the connection (nothing counts the second).
 *    Clients stay on their CPU, but not their timers: what is sent again may come from
 *    another one. Seen on 6.1 on a busy host, with SYN cookies, up to six in a storm.
 *    test_modules/tlq_opens.c counts each term in another way than the module.
 * 3. 300 listeners (a part on a slow machine) that close under clients: each record
 *    has its part of the sum, and each of these clients saw ECONNRESET. More may see
 *    it: a client whose last packet finds no listener any more never had a connection.
 *    It may only be told when it asks again.
 * 4. Of the kernel's counters rows, "-" and "*" have the growth of each: of
 *    ListenOverflows in overflow_syn, overflow_ack and overflow_cookie.
 * 5. 1 and 4 hold in a storm, in each of several namespaces, before the last listeners
 *    close and after.
 */
#include "tlq_test.h"

#include <sys/wait.h>

#include "tlq_closed.h"
#include "tlq_drive.h"
#include "tlq_hooks.h"
#include "tlq_storm.h"
#include "tlq_sums.h"

#define CLIENTS 4
#define BURST 6
#define CLOSINGS 300
#define A_ROUND 50	/* not more than the last ones that always stay */
#define NAMESPACES 3

#define HELPER "tlq_opens"

FIXTURE(sums) {
};

FIXTURE_SETUP(sums)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(4096));
	if (access(TLQ_CLOSED_DEBUG, R_OK))
		SKIP(return, "no " TLQ_CLOSED_DEBUG);
	/* It begins at 0. */
	tlq_mod_helper_end(HELPER);
	if (tlq_mod_helper(HELPER, ""))
		TH_LOG("cannot load " HELPER "; is it there? make -C test_modules");
}

FIXTURE_TEARDOWN(sums)
{
	tlq_mod_helper_end(HELPER);
}

/* Accepted, waiting, reset at a close, and reset by its client before */
TEST_F(sums, each_term)
{
	struct tlq_lopt opt = { .backlog = 20 };
	struct tlq_target closing, open;
	int fd[20], i;

	ASSERT_EQ(0, tlq_target_open(&closing, &opt, AF_INET));
	ASSERT_EQ(0, tlq_target_open(&open, &opt, AF_INET));
	ASSERT_EQ(0, tlq_clients(&closing, 10, fd));
	ASSERT_EQ(0, tlq_clients(&open, 5, fd + 10));
	ASSERT_TRUE(tlq_until(tlq_waiting() == 15));
	EXPECT_TRUE(tlq_opens_are(0));
	for (i = 0; i < 3; i++)
		ASSERT_LE(0, tlq_accept(closing.lfd));
	ASSERT_LE(0, tlq_accept(open.lfd));
	EXPECT_TRUE(tlq_opens_are(0));
	/* The last two of those in its queue */
	ASSERT_EQ(0, tlq_reset(fd + 8, 2));
	ASSERT_TRUE(tlq_until(tlq_tcp("EstabResets") >= 4));
	EXPECT_TRUE(tlq_opens_are(0));
	close(closing.lfd);
	EXPECT_TRUE(tlq_opens_are(2));
	EXPECT_TRUE(tlq_opens_add_up());
	EXPECT_EQ(5, tlq_closed_sum("*", "reset_at_close"));
	EXPECT_EQ(3, tlq_closed_sum("*", "accepts"));
	close(open.lfd);
	EXPECT_TRUE(tlq_opens_are(2));
	EXPECT_TRUE(tlq_counters_are());
}

/* Shared with the clients; @accepts is the server's */
struct clients {
	bool stop;
	bool pause;
	int paused;
	unsigned long resets;
	unsigned long ends;
	unsigned long refused;
	unsigned long accepts;
};

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

static void count(unsigned long *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_RELAXED);
}

/* It asks every second whether its connection is still there. */
static int asking_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof(one)))
		_exit(1);
	return fd;
}

/* Connect, unless nobody listens just now */
static int connect_blocking(struct clients *c, const union tlq_addr *to)
{
	int fd = asking_socket();

	if (!connect(fd, &to->sa, sizeof(to->v4)))
		return fd;
	if (errno != ECONNREFUSED && errno != ECONNRESET)
		_exit(2);
	count(errno == ECONNRESET ? &c->resets : &c->refused);
	close(fd);
	return -1;
}

/* Each connection ends with the server's end, or with its reset. */
static void connect_for_ever(struct clients *c, const union tlq_addr *to, int me)
{
	int fd[BURST], i;
	char byte;

	tlq_use_cpu(me);
	while (!is_set(&c->stop)) {
		for (i = 0; i < BURST; i++)
			fd[i] = connect_blocking(c, to);
		for (i = 0; i < BURST; i++) {
			if (fd[i] < 0)
				continue;
			if (!recv(fd[i], &byte, 1, 0))
				count(&c->ends);
			else
				count(&c->resets);
			close(fd[i]);
		}
		if (!is_set(&c->pause))
			continue;
		__atomic_add_fetch(&c->paused, 1, __ATOMIC_ACQ_REL);
		while (is_set(&c->pause) && !is_set(&c->stop))
			usleep(1000);
		__atomic_sub_fetch(&c->paused, 1, __ATOMIC_ACQ_REL);
	}
	_exit(0);
}

static bool all_paused(const struct clients *c)
{
	return __atomic_load_n(&c->paused, __ATOMIC_ACQUIRE) == CLIENTS;
}

static bool none_paused(const struct clients *c)
{
	return !__atomic_load_n(&c->paused, __ATOMIC_ACQUIRE);
}

/* Listen, let some connect, accept one of them now and then, and close. */
static void listen_and_close(struct __test_metadata *_metadata, struct clients *c,
			     int port, int n)
{
	struct tlq_lopt opt = { .port = port, .backlog = 1000 };
	int lfd = tlq_listen(&opt), fd;

	ASSERT_LE(0, lfd);
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) > n % CLIENTS));
	ASSERT_TRUE(tlq_closed_ready(lfd));
	if (n % 3 == 0) {
		fd = tlq_accept(lfd);
		ASSERT_LE(0, fd);
		count(&c->accepts);
		close(fd);
	}
	if (n % 2)
		ASSERT_EQ(0, shutdown(lfd, SHUT_RD));
	close(lfd);
}

/* Their last clients may wait for one more listener. */
static int drain(struct __test_metadata *_metadata, struct clients *c, int port)
{
	struct tlq_lopt opt = { .port = port, .backlog = 1000 };
	int lfd, n = 0;

	set(&c->pause, true);
	do {
		lfd = tlq_listen(&opt);
		ASSERT_LE(0, lfd);
		ASSERT_TRUE(tlq_closed_ready(lfd));
		close(lfd);
		n++;
	} while (!all_paused(c) && n < TLQ_CLOSED_LAST - A_ROUND);
	ASSERT_TRUE(tlq_until(all_paused(c)));
	return n;
}

static __u64 sum_of_last(struct __test_metadata *_metadata, int n)
{
	struct tlq_table t;
	size_t records;
	__u64 sum = 0;

	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	ASSERT_LE(n, records);
	while (n--)
		sum += tlq_u64(tlq_line(&t, n), "reset_at_close");
	tlq_free(&t);
	return sum;
}

static void a_round(struct __test_metadata *_metadata, struct clients *c,
		    int port, int closings)
{
	__u64 before = tlq_closed_sum("*", "reset_at_close"), now;
	int i, more;

	for (i = 0; i < closings; i++)
		listen_and_close(_metadata, c, port, i);
	more = drain(_metadata, c, port);
	now = tlq_closed_sum("*", "reset_at_close");
	EXPECT_EQ(now - before, sum_of_last(_metadata, closings + more));
	EXPECT_TRUE(tlq_opens_add_up());
	EXPECT_LE(now, c->resets);
	set(&c->pause, false);
	ASSERT_TRUE(tlq_until(none_paused(c)));
}

TEST_F(sums, closings_under_clients)
{
	struct clients *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int left = tlq_scaled(CLOSINGS, 20), n, i, status;
	pid_t pid[CLIENTS];
	union tlq_addr to;

	ASSERT_NE(MAP_FAILED, c);
	ASSERT_EQ(0, tlq_addr_set(&to, AF_INET, NULL, 4000));
	/* The file comes with the first listener. */
	ASSERT_EQ(0, tlq_close_good(1));
	for (i = 0; i < CLIENTS; i++) {
		pid[i] = tlq_fork();
		if (!pid[i])
			connect_for_ever(c, &to, i);
		ASSERT_LT(0, pid[i]);
	}
	for (; left > 0; left -= n) {
		n = left < A_ROUND ? left : A_ROUND;
		a_round(_metadata, c, 4000, n);
	}
	drain(_metadata, c, 4000);
	set(&c->stop, true);
	for (i = 0; i < CLIENTS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_TRUE(tlq_opens_add_up());
	EXPECT_TRUE(tlq_counters_are());
	TH_LOG("clients: %lu reset, %lu served, %lu refused", c->resets,
	       c->ends, c->refused);
	EXPECT_LE(tlq_closed_sum("*", "reset_at_close"), c->resets);
	EXPECT_EQ(tlq_closed_sum("*", "accepts"), c->accepts);
}

/*
 * All kinds but MPTCP, from which connections are accepted unseen once cookies are
 * sent, and Fast Open: a client that goes before it is connected resets its connection.
 */
static const struct tlq_lopt kinds[] = {
	{ .port = 201 },
	{ .port = 202 },
	{ .port = 203, .family = AF_INET6 },
	{ .port = 204, .family = AF_INET6, .dual = true, .addr = "::" },
	{ .port = 206, .reuseport = true },
	{ .port = 206, .reuseport = true },
	{ .port = 206, .reuseport = true },
	{ .port = 207, .defer = 30 },
	{ .port = 208, .defer = 30, .family = AF_INET6 },
};

static void rage(struct __test_metadata *_metadata, bool cookies_counted)
{
	struct tlq_storm s = { .kind = kinds, .kinds = ARRAY_SIZE(kinds),
			       .gentle = true };
	struct tlq_mibs now;

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_tw_reuse", 0));
	ASSERT_EQ(0, tlq_storm_start(&s, 4000));
	ASSERT_EQ(0, tlq_storm_rage(&s));
	ASSERT_EQ(0, tlq_storm_calm(&s));
	ASSERT_EQ(0, tlq_freeze(&now));
	EXPECT_TRUE(tlq_counters_are());
	if (cookies_counted)
		EXPECT_TRUE(tlq_opens_add_up());
	ASSERT_EQ(0, tlq_storm_end(&s));
	EXPECT_TRUE(tlq_counters_are());
	if (cookies_counted)
		EXPECT_TRUE(tlq_opens_add_up());
}

TEST_F(sums, storms)
{
	bool cookies_counted = !strcmp(tlq_hook_state("__inet_accept"), "armed");
	pid_t pid[NAMESPACES];
	int i, status;

	if (!cookies_counted)
		TH_LOG("accepts are not known here once cookies are sent");
	for (i = 0; i < NAMESPACES; i++) {
		pid[i] = tlq_fork();
		if (!pid[i]) {
			rage(_metadata, cookies_counted);
			fflush(stdout);
			_exit(_metadata->exit_code);
		}
	}
	for (i = 0; i < NAMESPACES; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}
