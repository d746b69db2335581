// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail. Needs a kernel with fault injection.
 *
 * A system call is repeated; each time another of its allocations fails, until
 * all have failed once, and, if the kernel can inject that, each copy from or to
 * user space:
 *
 * 1. Loading (of the allocations before init one in 16 fails; of those in init one in
 *    fault_step, if the environment has that, others each day): it fails with an
 *    errno and leaves nothing behind; or it succeeds, rows and sums are right, and
 *    a function that could not be hooked is reported and its columns print "-". A
 *    file in debugfs may be missing, which fails no load. A namespace for which there
 *    was no memory prints "-" and has no sums; "untracked" says so.
 * 2. Opening and reading each file: an errno, or the whole text.
 * 3. Switching netstat_sendq: an errno or success; the parameter and the list of
 *    hooks agree with /proc/net/tcp.
 *
 * 4. Listeners without memory at their first packet print "-" in their counters
 *    for good, the sums hold, and "stats" counts them. Their connections work.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_fault.h"
#include "tlq_hooks.h"
#include "tlq_tcp_lines.h"

#include <fcntl.h>
#include <time.h>

#define BACKLOG 3
#define SENDQ_HOOK "tcp_seq_next"
/* More than any system call makes: ends a loop that would not end */
#define ENOUGH 5000
/* Of the allocations before init one in so many fails. */
#define LOADER_STEP 16
#define MARGIN 16
/* Records are made at load, each by the same line: few are as good as many. */
#define FEW_RECORDS "max_closed=4"
/* Slow checks run once in so many times. */
#define SELDOM 16

FIXTURE(faults) {
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	struct tlq_target t;
	int hooks;
};

FIXTURE_SETUP(faults)
{
	struct tlq_lopt opt = { .backlog = BACKLOG };

	if (!tlq_fault_ready())
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
	ASSERT_EQ(0, tlq_target_full(&self->t, &opt));
}

FIXTURE_TEARDOWN(faults)
{
	EXPECT_EQ(0, tlq_mod_renew());
	tlq_fault_end();
}

/* Whether /proc/net/tcp, which netstat reads, has the backlog */
static bool corrected(void)
{
	char *text, want[16];
	bool found;
	size_t len;

	if (tlq_read_file("/proc/self/net/tcp", 4096, &text, &len))
		return false;
	snprintf(want, sizeof(want), " 0A %08X:", BACKLOG);
	found = strstr(text, want);
	free(text);
	return found;
}

/* Whether all hooks that @column needs are armed */
static bool all_hooks_for(const char *column)
{
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int i, n = tlq_hooks(hook);

	for (i = 0; i < n; i++)
		if (strcmp(hook[i].state, "armed") &&
		    (!strcmp(hook[i].lost_without, "all") ||
		     strstr(hook[i].lost_without, column)))
			return false;
	return true;
}

/* Whether a file exists; only a failed allocation excuses a missing one. */
static bool in_debugfs(struct __test_metadata *_metadata, const char *path,
		       bool failed)
{
	bool found = !access(path, F_OK);

	EXPECT_TRUE(found || failed)
		TH_LOG("no %s, though no allocation failed", path);
	return found;
}

/* Parameter, list of hooks, ftrace and /proc/net/tcp agree. */
static void agrees(struct __test_metadata *_metadata, int turn, bool failed)
{
	bool shown = corrected();
	char *text;
	size_t len;

	ASSERT_EQ(0, tlq_read_file(TLQ_SENDQ, 16, &text, &len));
	EXPECT_EQ(shown, *text == 'Y');
	if (in_debugfs(_metadata, TLQ_HOOKS, failed))
		EXPECT_EQ(shown, !strcmp(tlq_hook_state(SENDQ_HOOK), "armed"));
	if (turn % SELDOM == 0)
		EXPECT_EQ(shown, tlq_traced(SENDQ_HOOK));
	free(text);
}

/* Whether there was no memory at load for this namespace */
static bool blind(void)
{
	struct tlq_table table;
	__u64 v;

	if (tlq_load(&table, TLQ_DEBUG_DIR "untracked"))
		return false;
	v = tlq_u64(tlq_find_u64(&table, "netns", tlq_netns_inode()), "no_memory");
	tlq_free(&table);
	return v > 0 && v < TLQ_BAD;
}

/* A SYN refused after loading counts as 1, or the column prints "-". */
static void counts_or_does_not(struct __test_metadata *_metadata,
			       struct tlq_target *t, bool failed)
{
	struct tlq_netns_totals totals;
	struct tlq_table table;
	struct tlq_line line;
	__u64 counted;

