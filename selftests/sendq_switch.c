// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcp and tcp6 before, with and after the module, and the parameter
 * netstat_sendq.
 *
 * 1. With the module only the eight digits of tx_queue in LISTEN lines differ,
 *    beside sockets in six other states; after unloading nothing does.
 *    /proc/net/udp and raw never differ.
 * 2. The parameter reads Y and has mode 0644. N and Y take effect at once.
 * 3. Loaded with N, tcp_seq_next is not hooked, and "hooks" says skipped.
 * 4. A value that is no boolean gives EINVAL and changes nothing.
 * 5. When the hook cannot be armed the parameter reads N, "hooks" and, once, the
 *    log say so, and the rest works. Y can be written later.
 */
#include "tlq_test.h"

#include "tlq_hooks.h"
#include "tlq_tcp_lines.h"

#include <fcntl.h>
#include <sys/stat.h>

#define HOOK "tcp_seq_next"
#define BACKLOG 1234
#define FILES 4

/* The module changes the first two. */
static const char *const file[FILES] = {
	TLQ_TCP, TLQ_TCP6, "/proc/self/net/udp", "/proc/self/net/raw",
};

FIXTURE(sendq_switch) {
	int lfd;
};

/* Sockets in seven states, each family; they live until the process ends. */
static void open_states(struct __test_metadata *_metadata, int family)
{
	struct tlq_lopt opt = { .family = family, .backlog = BACKLOG };
	int lfd = tlq_listen(&opt), i, fd[2], peer[2];

	ASSERT_LE(0, lfd);
	ASSERT_LE(0, tlq_socket(&opt));
	for (i = 0; i < 2; i++) {
		fd[i] = tlq_connect(lfd);
		ASSERT_LE(0, fd[i]);
		ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 1));
		peer[i] = tlq_accept(lfd);
		ASSERT_LE(0, peer[i]);
	}
	/* ESTABLISHED with data; FIN_WAIT2 and CLOSE_WAIT */
	ASSERT_EQ(5, send(fd[0], "hello", 5, 0));
	ASSERT_EQ(0, shutdown(fd[1], SHUT_WR));
	/* In the accept queue; SYN_SENT and SYN_RECV */
	ASSERT_LE(0, tlq_connect(lfd));
	ASSERT_TRUE(tlq_until(tlq_queued(lfd) == 1));
	ASSERT_LE(0, tlq_client(lfd, TLQ_MUTE));
	ASSERT_TRUE(tlq_until(tlq_diag_half_open(tlq_port(lfd)) == 1));
}

/* States in the file, a bit each */
static unsigned int states_in(const char *path)
{
	unsigned int states = 0;
	struct tlq_tcp_line l;
	char *text, *p;
	size_t len;

	if (tlq_read_file(path, 1 << 20, &text, &len))
		return 0;
	for (p = text; *p && tlq_tcp_line(p, &l); p += l.len)
		states |= 1U << l.state;
	free(text);
	return states;
}

/* The eighth ends by itself after a minute, which a slow machine needs for more. */
static void renew_time_wait(struct __test_metadata *_metadata, int family,
			    const char *path)
{
	struct tlq_lopt opt = { .family = family };
	int fd, peer, other = tlq_listen(&opt);

	ASSERT_LE(0, other);
	fd = tlq_connect(other);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(tlq_until(tlq_queued(other) == 1));
	peer = tlq_accept(other);
	ASSERT_LE(0, peer);
	close(fd);
	close(peer);
	close(other);
	ASSERT_TRUE(tlq_until(states_in(path) & 1U << TLQ_ST_TIME_WAIT));
}

FIXTURE_SETUP(sendq_switch)
{
	struct tlq_lopt opt = { .family = AF_INET, .backlog = BACKLOG };

	ASSERT_EQ(0, tlq_netns_enter());
	/* Half-open connections outlive a slow machine's test. */
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syn_retries", 12));
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_synack_retries", 12));
	ASSERT_EQ(0, tlq_mod_fresh());
	self->lfd = tlq_listen(&opt);
	ASSERT_LE(0, self->lfd);
}

