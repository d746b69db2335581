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
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "compat.h"
#include "files.h"
#include "tlq.h"

static int procfs_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open(file, pde_data(inode));
}

/*
 * A read may block in a page fault for as long as userfaultfd or FUSE likes, and
 * remove_proc_entry() would wait for it: at unload under pernet_ops_rwsem, which is
 * needed to create a namespace, and in cleanup_net(), which tears down all others,
 * too. So each call holds the module, rmmod fails with EAGAIN meanwhile, and the
 * namespace, which tlq_nets_settle() needs alive. False if one of them is going.
 */
static bool hold(struct net *net)
{
	if (!maybe_get_net(net))
		return false;
	if (try_module_get(THIS_MODULE))
		return true;
	put_net(net);
	return false;
}

/* The entry keeps this code in memory until the call has returned. */
static void release(struct net *net)
{
	module_put(THIS_MODULE);
	put_net(net);
}

static ssize_t procfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct net *net = pde_data(file_inode(iocb->ki_filp));
	ssize_t ret;

	if (!hold(net))
		return -EIO;
	ret = seq_read_iter(iocb, to);
	release(net);
	return ret;
}

/* Seeking makes the text anew up to the offset. */
static loff_t procfs_lseek(struct file *file, loff_t offset, int whence)
{
	struct net *net = pde_data(file_inode(file));
	loff_t ret;

	if (!hold(net))
		return -EIO;
	ret = seq_lseek(file, offset, whence);
	release(net);
	return ret;
}

static const struct proc_ops procfs_ops = {
	.proc_open	= procfs_open,
	.proc_read_iter	= procfs_read_iter,
	.proc_lseek	= procfs_lseek,
	.proc_release	= tlq_seq_release,
};

/* The entry of a namespace; NULL if there was no memory for one */
struct procfs_net {
	struct proc_dir_entry *entry;
};

static unsigned int procfs_net_id __ro_after_init;
static bool loaded __ro_after_init;

/* A load without memory fails, but later no namespace must fail because of us. */
static int __net_init procfs_net_init(struct net *net)
{
	struct procfs_net *pn = net_generic(net, procfs_net_id);

	pn->entry = proc_create_data(TLQ_NAME, 0444, net->proc_net, &procfs_ops,
				     net);
	if (pn->entry)
		return 0;
	if (!loaded)
		return -ENOMEM;
	pr_warn_ratelimited("no memory for /proc/net/" TLQ_NAME " of network namespace %u\n",
			    net->ns.inum);
	return 0;
}

static void __net_exit procfs_net_exit(struct net *net)
{
	struct procfs_net *pn = net_generic(net, procfs_net_id);

	proc_remove(pn->entry);
}

static struct pernet_operations procfs_net_ops = {
	.init = procfs_net_init,
	.exit = procfs_net_exit,
	.id = &procfs_net_id,
	.size = sizeof(struct procfs_net),
};

/**
 * tlq_procfs_init() - make the file in all namespaces, present and future
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_procfs_init(void)
{
	int err = register_pernet_subsys(&procfs_net_ops);

	loaded = !err;
	return err;
}

/** tlq_procfs_exit() - remove the files; when it returns, no call is in progress */
void tlq_procfs_exit(void)
{
	unregister_pernet_subsys(&procfs_net_ops);
}