	ASSERT_EQ(0, tlq_refuse(t, 1));
	line = tlq_target_line(t, &table);
	ASSERT_NE(NULL, line.cell);
	EXPECT_EQ(BACKLOG + 1, tlq_u64(line, "ack_backlog"));
	counted = tlq_u64(line, "overflow_syn");
	EXPECT_TRUE(counted == 1 || counted == TLQ_NONE);
	tlq_free(&table);
	if (failed && counted == TLQ_NONE && blind())
		return;
	if (in_debugfs(_metadata, TLQ_HOOKS, failed))
		EXPECT_EQ(all_hooks_for("overflow_syn"), counted == 1);
	if (!in_debugfs(_metadata, TLQ_TOTALS, failed))
		return;
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	EXPECT_EQ(1, totals.kernel.v[TLQ_OVERFLOWS]);
}

/*
 * Allocations of a load that init refuses: all before init and some after it. Now and then the
 * kernel makes more, so take the least of four loads.
 */
static int before_init(struct __test_metadata *_metadata, const char *file)
{
	int i, used, least = ENOUGH;

	for (i = 0; i < 4; i++) {
		tlq_fault_nth(TLQ_FAULT_NONE);
		ASSERT_EQ(-EINVAL, tlq_mod_load_args(file, "max_listeners=0"));
		used = tlq_fault_used();
		if (used < least)
			least = used;
	}
	TH_LOG("%d allocations before init", least);
	return least;
}

/* Load while the @nth allocation fails; whether the load came that far */
static bool load_once(struct __test_metadata *_metadata, const char *file,
		      struct tlq_target *t, int nth, int *failed)
{
	bool reached;
	int err;

	tlq_fault_nth(nth);
	err = tlq_mod_load_args(file, FEW_RECORDS);
	reached = tlq_fault_nth(0);
	if (err) {
		++*failed;
		EXPECT_TRUE(reached)
			TH_LOG("error %d, though no allocation failed", err);
		return reached;
	}
	counts_or_does_not(_metadata, t, reached);
	agrees(_metadata, nth, reached);
	EXPECT_EQ(0, tlq_mod_gone());
	return reached;
}

/* A load takes seconds where they can fail; nobody waits for an hour each time. */
static int init_step(void)
{
	const char *text = getenv("fault_step");
	int step = text ? atoi(text) : 1;

	return step > 0 ? step : 1;
}

TEST_F_TIMEOUT(faults, load, 3600)
{
	const char *file = tlq_mod_file(), *left;
	int nth, from, times = 0, failed = 0, before = 0, step = init_step();
	long long start = tlq_now_ms();
	bool reached = true;

	ASSERT_EQ(0, tlq_mod_gone());
	from = before_init(_metadata, file) - MARGIN;
	nth = 1 + time(NULL) / 86400 % step;
	for (; reached; nth += nth < from ? LOADER_STEP : step) {
		ASSERT_GT(ENOUGH, nth);
		reached = load_once(_metadata, file, &self->t, nth, &failed);
		if (nth < from)
			before = failed;
		/* Where it was, if its time is up */
		if (++times % 50 == 0)
			TH_LOG("%d loads, allocation %d, %lld ms", times, nth,
			       tlq_now_ms() - start);
		left = times % SELDOM ? tlq_left_file() :
				  tlq_left(self->hook, self->hooks);
		ASSERT_EQ(NULL, left)
			TH_LOG("allocation %d leaves %s", nth, left);
	}
	TH_LOG("%d allocations, %d tried; the loader fails for %d, init for %d; %lld ms",
	       nth - step - 1, times, before, failed - before, tlq_now_ms() - start);
	EXPECT_LT(10, failed);
	/* At least for its slab cache, its data of a namespace and its file in /proc */
	EXPECT_LE(3, failed - before);
}

/*
 * The kernel makes some allocations only now and then: their numbers shift from
 * load to load, and the loop above may miss one that init needs.
 */
static void load_without(struct __test_metadata *_metadata, const char *cache,
			 const struct tlq_hook *hook, int hooks)
{
	const char *left;

	ASSERT_EQ(0, tlq_mod_gone());
	if (!tlq_fault_cache(cache, true))
		SKIP(return, "no slab cache %s that can be made to fail", cache);
	EXPECT_EQ(-ENOMEM, tlq_mod_load(tlq_mod_file()));
	ASSERT_TRUE(tlq_fault_cache(cache, false));
	left = tlq_left(hook, hooks);
	EXPECT_EQ(NULL, left)
		TH_LOG("left: %s", left);
}

