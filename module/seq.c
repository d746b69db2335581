// SPDX-License-Identifier: GPL-2.0
/*
 * A walk as a seq_file: what the two files, in /proc and in debugfs, share.
 * The seq_file's own mutex protects the walk.
 */
#include <linux/fs.h>
#include <linux/seq_file.h>

#include "tlq.h"

static void *seq_start(struct seq_file *m, loff_t *pos)
{
	struct tlq_walk *walk = m->private;

	if (*pos)
		return tlq_walk_seek(walk, pos);
	tlq_walk_rewind(walk);
	tlq_nets_settle(walk->net);
	return SEQ_START_TOKEN;
}

static void *seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	return tlq_walk_next(m->private, pos);
}

/* The rows stay: the next read goes on in them. */
static void seq_stop(struct seq_file *m, void *v)
{
}

static int seq_show(struct seq_file *m, void *v)
{
	const struct tlq_walk *walk = m->private;
	enum tlq_view view = walk->net ? TLQ_VIEW_NETNS : TLQ_VIEW_ALL;

	if (v == SEQ_START_TOKEN)
		tlq_format_header(m, view);
	else
		tlq_format_row(m, view, v);
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
	struct tlq_walk *walk;

	walk = __seq_open_private(file, &seq_ops, sizeof(*walk));
	if (!walk)
		return -ENOMEM;
	walk->net = net;
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

	tlq_walk_destroy(m->private);
	return seq_release_private(inode, file);
}
