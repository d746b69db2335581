// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcp_listenq in every network namespace, and tcp_listenq_wait and
 * tcp_listenq_closed in each that has had a listener, and in the first.
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
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "compat.h"
#include "files.h"
#include "nets.h"
#include "tlq.h"
#include "watch.h"

static int listeners_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open(file, pde_data(inode));
}

static int waits_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open_waits(file, pde_data(inode));
}

static int closed_open(struct inode *inode, struct file *file)
{
	return tlq_seq_open_closed(file, pde_data(inode));
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

static long procfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct net *net = pde_data(file_inode(file));
	long ret;

	if (!hold(net))
		return -EIO;
	ret = tlq_watch_ioctl(file, net, cmd, (void __user *)arg);
	release(net);
	return ret;
}

static int listeners_release(struct inode *inode, struct file *file)
{
	tlq_watch_release(file);
	return tlq_seq_release(inode, file);
}

#define OPS(_open, _release, ...)				\
	{						\
		.proc_open	= (_open),		\
		.proc_read_iter	= procfs_read_iter,	\
		.proc_lseek	= procfs_lseek,		\
		.proc_release	= (_release),		\
		__VA_ARGS__				\
	}

static const struct proc_ops listeners_ops =
	OPS(listeners_open, listeners_release,
	    TLQ_PROC_IOCTL(procfs_ioctl));
static const struct proc_ops waits_ops = OPS(waits_open, tlq_seq_release);
static const struct proc_ops closed_ops = OPS(closed_open, seq_release_private);

static const struct {
	const char *name;
	const struct proc_ops *ops;
} files[] = {
	{ TLQ_NAME, &listeners_ops },	/* in every namespace */
	{ TLQ_NAME "_wait", &waits_ops },
	{ TLQ_NAME "_closed", &closed_ops },
};

/**
 * struct procfs_net - the entries of a namespace
 * @entry: NULL where there is none (yet), or was no memory for it
 */
struct procfs_net {
	struct proc_dir_entry *entry[ARRAY_SIZE(files)];
};

static unsigned int procfs_net_id __ro_after_init;

/* Protects @loaded, and entries while some may be made. */
static DEFINE_MUTEX(files_lock);
static bool loaded;

static bool make_files(struct net *net, unsigned int nr)
{
	struct procfs_net *pn = net_generic(net, procfs_net_id);
	bool made = true;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (pn->entry[i])
			continue;
		pn->entry[i] = proc_create_data(files[i].name, 0444, net->proc_net,
						files[i].ops, net);
		made &= !!pn->entry[i];
	}
	return made;
}

static void __net_exit procfs_net_exit(struct net *net)
{
	struct procfs_net *pn = net_generic(net, procfs_net_id);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		proc_remove(pn->entry[i]);
}

/*
 * An entry takes some 200 bytes, and most namespaces never have a listener. So all but
 * the first begin with one file. Without counters nobody says when a namespace has a
 * listener, and nothing is known of closed ones.
 */
static unsigned int nr_at_first(const struct net *net)
{
	if (net == &init_net)
		return ARRAY_SIZE(files);
	return tlq_nets_active() ? 1 : 2;
}

/* A load without memory fails, but later no namespace must fail because of us. */
static int __net_init procfs_net_init(struct net *net)
{
	if (make_files(net, nr_at_first(net)))
		return 0;
	if (!READ_ONCE(loaded)) {
		procfs_net_exit(net);
		return -ENOMEM;
	}
	pr_warn_ratelimited("no memory for /proc/net/" TLQ_NAME " of network namespace %u\n",
			    net->ns.inum);
	return 0;
}

static struct pernet_operations procfs_net_ops = {
	.init = procfs_net_init,
	.exit = procfs_net_exit,
	.id = &procfs_net_id,
	.size = sizeof(struct procfs_net),
};

/**
 * tlq_procfs_more() - make the files that a namespace with listeners has
 * @net: namespace, whose entries are not removed meanwhile unless the module goes
 *
 * Context: process; may sleep.
 */
void tlq_procfs_more(struct net *net)
{
	mutex_lock(&files_lock);
	if (loaded && !make_files(net, ARRAY_SIZE(files)))
		pr_warn_ratelimited("no memory for all files in /proc/net of network namespace %u\n",
				    net->ns.inum);
	mutex_unlock(&files_lock);
}

/**
 * tlq_procfs_init() - make the file in all namespaces, present and future
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlq_procfs_init(void)
{
	int err = register_pernet_subsys(&procfs_net_ops);

	mutex_lock(&files_lock);
	WRITE_ONCE(loaded, !err);
	mutex_unlock(&files_lock);
	return err;
}

/** tlq_procfs_exit() - remove the files; when it returns, no call is in progress */
void tlq_procfs_exit(void)
{
	mutex_lock(&files_lock);
	WRITE_ONCE(loaded, false);
	mutex_unlock(&files_lock);
	unregister_pernet_subsys(&procfs_net_ops);
}
