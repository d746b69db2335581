// SPDX-License-Identifier: GPL-2.0
/*
 * What nobody uses costs readers nothing.
 *
 * 1. A read settles the slots of CPUs that had packets since the last reads, and no
 *    other: a probe at the function that settles one counts.
 */
#include "tlq_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tlq_drive.h"

#define TRACING "/sys/kernel/tracing/"
#define SETTLES "tlq_settles"

FIXTURE(quiet) {
	struct tlq_target t;
};

static int set_probe(const char *how)
{
	return tlq_write_file(TRACING "events/kprobes/" SETTLES "/enable", how);
}

FIXTURE_SETUP(quiet)
{
	struct tlq_lopt opt = { };

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	if (tlq_write_file(TRACING "kprobe_events", "p:" SETTLES " " TLQ_MODULE
			   ":tlq_slot_settle_locked"))
		SKIP(return, "no probes by tracefs");
	ASSERT_EQ(0, set_probe("1"));
	ASSERT_EQ(0, tlq_target_full(&self->t, &opt));
}

FIXTURE_TEARDOWN(quiet)
{
	set_probe("0");
	tlq_write_file(TRACING "kprobe_events", "-:" SETTLES);
	EXPECT_EQ(0, tlq_mod_renew());
}

/* How often a slot has been settled; -1: nobody knows */
static long settles(void)
{
	FILE *f = fopen(TRACING "kprobe_profile", "re");
	char name[64];
	long nr = -1, hits;

	while (f && fscanf(f, "%63s %ld %*d", name, &hits) == 2)
		if (strstr(name, SETTLES))
			nr = hits;
	if (f)
		fclose(f);
	return nr;
}

/* How many slots a read of this namespace settles */
static long settled_by_read(const struct tlq_target *t)
{
	long before = settles();

	tlq_target_value(t, "overflow_syn");
	return settles() - before;
}

TEST_F(quiet, slots)
{
	int i;

	ASSERT_LE(0, settles());
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->t, 1));
		EXPECT_LT(0, settled_by_read(&self->t));
		/* Until a grace period after the last packet has passed */
		EXPECT_TRUE(tlq_until(settled_by_read(&self->t) == 0));
		EXPECT_EQ(0, settled_by_read(&self->t));
		EXPECT_EQ(i + 1, tlq_target_value(&self->t, "overflow_syn"));
	}
}
