// SPDX-License-Identifier: GPL-2.0
/*
 * Sums and rows, when much happens at once.
 *
 * 1. Whenever totals is read, live + gone + unassigned is kernel on each line,
 *    and kernel lies between /proc/net/netstat as read before and after.
 * 2. At a quiet moment kernel is what /proc/net/netstat says, the rows add up to
 *    live, and nothing is unassigned.
 * 3. Each row has what another method (tlq_cross) counted for that listener.
 * 4. This holds for all kinds of listeners that open and close while sysctls
 *    change, for one listener on all CPUs, and while namespaces and CPUs come
 *    and go.
 *
 * $TLQ_SEED repeats the choices of a run.
 */
#include "tlq_test.h"

#include "tlq_crosscheck.h"
#include "tlq_storm.h"

#define CPU1 "/sys/devices/system/cpu/cpu1/online"

FIXTURE(storm) {
	struct tlq_storm s;
	const char *no_cross;
};

FIXTURE_SETUP(storm)
{
	self->no_cross = tlq_crosscheck_need();
	if (self->no_cross)
		TH_LOG("no listener-by-listener comparison: %s",
		       self->no_cross);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_nofile(4096));
	self->s.kind = tlq_storm_all;
	self->s.kinds = ARRAY_SIZE(tlq_storm_all);
}

FIXTURE_TEARDOWN(storm)
{
	tlq_crosscheck_unload();
}

static bool between(const struct tlq_mibs *a, const struct tlq_mibs *b,
		    const struct tlq_mibs *c)
{
	int i;

	for (i = 0; i < TLQ_MIBS; i++)
		if (a->v[i] > b->v[i] || b->v[i] > c->v[i])
			return false;
	return true;
}

/* The module is older than this namespace, so both began at 0. */
static int look_at_totals(struct tlq_storm *s)
{
	struct tlq_mibs before, after;
	struct tlq_netns_totals totals;
	int err;

	if (tlq_netstat(&before))
		return -EIO;
	err = tlq_netns_totals(&totals, tlq_netns_inode());
	if (err || tlq_netstat(&after)) {
		printf("# totals: %s\n", strerror(-err));
		return -EIO;
	}
	if (between(&before, &totals.kernel, &after))
		return 0;
	tlq_mibs_print("netstat", &before);
	tlq_mibs_print("kernel", &totals.kernel);
	tlq_mibs_print("netstat", &after);
	return -ERANGE;
}

static void kernel_is_netstat(struct __test_metadata *_metadata,
			      struct tlq_netns_totals *totals,
			      struct tlq_mibs *now)
{
	static const struct tlq_mibs none;

	ASSERT_EQ(0, tlq_netns_totals(totals, tlq_netns_inode()));
	EXPECT_TRUE(tlq_mibs_equal(&totals->kernel, now));
	EXPECT_TRUE(tlq_mibs_equal(&totals->unassigned, &none));
	tlq_mibs_print("netstat", now);
	tlq_mibs_print("live", &totals->live);
	tlq_mibs_print("gone", &totals->gone);
	tlq_mibs_print("unassigned", &totals->unassigned);
}

static void rows_are_right(struct __test_metadata *_metadata,
			   const struct tlq_mibs *live, const char *no_cross)
{
	struct tlq_mibs sum;
	int listeners, bad;

	ASSERT_EQ(0, tlq_lines_sum(&sum));
	EXPECT_TRUE(tlq_mibs_equal(&sum, live));
	if (no_cross)
		return;
	bad = tlq_crosscheck_compare(&listeners);
	if (bad == -ENODATA) {
		TH_LOG("tlq_cross has missed calls: not compared");
		return;
	}
	EXPECT_EQ(0, bad);
	EXPECT_LT(0, listeners);
	TH_LOG("%d listeners compared", listeners);
}

