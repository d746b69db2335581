// SPDX-License-Identifier: GPL-2.0
/*
 * A bucket of the listening hash -> rows, all at once or in parts.
 *
 * A bucket is copied in one hold of its lock, so that a listener which exists
 * throughout is in the copy exactly once. An RCU walk cannot promise that: a socket
 * that stops listening and listens again meanwhile leads the walk into another
 * bucket, or back to the head of the same one. Dumps of inet_diag and /proc/net/tcp
 * hold the lock in the same way. Apart from dumps, only sockets that begin or stop
 * to listen take it; arriving packets find their listener under RCU.
 *
 * A bucket may have more listeners than rows that a file may keep, and the lock
 * cannot be held while somebody reads. It is then copied in windows of cookies, one
 * hold each. A cookie is one socket's for ever. So a listener that exists throughout
 * is in exactly one window, whatever comes, goes or moves in the list meanwhile, and
 * numbers are all that is remembered from hold to hold.
 *
 * Surveys find where windows end: they fill no row, but count cookies, in the memory
 * of the rows. They need not be right: a window that has become too full is halved
 * until it fits. The windows end at the highest cookie of the first survey, so who
 * begins to listen faster than a reader reads does not make the walk endless.
 *
 * In a hold each socket is looked at once, and at most TLQ_MAX_ROWS are filled. A
 * bucket of n listeners takes some n / TLQ_MAX_ROWS holds, in each of which a socket
 * outside the window costs a few instructions.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "compat.h"
#include "listener.h"
#include "tlq.h"
#include "walk.h"

static_assert(TLQ_MAX_ROWS >= 128 && TLQ_MAX_ROWS <= 1024);

/* What a window gets, so that some may begin to listen before it is copied */
#define WINDOW_ROWS (TLQ_MAX_ROWS - TLQ_MAX_ROWS / 16)

/* A survey counts in so many bins, in the memory of the rows. */
#define BINS 1024
static_assert(BINS * sizeof(u32) <= TLQ_ROWS_BYTES);

static bool wanted(const struct tlq_walk *walk, const struct sock *sk)
{
	if (walk->net && !net_eq(sock_net(sk), walk->net))
		return false;
	return READ_ONCE(sk->sk_state) == TCP_LISTEN;
}

/*
 * Copy the listeners with cookies from @first to @last; who has none yet has 0.
 * Return how many there are, or one more than there is room for.
 */
static __always_inline unsigned int copy(struct tlq_walk *walk, u64 first,
					 u64 last)
{
	struct inet_listen_hashbucket *ilb = walk->ilb;
	struct tlq_lhash2_node *node;
	unsigned int found = 0;
	struct sock *sk;

	rcu_read_lock();
	spin_lock(&ilb->lock);
	for (node = tlq_lhash2_first(ilb); !tlq_lhash2_end(node);
	     node = node->next) {
		sk = tlq_lhash2_sk(node);
		if (atomic64_read(&sk->sk_cookie) - first > last - first)
			continue;
		if (!wanted(walk, sk))
			continue;
		if (found++ == walk->cap)
			break;
		tlq_row_fill(&walk->rows[found - 1], sk);
	}
	spin_unlock(&ilb->lock);
	rcu_read_unlock();
	cond_resched();
	return found;
}

/*
 * Give each listener a cookie and find the lowest and the highest. The latter may be
 * U64_MAX: the kernel counts down from there for who asks while it makes another.
 */
static noinline void survey_range(struct tlq_walk *walk)
{
	struct inet_listen_hashbucket *ilb = walk->ilb;
	u64 cookie, lowest = U64_MAX, highest = 0;
	struct tlq_lhash2_node *node;
	struct sock *sk;

	spin_lock(&ilb->lock);
	for (node = tlq_lhash2_first(ilb); !tlq_lhash2_end(node);
	     node = node->next) {
		sk = tlq_lhash2_sk(node);
		if (!wanted(walk, sk))
			continue;
		cookie = tlq_cookie(sk);
		lowest = min(lowest, cookie);
		highest = max(highest, cookie);
	}
	spin_unlock(&ilb->lock);
	cond_resched();
	walk->done = min(lowest - 1, highest);
	walk->last = highest;
	walk->window = 0;
	walk->windows = 0;
}

