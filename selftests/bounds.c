// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters, and the bound on memory.
 *
 * 1. An invalid value is refused with EINVAL and leaves nothing behind.
 * 2. Beyond max_listeners a listener's columns print "-" and not 0; its events
 *    are unassigned, "stats" says why, and the sums hold.
 * 3. A listener that closes makes room for another. One that has lost events
 *    prints "-" until it closes, one that has lost none prints numbers. The peaks of
 *    one that is older than the module are lost, too.
 * 4. A listener takes at most 256 bytes, from listen(2) on, 300 more once it has
 *    accepted, and none once it has closed.
 * 5. max_listeners_netns is at most max_listeners.
 * 6. A namespace that never had a hooked packet takes at most 512 bytes, whatever the
 *    number of possible CPUs. One that had takes 8 bytes more for each possible CPU,
 *    and at most 512 for each CPU that handled such a packet.
 */
#include "tlq_test.h"

#include <sched.h>
#include <sys/utsname.h>

#include "tlq_alloc.h"
#include "tlq_drive.h"
#include "tlq_hooks.h"

#define BUSY 5
#define NAMESPACES 500
#define IDLE 20
#define LISTENER_BYTES 256
#define WAITS_BYTES 300	/* more, of one that has accepted */
#define LOCK_BYTES 72	/* more, of a lock that lockdep watches */

FIXTURE(bounds) {
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks;
};

FIXTURE_SETUP(bounds)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
}

FIXTURE_TEARDOWN(bounds)
{
	EXPECT_EQ(0, tlq_mod_renew());
}

static void busy(struct __test_metadata *_metadata, struct tlq_target *t, int n)
{
	struct tlq_lopt opt = { };

	ASSERT_EQ(0, tlq_target_full(t, &opt));
	ASSERT_EQ(0, tlq_refuse(t, n));
}

TEST_F(bounds, nonsense_is_refused)
{
	static const char *const nonsense[] = {
		"max_listeners=0", "max_listeners=many", "max_listeners=-1",
		"max_listeners=", "max_listeners=16777217",
		"max_listeners=0x", "max_listeners_netns=0",
		"max_listeners_netns=none", "counters=maybe", "counters=7",
		"waits=maybe", "waits=2"
	};
	const char *left;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nonsense); i++) {
		EXPECT_EQ(-EINVAL, tlq_mod_reload(nonsense[i]))
			TH_LOG("%s", nonsense[i]);
		left = tlq_left(self->hook, self->hooks);
		EXPECT_EQ(NULL, left)
			TH_LOG("%s leaves %s", nonsense[i], left);
	}
}

static void totals_hold(struct __test_metadata *_metadata, __u64 live,
			__u64 gone, __u64 unassigned)
{
	struct tlq_netns_totals totals;
	int i;

	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	for (i = 0; i < TLQ_MIBS; i++) {
		if (i != TLQ_OVERFLOWS && i != TLQ_DROPS)
			continue;
		EXPECT_EQ(live, totals.live.v[i]);
		EXPECT_EQ(gone, totals.gone.v[i]);
		EXPECT_EQ(unassigned, totals.unassigned.v[i]);
	}
}

