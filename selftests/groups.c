// SPDX-License-Identifier: GPL-2.0
/*
 * The column reuseport_group.
 *
 * 1. It is the same for all members of a group, and different for two groups on the
 *    machine, also if their address and port look the same: IPv6 with and without
 *    IPv4, devices, users, namespaces.
 * 2. It is "-" without SO_REUSEPORT. A lone listener with it is a group of one.
 * 3. It stays the same when members come and go, from 1 to 300, which makes the kernel
 *    allocate the group's memory anew, and with a BPF program that chooses.
 */
#include "tlq_test.h"

#include <linux/filter.h>

#define MEMBERS 300

FIXTURE(groups) {
	struct tlq_lopt opt;
};

FIXTURE_SETUP(groups)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(2 * MEMBERS));
	self->opt = (struct tlq_lopt){ .port = 80, .reuseport = true };
}

FIXTURE_TEARDOWN(groups)
{
}

static __u64 group_of(struct __test_metadata *_metadata, int lfd)
{
	return tlq_value_of(_metadata, lfd, "reuseport_group");
}

/* A member, by its descriptor; @group is of the ones before, TLQ_NONE: none */
static int member(struct __test_metadata *_metadata, const struct tlq_lopt *opt,
		  __u64 *group)
{
	int lfd = tlq_listen(opt);
	__u64 v;

	ASSERT_LE(0, lfd);
	v = group_of(_metadata, lfd);
	EXPECT_GT(TLQ_BAD, v);
	if (*group != TLQ_NONE)
		EXPECT_EQ(*group, v);
	*group = v;
	return lfd;
}

static void all_differ(struct __test_metadata *_metadata, const __u64 *v, int n)
{
	int i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++) {
			EXPECT_NE(v[i], v[j])
				TH_LOG("groups %d and %d", i, j);
		}
}

TEST_F(groups, alike_and_different)
{
	struct tlq_lopt kind[] = {
		{ },
		{ .port = 81 },
		{ .addr = "127.0.0.2" },
		{ .addr = "0.0.0.0", .port = 82 },
		{ .family = AF_INET6, .addr = "::", .port = 82 },
		{ .family = AF_INET6, .addr = "::", .port = 83, .dual = true },
		{ .dev = "lo", .port = 84 },
		{ .port = 84 },
	};
	__u64 group[ARRAY_SIZE(kind) + 1];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(kind); i++) {
		group[i] = TLQ_NONE;
		kind[i].reuseport = true;
		kind[i].port = kind[i].port ?: 80;
		for (j = 0; j < 3; j++)
			member(_metadata, &kind[i], &group[i]);
	}
	ASSERT_EQ(0, tlq_netns_enter());
	group[i] = TLQ_NONE;
	member(_metadata, &kind[0], &group[i]);
	all_differ(_metadata, group, ARRAY_SIZE(group));
}

TEST_F(groups, none)
{
	struct tlq_lopt opt = { .port = 85 };
	int lfd = tlq_listen(&opt), one = 1;
	__u64 group = TLQ_NONE;

	ASSERT_LE(0, lfd);
	EXPECT_EQ(TLQ_NONE, group_of(_metadata, lfd));
	/* Too late: the kernel makes the group in bind(2). */
	ASSERT_EQ(0, setsockopt(lfd, SOL_SOCKET, SO_REUSEPORT, &one,
				sizeof(one)));
	EXPECT_EQ(TLQ_NONE, group_of(_metadata, lfd));
	member(_metadata, &self->opt, &group);
}

/* Each of one user: two may not share a port. */
TEST_F(groups, users)
{
	struct tlq_lopt opt = self->opt;
	__u64 group[2] = { TLQ_NONE, TLQ_NONE };

	opt.port = 8080;
	member(_metadata, &opt, &group[0]);
	ASSERT_EQ(0, seteuid(65533));
	EXPECT_EQ(-EADDRINUSE, tlq_listen(&opt));
	opt.addr = "127.0.0.2";
	member(_metadata, &opt, &group[1]);
	ASSERT_EQ(0, seteuid(0));
	all_differ(_metadata, group, 2);
}

static void attach(struct __test_metadata *_metadata, int lfd)
{
	struct sock_filter first = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &first };

	ASSERT_EQ(0, setsockopt(lfd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
				&prog, sizeof(prog)));
}

/* All lines of the table, which are of this group */
static void all_in(struct __test_metadata *_metadata, size_t n, __u64 group)
{
	struct tlq_table t;
	size_t i;

	TLQ_LOAD(t);
	ASSERT_EQ(n, t.nlines);
	for (i = 0; i < n; i++)
		ASSERT_EQ(group, tlq_u64(tlq_line(&t, i), "reuseport_group"));
	tlq_free(&t);
}

TEST_F(groups, grows_and_shrinks)
{
	int lfd[MEMBERS], i, n = MEMBERS;
	__u64 group = TLQ_NONE;

	for (i = 0; i < n; i++) {
		lfd[i] = tlq_listen(&self->opt);
		ASSERT_LE(0, lfd[i]);
		if (!i)
			group = group_of(_metadata, lfd[i]);
		if (i == 1)
			attach(_metadata, lfd[i]);
		/* The kernel doubles from 128 on. */
		if (i == 1 || i == 127 || i == 128 || i == 257)
			all_in(_metadata, i + 1, group);
	}
	all_in(_metadata, n, group);
	for (i = 0; i < n - 1; i++)
		close(lfd[i]);
	all_in(_metadata, 1, group);
}