/*
 * Count the listeners with cookies after @walk->done and up to @end, in bins of as
 * few cookies as there are bins for. Return log2 of that. The rows are lost.
 */
static unsigned int survey_bins(struct tlq_walk *walk, u64 end)
{
	u64 at, first = walk->done + 1, width = end - first;
	struct inet_listen_hashbucket *ilb = walk->ilb;
	u32 *bins = (u32 *)walk->rows;
	struct tlq_lhash2_node *node;
	unsigned int shift = 0;
	struct sock *sk;

	while (width >> shift >= BINS)
		shift++;
	memset(bins, 0, BINS * sizeof(*bins));
	spin_lock(&ilb->lock);
	for (node = tlq_lhash2_first(ilb); !tlq_lhash2_end(node);
	     node = node->next) {
		sk = tlq_lhash2_sk(node);
		at = atomic64_read(&sk->sk_cookie) - first;
		if (at <= width && wanted(walk, sk))
			bins[at >> shift]++;
	}
	spin_unlock(&ilb->lock);
	cond_resched();
	return shift;
}

/*
 * Make windows of bins. If there is none, as the first bin with a listener has too
 * many, move @walk->done there; return where that bin ends, to survey it alone.
 */
static u64 cut(struct tlq_walk *walk, unsigned int shift, u64 end)
{
	const u32 *bin = (const u32 *)walk->rows;
	u64 at, step = 1ULL << shift;
	unsigned int rows = 0;

	for (at = walk->done; at < end; at += min(step, end - at), bin++) {
		if (rows && rows + *bin > WINDOW_ROWS) {
			walk->ends[walk->windows++] = at;
			rows = 0;
		}
		if ((*bin > WINDOW_ROWS && shift) ||
		    walk->windows == TLQ_WINDOWS)
			break;
		rows += *bin;
	}
	if (at == end) {
		walk->ends[walk->windows++] = end;
	} else if (!walk->windows) {
		walk->done = at;
		end = at + min(step, end - at);
	}
	return end;
}

/* The next windows. Each time round the bins are smaller, down to one cookie. */
static void survey(struct tlq_walk *walk)
{
	u64 end = walk->last;

	walk->window = 0;
	walk->windows = 0;
	while (!walk->windows)
		end = cut(walk, survey_bins(walk, end), end);
}

static void copy_window(struct tlq_walk *walk)
{
	u64 end = walk->ends[walk->window], done = walk->done;
	unsigned int found;

	while ((found = copy(walk, done + 1, end)) > walk->cap &&
	       end - done > 1)
		end = done + (end - done) / 2;
	walk->nr = min(found, walk->cap);
	walk->done = end;
	walk->window += end == walk->ends[walk->window];
}

/**
 * tlq_bucket_begin() - copy all of a bucket, or prepare to copy it in parts
 * @walk: walk, with the bucket and the room for rows set
 *
 * If it is to be copied in parts, tlq_bucket_left() says so afterwards.
 *
 * Return: false if it needs more room than there is, and may have more.
 */
bool tlq_bucket_begin(struct tlq_walk *walk)
{
	unsigned int found = copy(walk, 0, U64_MAX);

	walk->base = 0;
	walk->done = 0;
	walk->last = 0;
	walk->nr = found;
	if (likely(found <= walk->cap))
		return true;
	walk->nr = 0;
	if (walk->cap < TLQ_MAX_ROWS)
		return false;
	survey_range(walk);
	return true;
}

/**
 * tlq_bucket_more() - copy the next part of a bucket
 * @walk: walk
 *
 * There are no rows at the end of the bucket. After an error it can be called again.
 *
 * Return: 0, or -EINTR when the reader is being killed.
 */
int tlq_bucket_more(struct tlq_walk *walk)
{
	walk->base += walk->nr;
	walk->nr = 0;
	while (!walk->nr && tlq_bucket_left(walk)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (walk->window == walk->windows)
			survey(walk);
		copy_window(walk);
	}
	return 0;
}
