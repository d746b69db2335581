// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcp_listenq, one in every network namespace.
 *
 * Lifetime: the entry is removed when its namespace dies or the module is unloaded.
 * Removal waits for calls in progress and releases open files; procfs fails later
 * calls on them itself, reads with EIO. So struct net outlives every call that
 * gets here, and an open file pins neither the namespace nor the module.
 *
 * Since 705519770570 ("proc: fix dentry/inode overinstantiating under
 * /proc/${pid}/net") (v5.19, and in stable 5.10 to 5.18) each open looks the name up
 * again. Without it, an open after setns(2) may show the old namespace.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "files.h"
#include "tlq.h"

static int procfs_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open(file, pde_data(inode));
}

/*
 * A read may block in a page fault for as long as userfaultfd or FUSE likes, and
 * remove_proc_entry() would wait for it. At unload it runs under pernet_ops_rwsem,
 * which is needed to create a namespace. So the first try copies only to pages that
 * are present. If one was missing, a second try may fault; it holds the module, so
 * that rmmod fails instead of waiting. The text of the first try is still in the
 * seq_file's buffer or, at offset 0, is made again.
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
 * A page was missing if nothing was copied, or if text is left although the reader
 * has room for it. Another reader of the same open file may change m->count; then a
 * read is shorter or longer than it should be, which is harmless.
 */
static bool cut_short(const struct kiocb *iocb, const struct iov_iter *to,
		      ssize_t ret)
{
	const struct seq_file *m = iocb->ki_filp->private_data;

	return ret == -EFAULT ||
	       (ret > 0 && iov_iter_count(to) && READ_ONCE(m->count));
}

/*
 * The reference keeps the namespace alive: a reader that blocks would hold up
 * cleanup_net(), which tears down all namespaces, and tlq_nets_settle() needs it.
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
 * tlq_procfs_init() - make the file in all namespaces, present and future
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_procfs_init(void)
{
	return register_pernet_subsys(&procfs_net_ops);
}

/** tlq_procfs_exit() - remove the files; when it returns, no call is in progress */
void tlq_procfs_exit(void)
{
	unregister_pernet_subsys(&procfs_net_ops);
}
