// SPDX-License-Identifier: GPL-2.0
/*
 * The listening hash -> rows. This file owns struct tlq_walk.
 *
 * A bucket is copied in one hold of its lock, so that a listener which exists
 * throughout is in the copy exactly once. An RCU walk cannot promise that: a socket
 * that stops listening and listens again meanwhile leads the walk into another
 * bucket, or back to the head of the same one. Dumps of inet_diag and /proc/net/tcp
 * hold the lock in the same way. Apart from dumps, only sockets that begin or stop
 * to listen take it; arriving packets find their listener under RCU.
 *
 * The copy is kept between reads, so positions in it stay valid. A reader has at
 * most one bucket in memory, charged to its memory cgroup.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "tlq.h"
#include "walk.h"

/* Smallest allocation, in rows: most buckets hold none or one. */
#define MIN_ROWS 16

/* Checking an empty bucket is cheap; call cond_resched() once per 1024. */
#define RESCHED_MASK 1023

/* TCP's hash tables are never freed. */
static struct inet_hashinfo *hashinfo __ro_after_init;

/*
 * Position: 0 is the header, 1 + (bucket << 32 | index) a row. It only grows,
 * and one past the last bucket is the end.
 */
static loff_t make_pos(u64 bucket, unsigned int index)
{
	return 1 + (loff_t)(bucket << 32 | index);
}

static u64 pos_bucket(loff_t pos)
{
	return (u64)(pos - 1) >> 32;
}

static unsigned int pos_index(loff_t pos)
{
	return (u32)(pos - 1);
}

static bool wanted(const struct tlq_walk *walk, const struct sock *sk)
{
	if (walk->net && !net_eq(sock_net(sk), walk->net))
		return false;
	return READ_ONCE(sk->sk_state) == TCP_LISTEN;
}

/*
 * Copy as many rows as there is room for; return how many listeners there are. The
 * time under the lock is linear in the length of this bucket.
 */
static unsigned int copy_bucket(struct tlq_walk *walk,
				struct inet_listen_hashbucket *ilb)
{
	unsigned int found = 0;
	struct sock *sk;

	rcu_read_lock();
	spin_lock(&ilb->lock);
	for (sk = tlq_lhash2_first(ilb); sk; sk = tlq_lhash2_next(sk)) {
		if (!wanted(walk, sk))
			continue;
		if (found < walk->cap)
			tlq_row_fill(&walk->rows[found], sk);
		found++;
	}
	spin_unlock(&ilb->lock);
	rcu_read_unlock();
	return found;
}

static void free_rows(struct tlq_walk *walk)
{
	kvfree(walk->rows);
	walk->rows = NULL;
	walk->cap = 0;
}

/* Room for @need rows, plus 25 % slack for listeners added before the retry. */
static int make_room(struct tlq_walk *walk, unsigned int need)
{
	unsigned int cap = max_t(unsigned int, need + need / 4, MIN_ROWS);

	free_rows(walk);
	walk->rows = kvmalloc_array(cap, sizeof(*walk->rows),
				    GFP_KERNEL_ACCOUNT);
	if (!walk->rows)
		return -ENOMEM;
	walk->cap = cap;
	return 0;
}

/*
 * Each retry has room for at least a quarter more rows, so the number of retries is
 * logarithmic in the number of listeners that memory can hold.
 */
static int load_bucket(struct tlq_walk *walk, unsigned int bucket)
{
	struct inet_listen_hashbucket *ilb = &hashinfo->lhash2[bucket];
	unsigned int found = 0;
	int err;

	walk->loaded = false;
	do {
		if (found >= walk->cap) {
			err = make_room(walk, found);
			if (err)
				return err;
		}
		found = copy_bucket(walk, ilb);
		cond_resched();
	} while (found > walk->cap);

	walk->nr = found;
	walk->bucket = bucket;
	walk->loaded = true;
	return 0;
}

/* The first row in @bucket or after it; sets @pos to it, or to the end. */
static struct tlq_row *seek_bucket(struct tlq_walk *walk, u64 bucket,
				   loff_t *pos)
{
	int err;

	walk->loaded = false;
	for (; bucket <= hashinfo->lhash2_mask; bucket++) {
		if (!(bucket & RESCHED_MASK))
			cond_resched();
		if (!tlq_lhash2_busy(&hashinfo->lhash2[bucket]))
			continue;
		*pos = make_pos(bucket, 0);
		err = load_bucket(walk, bucket);
		if (err)
			return ERR_PTR(err);
		if (walk->nr)
			return walk->rows;
	}
	*pos = make_pos(bucket, 0);
	return NULL;
}

/**
 * tlq_walk_seek() - the row at a position
 * @walk: walk
 * @pos: position of a row or one past it, or 1 for the first; moved forward to the
 *	row returned
 *
 * Continues in the copy that the position came from, until tlq_walk_rewind() or a
 * seek to another bucket discards it.
 *
 * Return: the row, valid until the next call; NULL at the end; ERR_PTR(-ENOMEM).
 */
struct tlq_row *tlq_walk_seek(struct tlq_walk *walk, loff_t *pos)
{
	u64 bucket = pos_bucket(*pos);
	unsigned int index = pos_index(*pos);

	if (!walk->loaded || walk->bucket != bucket)
		return seek_bucket(walk, bucket, pos);
	if (index < walk->nr)
		return &walk->rows[index];
	return seek_bucket(walk, bucket + 1, pos);
}

/**
 * tlq_walk_left() - how many rows the current bucket has from one on
 * @walk: walk
 * @row: from tlq_walk_seek()
 *
 * Return: their number, @row included. The rows and their positions are
 * consecutive.
 */
unsigned int tlq_walk_left(const struct tlq_walk *walk,
			   const struct tlq_row *row)
{
	return walk->rows + walk->nr - row;
}

/**
 * tlq_walk_rewind() - discard the copy of the current bucket
 * @walk: walk
 */
void tlq_walk_rewind(struct tlq_walk *walk)
{
	walk->loaded = false;
}

/**
 * tlq_walk_destroy() - free the memory of a walk
 * @walk: walk
 */
void tlq_walk_destroy(struct tlq_walk *walk)
{
	free_rows(walk);
}

/**
 * tlq_walk_buckets() - size of the listening hash
 *
 * Return: number of buckets.
 */
unsigned int tlq_walk_buckets(void)
{
	return hashinfo->lhash2_mask + 1;
}

/**
 * tlq_walk_init() - find the listening hash
 *
 * Return: 0, or -EOPNOTSUPP when this kernel has none.
 */
int __init tlq_walk_init(void)
{
	hashinfo = tlq_hashinfo();
	return hashinfo && hashinfo->lhash2 ? 0 : -EOPNOTSUPP;
}
