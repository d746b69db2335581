// SPDX-License-Identifier: GPL-2.0
/*
 * A walk as a seq_file, for the files in /proc and in debugfs. The seq_file's own
 * mutex protects the walk.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "files.h"
#include "format.h"
#include "nets.h"
#include "walk.h"

/* Rows -> lines; see format.c and lines.c */
struct lines {
	void (*header)(struct seq_file *m, enum tlq_view view);
	unsigned int (*rows)(struct seq_file *m, enum tlq_view view,
			     const struct tlq_row *row, unsigned int nr);
};

static const struct lines listener_lines = {
	tlq_format_header, tlq_format_rows
};

static const struct lines wait_lines = {
	tlq_waits_header, tlq_waits_rows
};

/**
 * struct listing - an open file
 * @walk: what it lists
 * @lines: how
 * @next: position after the last line shown
 *
 * seq_file's work for a record costs more than printing a line. So a record is the
 * header, or as many lines as fit.
 */
struct listing {
	struct tlq_walk walk;
	const struct lines *lines;
	loff_t next;
};

/*
 * seq_file begins with one page, enough for most tables. Past it, prefer few large
 * reads. Best effort: failure is harmless.
 */
static void enlarge_buffer(struct seq_file *m)
{
	char *buf;

	if (m->count || m->size >= TLQ_TEXT_BYTES)
		return;
	buf = kvmalloc(TLQ_TEXT_BYTES, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!buf)
		return;
	kvfree(m->buf);
	m->buf = buf;
	m->size = TLQ_TEXT_BYTES;
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
	void *row;

	if (*pos) {
		row = seek(listing, pos);
		if (!IS_ERR_OR_NULL(row))
			enlarge_buffer(m);
		return row;
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

/* Keeps the rows: the next read continues in them. */
static void seq_stop(struct seq_file *m, void *v)
{
}

/* Print @row and those after it, until the buffer is full or the table ends. */
static void show_rows(struct seq_file *m, enum tlq_view view,
		      const struct tlq_row *row)
{
	struct listing *listing = m->private;
	loff_t begin = listing->next;
	unsigned int left, printed;

	do {
		left = tlq_walk_left(&listing->walk, row);
		printed = listing->lines->rows(m, view, row, left);
		listing->next += printed;
		if (printed < left)
			break;
		row = seek(listing, &listing->next);
	} while (!IS_ERR_OR_NULL(row));
	/* Not even one fitted: make seq_file try again with a larger buffer. */
	if (listing->next == begin)
		seq_commit(m, -1);
}

static int seq_show(struct seq_file *m, void *v)
{
	const struct listing *listing = m->private;
	enum tlq_view view;

	view = listing->walk.net ? TLQ_VIEW_NETNS : TLQ_VIEW_ALL;
	if (v == SEQ_START_TOKEN)
		listing->lines->header(m, view);
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

static int open_lines(struct file *file, struct net *net,
		      const struct lines *lines)
{
	struct listing *listing;

	listing = __seq_open_private(file, &seq_ops, sizeof(*listing));
	if (!listing)
		return -ENOMEM;
	listing->walk.net = net;
	listing->lines = lines;
	return 0;
}

/**
 * tlq_seq_open() - open a file that lists listeners
 * @file: file
 * @net: namespace to show, must outlive every call on @file; NULL: all of them
 *
 * Return: 0 or -ENOMEM.
 */
int tlq_seq_open(struct file *file, struct net *net)
{
	return open_lines(file, net, &listener_lines);
}

/**
 * tlq_seq_open_waits() - open a file that lists how long clients waited
 * @file: file
 * @net: as above
 *
 * Return: 0 or -ENOMEM.
 */
int tlq_seq_open_waits(struct file *file, struct net *net)
{
	return open_lines(file, net, &wait_lines);
}

/**
 * tlq_seq_release() - release a file opened by one of these
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
