// SPDX-License-Identifier: GPL-2.0
/*
 * The text of both files, however it is read.
 *
 * 1. The header has the columns of docs/format.md in their order; the file in
 *    debugfs has "netns" before them, and two processes before the last one.
 * 2. Every line has a value for each column, only printable ASCII, decimal
 *    numbers, and no kernel address.
 * 3. read(2) of any size, pread(2) at any offset, lseek(2) to any offset, and,
 *    where allowed, splice(2) and sendfile(2) give the same text.
 * 4. A read past the end returns 0, a negative offset EINVAL.
 * 5. The file in /proc is 0444, the one in debugfs 0400; neither can be
 *    written or mapped, not even by root.
 */
#include "tlq_test.h"

#include <sys/sendfile.h>
#include <sys/stat.h>

/* Without "flags", which is last in both, behind the two of debugfs' */
static const char * const columns[] = {
	"local", "ack_backlog", "max_ack_backlog", "peak_ack_backlog",
	"recent_ack_backlog", "oldest_ms", "reqsk_qlen", "reqsk_young",
	"reqsk_max", "peak_reqsk_qlen", "recent_reqsk_qlen", "syns",
	"overflow_syn", "overflow_ack", "overflow_cookie", "reqq_full_drop",
	"reqq_full_cookies", "syncookies_sent", "listen_drops",
	"embryonic_rsts", "last_overflow_ms", "last_reqq_full_ms", "accepts",
	"last_accept_ms", "wait_us_sum", "wait_us_max", "tfo_qlen",
	"tfo_max_qlen", "tfo_overflow", "uid", "inode", "cookie", "cgroup",
	"reuseport_group",
};

static const char * const tasks[] = { "acceptor", "listener_by" };

FIXTURE(format) {
	char *text;		/* what one read(2) of everything gives */
	size_t len;
};

FIXTURE_VARIANT(format) {
	const char *path;
	mode_t mode;
	int before;		/* columns in front of the common ones */
	int tasks;		/* and before the last one */
};

FIXTURE_VARIANT_ADD(format, proc) {
	.path = TLQ_PROC,
	.mode = 0444,
};

FIXTURE_VARIANT_ADD(format, debugfs) {
	.path = TLQ_DEBUG,
	.mode = 0400,
	.before = 1,
	.tasks = 2,
};

/* Rows of all widths, over more than one page. */
static void open_listeners(struct __test_metadata *_metadata)
{
	static const char * const addr[] = {
		"::", "::1", "fd00:abcd:ef01:2345:6789:abcd:ef01:2345", "1::",
	};
	struct tlq_lopt opt = { .freebind = true };
	char v4[16];
	int i;

	for (i = 0; i < 60; i++) {
		opt.family = i % 3 ? AF_INET : AF_INET6;
		snprintf(v4, sizeof(v4), "127.%d.%d.1", i, 4 * i);
		opt.addr = i % 3 ? v4 : addr[i / 3 % 4];
		opt.port = i % 2 ? 1 + i : 65000 + i;
		opt.backlog = i * i;
		opt.dev = i % 5 ? NULL : "lo";
		opt.defer = i % 7 ? 0 : 1;
		ASSERT_LE(0, tlq_listen(&opt));
	}
}

/* A work item writes listener_by soon after listen(2). */
static bool all_seen(void)
{
	struct tlq_line line;
	struct tlq_table t;
	size_t i, missing = 0;

	if (tlq_load(&t, TLQ_DEBUG))
		return false;
	for (i = 0; i < t.nlines; i++) {
		line = tlq_line(&t, i);
		missing += tlq_u64(line, "netns") == tlq_netns_inode() &&
			   !strcmp(tlq_str(line, "listener_by"), "-");
	}
	tlq_free(&t);
	return !missing;
}

FIXTURE_SETUP(format)
{
	if (access(variant->path, R_OK))
		SKIP(return, "no %s", variant->path);
	ASSERT_EQ(0, tlq_netns_enter());
	open_listeners(_metadata);
	if (variant->tasks)
		ASSERT_TRUE(tlq_until(all_seen()));
	ASSERT_EQ(0, tlq_read_file(variant->path, 1 << 20, &self->text,
				   &self->len));
	ASSERT_LT(3 * 4096, self->len);
	ASSERT_EQ(self->len, strlen(self->text));
}

FIXTURE_TEARDOWN(format)
{
}

static int open_file(struct __test_metadata *_metadata, const char *path)
{
	int fd = open(path, O_RDONLY);

	ASSERT_LE(0, fd);
	return fd;
}

