// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload. Init makes the files last; exit undoes init in reverse order.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#include "closed.h"
#include "events.h"
#include "files.h"
#include "format.h"
#include "handshake.h"
#include "hash.h"
#include "intake.h"
#include "listener.h"
#include "look.h"
#include "netstat.h"
#include "nets.h"
#include "tlq.h"
#include "watch.h"

/* Upper bound: 8 GB of counters and waits */
#define MAX_LISTENERS 16777216

/* Upper bound: 400 MB of records */
#define MAX_CLOSED 1048576

static bool counters = true;
module_param(counters, bool, 0444);
MODULE_PARM_DESC(counters, "count overflows per listener, with ftrace hooks (default Y)");

static unsigned int max_listeners = 262144;
module_param(max_listeners, uint, 0444);
MODULE_PARM_DESC(max_listeners, "listeners to keep counters for, some 200 bytes each, 480 once they accept; what others lose prints \"-\" (default 262144)");

static unsigned int max_listeners_netns = 65536;
module_param(max_listeners_netns, uint, 0444);
MODULE_PARM_DESC(max_listeners_netns, "of these, in one network namespace; at most max_listeners (default 65536)");

static bool waits = true;
module_param(waits, bool, 0444);
MODULE_PARM_DESC(waits, "measure how long clients wait for accept(2); N with counters=N (default Y)");

static unsigned int max_closed = 8192;
module_param(max_closed, uint, 0444);
MODULE_PARM_DESC(max_closed, "records of closed listeners, in all namespaces, some 350 bytes each (default 8192)");

static unsigned int max_watches = 64;
module_param(max_watches, uint, 0444);
MODULE_PARM_DESC(max_watches, "programs that wait for something to happen, in one network namespace (default 64)");

static unsigned int max_watches_user = 16;
module_param(max_watches_user, uint, 0444);
MODULE_PARM_DESC(max_watches_user, "the same of one user, in all namespaces (default 16)");

static char *skip_hook;
module_param(skip_hook, charp, 0444);
MODULE_PARM_DESC(skip_hook, "function to leave without a hook, for tests (default none)");

/* Columns that the hooks provide; TLQ_KNOWN_* */
static u32 known;

static int __init counters_init(void)
{
	int err;

	if (!counters) {
		waits = false;
		tlq_handshake_off();
		return 0;
	}
	err = tlq_lost_init();
	if (err)
		return err;
	err = tlq_table_init(max_listeners, max_listeners_netns, waits);
	if (err)
		goto no_table;
	err = tlq_closed_init(max_closed);
	if (err)
		goto no_closed;
	err = tlq_nets_init();
	if (err)
		goto no_nets;
	err = tlq_intake_init();
	if (err)
		goto no_intake;
	known = tlq_handshake_init(skip_hook, waits);
	return 0;

no_intake:
	tlq_nets_exit();
no_nets:
	tlq_closed_exit();
no_closed:
	tlq_table_exit();
no_table:
	tlq_lost_exit();
	return err;
}

static void counters_exit(void)
{
	if (!counters)
		return;
	tlq_handshake_exit();
	tlq_events_exit();
	tlq_intake_exit();
	tlq_nets_exit();
	tlq_closed_exit();
	tlq_table_exit();
	tlq_lost_exit();
}

/* The parameters are shown as they are used. */
static int __init check_limits(void)
{
	if (!max_listeners || max_listeners > MAX_LISTENERS) {
		pr_err("max_listeners=%u is not between 1 and %d\n",
		       max_listeners, MAX_LISTENERS);
		return -EINVAL;
	}
	if (!max_listeners_netns) {
		pr_err("max_listeners_netns=0 is not between 1 and max_listeners\n");
		return -EINVAL;
	}
	if (!max_closed || max_closed > MAX_CLOSED) {
		pr_err("max_closed=%u is not between 1 and %d\n", max_closed,
		       MAX_CLOSED);
		return -EINVAL;
	}
	max_listeners_netns = min(max_listeners_netns, max_listeners);
	return 0;
}

static int __init tlq_init(void)
{
	int err;

	err = check_limits();
	if (err)
		return err;
	err = tlq_hash_init();
	if (err) {
		pr_err("this kernel has no TCP listening hash by address\n");
		return err;
	}
	err = counters_init();
	if (err) {
		pr_err("no memory for counters: error %d\n", err);
		return err;
	}
	tlq_addr_init();
	tlq_format_init(known);
	tlq_watch_init(max_watches, max_watches_user);
	err = tlq_procfs_init();
	if (err) {
		pr_err("cannot make /proc/net/" TLQ_NAME ": error %d\n", err);
		counters_exit();
		return err;
	}
	if (counters)
		tlq_look_tell(tlq_procfs_more);
	tlq_debugfs_init();
	tlq_netstat_init();
	pr_info("version " TLQ_VERSION ", %u buckets of listeners\n",
		tlq_hash.nr);
	return 0;
}

static void __exit tlq_exit(void)
{
	tlq_netstat_exit();
	tlq_debugfs_exit();
	tlq_procfs_exit();
	tlq_watch_exit();
	counters_exit();
}

module_init(tlq_init);
module_exit(tlq_exit);

MODULE_DESCRIPTION("Accept and SYN queues of every TCP listener, in /proc/net/tcp_listenq");
MODULE_AUTHOR("The tcp_listenq developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(TLQ_VERSION);
