// SPDX-License-Identifier: GPL-2.0
/*
 * Writes and reads that are forbidden or make no sense.
 *
 * 1. netstat_sendq, the only file of the module that can be written, takes and
 *    refuses what a boolean parameter of the kernel does: any length, any bytes,
 *    any offset. A refused write changes nothing.
 * 2. No other file can be written, not even by root.
 * 3. The user nobody, and root of a user namespace, can write no file, and read
 *    only those that everybody may read.
 * 4. No file shows a kernel address to anybody, root included.
 */
#include "tlq_test.h"

#include "tlq_tcp_lines.h"

#include <dirent.h>
#include <grp.h>
#include <sched.h>
#include <sys/stat.h>

#define RANDOM 10000
#define MIB 1048576
#define ORACLE "/sys/module/printk/parameters/time"

static const char *const dirs[] = {
	"/sys/module/tcp_listenq/parameters/",
	"/sys/kernel/debug/tcp_listenq/",
};

FIXTURE(hostile) {
	char *path[64];
	int paths;
	char *junk;
};

static void list(struct __test_metadata *_metadata, const char *dir,
		 char **path, int *paths)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	ASSERT_NE(NULL, d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		ASSERT_GT(60, *paths);
		ASSERT_LT(0, asprintf(&path[(*paths)++], "%s%s", dir,
				      e->d_name));
	}
	closedir(d);
}

FIXTURE_SETUP(hostile)
{
	size_t i;

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		list(_metadata, dirs[i], self->path, &self->paths);
	self->path[self->paths++] = TLQ_PROC;
	ASSERT_LE(9, self->paths);
	self->junk = malloc(MIB);
	ASSERT_NE(NULL, self->junk);
}

FIXTURE_TEARDOWN(hostile)
{
	tlq_write_file(ORACLE, "Y");
	EXPECT_EQ(0, tlq_mod_renew());
}

static char state_of(struct __test_metadata *_metadata, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = 0;

	ASSERT_EQ(1, read(fd, &c, 1));
	close(fd);
	return c;
}

static char now(struct __test_metadata *_metadata)
{
	return state_of(_metadata, TLQ_SENDQ);
}

static int write_at(const char *path, const char *bytes, size_t len, off_t at)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (pwrite(fd, bytes, len, at) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The oracle is a boolean parameter of printk. */
static void write_and_see(struct __test_metadata *_metadata,
			  const char *bytes, size_t len, off_t at)
{
	char before = now(_metadata), want;
	int err = write_at(TLQ_SENDQ, bytes, len, at);
	int want_err = write_at(ORACLE, bytes, len, at);

	want = want_err || !len ? before : state_of(_metadata, ORACLE);
	EXPECT_EQ(want, now(_metadata));
	EXPECT_EQ(want_err, err)
		TH_LOG("%zu bytes, %#x and so on, at %lld", len,
		       *(const unsigned char *)bytes, (long long)at);
}

static unsigned int next(unsigned int *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

TEST_F(hostile, lengths)
{
	static const size_t len[] = { 0, 1, 2, 4095, 4096, 4097, 65536, MIB };
	static const char first[] = "x7-\n \0\377YN";
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(len); i++) {
		for (j = 0; j < sizeof(first); j++) {
			memset(self->junk, 'x', MIB);
			self->junk[0] = first[j];
			write_and_see(_metadata, self->junk, len[i], 0);
			write_and_see(_metadata, self->junk, len[i], 1);
			write_and_see(_metadata, self->junk, len[i], 1 << 20);
		}
	}
}

TEST_F(hostile, numbers)
{
	static const char *const text[] = {
		"-1", "-0", "18446744073709551616", "18446744073709551615",
		"9223372036854775808", "4294967296", "0x", "2", "%n%s", "\t1",
		"../../etc/passwd", "$(reboot)", "on", "off", "oN\n", "ofx",
		"1e9", "NaN", "null", "true", "false",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(text); i++)
		write_and_see(_metadata, text[i], strlen(text[i]), 0);
}

TEST_F(hostile, random_strings)
{
	int i, times = tlq_scaled(RANDOM, 200);
	unsigned int state = tlq_now_ms();
	size_t len, j;

	TH_LOG("seed %u", state);
	for (i = 0; i < times; i++) {
		len = 1 + next(&state) % (i % 100 ? 40 : 5000);
		for (j = 0; j < len; j++)
			self->junk[j] = next(&state);
		write_and_see(_metadata, self->junk, len, 0);
	}
}

TEST_F(hostile, half_a_write)
{
	int fd = open(TLQ_SENDQ, O_WRONLY | O_APPEND);
	size_t size = tlq_page_size();
	char *hole = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_LE(0, fd);
	ASSERT_NE(MAP_FAILED, hole);
	ASSERT_EQ(0, munmap(hole + size, size));
	hole[size - 1] = 'N';
	EXPECT_EQ(-1, write(fd, hole + size - 1, 2));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, write(fd, hole + size, 1));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ('Y', now(_metadata));
	EXPECT_EQ(1, write(fd, hole + size - 1, 1));
	EXPECT_EQ('N', now(_metadata));
	/* Truncating changes nothing, whatever it returns. */
	ftruncate(fd, 0);
	EXPECT_EQ('N', now(_metadata));
}