TEST_F(format, header)
{
	struct tlq_table t;
	size_t i;

	ASSERT_EQ(0, tlq_load(&t, variant->path));
	ASSERT_EQ(variant->before + ARRAY_SIZE(columns) + variant->tasks + 1,
		  t.ncols);
	if (variant->before)
		EXPECT_STREQ("netns", t.col[0]);
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		EXPECT_STREQ(columns[i], t.col[i + variant->before]);
	for (i = 0; i < variant->tasks; i++)
		EXPECT_STREQ(tasks[i], t.col[t.ncols - 1 - variant->tasks + i]);
	EXPECT_STREQ("flags", t.col[t.ncols - 1]);
}

static bool is_text(const char *column)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		if (!strcmp(column, tasks[i]))
			return true;
	return !strcmp(column, "local") || !strcmp(column, "flags");
}

TEST_F(format, values)
{
	struct tlq_table t;
	size_t i, c;
	const char *s;

	ASSERT_EQ(0, tlq_load(&t, variant->path));
	EXPECT_LE(60, t.nlines);
	for (i = 0; i < t.nlines; i++) {
		for (c = 0; c < t.ncols; c++) {
			s = t.cell[i * t.ncols + c];
			if (is_text(t.col[c]))
				continue;
			EXPECT_TRUE(!strcmp(s, "-") ||
				    strspn(s, "0123456789") == strlen(s))
				TH_LOG("%s is '%s'", t.col[c], s);
			EXPECT_TRUE(s[0] != '0' || !s[1])
				TH_LOG("%s is '%s'", t.col[c], s);
		}
	}
}

/* Twelve hex digits after ffff, as addresses of the kernel have. */
static bool kernel_address(const char *s)
{
	return !strncmp(s, "ffff", 4) && strspn(s, "0123456789abcdef") >= 16;
}

TEST_F(format, characters)
{
	const char *s;

	EXPECT_EQ('\n', self->text[self->len - 1]);
	for (s = self->text; *s; s++) {
		ASSERT_TRUE(*s == '\n' || (*s >= ' ' && *s <= '~'));
		/* No blank before an end of line, no empty line. */
		ASSERT_FALSE(*s == '\n' && s > self->text &&
			     (s[-1] == ' ' || s[-1] == '\n'));
		ASSERT_FALSE(kernel_address(s));
	}
}

struct word {
	size_t begin;
	size_t end;
};

static size_t cut_line(const char *line, struct word *w)
{
	size_t n = 0, i = strspn(line, " ");

	while (line[i] && line[i] != '\n' && n < TLQ_MAX_COLS) {
		w[n].begin = i;
		i += strcspn(line + i, "\n ");
		w[n++].end = i;
		i += strspn(line + i, " ");
	}
	return n;
}

/*
 * A column begins after the one before it and ends with its name; the last one
 * begins with its name. A value that is too wide shifts the rest of its line by what
 * it has too much: ids of cgroups on 32-bit kernels all are.
 */
static bool within(const struct word *head, const struct word *w, size_t n)
{
	size_t c, width, begin = 0, shift = 0;

	for (c = 0; c < n - 1; c++) {
		width = w[c].end - w[c].begin;
		if (width > head[c].end - begin)
			shift += width - (head[c].end - begin);
		else if (w[c].begin < begin + shift)
			return false;
		if (w[c].end > head[c].end + shift)
			return false;
		begin = head[c].end + 1;
	}
	return w[c].begin == head[c].begin + shift;
}

TEST_F(format, aligned)
{
	struct word head[TLQ_MAX_COLS], w[TLQ_MAX_COLS];
	size_t n = cut_line(self->text, head), i;
	const char *s = strchr(self->text, '\n') + 1;

	/* Text is left-aligned: its column ends before the next name. */
	head[variant->before].end = head[variant->before + 1].begin - 1;
	for (i = n - 1 - variant->tasks; i < n - 1; i++)
		head[i].end = head[i + 1].begin - 1;
	for (; *s; s = strchr(s, '\n') + 1) {
		ASSERT_EQ(n, cut_line(s, w));
		ASSERT_TRUE(within(head, w, n))
			TH_LOG("%.*s", (int)strcspn(s, "\n"), s);
	}
}

