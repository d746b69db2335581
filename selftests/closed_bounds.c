// SPDX-License-Identifier: GPL-2.0
/*
 * How many records of closed listeners there are, and how they are read.
 *
 * 1. max_closed is refused with EINVAL and a message where it makes no sense.
 * 2. It bounds the records of all namespaces. A listener whose namespace has none
 *    counts in closed_unrecorded. Half of them, at most 128, are kept for the first
 *    namespace.
 * 3. Beyond max_listeners a listener's accepts print "-", and what is accepted from it is
 *    in the line "-", before and after it closes.
 * 4. Reads of any size, pread(2) at any offset and reads after lseek(2) give the text
 *    of one read.
 */
#include "tlq_test.h"

#include <sched.h>

#include "tlq_closed.h"
#include "tlq_drive.h"
#include "tlq_hooks.h"

#define LISTENERS 20
#define OTHERS 6

FIXTURE(closed_bounds) {
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks;
	int first;	/* the namespace in which the test began */
};

FIXTURE_SETUP(closed_bounds)
{
	self->first = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->first);
	ASSERT_EQ(0, tlq_netns_enter());
	if (access(TLQ_CLOSED_DEBUG, R_OK))
		SKIP(return, "no " TLQ_CLOSED_DEBUG);
	ASSERT_EQ(0, tlq_mod_fresh());
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
}

FIXTURE_TEARDOWN(closed_bounds)
{
	EXPECT_EQ(0, tlq_mod_renew());
}

/* Whether a line of the kernel log from here on has that text */
static bool logged(int kmsg, const char *text)
{
	char line[2048];
	ssize_t n;

	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		if (strstr(line, text))
			return true;
	}
	return false;
}

TEST_F(closed_bounds, nonsense_is_refused)
{
	static const char *const nonsense[][2] = {
		{ "max_closed=0", "max_closed=0 is not between 1 and 1048576" },
		{ "max_closed=1048577",
		  "max_closed=1048577 is not between 1 and 1048576" },
		{ "max_closed=-1", "`-1' invalid for parameter `max_closed'" },
		{ "max_closed=many", "`many' invalid for parameter `max_closed'" },
		{ "max_closed=", "`' invalid for parameter `max_closed'" },
	};
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *left;
	size_t i;

	ASSERT_LE(0, kmsg);
	for (i = 0; i < ARRAY_SIZE(nonsense); i++) {
		ASSERT_EQ(0, lseek(kmsg, 0, SEEK_END));
		EXPECT_EQ(-EINVAL, tlq_mod_reload(nonsense[i][0]))
			TH_LOG("%s", nonsense[i][0]);
		EXPECT_TRUE(logged(kmsg, nonsense[i][1]))
			TH_LOG("not in the log: %s", nonsense[i][1]);
		left = tlq_left(self->hook, self->hooks);
		EXPECT_EQ(NULL, left)
			TH_LOG("%s leaves %s", nonsense[i][0], left);
	}
}

/* debugfs lists the first namespace first. */
static bool is_first(__u64 netns)
{
	struct tlq_table t;
	bool first;

	if (tlq_load(&t, TLQ_CLOSED_DEBUG))
		return false;
	first = tlq_u64(tlq_line(&t, 0), "netns") == netns;
	tlq_free(&t);
	return first;
}

TEST_F(closed_bounds, others_leave_the_first_its_own)
{
	long long unrecorded;
	size_t had, got = 0;
	int i, empty = 0;

	ASSERT_EQ(0, tlq_mod_reload("max_closed=64"));
	for (i = 0; i < OTHERS; i++) {
		ASSERT_EQ(0, tlq_netns_enter());
		/* Keeps it when we leave it */
		ASSERT_LE(0, open("/proc/self/ns/net", O_RDONLY));
		unrecorded = tlq_stat("closed_unrecorded");
		ASSERT_EQ(0, tlq_close_good(LISTENERS));
		had = tlq_closed_records();
		got += had;
		empty += !had;
		EXPECT_EQ(had ? 0 : LISTENERS,
			  tlq_stat("closed_unrecorded") - unrecorded);
	}
	EXPECT_GE(32, got);
	EXPECT_LT(0, empty);
	ASSERT_EQ(0, setns(self->first, CLONE_NEWNET));
	if (!is_first(tlq_netns_inode()))
		SKIP(return, "this is not the machine's first namespace");
	ASSERT_EQ(0, tlq_close_good(LISTENERS));
	EXPECT_LE(LISTENERS, tlq_closed_records());
}

TEST_F(closed_bounds, a_single_record)
{
	ASSERT_EQ(0, tlq_mod_reload("max_closed=1"));
	ASSERT_EQ(0, tlq_close_good(1));
	if (!tlq_closed_records())
		SKIP(return, "a listener of the first namespace has it");
	ASSERT_EQ(0, tlq_close_bad(2, NULL));
	EXPECT_EQ(1, tlq_closed_records());
	EXPECT_EQ(0, tlq_stat("closed_unrecorded"));
	ASSERT_EQ(0, tlq_close_good(5));
	EXPECT_EQ(1, tlq_closed_records());
	EXPECT_EQ(2, tlq_closed_sum("*", "listen_drops"));
	EXPECT_EQ(1, tlq_closed_sum("*", "reset_at_close"));
}

