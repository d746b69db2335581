// SPDX-License-Identifier: GPL-2.0
/*
 * The counters without some of the hooks, or without any.
 *
 * 1. All hooks are armed, except those whose function this kernel lacks.
 * 2. Without a hook the module loads, "hooks" shows it and the columns it costs;
 *    these print "-", the others count, and totals still adds up. exact() below
 *    notices, but for hooks that cost no counter of the kernel's: those at listen(2),
 *    at accept(2) and at the end of connections that nobody has accepted. The hook
 *    for netstat has a switch of its own: sendq_switch.c.
 * 3. While hooks are armed, ftrace cannot be switched off.
 * 4. With ftrace switched off, and with counters=0, the module loads, nothing is
 *    hooked, the columns print "-" and the rest of the rows is right.
 * 5. Unloading leaves nothing behind.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_hooks.h"

static const char *const counted[] = {
	"overflow_syn", "overflow_ack", "overflow_cookie", "reqq_full_drop",
	"reqq_full_cookies", "syncookies_sent", "listen_drops",
	"embryonic_rsts", "tfo_overflow", "syns", "last_overflow_ms",
	"last_reqq_full_ms", "peak_ack_backlog", "peak_reqsk_qlen",
	"recent_ack_backlog", "recent_reqsk_qlen", "accepts", "last_accept_ms",
	"wait_us_sum", "wait_us_max"
};

FIXTURE(hooks) {
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks;
	struct tlq_target t;
};

FIXTURE_SETUP(hooks)
{
	struct tlq_lopt opt = { .backlog = 1 };

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
	ASSERT_EQ(0, tlq_target_full(&self->t, &opt));
}

FIXTURE_TEARDOWN(hooks)
{
	const char *left;

	EXPECT_EQ(0, tlq_mod_gone());
	left = tlq_left(self->hook, self->hooks);
	EXPECT_EQ(NULL, left)
		TH_LOG("left: %s", left);
	tlq_write_file(TLQ_FTRACE_ENABLED, "1");
	EXPECT_EQ(0, tlq_mod_renew());
}

/* Refuse @n SYNs; whether rows, totals and netstat agree before and after */
static bool exact(struct tlq_target *t, __u64 n)
{
	struct tlq_netns_totals totals;
	struct tlq_mibs before, now, sum;

	if (tlq_netstat(&before) ||
	    tlq_netns_totals(&totals, tlq_netns_inode()) ||
	    tlq_lines_sum(&sum) || !tlq_mibs_equal(&sum, &totals.live))
		return false;
	tlq_mibs_sub(&before, &totals.kernel);
	if (tlq_refuse(t, n) || tlq_netstat(&now) || tlq_lines_sum(&sum) ||
	    tlq_netns_totals(&totals, tlq_netns_inode()))
		return false;
	tlq_mibs_sub(&now, &before);
	return tlq_mibs_equal(&totals.kernel, &now) &&
	       tlq_mibs_equal(&totals.live, &sum);
}

static bool listed(const char *column, const char *list)
{
	size_t len = strlen(column);
	const char *at;

	if (!strcmp(list, "all"))
		return true;
	for (at = strstr(list, column); at; at = strstr(at + 1, column))
		if ((at == list || at[-1] == ',') &&
		    (!at[len] || at[len] == ','))
			return true;
	return false;
}

/*
 * What last_*_ms and the waits tell the time of. Without cookies for the one that is
 * accepted: it has no request, by which some kernels see it (arrivals.c).
 */
static int make_events(struct tlq_target *t)
{
	int err;

	if (tlq_sysctl("net/ipv4/tcp_syncookies", 1) || tlq_accept(t->lfd) < 0)
		return -EIO;
	err = tlq_fill_accept(t, 1);
	if (!err)
		err = tlq_sysctl("net/ipv4/tcp_syncookies", 2);
	return err ? err : tlq_refuse(t, 5);
}

/* Whether a column in @list has the share of a counter of the kernel's */
static bool costs_counter(const char *list)
{
	int i;

	for (i = 0; i < TLQ_COLS; i++)
		if (listed(tlq_col_name[i], list))
			return true;
	return false;
}

/* The columns in @list print "-", the others a number; the queue is right. */
static void unknown_are(struct __test_metadata *_metadata, struct tlq_target *t,
			const char *list)
{
	struct tlq_table table;
	struct tlq_line line;
	size_t i;
	__u64 v;

	line = tlq_target_line(t, &table);
	EXPECT_EQ(2, tlq_u64(line, "ack_backlog"));
	EXPECT_EQ(1, tlq_u64(line, "max_ack_backlog"));
	for (i = 0; i < ARRAY_SIZE(counted); i++) {
		v = tlq_u64(line, counted[i]);
		EXPECT_NE(TLQ_BAD, v);
		EXPECT_EQ(listed(counted[i], list), v == TLQ_NONE)
			TH_LOG("%s is %s without: %s", counted[i],
			       tlq_str(line, counted[i]), list);
	}
	tlq_free(&table);
}