/* 1, 2, 4, 8, 16 refused; there is room for the first two listeners. */
TEST_F(bounds, five_where_two_fit)
{
	static const char *const counted[] = {
		"syns", "overflow_syn", "overflow_ack", "overflow_cookie",
		"listen_drops", "embryonic_rsts", "tfo_overflow",
		"peak_ack_backlog", "peak_reqsk_qlen", "recent_ack_backlog",
		"recent_reqsk_qlen"
	};
	struct tlq_target t[BUSY], late;
	struct tlq_lopt opt = { };
	int i;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=2"));
	EXPECT_EQ(2, tlq_stat("listeners_max"));
	for (i = 0; i < BUSY; i++)
		busy(_metadata, &t[i], 1 << i);
	for (i = 0; i < BUSY; i++) {
		EXPECT_EQ(i < 2 ? 1 << i : TLQ_NONE,
			  tlq_target_value(&t[i], "overflow_syn"));
		EXPECT_EQ(i < 2 ? 1 << i : TLQ_NONE,
			  tlq_target_value(&t[i], "listen_drops"));
		EXPECT_EQ(i < 2 ? 0 : TLQ_NONE, tlq_target_value(&t[i], "overflow_ack"));
		EXPECT_EQ(i < 2, tlq_target_value(&t[i], "last_overflow_ms") != TLQ_NONE);
		EXPECT_EQ(1, tlq_target_value(&t[i], "ack_backlog"));
	}
	totals_hold(_metadata, 3, 0, 28);
	EXPECT_EQ(2, tlq_stat("listeners_tracked"));
	EXPECT_LE(56, tlq_stat("unassigned_untracked"));
	EXPECT_EQ(0, tlq_stat("unassigned_before_first_hook"));
	EXPECT_LE(3, tlq_stat("untracked_table_full"));
	EXPECT_EQ(0, tlq_stat("untracked_no_memory"));
	close(t[1].lfd);
	totals_hold(_metadata, 1, 2, 28);
	EXPECT_EQ(1, tlq_stat("listeners_tracked"));
	busy(_metadata, &late, 7);
	EXPECT_EQ(7, tlq_target_value(&late, "overflow_syn"))
		TH_LOG("%lld have numbers; no room %lld, no memory %lld, no hook %lld",
		       tlq_stat("listeners_tracked"),
		       tlq_stat("untracked_table_full"),
		       tlq_stat("untracked_no_memory"),
		       tlq_stat("unassigned_before_first_hook"));
	totals_hold(_metadata, 8, 2, 28);
	close(late.lfd);
	ASSERT_EQ(0, tlq_refuse(&t[3], 3));
	EXPECT_EQ(2, tlq_stat("listeners_tracked"));
	for (i = 0; i < ARRAY_SIZE(counted); i++)
		EXPECT_EQ(TLQ_NONE, tlq_target_value(&t[3], counted[i]));
	EXPECT_GT(100000, tlq_target_value(&t[3], "last_overflow_ms"));
	totals_hold(_metadata, 4, 9, 28);
	/* This one has had no event, so it has lost none. */
	ASSERT_EQ(0, tlq_target_open(&late, &opt, AF_INET));
	for (i = 0; i < ARRAY_SIZE(counted); i++)
		EXPECT_EQ(0, tlq_target_value(&late, counted[i]));
	close(t[4].lfd);
	totals_hold(_metadata, 4, 9, 28);
}

/* Each of two namespaces may have all of the table, but not both. */
TEST_F(bounds, three_in_two_namespaces)
{
	struct tlq_lopt opt = { };
	struct tlq_target t;
	int i;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=3"));
	for (i = 0; i < 2; i++)
		ASSERT_LE(0, tlq_listen(&opt));
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == 2));
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < 3; i++)
		busy(_metadata, &t, 1);
	EXPECT_LE(2, tlq_stat("untracked_table_full"));
	EXPECT_EQ(3, tlq_stat("listeners_tracked"));
}

/* Its queue was that long before, but nobody knows the peak. */
TEST_F(bounds, older_where_one_fits)
{
	struct tlq_lopt opt = { .backlog = 1 };
	struct tlq_target t[3];
	int i, unknown = 0;
	__u64 peak;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, tlq_target_full(&t[i], &opt));
	ASSERT_EQ(0, tlq_mod_reload("max_listeners=1"));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(2, tlq_target_value(&t[i], "ack_backlog"));
		EXPECT_EQ(0, tlq_target_value(&t[i], "overflow_syn"));
		peak = tlq_target_value(&t[i], "peak_ack_backlog");
		unknown += peak == TLQ_NONE;
		EXPECT_LE(2, peak);
	}
	EXPECT_EQ(2, unknown);
}

