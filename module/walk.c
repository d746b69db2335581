// SPDX-License-Identifier: GPL-2.0
/*
 * The listening hash -> rows: positions, buckets, memory. This file owns struct
 * tlq_walk; bucket.c fills it.
 *
 * A copy is kept between reads, so positions in it stay valid. It is charged to the
 * reader's memory cgroup.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "hash.h"
#include "tlq.h"
#include "walk.h"

/*
 * Position: 0 is the header, 1 + (bucket << 32 | index) a row. It only grows,
 * and one past the last bucket is the end.
 */
static loff_t make_pos(u64 bucket, unsigned int index)
{
	return 1 + (loff_t)(bucket << 32 | index);
}

static unsigned int pos_bucket(loff_t pos)
{
	return (u64)(pos - 1) >> 32;
}

static unsigned int pos_index(loff_t pos)
{
	return (u32)(pos - 1);
}

static void free_rows(struct tlq_walk *walk)
{
	kvfree(walk->rows);
	walk->rows = NULL;
	walk->cap = 0;
}

/* kvmalloc() would round the large size up to a power of two. */
static int make_room(struct tlq_walk *walk)
{
	unsigned int cap = walk->cap ? TLQ_MAX_ROWS : TLQ_SMALL_ROWS;
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;

	free_rows(walk);
	if (cap == TLQ_SMALL_ROWS)
		walk->rows = kmalloc_array(cap, sizeof(*walk->rows), gfp);
	else
		walk->rows = __vmalloc(TLQ_ROWS_BYTES, gfp);
	if (!walk->rows)
		return -ENOMEM;
	walk->cap = cap;
	return 0;
}

static int load_bucket(struct tlq_walk *walk, unsigned int bucket)
{
	int err;

	walk->bucket = bucket;
	walk->ilb = &tlq_hash.bucket[bucket];
	while (!tlq_bucket_begin(walk)) {
		err = make_room(walk);
		if (err)
			return err;
	}
	walk->loaded = true;
	return tlq_bucket_left(walk) ? tlq_bucket_more(walk) : 0;
}

/* The first row in @bucket or after it; sets @pos to it, or to the end. */
static struct tlq_row *seek_bucket(struct tlq_walk *walk, unsigned int bucket,
				   loff_t *pos)
{
	int err;

	walk->loaded = false;
	for (;;) {
		bucket = tlq_hash_busy(bucket);
		*pos = make_pos(bucket, 0);
		if (bucket == tlq_hash.nr)
			return NULL;
		err = load_bucket(walk, bucket);
		if (err)
			return ERR_PTR(err);
		if (walk->nr)
			return walk->rows;
		bucket++;
	}
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
 * Return: the row, valid until the next call; NULL at the end; ERR_PTR(-ENOMEM), or
 * ERR_PTR(-EINTR) for who is being killed.
 */
struct tlq_row *tlq_walk_seek(struct tlq_walk *walk, loff_t *pos)
{
	unsigned int bucket = pos_bucket(*pos);
	unsigned int index;
	int err;

	if (!walk->loaded || walk->bucket != bucket)
		return seek_bucket(walk, bucket, pos);
	index = pos_index(*pos) - walk->base;
	if (index < walk->nr)
		return &walk->rows[index];
	if (likely(!tlq_bucket_left(walk)))
		return seek_bucket(walk, bucket + 1, pos);
	err = tlq_bucket_more(walk);
	if (err)
		return ERR_PTR(err);
	return walk->nr ? walk->rows : seek_bucket(walk, bucket + 1, pos);
}

/**
 * tlq_walk_left() - how many rows the copy has from one on
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
 * tlq_walk_rewind() - discard the copy
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
