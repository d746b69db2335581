/* SPDX-License-Identifier: GPL-2.0 */
/* walk.c: the listening hash -> rows */
#ifndef TLQ_WALK_H
#define TLQ_WALK_H

#include <linux/types.h>

#include "tlq.h"

struct net;

/**
 * struct tlq_walk - a walk over the listening hash, one bucket in memory
 * @net: show this namespace only; NULL shows all
 * @rows: copy of the listeners of @bucket, made in one hold of its lock
 * @nr: rows in use
 * @cap: rows allocated
 * @bucket: bucket that @rows was copied from
 * @loaded: @rows, @nr and @bucket are valid
 *
 * Belongs to one open file and is protected by its seq_file's lock.
 */
struct tlq_walk {
	struct net *net;
	struct tlq_row *rows;
	unsigned int nr;
	unsigned int cap;
	unsigned int bucket;
	bool loaded;
};

int tlq_walk_init(void);
unsigned int tlq_walk_buckets(void);
void tlq_walk_rewind(struct tlq_walk *walk);
struct tlq_row *tlq_walk_seek(struct tlq_walk *walk, loff_t *pos);
unsigned int tlq_walk_left(const struct tlq_walk *walk,
			   const struct tlq_row *row);
void tlq_walk_destroy(struct tlq_walk *walk);

#endif /* TLQ_WALK_H */