FIXTURE_TEARDOWN(sendq_switch)
{
	EXPECT_EQ(0, tlq_mod_gone());
	tlq_write_file(TLQ_FTRACE_ENABLED, "1");
	EXPECT_EQ(0, tlq_mod_renew());
}

/* tm->when of running timers is blanked, as time changes it. */
static void read_all(struct __test_metadata *_metadata, char **text)
{
	int i;

	for (i = 0; i < FILES; i++) {
		text[i] = tlq_text_of(_metadata, file[i], 1 << 20);
		if (i < 2)
			ASSERT_TRUE(tlq_blank(text[i], false, true));
	}
}

static bool equal(char **a, char **b)
{
	int i;

	for (i = 0; i < FILES; i++)
		if (strcmp(a[i], b[i]))
			return false;
	return true;
}

/* tx_queue of the test's listener, as its line has it */
static __u32 tx_queue(struct __test_metadata *_metadata, int lfd)
{
	char *text = tlq_text_of(_metadata, TLQ_TCP, 1 << 20), *p;
	struct tlq_tcp_line l;
	__u32 tx = ~0U;

	for (p = text; *p; p += l.len) {
		ASSERT_TRUE(tlq_tcp_line(p, &l));
		if (l.state == TLQ_ST_LISTEN && l.port == tlq_port(lfd))
			tx = l.tx;
	}
	free(text);
	return tx;
}

/* All states are there, and tx_queue of LISTEN lines is 0. */
static void is_plain(struct __test_metadata *_metadata, const char *text)
{
	unsigned int states = 0;
	struct tlq_tcp_line l;

	for (; *text; text += l.len) {
		ASSERT_TRUE(tlq_tcp_line(text, &l));
		states |= 1U << l.state;
		if (l.state == TLQ_ST_LISTEN)
			EXPECT_EQ(0, l.tx);
	}
	/* ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT2, TIME_WAIT, CLOSE_WAIT */
	EXPECT_EQ(0x56e, states & 0x56e)
		TH_LOG("states %#x", states);
}

static void differs_as_it_should(struct __test_metadata *_metadata,
				 const char *plain, const char *with)
{
	char *copy = strdup(with);
	struct tlq_tcp_line l;
	int n = 0;

	for (; *with; with += l.len) {
		ASSERT_TRUE(tlq_tcp_line(with, &l));
		if (l.state != TLQ_ST_LISTEN)
			continue;
		EXPECT_EQ(BACKLOG, l.tx);
		n++;
	}
	EXPECT_LT(0, n);
	ASSERT_TRUE(tlq_blank(copy, true, false));
	EXPECT_STREQ(plain, copy);
	free(copy);
}

/*
 * Lines of sockets that retransmit change, at growing intervals. The text with
 * the module counts when those before and after are equal.
 */
TEST_F(sendq_switch, only_these_digits)
{
	char *before[FILES], *with[FILES], *after[FILES];
	int i, tries = 0;

	open_states(_metadata, AF_INET);
	open_states(_metadata, AF_INET6);
	do {
		ASSERT_GT(20, tries++);
		ASSERT_EQ(0, tlq_mod_gone());
		renew_time_wait(_metadata, AF_INET, TLQ_TCP);
		renew_time_wait(_metadata, AF_INET6, TLQ_TCP6);
		read_all(_metadata, before);
		ASSERT_EQ(0, tlq_mod_reload(""));
		read_all(_metadata, with);
		ASSERT_EQ(0, tlq_mod_gone());
		read_all(_metadata, after);
	} while (!equal(before, after));
	for (i = 0; i < 2; i++) {
		is_plain(_metadata, before[i]);
		differs_as_it_should(_metadata, before[i], with[i]);
	}
	for (i = 2; i < FILES; i++)
		EXPECT_STREQ(before[i], with[i]);
}

static void param_is(struct __test_metadata *_metadata, const char *want)
{
	char *text = tlq_text_of(_metadata, TLQ_SENDQ, 16);

	EXPECT_STREQ(want, text);
	free(text);
}

static void is_on(struct __test_metadata *_metadata, int lfd)
{
	param_is(_metadata, "Y\n");
	EXPECT_EQ(BACKLOG, tx_queue(_metadata, lfd));
	EXPECT_STREQ("armed", tlq_hook_state(HOOK));
	EXPECT_TRUE(tlq_traced(HOOK));
}