TEST_F(hooks, all_are_armed)
{
	bool traced[TLQ_MAX_HOOKS];
	struct tlq_hook *h;
	int armed = 0;

	tlq_traced_of(self->hook, self->hooks, traced);
	for (h = self->hook; h < self->hook + self->hooks; h++) {
		if (!strcmp(h->state, "armed")) {
			armed++;
			EXPECT_TRUE(traced[h - self->hook]);
			EXPECT_STRNE("-", h->lost_without);
			continue;
		}
		/* That of an ipv6 which is a module has a second line. */
		if (!strcmp(tlq_hook_state(h->function), "armed"))
			continue;
		EXPECT_STREQ("absent", h->state);
		EXPECT_STREQ("-", h->lost_without);
		EXPECT_FALSE(tlq_symbol(h->function));
		TH_LOG("this kernel has no %s", h->function);
	}
	EXPECT_LT(5, armed);
	ASSERT_EQ(0, make_events(&self->t));
	EXPECT_TRUE(exact(&self->t, 10));
	unknown_are(_metadata, &self->t, "");
}

TEST_F(hooks, each_skipped)
{
	struct tlq_netns_totals totals;
	struct tlq_hook *h;
	char args[96];

	for (h = self->hook; h < self->hook + self->hooks; h++) {
		if (strcmp(h->state, "armed") ||
		    !strcmp(h->lost_without, "netstat_sendq"))
			continue;
		snprintf(args, sizeof(args), "skip_hook=%.63s", h->function);
		ASSERT_EQ(0, tlq_mod_reload(args));
		EXPECT_STREQ("skipped", tlq_hook_state(h->function));
		EXPECT_FALSE(tlq_traced(h->function));
		ASSERT_EQ(0, make_events(&self->t));
		unknown_are(_metadata, &self->t, h->lost_without);
		EXPECT_EQ(!costs_counter(h->lost_without), exact(&self->t, 10))
			TH_LOG("without %s", h->function);
		EXPECT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	}
	ASSERT_EQ(0, tlq_mod_reload("skip_hook=no_such_function"));
	EXPECT_TRUE(exact(&self->t, 10));
}

TEST_F(hooks, ftrace_stays_on)
{
	char *text;
	size_t len;

	EXPECT_GT(0, tlq_write_file(TLQ_FTRACE_ENABLED, "0"));
	ASSERT_EQ(0, tlq_read_file(TLQ_FTRACE_ENABLED, 64, &text, &len));
	EXPECT_STREQ("1\n", text);
	free(text);
	ASSERT_EQ(0, make_events(&self->t));
	EXPECT_TRUE(exact(&self->t, 10));
	unknown_are(_metadata, &self->t, "");
}

static int all_in_state(const char *start)
{
	struct tlq_hook now[TLQ_MAX_HOOKS];
	int i, n = tlq_hooks(now), count = 0;

	for (i = 0; i < n; i++)
		count += !strncmp(now[i].state, start, strlen(start)) ||
			 !strcmp(now[i].state, "absent");
	return n > 0 && count == n;
}

static int traced_in_all(const struct tlq_hook *hook, int hooks)
{
	bool traced[TLQ_MAX_HOOKS];

	return tlq_traced_of(hook, hooks, traced);
}

TEST_F(hooks, ftrace_off)
{
	struct tlq_netns_totals totals;

	ASSERT_EQ(0, tlq_mod_gone());
	if (tlq_write_file(TLQ_FTRACE_ENABLED, "0"))
		SKIP(return, "somebody else keeps ftrace on");
	ASSERT_EQ(0, tlq_mod_reload(""));
	EXPECT_TRUE(all_in_state("failed:-"));
	ASSERT_EQ(0, make_events(&self->t));
	unknown_are(_metadata, &self->t, "all");
	EXPECT_FALSE(exact(&self->t, 10));
	/* That alone arms nothing. */
	ASSERT_EQ(0, tlq_write_file(TLQ_FTRACE_ENABLED, "1"));
	EXPECT_EQ(0, traced_in_all(self->hook, self->hooks));
	unknown_are(_metadata, &self->t, "all");
	EXPECT_LE(-ENOENT, tlq_netns_totals(&totals, tlq_netns_inode()));
	/* After a reload it counts. */
	ASSERT_EQ(0, tlq_mod_reload(""));
	EXPECT_TRUE(exact(&self->t, 10));
}

TEST_F(hooks, counters_off)
{
	struct tlq_table t;

	ASSERT_EQ(0, tlq_mod_reload("counters=0 netstat_sendq=N"));
	EXPECT_TRUE(all_in_state("skipped"));
	EXPECT_EQ(0, traced_in_all(self->hook, self->hooks));
	ASSERT_EQ(0, make_events(&self->t));
	unknown_are(_metadata, &self->t, "all");
	EXPECT_FALSE(exact(&self->t, 10));
	ASSERT_EQ(0, tlq_load(&t, TLQ_TOTALS));
	EXPECT_EQ(0, t.nlines);
	tlq_free(&t);
	EXPECT_EQ(0, tlq_stat("listeners_tracked"));
	EXPECT_EQ(0, tlq_stat("unassigned_untracked"));
}
