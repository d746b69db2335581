// SPDX-License-Identifier: GPL-2.0
/*
 * The trace event listen_drop in a storm of refusals.
 *
 * 1. Those of a reason are as many as the columns of each listener, and the kernel's
 *    counters, have grown.
 * 2. It can be switched on and off, and the module unloaded: nothing is told twice, and
 *    nothing remains.
 *
 * The kernel's own tracing reads them: a buffer of our own, for this namespace.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_mod.h"
#include "tlq_moment.h"
#include "tlq_storm.h"
#include "tlq_told.h"

FIXTURE(event_storm) {
	struct tlq_storm s;
};

FIXTURE_SETUP(event_storm)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(4096));
	ASSERT_EQ(0, tlq_told_begin());
	self->s.kind = tlq_storm_all;
	self->s.kinds = ARRAY_SIZE(tlq_storm_all);
}

FIXTURE_TEARDOWN(event_storm)
{
	tlq_told_end();
	EXPECT_EQ(NULL, tlq_mod_need());
}

static void each_listener(struct __test_metadata *_metadata,
			  const struct tlq_told *told)
{
	__u64 want[TLQ_WHYS], got[TLQ_WHYS];
	struct tlq_table table;
	struct tlq_cols cols;
	struct tlq_line line;
	size_t i;

	ASSERT_EQ(0, tlq_load(&table, TLQ_PROC));
	for (i = 0; i < table.nlines; i++) {
		line = tlq_line(&table, i);
		cols = tlq_cols(line);
		tlq_told_expected(&cols, want);
		tlq_told_sums(told, tlq_u64(line, "cookie"), got);
		EXPECT_TRUE(tlq_told_same(tlq_str(line, "local"), want, got))
			TH_LOG("%s", tlq_str(line, "local"));
	}
	TH_LOG("%zu listeners, %zu events", table.nlines, told->n);
	EXPECT_LT(0, table.nlines);
	tlq_free(&table);
}

TEST_F(event_storm, adds_up)
{
	struct tlq_told told = { };
	struct tlq_mibs kernel;

	ASSERT_EQ(0, tlq_storm_start(&self->s, 20000));
	ASSERT_EQ(0, tlq_storm_rage(&self->s));
	ASSERT_EQ(0, tlq_storm_calm(&self->s));
	ASSERT_EQ(0, tlq_freeze(&kernel));
	EXPECT_TRUE(tlq_until(tlq_told_all(&told, &kernel)));
	ASSERT_EQ(0, tlq_told_read(&told));
	EXPECT_TRUE(tlq_told_kernels(&told, &kernel));
	each_listener(_metadata, &told);
	tlq_told_free(&told);
	ASSERT_EQ(0, tlq_storm_end(&self->s));
}

static int toggle(struct tlq_storm *s)
{
	int err = tlq_told_switch(false);

	return err ? err : tlq_told_switch(true);
}

/* Afterwards it is on, and tells of three refusals three times. */
TEST_F(event_storm, on_and_off)
{
	struct tlq_target t = { .lfd = -1 };
	struct tlq_lopt opt = { .backlog = 1 };

	ASSERT_EQ(0, tlq_storm_start(&self->s, 20000));
	ASSERT_EQ(0, tlq_storm_beside(&self->s, toggle, 100));
	ASSERT_EQ(0, tlq_storm_rage(&self->s));
	ASSERT_EQ(0, tlq_storm_calm(&self->s));
	ASSERT_EQ(0, tlq_storm_end(&self->s));
	tlq_told_end();
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_told_begin());
	ASSERT_EQ(0, tlq_target_full(&t, &opt));
	ASSERT_EQ(0, tlq_refuse(&t, 3));
	EXPECT_TRUE(tlq_until(tlq_told_count() == 3));
}

/* Tracing does not hold the module. */
TEST_F(event_storm, unload)
{
	ASSERT_EQ(0, tlq_storm_start(&self->s, 5000));
	ASSERT_EQ(0, tlq_mod_gone());
	EXPECT_EQ(-1, access("/sys/kernel/tracing/" TLQ_EVENT, F_OK));
	ASSERT_EQ(0, tlq_mod_reload(""));
	EXPECT_EQ(0, access("/sys/kernel/tracing/" TLQ_EVENT, F_OK));
	ASSERT_EQ(0, tlq_told_begin());
	ASSERT_EQ(0, tlq_storm_rage(&self->s));
	ASSERT_EQ(0, tlq_storm_calm(&self->s));
	EXPECT_LT(0, tlq_told_count());
	ASSERT_EQ(0, tlq_storm_end(&self->s));
}
