// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading in the middle of a storm, again and again.
 *
 * 1. From the first read on, the sums hold, nothing is unassigned, and "kernel"
 *    is the growth of /proc/net/netstat since load.
 * 2. After each unload no function is hooked; after the last nothing is left.
 * 3. The processes of the storm do not notice.
 */
#include "tlq_test.h"

#include "tlq_hooks.h"
#include "tlq_storm.h"

FIXTURE(reload) {
	struct tlq_storm s;
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks;
};

FIXTURE_SETUP(reload)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(4096));
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
	self->s.kind = tlq_storm_all;
	self->s.kinds = ARRAY_SIZE(tlq_storm_all);
}

FIXTURE_TEARDOWN(reload)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

/* netstat before and after the load: counting starts in between. */
struct window {
	struct tlq_mibs from;
	struct tlq_mibs to;
};

static void look(struct __test_metadata *_metadata, const struct window *w)
{
	struct tlq_mibs least, most;
	struct tlq_netns_totals totals;
	int i;

	ASSERT_EQ(0, tlq_netstat(&least));
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	ASSERT_EQ(0, tlq_netstat(&most));
	tlq_mibs_sub(&least, &w->to);
	tlq_mibs_sub(&most, &w->from);
	for (i = 0; i < TLQ_MIBS; i++) {
		EXPECT_EQ(0, totals.unassigned.v[i]);
		EXPECT_LE(least.v[i], totals.kernel.v[i]);
		EXPECT_GE(most.v[i], totals.kernel.v[i]);
	}
}

static bool grown(const struct tlq_mibs *since, __u64 by)
{
	struct tlq_mibs now;

	return tlq_netstat(&now) || now.v[TLQ_DROPS] >= since->v[TLQ_DROPS] + by;
}

static void load(struct __test_metadata *_metadata, struct window *w)
{
	const char *file = tlq_mod_file();

	ASSERT_EQ(0, tlq_netstat(&w->from));
	ASSERT_EQ(0, tlq_mod_load(file));
	ASSERT_EQ(0, tlq_netstat(&w->to));
}

TEST_F(reload, in_mid_storm)
{
	struct tlq_storm *s = &self->s;
	int i, j, cycles = tlq_scaled(8, 3);
	bool traced[TLQ_MAX_HOOKS];
	struct tlq_mibs now, sum;
	struct tlq_netns_totals totals;
	const char *left;
	struct window w;

	ASSERT_EQ(0, tlq_storm_start(s, 2000));
	for (i = 0; i < cycles; i++) {
		ASSERT_EQ(0, tlq_mod_gone());
		EXPECT_EQ(0, tlq_traced_of(self->hook, self->hooks, traced));
		load(_metadata, &w);
		for (j = 0; j < 5; j++) {
			look(_metadata, &w);
			ASSERT_TRUE(tlq_until(grown(&w.to, 40 * j)));
		}
	}
	ASSERT_EQ(0, tlq_storm_rage(s));
	ASSERT_EQ(0, tlq_storm_calm(s));
	ASSERT_EQ(0, tlq_freeze(&now));
	look(_metadata, &w);
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	ASSERT_EQ(0, tlq_lines_sum(&sum));
	EXPECT_TRUE(tlq_mibs_equal(&sum, &totals.live));
	ASSERT_EQ(0, tlq_storm_end(s));
	ASSERT_EQ(0, tlq_mod_gone());
	left = tlq_left(self->hook, self->hooks);
	EXPECT_EQ(NULL, left)
		TH_LOG("left: %s", left);
}