/* A work item and its first packet may make its numbers on two CPUs at once. */
TEST_F(bounds, takes_the_only_place)
{
	struct tlq_target t;
	int i;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=1"));
	for (i = 0; i < 10; i++) {
		busy(_metadata, &t, 1);
		EXPECT_EQ(2, tlq_target_value(&t, "syns"))
			TH_LOG("listener %d", i);
		EXPECT_EQ(1, tlq_target_value(&t, "peak_ack_backlog"));
		close(t.lfd);
		EXPECT_TRUE(tlq_until(!tlq_stat("listeners_tracked")));
	}
	EXPECT_EQ(0, tlq_stat("untracked_table_full"));
}

/* Nobody who has lost something takes a place because somebody reads. */
TEST_F(bounds, readers_take_no_place)
{
	struct tlq_target first, later;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=1"));
	busy(_metadata, &first, 1);
	busy(_metadata, &later, 1);
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&later, "syns"));
	close(first.lfd);
	EXPECT_EQ(TLQ_NONE, tlq_target_value(&later, "syns"));
	EXPECT_EQ(0, tlq_stat("listeners_tracked"));
}

TEST_F(bounds, share_is_capped)
{
	char *text;
	size_t len;

	ASSERT_EQ(0, tlq_mod_reload("max_listeners=7 max_listeners_netns=9"));
	ASSERT_EQ(0, tlq_read_file("/sys/module/" TLQ_MODULE
				   "/parameters/max_listeners_netns", 64, &text,
				   &len));
	EXPECT_STREQ("7\n", text);
	free(text);
}

TEST_F(bounds, memory)
{
	struct tlq_lopt opt = { .backlog = 8 };
	long long before, empty, full, max;
	struct tlq_target idle[50], t[10];
	int i;

	/* Without what else accept(2) and closing may take */
	ASSERT_EQ(0, tlq_mod_reload("waits=0 max_closed=1"));
	before = tlq_stat("listeners_tracked");
	empty = tlq_stat("memory_bytes");
	max = tlq_stat("memory_max_bytes");
	ASSERT_LT(0, empty);
	EXPECT_LE(max - empty, 256LL * tlq_stat("listeners_max"));
	for (i = 0; i < 50; i++)
		ASSERT_EQ(0, tlq_target_open(&idle[i], &opt, AF_INET));
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before + 50));
	EXPECT_EQ(0, tlq_target_value(&idle[7], "overflow_syn"));
	for (i = 0; i < 10; i++)
		busy(_metadata, &t[i], 1);
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before + 60));
	full = tlq_stat("memory_bytes");
	EXPECT_GE(empty + 60 * 256, full);
	for (i = 0; i < 10; i++)
		ASSERT_LE(0, tlq_accept(t[i].lfd));
	EXPECT_EQ(full, tlq_stat("memory_bytes"));
	for (i = 0; i < 10; i++)
		close(t[i].lfd);
	for (i = 0; i < 50; i++)
		close(idle[i].lfd);
	EXPECT_EQ(before, tlq_stat("listeners_tracked"));
	EXPECT_GE(empty, tlq_stat("memory_bytes"));
	totals_hold(_metadata, 0, 10, 0);
}

/* Locks are larger where lockdep watches them. */
static bool large_locks(void)
{
	return !access("/proc/lockdep_stats", F_OK);
}

/* There the first waits come from a stock, which has been counted before. */
static bool has_stock(void)
{
	struct utsname u;

	return !uname(&u) && strstr(u.version, "PREEMPT_RT");
}

