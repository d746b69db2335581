// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that behave badly.
 *
 * 1. Readers that stop after a byte, or are killed in the middle of a read,
 *    leave nothing behind: the next reader sees everything.
 * 2. A bad buffer gives EFAULT, a short one a short read; no text is lost.
 * 3. Many descriptors at different places do not disturb each other, and of
 *    processes that share one each byte goes to exactly one.
 * 4. A read fills more than two pages of a large buffer, also if these were
 *    never touched, and the text is the same.
 */
#include "tlq_test.h"

#include <sys/uio.h>
#include <sys/wait.h>

#define LISTENERS 100
#define ABANDONED 10000
#define KILLED 500

FIXTURE(readers) {
	char *text;
	size_t len;
};

FIXTURE_SETUP(readers)
{
	struct tlq_lopt opt = { .port = 1000 };
	int i;

	ASSERT_EQ(0, tlq_nofile(4096));
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < LISTENERS; i++) {
		ASSERT_LE(0, tlq_listen(&opt));
		opt.port++;
	}
	ASSERT_EQ(0, tlq_read_file(TLQ_PROC, 1 << 20, &self->text,
				   &self->len));
}

FIXTURE_TEARDOWN(readers)
{
}

static int open_table(struct __test_metadata *_metadata)
{
	int fd = open(TLQ_PROC, O_RDONLY);

	ASSERT_LE(0, fd);
	return fd;
}

static void still_whole(struct __test_metadata *_metadata, const char *want)
{
	size_t len;
	char *text;

	ASSERT_EQ(0, tlq_read_file(TLQ_PROC, 4096, &text, &len));
	EXPECT_STREQ(want, text);
	free(text);
}

TEST_F(readers, abandoned)
{
	int i, fd, abandoned = tlq_scaled(ABANDONED, 1000);
	char c;

	for (i = 0; i < abandoned; i++) {
		fd = open_table(_metadata);
		ASSERT_EQ(1, pread(fd, &c, 1, i % self->len));
		ASSERT_EQ(self->text[i % self->len], c);
		close(fd);
	}
	still_whole(_metadata, self->text);
}

static void read_for_ever(size_t chunk, int tell)
{
	int fd = open(TLQ_PROC, O_RDONLY);
	static char buf[65536];

	while (fd >= 0) {
		while (read(fd, buf, chunk) > 0)
			if (tell >= 0 && write(tell, "x", 1) == 1)
				tell = -1;
		lseek(fd, 0, SEEK_SET);
	}
	_exit(1);
}

TEST_F(readers, killed)
{
	int i, tell[2], status, killed = tlq_scaled(KILLED, 20);
	static const size_t chunk[] = { 1, 7, 4096, 65536 };
	pid_t pid;
	char c;

	for (i = 0; i < killed; i++) {
		ASSERT_EQ(0, pipe(tell));
		pid = tlq_fork();
		if (!pid)
			read_for_ever(chunk[i % ARRAY_SIZE(chunk)], tell[1]);
		ASSERT_LT(0, pid);
		ASSERT_EQ(1, read(tell[0], &c, 1));
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
		close(tell[0]);
		close(tell[1]);
	}
	still_whole(_metadata, self->text);
}

TEST_F(readers, bad_buffers)
{
	size_t size = tlq_page_size();
	char *page = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_table(_metadata);
	struct iovec iov[2];
	ssize_t n;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + size, size));
	EXPECT_EQ(-1, read(fd, page + size, 100));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, read(fd, page, 0));
	/*
	 * Ten bytes fit: at most ten come, and none is skipped. arm64 copies 16 at once,
	 * and none of these where not all fit.
	 */
	n = read(fd, page + size - 10, 100);
	EXPECT_GE(10, n);
	EXPECT_TRUE(n > 0 || (n < 0 && errno == EFAULT));
	n = n < 0 ? 0 : n;
	EXPECT_EQ(0, memcmp(self->text, page + size - 10, n));
	iov[0] = (struct iovec){ page, 3 };
	iov[1] = (struct iovec){ page + 3, 4000 };
	EXPECT_LE(n + 3, lseek(fd, 0, SEEK_CUR) + readv(fd, iov, 2));
	EXPECT_EQ(0, memcmp(self->text + n, page, 3));
}

/*
 * The first read gives a page at most, as seq_file begins with one. Each read
 * has fresh memory, so that no page of it is present.
 */
TEST_F(readers, untouched_buffers)
{
	size_t size = 1 << 16, largest = 0, done = 0;
	int fd = open_table(_metadata);
	ssize_t n;
	char *p;

	ASSERT_LT(4 * 4096, self->len);
	do {
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ASSERT_NE(MAP_FAILED, p);
		n = read(fd, p, size);
		ASSERT_LE(0, n);
		ASSERT_GE(self->len - done, n);
		ASSERT_EQ(0, memcmp(self->text + done, p, n));
		ASSERT_EQ(0, munmap(p, size));
		done += n;
		largest = (size_t)n > largest ? (size_t)n : largest;
	} while (n);
	EXPECT_EQ(self->len, done);
	EXPECT_LT(2 * 4096, largest);
}

TEST_F(readers, many_descriptors)
{
	int fd[200], i, round;
	char buf[64];
	size_t at;

	for (i = 0; i < ARRAY_SIZE(fd); i++) {
		fd[i] = open_table(_metadata);
		ASSERT_EQ(10 * i, lseek(fd[i], 10 * i, SEEK_SET));
	}
	for (round = 0; round < 20; round++) {
		for (i = 0; i < ARRAY_SIZE(fd); i++) {
			at = 10 * i + round * sizeof(buf);
			ASSERT_EQ(sizeof(buf), read(fd[i], buf, sizeof(buf)));
			ASSERT_EQ(0, memcmp(self->text + at, buf, sizeof(buf)));
		}
	}
}

static size_t count_bytes(int fd)
{
	size_t bytes = 0;
	ssize_t n;
	char c[5];

	while ((n = read(fd, c, sizeof(c))) > 0)
		bytes += n;
	return bytes;
}

TEST_F(readers, shared_descriptor)
{
	int fd = open_table(_metadata), i, status;
	size_t *bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, bytes);
	for (i = 0; i < 3; i++) {
		if (tlq_fork())
			continue;
		bytes[i] = count_bytes(fd);
		_exit(0);
	}
	for (i = 0; i < 3; i++)
		ASSERT_LT(0, wait(&status));
	EXPECT_EQ(self->len, bytes[0] + bytes[1] + bytes[2]);
}