/* The clock goes on between reads: overwrite closed_ms. */
static void blank(struct __test_metadata *_metadata, char *text)
{
	char *line = strchr(text, '\n'), *name = strstr(text, " closed_ms ");
	size_t end;

	ASSERT_NE(NULL, name);
	end = name + strlen(" closed_ms") - text;
	for (; line && line[1]; line = strchr(line + 1, '\n'))
		memset(line + 1 + end - 10, '#', 10);
}

static char *whole(struct __test_metadata *_metadata, int fd, size_t chunk)
{
	char *text;
	size_t len;

	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	ASSERT_EQ(0, tlq_read_fd(fd, chunk, &text, &len));
	blank(_metadata, text);
	return text;
}

/* What is read at @at; the rest of the buffer is that of @want. */
static void same_at(struct __test_metadata *_metadata, int fd, const char *want,
		    size_t at, size_t len)
{
	size_t size = strlen(want);
	char *text = strdup(want);
	ssize_t n = pread(fd, text + at, len, at);

	ASSERT_LE(0, n);
	ASSERT_EQ(at < size, n > 0);
	ASSERT_GE(size, at + n);
	blank(_metadata, text);
	EXPECT_EQ(0, strcmp(want, text))
		TH_LOG("%zu bytes at %zu", len, at);
	free(text);
}

static const size_t chunk[] = { 1, 7, 100, 512, 4095, 4096, 65536 };

TEST_F(closed_bounds, any_size)
{
	char *want, *text, c[100];
	size_t at, i;
	int fd;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_close_bad(i, NULL));
	ASSERT_EQ(0, tlq_close_good(LISTENERS));
	fd = open(TLQ_CLOSED, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	want = whole(_metadata, fd, 1 << 20);
	for (i = 0; i < ARRAY_SIZE(chunk); i++) {
		text = whole(_metadata, fd, chunk[i]);
		EXPECT_EQ(0, strcmp(want, text))
			TH_LOG("reads of %zu", chunk[i]);
		free(text);
	}
	for (at = 0; at < strlen(want); at += 1 + strlen(want) / 40)
		same_at(_metadata, fd, want, at, 1 + at % 700);
	same_at(_metadata, fd, want, strlen(want) - 1, 100);
	/* Back from the middle */
	ASSERT_EQ(300, lseek(fd, 300, SEEK_SET));
	ASSERT_EQ(sizeof(c), read(fd, c, sizeof(c)));
	text = whole(_metadata, fd, 100);
	EXPECT_EQ(0, strcmp(want, text));
	free(text);
	free(want);
}

/* Keep the lines of one namespace: others may go meanwhile. */
static char *lines_of(char *text, __u64 netns)
{
	char *line = text, *next, *to = text;

	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (strtoull(line, NULL, 10) != netns)
			continue;
		memmove(to, line, next - line);
		to += next - line;
	}
	*to = '\0';
	return text;
}

TEST_F(closed_bounds, accepted_from_untracked)
{
	struct tlq_lopt opt = { .backlog = 8 };
	struct tlq_target t[3];
	int fd[9], i;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=1"));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, tlq_target_open(&t[i], &opt, AF_INET));
		ASSERT_EQ(0, tlq_clients(&t[i], 3, fd + 3 * i));
		ASSERT_TRUE(tlq_until(tlq_queued(t[i].lfd) == 3));
		ASSERT_LE(0, tlq_accept(t[i].lfd));
		ASSERT_LE(0, tlq_accept(t[i].lfd));
	}
	EXPECT_EQ(2, tlq_target_value(&t[0], "accepts"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&t[1], "accepts"));
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&t[2], "wait_us_max"));
	EXPECT_EQ(4, tlq_closed_sum("-", "accepts"));
	EXPECT_LE(2, tlq_stat("untracked_table_full"));
	for (i = 0; i < 3; i++)
		close(t[i].lfd);
	EXPECT_EQ(4, tlq_closed_sum("-", "accepts"));
	EXPECT_EQ(2, tlq_closed_sum("*", "accepts"));
	EXPECT_EQ(3, tlq_closed_sum("*", "reset_at_close"));
}

TEST_F(closed_bounds, any_size_in_debugfs)
{
	__u64 netns = tlq_netns_inode();
	char *want, *text;
	size_t i;
	int fd;

	ASSERT_EQ(0, tlq_close_bad(1, NULL));
	ASSERT_EQ(0, tlq_close_good(LISTENERS));
	fd = open(TLQ_CLOSED_DEBUG, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	want = lines_of(whole(_metadata, fd, 1 << 20), netns);
	ASSERT_NE('\0', *want);
	for (i = 0; i < ARRAY_SIZE(chunk); i++) {
		text = lines_of(whole(_metadata, fd, chunk[i]), netns);
		EXPECT_EQ(0, strcmp(want, text))
			TH_LOG("reads of %zu", chunk[i]);
		free(text);
	}
	free(want);
	/* It holds the module. */
	close(fd);
}