TEST_F(bounds, memory_of_waits)
{
	int waits = WAITS_BYTES + (large_locks() ? LOCK_BYTES : 0), i;
	long long empty, opened, limit;
	struct tlq_target t[10];

	ASSERT_EQ(0, tlq_mod_reload("max_closed=1"));
	limit = 256 + waits;
	empty = tlq_stat("memory_bytes");
	EXPECT_LE(tlq_stat("memory_max_bytes") - empty,
		  limit * tlq_stat("listeners_max"));
	for (i = 0; i < 10; i++)
		busy(_metadata, &t[i], 1);
	opened = tlq_stat("memory_bytes");
	for (i = 0; i < 10; i++)
		ASSERT_LE(0, tlq_accept(t[i].lfd));
	EXPECT_LE(opened + !has_stock(), tlq_stat("memory_bytes"));
	EXPECT_GE(opened + 10 * waits, tlq_stat("memory_bytes"));
	for (i = 0; i < 10; i++)
		close(t[i].lfd);
	/* The waits are freed after a grace period. */
	EXPECT_TRUE(tlq_until(tlq_stat("memory_bytes") <= empty));
}

/*
 * What the kernel allocates for a namespace: the least of several, as some need a new
 * slab or page, too
 */
static long long namespace_bytes(struct __test_metadata *_metadata)
{
	long long bytes, least = 0;
	int i;

	ASSERT_EQ(0, tlq_alloc_watch(false));
	for (i = 0; i < IDLE; i++) {
		ASSERT_LE(0, tlq_alloc_bytes());
		ASSERT_EQ(0, unshare(CLONE_NEWNET));
		bytes = tlq_alloc_bytes();
		ASSERT_LT(0, bytes);
		if (!i || bytes < least)
			least = bytes;
	}
	tlq_alloc_end();
	return least;
}

TEST_F(bounds, idle_namespaces)
{
	long long without, with;

	if (large_locks())
		SKIP(return, "a kernel that watches its locks");
	if (tlq_alloc_watch(false))
		SKIP(return, "no trace events of the allocators");
	ASSERT_EQ(0, tlq_mod_gone());
	without = namespace_bytes(_metadata);
	ASSERT_EQ(0, tlq_mod_reload(""));
	with = namespace_bytes(_metadata);
	TH_LOG("%d possible CPUs: %lld bytes for a namespace without, %lld more with the module",
	       tlq_possible_cpus(), without, with - without);
	EXPECT_GE(512, with - without);
	EXPECT_LT(0, with - without);
}

/* A namespace that stays, with a listener that refuses SYNs on so many CPUs */
static void open_busy(struct __test_metadata *_metadata, int cpus)
{
	struct tlq_lopt opt = { };
	struct tlq_target t;

	tlq_use_cpu(0);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_LE(0, open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	ASSERT_EQ(0, tlq_target_full(&t, &opt));
	while (cpus--) {
		tlq_use_cpu(cpus);
		ASSERT_EQ(0, tlq_refuse(&t, 1));
	}
}

/* Every other one has packets on a second CPU. */
TEST_F(bounds, busy_namespaces)
{
	int i, n = tlq_scaled(NAMESPACES, 100), possible = tlq_possible_cpus();
	long long bytes, slots = 0;
	bool two = sysconf(_SC_NPROCESSORS_ONLN) > 1;

	ASSERT_EQ(0, tlq_nofile(8 * n + 100));
	if (large_locks())
		SKIP(return, "a kernel that watches its locks");
	if (tlq_alloc_watch(true))
		SKIP(return, "no trace events of the allocators");
	for (i = 0; i < n; i++) {
		open_busy(_metadata, two ? 1 + i % 2 : 1);
		slots += two ? 1 + i % 2 : 1;
	}
	bytes = tlq_alloc_bytes();
	tlq_alloc_end();
	TH_LOG("%d possible CPUs, %d namespaces, packets on %lld CPUs: %lld bytes",
	       possible, n, slots, bytes);
	EXPECT_GE(n * (8LL * possible + LISTENER_BYTES) + 512 * slots, bytes);
	/* On PREEMPT_RT some come from a stock. */
	EXPECT_LT(n * 8LL * possible / 2, bytes);
}
