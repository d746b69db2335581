// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel memory that a reader takes.
 * Topology: a reuseport group, hence all in one bucket; the reader is uid 65534.
 *
 * 1. A descriptor that has read a byte in front of the group, or some of its lines
 *    by reads of any size, holds at most 128 kB, however long the bucket is.
 * 2. That is charged to the memory cgroup of the reader, and given back when the
 *    descriptor is closed.
 *
 * memory.current moves in steps of some pages per CPU, so many descriptors are
 * measured together; 160 kB are allowed for each, with all that a file takes.
 */
#include "tlq_test.h"

#define MEMBERS 20000
#define DESCRIPTORS 1000
#define MAX_KB 160
#define NOBODY 65534

FIXTURE(memory) {
	struct tlq_cgroup cg;
	int members;
};

FIXTURE_SETUP(memory)
{
	struct tlq_lopt group = { .port = 80, .reuseport = true };
	int i;

	self->members = tlq_scaled(MEMBERS, 2000);
	ASSERT_EQ(0, tlq_nofile(self->members + DESCRIPTORS + 100));
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < self->members; i++)
		ASSERT_LE(0, tlq_listen(&group));
	if (tlq_cgroup_enter(&self->cg))
		SKIP(return, "no cgroup v2 directory can be made");
	if (tlq_cgroup_get(&self->cg, "memory.current") < 0) {
		tlq_cgroup_leave(&self->cg);
		SKIP(return, "no memory controller");
	}
}

FIXTURE_TEARDOWN(memory)
{
	tlq_cgroup_leave(&self->cg);
}

static long long used(const struct tlq_cgroup *cg)
{
	return tlq_cgroup_get(cg, "memory.current");
}

static int read_some(struct __test_metadata *_metadata, size_t chunk,
		     size_t bytes)
{
	int fd = open(TLQ_PROC, O_RDONLY);
	static char buf[65536];
	size_t done = 0;
	ssize_t n;

	ASSERT_LE(0, fd);
	do {
		n = read(fd, buf, chunk);
		ASSERT_LT(0, n);
		done += n;
	} while (done < bytes);
	return fd;
}

/* What @descriptors hold that have read @bytes or some more, in reads of @chunk */
static void check(struct __test_metadata *_metadata,
		  const struct tlq_cgroup *cg, int descriptors, size_t chunk,
		  size_t bytes)
{
	long long before, grown, free_kb, gone_kb;
	static int fd[DESCRIPTORS];
	int i;

	ASSERT_EQ(0, seteuid(NOBODY));
	/* The first one also pays for caches and page tables, which stay. */
	close(read_some(_metadata, chunk, bytes));
	before = used(cg);
	free_kb = tlq_meminfo_kb("MemFree");
	for (i = 0; i < descriptors; i++)
		fd[i] = read_some(_metadata, chunk, bytes);
	grown = used(cg) - before;
	gone_kb = free_kb - tlq_meminfo_kb("MemFree");
	TH_LOG("reads of %zu: %lld kB for %d descriptors, %lld kB less free",
	       chunk, grown / 1024, descriptors, gone_kb);
	EXPECT_GT((long long)descriptors * MAX_KB, grown / 1024);
	/* Others take and free memory, too. */
	EXPECT_GT((long long)descriptors * MAX_KB + 16384, gone_kb);
	EXPECT_LT(gone_kb / 2, grown / 1024);
	for (i = 0; i < descriptors; i++)
		close(fd[i]);
	EXPECT_TRUE(tlq_until(used(cg) - before < grown / 4));
	ASSERT_EQ(0, seteuid(0));
}

TEST_F(memory, in_front)
{
	check(_metadata, &self->cg, tlq_scaled(DESCRIPTORS, 100), 1, 1);
}

TEST_F(memory, in_the_middle)
{
	static const size_t chunk[] = { 1, 500, 4096, 16384, 65536 };
	int i;

	for (i = 0; i < ARRAY_SIZE(chunk); i++)
		check(_metadata, &self->cg, tlq_scaled(DESCRIPTORS / 4, 100),
		      chunk[i], chunk[i] > 1 ? 3 * chunk[i] : 1000);
}
