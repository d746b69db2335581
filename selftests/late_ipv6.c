// SPDX-License-Identifier: GPL-2.0
/*
 * An ipv6 that is a module and is loaded after this one.
 *
 * 1. Before it there is nothing to hook, and listeners of IPv4 count.
 * 2. From its load on its listeners count, also with clients of IPv4, in a namespace
 *    that was there before: rows, totals and netstat agree.
 * 3. Unloading leaves nothing behind, also of the hook that came late, and a module
 *    that is loaded after ipv6 counts the same.
 * 4. Without the hook the columns print "-", whoever listens.
 *
 * ipv6 never goes, so all this needs a machine of its own, which make check-kcsan
 * has. Skips where IPv6 is there from the start.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_hooks.h"

#define LATE "tcp_v6_conn_request"
#define KINDS 3

FIXTURE(late_ipv6) {
	struct tlq_target t[KINDS];
	int targets;
};

static bool have_ipv6(void)
{
	return !access("/proc/net/tcp6", F_OK);
}

FIXTURE_SETUP(late_ipv6)
{
	if (have_ipv6())
		SKIP(return, "IPv6 is built in, or loaded already");
	if (system("modprobe -qn ipv6"))
		SKIP(return, "no module ipv6");
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
}

FIXTURE_TEARDOWN(late_ipv6)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

/* How many lines of the file hooks say so of the function; it has two. */
static int lines_in_state(const char *state)
{
	struct tlq_hook now[TLQ_MAX_HOOKS];
	int i, n = tlq_hooks(now), count = 0;

	for (i = 0; i < n; i++)
		count += !strcmp(now[i].function, LATE) &&
			 !strcmp(now[i].state, state);
	return count;
}

static void open_full(struct __test_metadata *_metadata, struct tlq_target *t,
		      int family, int client)
{
	struct tlq_lopt opt = {
		.family = family,
		.backlog = 1,
		.dual = family != client,
		.addr = family != client ? "::" : NULL,
	};

	ASSERT_EQ(0, tlq_target_open(t, &opt, client));
	ASSERT_EQ(0, tlq_fill_accept(t, 2));
}

/*
 * Each target refuses another number of SYNs: its row has grown by as many, or by
 * more where SYNs came again, and all that the kernel counts is in the rows.
 */
static void all_count(struct __test_metadata *_metadata,
		      const struct tlq_target *t, int n)
{
	struct tlq_mibs before, now, rows, was;
	struct tlq_netns_totals totals;
	__u64 syn[KINDS];
	int i;

	ASSERT_EQ(0, tlq_netstat(&before));
	ASSERT_EQ(0, tlq_lines_sum(&was));
	for (i = 0; i < n; i++) {
		syn[i] = tlq_target_value(&t[i], "overflow_syn");
		ASSERT_GT(TLQ_BAD, syn[i]);
		ASSERT_EQ(0, tlq_refuse(&t[i], 5 + i));
	}
	ASSERT_EQ(0, tlq_netstat(&now));
	ASSERT_EQ(0, tlq_lines_sum(&rows));
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	for (i = 0; i < n; i++) {
		EXPECT_EQ(syn[i] + 5 + i,
			  tlq_target_value(&t[i], "overflow_syn"))
			TH_LOG("target %d", i);
	}
	tlq_mibs_sub(&now, &before);
	EXPECT_TRUE(tlq_mibs_equal(&rows, &totals.live));
	tlq_mibs_sub(&rows, &was);
	EXPECT_TRUE(tlq_mibs_equal(&now, &rows));
	EXPECT_EQ(0, totals.unassigned.v[TLQ_OVERFLOWS]);
	if (_metadata->exit_code == KSFT_PASS)
		return;
	tlq_mibs_print("netstat", &now);
	tlq_mibs_print("rows", &rows);
}

static void nothing_left(struct __test_metadata *_metadata)
{
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks = tlq_hooks(hook);
	const char *left;

	ASSERT_LT(0, hooks);
	ASSERT_EQ(0, tlq_mod_gone());
	left = tlq_left(hook, hooks);
	EXPECT_EQ(NULL, left)
		TH_LOG("left: %s", left);
}

TEST_F(late_ipv6, counts_from_its_load)
{
	int i;

	open_full(_metadata, &self->t[0], AF_INET, AF_INET);
	all_count(_metadata, self->t, 1);
	EXPECT_EQ(0, lines_in_state("armed"));
	nothing_left(_metadata);
	ASSERT_EQ(0, tlq_mod_reload(""));

	ASSERT_FALSE(have_ipv6());
	ASSERT_EQ(0, system("modprobe ipv6"));
	ASSERT_TRUE(have_ipv6());
	EXPECT_EQ(1, lines_in_state("armed"));
	EXPECT_TRUE(tlq_traced(LATE));
	open_full(_metadata, &self->t[1], AF_INET6, AF_INET6);
	open_full(_metadata, &self->t[2], AF_INET6, AF_INET);
	all_count(_metadata, self->t, KINDS);
	nothing_left(_metadata);

	ASSERT_EQ(0, tlq_mod_reload(""));
	EXPECT_EQ(1, lines_in_state("armed"));
	all_count(_metadata, self->t, KINDS);
	nothing_left(_metadata);

	ASSERT_EQ(0, tlq_mod_reload("skip_hook=" LATE));
	EXPECT_EQ(0, lines_in_state("armed"));
	EXPECT_FALSE(tlq_traced(LATE));
	for (i = 0; i < KINDS; i++) {
		ASSERT_EQ(0, tlq_refuse(&self->t[i], 5));
		EXPECT_EQ(TLQ_NONE,
			  tlq_target_value(&self->t[i], "overflow_syn"));
	}
	nothing_left(_metadata);
}
