// SPDX-License-Identifier: GPL-2.0
/*
 * The trace event listen_drop in time, and how it is laid out.
 *
 * 1. It comes soon, however quiet the machine is: half of them within 20 ms.
 * 2. What happened while it was off is never told.
 * 3. Its fields are aligned.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_moment.h"
#include "tlq_told.h"

FIXTURE(event_times) {
	struct tlq_target t;
	struct tlq_lopt opt;
};

FIXTURE_SETUP(event_times)
{
	self->opt.backlog = 1;
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_target_full(&self->t, &self->opt));
	ASSERT_EQ(0, tlq_told_begin());
}

FIXTURE_TEARDOWN(event_times)
{
	tlq_told_end();
}

static int by_value(const void *a, const void *b)
{
	const long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* As programs read those of sock:inet_sock_set_state: the kernel refuses BPF ones that do not. */
TEST_F(event_times, fields_are_aligned)
{
	EXPECT_EQ(0, tlq_told_offset("cookie") % 8);
	EXPECT_EQ(0, tlq_told_offset("netns") % 4);
	EXPECT_EQ(0, tlq_told_offset("sport") % 2);
	EXPECT_EQ(0, tlq_told_offset("reason") % 4);
	EXPECT_EQ(0, tlq_told_offset("saddr") % 4);
	EXPECT_EQ(0, tlq_told_offset("daddr") % 4);
	EXPECT_EQ(0, tlq_told_offset("saddr_v6") % 8);
	EXPECT_EQ(0, tlq_told_offset("daddr_v6") % 8);
}

#define ALONE 50
#define MEDIAN_MS 20
#define MOST_MS 200

/* One at a time, and nothing else happens until it has been told. */
TEST_F(event_times, told_soon)
{
	struct tlq_told told = { };
	long long late[ALONE];
	int i;

	for (i = 0; i < ALONE; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->t, 1));
		ASSERT_TRUE(tlq_until(tlq_told_count() == i + 1));
	}
	ASSERT_EQ(0, tlq_told_read(&told));
	ASSERT_EQ(ALONE, told.n);
	for (i = 0; i < ALONE; i++)
		late[i] = told.v[i].told_ns - told.v[i].when;
	qsort(late, ALONE, sizeof(*late), by_value);
	TH_LOG("told %lld to %lld us after the call, half of them within %lld",
	       late[0] / 1000, late[ALONE - 1] / 1000, late[ALONE / 2] / 1000);
	/* The buffer's clock is written in microseconds. */
	EXPECT_LE(-1000, late[0]);
	EXPECT_GE(MEDIAN_MS * TLQ_NS_PER_MS, late[ALONE / 2]);
	EXPECT_GE(MOST_MS * TLQ_NS_PER_MS, late[ALONE - 1]);
	tlq_told_free(&told);
}

/* Nothing of what was refused meanwhile is told when it is on again. */
TEST_F(event_times, off_is_off)
{
	struct tlq_told told = { };

	ASSERT_EQ(0, tlq_refuse(&self->t, 3));
	ASSERT_TRUE(tlq_until(tlq_told_count() == 3));
	ASSERT_EQ(0, tlq_told_switch(false));
	ASSERT_EQ(0, tlq_refuse(&self->t, 20));
	ASSERT_EQ(0, tlq_told_switch(true));
	ASSERT_EQ(0, tlq_refuse(&self->t, 2));
	ASSERT_TRUE(tlq_until(tlq_told_count() == 5));
	tlq_told_free(&told);
}
