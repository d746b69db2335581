// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners stay in tcp_listenq_closed.
 *
 * 1. The last 64 that closed, whatever they were.
 * 2. Of those before, the worst 64, by refusals and resets: a listener that was in
 *    trouble is still there after 1,000 good ones (a part on a slow machine) have
 *    opened and closed, and so is one that reset its clients.
 * 3. No more than 128 lines, each once, and every value as it was.
 * 4. Where max_closed leaves a namespace few records, the worst keep half of them at
 *    least.
 */
#include "tlq_test.h"

#include "tlq_closed.h"
#include "tlq_hooks.h"

#define GOOD 1000
#define BAD 96
#define LEVELS 3
#define FEW 8

FIXTURE(worst) {
};

FIXTURE_SETUP(worst)
{
	ASSERT_EQ(0, tlq_netns_enter());
	if (access(TLQ_CLOSED_DEBUG, R_OK))
		SKIP(return, "no " TLQ_CLOSED_DEBUG);
}

FIXTURE_TEARDOWN(worst)
{
	EXPECT_EQ(NULL, tlq_mod_need());
}

/* A listener that nothing happens to; its cookie */
static __u64 good(struct __test_metadata *_metadata, bool ready)
{
	int lfd = tlq_listen(&(struct tlq_lopt){ });
	__u64 cookie;

	ASSERT_LE(0, lfd);
	cookie = tlq_so_cookie(lfd);
	if (ready)
		ASSERT_TRUE(tlq_closed_ready(lfd));
	close(lfd);
	return cookie;
}

static __u64 bad(struct __test_metadata *_metadata, int n)
{
	__u64 cookie;

	ASSERT_EQ(0, tlq_close_bad(n, &cookie));
	return cookie;
}

/* How often it has a line */
static int lines_of(const struct tlq_table *t, __u64 cookie)
{
	size_t i;
	int n = 0;

	for (i = 0; i < t->nlines; i++)
		n += tlq_u64(tlq_line(t, i), "cookie") == cookie;
	return n;
}

TEST_F(worst, good_ones_push_nobody_out)
{
	int i, times = tlq_scaled(GOOD, 200);
	__u64 refusing, resetting, last[TLQ_CLOSED_LAST];
	struct tlq_table t;
	size_t records;

	refusing = bad(_metadata, 3);
	resetting = bad(_metadata, 0);
	for (i = 0; i < times; i++)
		good(_metadata, false);
	for (i = 0; i < TLQ_CLOSED_LAST; i++)
		last[i] = good(_metadata, true);
	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	ASSERT_EQ(TLQ_CLOSED_LAST + 2, records);
	for (i = 0; i < TLQ_CLOSED_LAST; i++)
		EXPECT_EQ(last[TLQ_CLOSED_LAST - 1 - i],
			  tlq_u64(tlq_line(&t, i), "cookie"));
	EXPECT_EQ(resetting, tlq_u64(tlq_line(&t, i), "cookie"));
	EXPECT_EQ(1, tlq_u64(tlq_line(&t, i), "reset_at_close"));
	EXPECT_EQ(0, tlq_u64(tlq_line(&t, i), "listen_drops"));
	EXPECT_EQ(refusing, tlq_u64(tlq_line(&t, i + 1), "cookie"));
	EXPECT_EQ(3, tlq_u64(tlq_line(&t, i + 1), "overflow_syn"));
	EXPECT_EQ(3, tlq_u64(tlq_line(&t, i + 1), "listen_drops"));
}

/* Of three degrees of trouble in equal parts the least has to go. */
TEST_F(worst, the_worst_of_many)
{
	__u64 cookie[BAD];
	struct tlq_table t;
	size_t records;
	int i;

	for (i = 0; i < BAD; i++)
		cookie[i] = bad(_metadata, i % LEVELS);
	for (i = 0; i < TLQ_CLOSED_LAST; i++)
		good(_metadata, true);
	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	EXPECT_EQ(TLQ_CLOSED_MAX, records);
	for (i = 0; i < BAD; i++) {
		EXPECT_EQ(i % LEVELS ? 1 : 0, lines_of(&t, cookie[i]))
			TH_LOG("listener %d", i);
	}
}

TEST_F(worst, few_records)
{
	__u64 cookie[FEW];
	struct tlq_table t;
	size_t records;
	int i;

	/* Half of it is kept for the first namespace, which is not ours. */
	ASSERT_EQ(0, tlq_mod_reload("max_closed=8"));
	for (i = 0; i < FEW; i++)
		cookie[i] = bad(_metadata, 1 + i);
	records = tlq_closed_records();
	ASSERT_GT(FEW, records);
	if (records < 2)
		SKIP(return, "listeners of the first namespace have the others");
	for (i = 0; i < 3 * FEW; i++)
		good(_metadata, true);
	ASSERT_EQ(0, tlq_closed_load(&t, &records));
	for (i = 0; i < records / 2; i++)
		EXPECT_EQ(1, lines_of(&t, cookie[FEW - 1 - i]));
	EXPECT_EQ(0, tlq_stat("closed_unrecorded"));
}
