// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/tcp_listenq/, for root: the listeners of all namespaces, and
 * the state of the counters and hooks.
 *
 * Lifetime: an open file holds the module, so that release can always free what
 * open allocated. Never fails a load: without debugfs, debugfs_create_dir() returns
 * an error pointer, with which the calls below do nothing.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "closed.h"
#include "files.h"
#include "hooks.h"
#include "listener.h"
#include "nets.h"
#include "share.h"
#include "tlq.h"

static struct dentry *dir;

static int listeners_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open(file, NULL);
}

static const struct file_operations listeners_fops = {
	.owner		= THIS_MODULE,
	.open		= listeners_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= tlq_seq_release,
};

static int wait_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open_waits(file, NULL);
}

static const struct file_operations wait_fops = {
	.owner		= THIS_MODULE,
	.open		= wait_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= tlq_seq_release,
};

static int closed_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open_closed(file, NULL);
}

static const struct file_operations closed_fops = {
	.owner		= THIS_MODULE,
	.open		= closed_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

static int totals_open(struct inode *inode, struct file *file)
{
	return tlq_totals_open(file);
}

static const struct file_operations totals_fops = {
	.owner		= THIS_MODULE,
	.open		= totals_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

static int untracked_open(struct inode *inode, struct file *file)
{
	return tlq_untracked_open(file);
}

static const struct file_operations untracked_fops = {
	.owner		= THIS_MODULE,
	.open		= untracked_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

static int hooks_show(struct seq_file *m, void *v)
{
	tlq_hooks_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hooks);

static int stats_show(struct seq_file *m, void *v)
{
	struct tlq_unassigned sums;
	struct tlq_usage usage;

	tlq_totals_unassigned(&sums);
	tlq_table_usage(&usage);
	seq_printf(m, "listeners_tracked %u\n", usage.tracked);
	seq_printf(m, "listeners_max %u\n", usage.limit);
	seq_printf(m, "memory_bytes %llu\n",
		   usage.bytes + tlq_lost_bytes() + tlq_closed_bytes());
	seq_printf(m, "memory_max_bytes %llu\n",
		   usage.bytes_limit + tlq_lost_bytes() + tlq_closed_max_bytes());
	seq_printf(m, "unassigned_before_first_hook %llu\n", sums.outside);
	seq_printf(m, "unassigned_untracked %llu\n", sums.no_room);
	seq_printf(m, "untracked_table_full %llu\n",
		   sums.refused[TLQ_TABLE_FULL]);
	seq_printf(m, "untracked_no_memory %llu\n",
		   sums.refused[TLQ_NO_MEMORY]);
	seq_printf(m, "closed_unrecorded %llu\n", tlq_closed_unrecorded());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/** tlq_debugfs_init() - make the directory and its files */
void __init tlq_debugfs_init(void)
{
	dir = debugfs_create_dir(TLQ_NAME, NULL);
	debugfs_create_file("listeners", 0400, dir, NULL, &listeners_fops);
	debugfs_create_file("wait", 0400, dir, NULL, &wait_fops);
	debugfs_create_file("closed", 0400, dir, NULL, &closed_fops);
	debugfs_create_file("totals", 0400, dir, NULL, &totals_fops);
	debugfs_create_file("untracked", 0400, dir, NULL, &untracked_fops);
	debugfs_create_file("hooks", 0400, dir, NULL, &hooks_fops);
	debugfs_create_file("stats", 0400, dir, NULL, &stats_fops);
}

/** tlq_debugfs_exit() - remove the files; waits for calls in progress */
void tlq_debugfs_exit(void)
{
	debugfs_remove(dir);
}