static bool is_sendq(const char *path)
{
	return !strcmp(path, TLQ_SENDQ);
}

TEST_F(hostile, nothing_else_is_written)
{
	int i, fd;

	for (i = 0; i < self->paths; i++) {
		if (is_sendq(self->path[i]))
			continue;
		fd = open(self->path[i], O_WRONLY);
		EXPECT_TRUE(fd < 0 || write(fd, "1", 1) < 0)
			TH_LOG("%s can be written", self->path[i]);
		close(fd);
		EXPECT_NE(0, unlink(self->path[i]));
	}
}

/* The process does not get its privileges back. */
static void only_reads(struct __test_metadata *_metadata, char **path,
		       int paths)
{
	bool everybody;
	int i, fd;

	for (i = 0; i < paths; i++) {
		everybody = !strstr(path[i], "/debug/");
		fd = open(path[i], O_RDONLY);
		EXPECT_EQ(everybody, fd >= 0)
			TH_LOG("%s", path[i]);
		EXPECT_TRUE(fd >= 0 || errno == EACCES);
		close(fd);
		EXPECT_GT(0, open(path[i], O_WRONLY));
		EXPECT_EQ(EACCES, errno);
		EXPECT_GT(0, open(path[i], O_RDWR | O_TRUNC));
		EXPECT_EQ(EACCES, errno);
		EXPECT_NE(0, chmod(path[i], 0666));
	}
	EXPECT_NE(0, tlq_mod_unload());
	EXPECT_NE(0, tlq_mod_load(tlq_mod_file()));
}

TEST_F(hostile, nobody)
{
	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	only_reads(_metadata, self->path, self->paths);
	/* Without the teardown, which needs root */
	_exit(_metadata->exit_code);
}

TEST_F(hostile, root_of_a_user_namespace)
{
	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(1000, 1000, 1000));
	ASSERT_EQ(0, setresuid(1000, 1000, 1000));
	if (unshare(CLONE_NEWUSER))
		SKIP(_exit(KSFT_SKIP), "no user namespaces");
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
	only_reads(_metadata, self->path, self->paths);
	_exit(_metadata->exit_code);
}

/* ffff and twelve more hexadecimal digits, or 0xffff */
static bool has_address(const char *text)
{
	const char *p = text;

	for (; (p = strstr(p, "ffff")); p++)
		if (strspn(p, "0123456789abcdef") == 16)
			return true;
	return strstr(text, "0xffff");
}

TEST_F(hostile, no_addresses)
{
	size_t len;
	char *text;
	int i;

	ASSERT_TRUE(has_address("a ffff888012345678 b"));
	for (i = 0; i < self->paths; i++) {
		ASSERT_EQ(0, tlq_read_file(self->path[i], 4096, &text, &len));
		EXPECT_FALSE(has_address(text))
			TH_LOG("%s: %s", self->path[i], text);
		free(text);
	}
}