/* At a quiet moment, before and after all listeners close */
static void all_agree(struct __test_metadata *_metadata, struct tlq_storm *s,
		      const char *no_cross)
{
	static const struct tlq_mibs none;
	struct tlq_netns_totals totals;
	struct tlq_mibs now;

	ASSERT_EQ(0, tlq_storm_calm(s));
	ASSERT_EQ(0, tlq_freeze(&now));
	kernel_is_netstat(_metadata, &totals, &now);
	rows_are_right(_metadata, &totals.live, no_cross);
	ASSERT_EQ(0, tlq_storm_end(s));
	kernel_is_netstat(_metadata, &totals, &now);
	EXPECT_TRUE(tlq_mibs_equal(&totals.gone, &now));
	EXPECT_TRUE(tlq_mibs_equal(&totals.live, &none));
}

TEST_F(storm, twelve_listeners)
{
	struct tlq_storm *s = &self->s;

	s->every_kind = true;
	ASSERT_EQ(0, tlq_storm_start(s, 100000));
	ASSERT_EQ(0, tlq_storm_beside(s, look_at_totals, 1000));
	ASSERT_EQ(0, tlq_storm_rage(s));
	all_agree(_metadata, s, self->no_cross);
}

TEST_F(storm, one_listener)
{
	static const struct tlq_lopt one = { .port = 300, .backlog = 5 };
	struct tlq_storm *s = &self->s;

	s->kind = &one;
	s->kinds = 1;
	s->steady = true;
	ASSERT_EQ(0, tlq_storm_start(s, 20000));
	ASSERT_EQ(0, tlq_storm_beside(s, look_at_totals, 200));
	ASSERT_EQ(0, tlq_storm_rage(s));
	all_agree(_metadata, s, self->no_cross);
}

/* Refuse a few SYNs in a new namespace, compare, and leave it. */
static int visit_namespace(struct tlq_storm *s)
{
	struct tlq_lopt opt = { .port = 400 };
	struct tlq_target t = { .lfd = -1 };
	struct tlq_netns_totals totals;
	struct tlq_mibs now;
	int err;

	err = tlq_netns_enter();
	if (!err)
		err = tlq_target_full(&t, &opt);
	if (!err)
		err = tlq_refuse(&t, 1 + tlq_storm_random(s, 5));
	if (!err)
		err = tlq_freeze(&now);
	if (!err)
		err = tlq_netns_totals(&totals, tlq_netns_inode());
	if (!err && !tlq_mibs_equal(&totals.live, &now)) {
		tlq_mibs_print("netstat", &now);
		tlq_mibs_print("live", &totals.live);
		err = -ERANGE;
	}
	if (err)
		printf("# a new namespace: %s\n", strerror(-err));
	/* A socket that waits for an answer would keep the namespace. */
	tlq_lo(true);
	close_range(t.lfd, ~0U, 0);
	return err;
}

TEST_F(storm, namespaces_come_and_go)
{
	struct tlq_storm *s = &self->s;

	ASSERT_EQ(0, tlq_storm_start(s, 20000));
	ASSERT_EQ(0, tlq_storm_beside(s, look_at_totals, 100));
	ASSERT_EQ(0, tlq_storm_beside(s, visit_namespace, 50));
	ASSERT_EQ(0, tlq_storm_rage(s));
	all_agree(_metadata, s, self->no_cross);
}

static int toggle_cpu(struct tlq_storm *s)
{
	int err = tlq_write_file(CPU1, "0");

	if (!err)
		err = look_at_totals(s);
	if (tlq_write_file(CPU1, "1"))
		err = -EIO;
	if (err)
		printf("# CPU 1 off and on: %s\n", strerror(-err));
	return err;
}

TEST_F(storm, cpus_go_and_come)
{
	struct tlq_storm *s = &self->s;

	if (access(CPU1, W_OK))
		SKIP(return, "no CPU to switch off");
	ASSERT_EQ(0, tlq_storm_start(s, 20000));
	ASSERT_EQ(0, tlq_storm_beside(s, toggle_cpu, 20));
	ASSERT_EQ(0, tlq_storm_rage(s));
	all_agree(_metadata, s, self->no_cross);
}