TEST_F(faults, no_cache)
{
	load_without(_metadata, "kmem_cache_node", self->hook, self->hooks);
}

TEST_F(faults, no_proc_file)
{
	load_without(_metadata, "proc_dir_entry", self->hook, self->hooks);
}

static int read_whole(const char *path, char **text)
{
	size_t len;

	return tlq_read_file(path, 1 << 20, text, &len);
}

static void read_sweep(struct __test_metadata *_metadata, const char *path,
		       const char *word)
{
	int nth, err, failed = 0;
	bool reached = true;
	char *text;

	for (nth = 1; reached; nth++) {
		ASSERT_GT(ENOUGH, nth);
		tlq_fault_nth(nth);
		err = read_whole(path, &text);
		reached = tlq_fault_nth(0);
		if (err) {
			failed++;
			ASSERT_TRUE(err == -ENOMEM || err == -EAGAIN ||
				    err == -EFAULT)
				TH_LOG("%s: error %d", path, err);
			continue;
		}
		EXPECT_NE(NULL, strstr(text, word));
		free(text);
	}
	TH_LOG("%s: %d allocations, %d of them fail the read", path,
	       nth - 2, failed);
	EXPECT_LT(0, failed);
}

TEST_F(faults, read)
{
	char port[16];

	snprintf(port, sizeof(port), ":%d ", self->t.port);
	read_sweep(_metadata, TLQ_PROC, port);
	read_sweep(_metadata, TLQ_DEBUG, port);
	read_sweep(_metadata, TLQ_TOTALS, "ListenDrops");
	read_sweep(_metadata, TLQ_HOOKS, "inet_csk_listen_stop");
	read_sweep(_metadata, TLQ_STATS, "listeners_tracked");
	read_sweep(_metadata, TLQ_DEBUG_DIR "untracked", "no_memory");
}

static void switch_sweep(struct __test_metadata *_metadata, const char *to)
{
	const char *back = *to == 'Y' ? "N" : "Y";
	bool reached = true;
	int nth;

	for (nth = 1; reached; nth++) {
		ASSERT_GT(ENOUGH, nth);
		ASSERT_EQ(0, tlq_write_file(TLQ_SENDQ, back));
		tlq_fault_nth(nth);
		tlq_write_file(TLQ_SENDQ, to);
		reached = tlq_fault_nth(0);
		agrees(_metadata, nth, false);
	}
	EXPECT_EQ(*to == 'Y', corrected());
}

TEST_F(faults, netstat_sendq)
{
	switch_sweep(_metadata, "Y");
	switch_sweep(_metadata, "N");
}

TEST_F(faults, first_packet)
{
	struct tlq_lopt opt = { .backlog = BACKLOG };
	struct tlq_target late;
	struct tlq_netns_totals totals;
	struct tlq_table table;
	struct tlq_line line;

	if (!tlq_fault_cache("tlq_listener", true))
		SKIP(return, "no slab cache of our own that can be made to fail");
	ASSERT_EQ(0, tlq_target_full(&late, &opt));
	ASSERT_EQ(0, tlq_refuse(&late, 5));
	ASSERT_TRUE(tlq_fault_cache("tlq_listener", false));
	EXPECT_LT(0, tlq_stat("untracked_no_memory"));
	EXPECT_EQ(10, tlq_stat("unassigned_untracked"));
	ASSERT_EQ(0, tlq_refuse(&late, 2));
	ASSERT_EQ(0, tlq_refuse(&self->t, 3));
	line = tlq_target_line(&late, &table);
	EXPECT_EQ(TLQ_NONE, tlq_u64(line, "overflow_syn"));
	EXPECT_EQ(TLQ_NONE, tlq_u64(line, "peak_ack_backlog"));
	EXPECT_EQ(BACKLOG + 1, tlq_u64(line, "ack_backlog"));
	tlq_free(&table);
	line = tlq_target_line(&self->t, &table);
	EXPECT_EQ(3, tlq_u64(line, "overflow_syn"));
	tlq_free(&table);
	ASSERT_EQ(0, tlq_netns_totals(&totals, tlq_netns_inode()));
	EXPECT_EQ(5, totals.unassigned.v[TLQ_OVERFLOWS]);
	EXPECT_EQ(5, totals.live.v[TLQ_OVERFLOWS]);
}
