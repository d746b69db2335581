// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel memory that a reader takes.
 *
 * 1. A descriptor in the middle of a read holds a copy of one bucket, however
 *    many listeners there are in others.
 * 2. It is charged to the memory cgroup of the reader, and given back when the
 *    descriptor is closed.
 *
 * memory.current moves in steps of some pages per CPU, so many descriptors are
 * measured together.
 */
#include "tlq_test.h"

#define MEMBERS 2000
#define OTHERS 4000
#define DESCRIPTORS 40

/* Bounds for the copy of a row */
#define MIN_BYTES 64
#define MAX_BYTES 1024

FIXTURE(memory) {
	struct tlq_cgroup cg;
	int members;
};

FIXTURE_SETUP(memory)
{
	struct tlq_lopt group = { .port = 80, .reuseport = true };
	struct tlq_lopt other = { .port = 1000 };
	int i, others = tlq_scaled(OTHERS, 2000);

	self->members = tlq_scaled(MEMBERS, 1000);
	ASSERT_EQ(0, tlq_nofile(self->members + others + 200));
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < self->members; i++)
		ASSERT_LE(0, tlq_listen(&group));
	for (i = 0; i < others; i++) {
		ASSERT_LE(0, tlq_listen(&other));
		other.port++;
	}
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

/* Read until the group's bucket, the big one, has been copied. */
static int read_into_group(struct __test_metadata *_metadata)
{
	int fd = open(TLQ_PROC, O_RDONLY), times = 0;
	static char buf[16384];
	ssize_t n;

	ASSERT_LE(0, fd);
	do {
		n = read(fd, buf, sizeof(buf) - 1);
		ASSERT_LT(0, n);
		buf[n] = '\0';
		times = strstr(buf, "127.0.0.1:80 ") ? times + 1 : 0;
	} while (times < 3);
	return fd;
}

TEST_F(memory, one_bucket_a_descriptor)
{
	int fd[DESCRIPTORS], i;
	long long before, grown;

	/* The first one also pays for caches and page tables, which stay. */
	close(read_into_group(_metadata));
	before = used(&self->cg);
	for (i = 0; i < DESCRIPTORS; i++)
		fd[i] = read_into_group(_metadata);
	grown = used(&self->cg) - before;
	TH_LOG("%lld kB for %d descriptors", grown / 1024, DESCRIPTORS);
	EXPECT_LT((long long)DESCRIPTORS * self->members * MIN_BYTES,
		  grown);
	EXPECT_GT((long long)DESCRIPTORS * self->members * MAX_BYTES,
		  grown);
	for (i = 0; i < DESCRIPTORS; i++)
		close(fd[i]);
	EXPECT_TRUE(tlq_until(used(&self->cg) - before < grown / 4));
}