static void is_off(struct __test_metadata *_metadata, int lfd,
		   const char *state)
{
	param_is(_metadata, "N\n");
	EXPECT_EQ(0, tx_queue(_metadata, lfd));
	EXPECT_STREQ(state, tlq_hook_state(HOOK));
	EXPECT_FALSE(tlq_traced(HOOK));
}

TEST_F(sendq_switch, off_and_on)
{
	struct stat st;
	int i;

	ASSERT_EQ(0, stat(TLQ_SENDQ, &st));
	EXPECT_EQ(0644, st.st_mode & 07777);
	is_on(_metadata, self->lfd);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "N"));
		is_off(_metadata, self->lfd, "skipped");
		ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "Y\n"));
		is_on(_metadata, self->lfd);
		/* No change */
		ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "1"));
		is_on(_metadata, self->lfd);
	}
}

TEST_F(sendq_switch, off_at_load)
{
	ASSERT_EQ(0, tlq_mod_reload("netstat_sendq=N"));
	is_off(_metadata, self->lfd, "skipped");
	ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "N"));
	is_off(_metadata, self->lfd, "skipped");
	ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "Y"));
	is_on(_metadata, self->lfd);
	/* The parameter counters does not matter. */
	ASSERT_EQ(0, tlq_mod_reload("counters=0"));
	is_on(_metadata, self->lfd);
	EXPECT_EQ(-EINVAL, (tlq_mod_gone(),
			    tlq_mod_load_args(tlq_mod_file(),
					      "netstat_sendq=maybe")));
	ASSERT_EQ(0, tlq_mod_reload("netstat_sendq"));
	is_on(_metadata, self->lfd);
}

static int write_bytes(const void *bytes, size_t len)
{
	int fd = open(TLQ_SENDQ, O_WRONLY), err = 0;

	if (write(fd, bytes, len) != (ssize_t)len)
		err = -errno;
	close(fd);
	return err;
}

static void refuses(struct __test_metadata *_metadata)
{
	static const char *const text[] = { "7", "maybe", "-1", "\n", " " };
	char large[4095], zeros[8] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(text); i++) {
		EXPECT_EQ(-EINVAL, write_bytes(text[i], strlen(text[i])))
			TH_LOG("'%s'", text[i]);
	}
	memset(large, 'x', sizeof(large));
	EXPECT_EQ(-EINVAL, write_bytes(large, sizeof(large)));
	EXPECT_EQ(-EINVAL, write_bytes(zeros, sizeof(zeros)));
	EXPECT_EQ(-EINVAL, write_bytes("\x80\xff\x01\n", 4));
	/* An empty write, whatever it returns */
	write_bytes("", 0);
}

TEST_F(sendq_switch, no_boolean)
{
	refuses(_metadata);
	is_on(_metadata, self->lfd);
	ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "N"));
	refuses(_metadata);
	is_off(_metadata, self->lfd, "skipped");
}

TEST_F(sendq_switch, cannot_be_armed)
{
	struct tlq_table t;
	int log;

	ASSERT_EQ(0, tlq_mod_gone());
	if (tlq_write_file(TLQ_FTRACE_ENABLED, "0"))
		SKIP(return, "ftrace cannot be switched off here");
	log = tlq_log_from_now();
	ASSERT_EQ(0, tlq_mod_reload(""));
	is_off(_metadata, self->lfd, "failed:-16");
	EXPECT_EQ(1, tlq_logged(log, HOOK));
	EXPECT_EQ(-EBUSY, tlq_write_file(TLQ_SENDQ, "Y"));
	is_off(_metadata, self->lfd, "failed:-16");
	TLQ_LOAD(t);
	EXPECT_EQ(BACKLOG, tlq_u64(tlq_find_u64(&t, "cookie",
						tlq_so_cookie(self->lfd)),
				   "max_ack_backlog"));
	ASSERT_EQ(0, tlq_write_file(TLQ_FTRACE_ENABLED, "1"));
	is_off(_metadata, self->lfd, "failed:-16");
	ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, "Y"));
	is_on(_metadata, self->lfd);
	EXPECT_EQ(0, tlq_logged(log, HOOK));
}
