/* SPDX-License-Identifier: GPL-2.0 */
/* walk.c and bucket.c: the listening hash -> rows */
#ifndef TLQ_WALK_H
#define TLQ_WALK_H

#include <linux/sizes.h>
#include <linux/types.h>
#include <asm/page.h>

#include "tlq.h"

struct inet_listen_hashbucket;
struct net;

/*
 * What an open file holds between two reads: text in the buffer of its seq_file,
 * rows, and a page for all else. Pages of 64 kB leave none, and that is on top.
 */
#define TLQ_FILE_BYTES SZ_128K
#define TLQ_TEXT_BYTES (PAGE_SHIFT < 15 ? SZ_32K : PAGE_SIZE)
#define TLQ_REST_BYTES (PAGE_SHIFT < 15 ? PAGE_SIZE : SZ_4K)
#define TLQ_ROWS_BYTES (TLQ_FILE_BYTES - TLQ_TEXT_BYTES - TLQ_REST_BYTES)

/* Most buckets have no or one listener; only for a long one a file gets all rows. */
#define TLQ_SMALL_ROWS (SZ_4K / sizeof(struct tlq_row))
#define TLQ_MAX_ROWS (TLQ_ROWS_BYTES / sizeof(struct tlq_row))

/* Windows that one survey can give; it costs as much as two of them. */
#define TLQ_WINDOWS 48

/**
 * struct tlq_walk - a walk over the listening hash, a part of a bucket in memory
 * @net: show this namespace only; NULL shows all
 * @rows: copy of listeners of @bucket, made in one hold of its lock
 * @nr: rows in use
 * @cap: rows allocated
 * @bucket: number of the bucket that @rows was copied from
 * @ilb: that bucket, which is never freed
 * @base: how many of its listeners came before @rows
 * @loaded: @rows, @nr, @bucket, @base and what follows are valid
 * @done: listeners of @bucket with cookies above this one ...
 * @last: ... and up to this one are still to come
 * @window: the next of @ends
 * @windows: how many there are
 * @ends: the last cookie of each window
 *
 * Belongs to one open file and is protected by its seq_file's lock.
 */
struct tlq_walk {
	struct net *net;
	struct tlq_row *rows;
	unsigned int nr;
	unsigned int cap;
	unsigned int bucket;
	unsigned int base;
	struct inet_listen_hashbucket *ilb;
	bool loaded;
	u64 done;
	u64 last;
	unsigned int window;
	unsigned int windows;
	u64 ends[TLQ_WINDOWS];
};

/* walk.c */
void tlq_walk_rewind(struct tlq_walk *walk);
struct tlq_row *tlq_walk_seek(struct tlq_walk *walk, loff_t *pos);
unsigned int tlq_walk_left(const struct tlq_walk *walk,
			   const struct tlq_row *row);
void tlq_walk_destroy(struct tlq_walk *walk);

/* bucket.c */
bool tlq_bucket_begin(struct tlq_walk *walk);
int tlq_bucket_more(struct tlq_walk *walk);

/**
 * tlq_bucket_left() - whether the bucket has parts still to be copied
 * @walk: walk
 *
 * Return: true if tlq_bucket_more() is to be called after the last of the rows.
 */
static inline bool tlq_bucket_left(const struct tlq_walk *walk)
{
	return walk->done < walk->last;
}

#endif /* TLQ_WALK_H */
