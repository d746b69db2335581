// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcp_listenq, one in every network namespace.
 *
 * Lifetime: the entry is removed when its namespace dies or the module goes.
 * Removal waits for calls in progress and releases the files that are open;
 * what is done to these later fails with EIO in procfs. So the namespace's
 * memory outlives every call that gets here, and an open file pins neither the
 * namespace nor the module.
 *
 * The name is looked up anew at each open, so that setns(2) is obeyed: entries
 * take that over from /proc/net since c6c75deda813 ("proc: fix lookup in
 * /proc/net subdirectories after setns(2)") (v5.10).
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "tlq.h"

static int procfs_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open(file, pde_data(inode));
}

/*
 * Copying to the reader may take as long as it likes, if userfaultfd or FUSE is
 * to bring in the page. Who waits for that here makes the removal wait, and that
 * one holds a lock which every new namespace needs. So copy only to pages that
 * are there, and where one was not, hold the module for a second try: rmmod is
 * refused meanwhile. What was made for the first one is in the seq_file's buffer
 * still, or at offset 0 is made anew.
 */
static ssize_t read_patiently(struct kiocb *iocb, struct iov_iter *to)
{
	ssize_t ret;

	if (!try_module_get(THIS_MODULE))
		return -EIO;
	ret = seq_read_iter(iocb, to);
	module_put(THIS_MODULE);
	return ret;
}

/*
 * Whether a page was missing, then: text is left although there is room for it.
 * Another reader of the same file may make this wrong, and a read shorter or
 * longer than it need be.
 */
static bool cut_short(const struct kiocb *iocb, const struct iov_iter *to,
		      ssize_t ret)
{
	const struct seq_file *m = iocb->ki_filp->private_data;

	return ret == -EFAULT ||
	       (ret > 0 && iov_iter_count(to) && READ_ONCE(m->count));
}

/*
 * The reference keeps the namespace from being dismantled behind a patient
 * reader, which would hold up all others that are to go.
 */
static ssize_t procfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct net *net = maybe_get_net(pde_data(file_inode(iocb->ki_filp)));
	ssize_t ret, more;

	if (!net)
		return -EIO;
	pagefault_disable();
	ret = seq_read_iter(iocb, to);
	pagefault_enable();
	if (cut_short(iocb, to, ret)) {
		more = read_patiently(iocb, to);
		if (ret < 0)
			ret = more;
		else if (more > 0)
			ret += more;
	}
	put_net(net);
	return ret;
}

static const struct proc_ops procfs_ops = {
	.proc_open	= procfs_open,
	.proc_read_iter	= procfs_read_iter,
	.proc_lseek	= seq_lseek,
	.proc_release	= tlq_seq_release,
};

static int __net_init procfs_net_init(struct net *net)
{
	if (!proc_create_data(TLQ_NAME, 0444, net->proc_net, &procfs_ops, net))
		return -ENOMEM;
	return 0;
}

static void __net_exit procfs_net_exit(struct net *net)
{
	remove_proc_entry(TLQ_NAME, net->proc_net);
}

static struct pernet_operations procfs_net_ops = {
	.init = procfs_net_init,
	.exit = procfs_net_exit,
};

/**
 * tlq_procfs_init() - make the file, in the namespaces there are and will be
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_procfs_init(void)
{
	return register_pernet_subsys(&procfs_net_ops);
}

/** tlq_procfs_exit() - remove the files; nobody reads them afterwards */
void tlq_procfs_exit(void)
{
	unregister_pernet_subsys(&procfs_net_ops);
}
