// SPDX-License-Identifier: GPL-2.0
/*
 * A walk as a seq_file: what the two files, in /proc and in debugfs, share.
 * The seq_file's own mutex protects the walk.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "tlq.h"

/* Of a buffer for more than a page of text; as large as the slab has at hand. */
#define BUFFER_SIZE (PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)

/**
 * struct listing - an open file
 * @walk: what it lists
 * @next: position behind what has been shown
 *
 * What a seq_file does for each of its records would cost more than a line. So a
 * record is the header, or as many lines as there is room for.
 */
struct listing {
	struct tlq_walk walk;
	loff_t next;
};

/*
 * A page, which seq_file begins with, is all that most tables take. Behind it
 * reads are better few. To be called where the buffer is empty; what cannot be
 * had is not needed.
 */
static void enlarge_buffer(struct seq_file *m)
{
	char *buf;

	if (m->count || m->size >= BUFFER_SIZE)
		return;
	buf = kvmalloc(BUFFER_SIZE, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!buf)
		return;
	kvfree(m->buf);
	m->buf = buf;
	m->size = BUFFER_SIZE;
}

static void *seek(struct listing *listing, loff_t *pos)
{
	void *row = tlq_walk_seek(&listing->walk, pos);

	listing->next = *pos;
	return row;
}

static void *seq_start(struct seq_file *m, loff_t *pos)
{
	struct listing *listing = m->private;

	if (*pos) {
		enlarge_buffer(m);
		return seek(listing, pos);
	}
	tlq_walk_rewind(&listing->walk);
	tlq_nets_settle(listing->walk.net);
	listing->next = 1;
	return SEQ_START_TOKEN;
}

static void *seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct listing *listing = m->private;

	*pos = listing->next;
	return seek(listing, pos);
}

/* The rows stay: the next read goes on in them. */
static void seq_stop(struct seq_file *m, void *v)
{
}

/* Lines of @row and those behind it, until the buffer or the table ends. */
static void show_rows(struct seq_file *m, enum tlq_view view,
		      const struct tlq_row *row)
{
	struct listing *listing = m->private;
	loff_t begin = listing->next;
	unsigned int left, printed;

	do {
		left = tlq_walk_left(&listing->walk, row);
		printed = tlq_format_rows(m, view, row, left);
		listing->next += printed;
		if (printed < left)
			break;
		row = seek(listing, &listing->next);
	} while (!IS_ERR_OR_NULL(row));
	/* No room for a single one: seq_file is to come back with more. */
	if (listing->next == begin)
		seq_commit(m, -1);
}

static int seq_show(struct seq_file *m, void *v)
{
	const struct listing *listing = m->private;
	enum tlq_view view;

	view = listing->walk.net ? TLQ_VIEW_NETNS : TLQ_VIEW_ALL;
	if (v == SEQ_START_TOKEN)
		tlq_format_header(m, view);
	else
		show_rows(m, view, v);
	return 0;
}

static const struct seq_operations seq_ops = {
	.start	= seq_start,
	.next	= seq_next,
	.stop	= seq_stop,
	.show	= seq_show,
};

/**
 * tlq_seq_open() - open a file that lists listeners
 * @file: file
 * @net: namespace to show, which outlives every read; NULL for all of them
 *
 * Return: 0 or -ENOMEM.
 */
int tlq_seq_open(struct file *file, struct net *net)
{
	struct listing *listing;

	listing = __seq_open_private(file, &seq_ops, sizeof(*listing));
	if (!listing)
		return -ENOMEM;
	listing->walk.net = net;
	return 0;
}

/**
 * tlq_seq_release() - release a file opened by tlq_seq_open()
 * @inode: its inode
 * @file: file
 *
 * Return: 0.
 */
int tlq_seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct listing *listing = m->private;

	tlq_walk_destroy(&listing->walk);
	return seq_release_private(inode, file);
}