TEST_F(format, read_sizes)
{
	static const size_t size[] = {
		1, 2, 7, 79, 512, 4095, 4096, 4097, 65536, 1 << 20,
	};
	size_t i, len;
	char *text;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		ASSERT_EQ(0, tlq_read_file(variant->path, size[i], &text,
					   &len));
		ASSERT_EQ(self->len, len)
			TH_LOG("reads of %zu", size[i]);
		ASSERT_EQ(0, memcmp(self->text, text, len))
			TH_LOG("reads of %zu", size[i]);
		free(text);
	}
}

TEST_F(format, pread_anywhere)
{
	int fd = open_file(_metadata, variant->path);
	size_t off, want;
	char buf[700];
	ssize_t n;

	/* A prime stride, up and then down */
	for (off = 0; off < 2 * self->len; off += 97) {
		want = off < self->len ? off : 2 * self->len - off;
		n = pread(fd, buf, sizeof(buf), want);
		ASSERT_LT(want == self->len ? -1 : 0, n);
		ASSERT_GE(self->len - want, n);
		ASSERT_EQ(0, memcmp(self->text + want, buf, n))
			TH_LOG("at %zu", want);
	}
	/* pread(2) has not moved the file's own position. */
	ASSERT_LT(0, read(fd, buf, 10));
	ASSERT_EQ(0, memcmp(self->text, buf, 10));
}

TEST_F(format, lseek_back)
{
	int fd = open_file(_metadata, variant->path), i;
	static const off_t to[] = { 0, 1, 4095, 4096, 5000, 0 };
	char *text;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(to); i++) {
		ASSERT_EQ(to[i], lseek(fd, to[i], SEEK_SET));
		ASSERT_EQ(0, tlq_read_fd(fd, 512, &text, &len));
		ASSERT_EQ(self->len - to[i], len);
		ASSERT_EQ(0, memcmp(self->text + to[i], text, len));
		free(text);
	}
}

TEST_F(format, past_the_end)
{
	static const off_t far[] = {
		1 << 30, 1LL << 31, 1LL << 32, 1LL << 62, 0x7ffffffffffff000,
	};
	int fd = open_file(_metadata, variant->path), i;
	char c;

	EXPECT_EQ(0, pread(fd, &c, 1, self->len));
	for (i = 0; i < ARRAY_SIZE(far); i++)
		EXPECT_EQ(0, pread(fd, &c, 1, far[i]));
	EXPECT_EQ(-1, lseek(fd, -1, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pread(fd, &c, 1, -1));
	EXPECT_EQ(EINVAL, errno);
	/* The descriptor can still be read from the start. */
	EXPECT_EQ(1, pread(fd, &c, 1, 0));
	EXPECT_EQ(self->text[0], c);
}

/* debugfs does not pass splice_read on to its files: EINVAL is right there. */
TEST_F(format, splice)
{
	int fd = open_file(_metadata, variant->path), out[2];
	char buf[4096];
	size_t done = 0;
	ssize_t n;

	ASSERT_EQ(0, pipe(out));
	while ((n = splice(fd, NULL, out[1], NULL, sizeof(buf), 0)) > 0) {
		ASSERT_EQ(n, read(out[0], buf, sizeof(buf)));
		ASSERT_EQ(0, memcmp(self->text + done, buf, n));
		done += n;
	}
	if (n < 0 && errno == EINVAL && !done && variant->before)
		return;
	EXPECT_EQ(0, n);
	EXPECT_EQ(self->len, done);
}

TEST_F(format, sendfile)
{
	int fd = open_file(_metadata, variant->path);
	int out = memfd_create("tlq", 0);
	char *text = malloc(self->len);
	size_t done = 0;
	ssize_t n;

	ASSERT_LE(0, out);
	while ((n = sendfile(out, fd, NULL, 1000)) > 0)
		done += n;
	if (n < 0 && errno == EINVAL && !done && variant->before)
		return;
	ASSERT_EQ(self->len, done);
	ASSERT_EQ(self->len, pread(out, text, self->len, 0));
	EXPECT_EQ(0, memcmp(self->text, text, self->len));
}

TEST_F(format, not_writable)
{
	struct stat st;
	int fd;

	ASSERT_EQ(0, stat(variant->path, &st));
	EXPECT_TRUE(S_ISREG(st.st_mode));
	EXPECT_EQ(variant->mode, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
	fd = open(variant->path, O_RDONLY);
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	close(fd);
	/* Root may open it for writing; the write then fails. */
	fd = open(variant->path, O_RDWR | O_TRUNC);
	if (fd >= 0) {
		EXPECT_EQ(-1, write(fd, "x", 1));
		EXPECT_TRUE(errno == EIO || errno == EINVAL);
	}
}
