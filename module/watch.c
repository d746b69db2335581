// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that wait for something to happen: an eventfd is signalled when a counter has
 * grown enough within a time.
 *
 * The counters are looked at every 100 ms while anybody waits; hooks know nothing of it.
 * A program sleeps in the eventfd, whose code stays when ours goes. A watch belongs to an
 * open file in /proc: its release, by close(2), at rmmod or at the end of the
 * namespace, signals once more and ends it. So it pins neither.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "nets.h"
#include "tcp_listenq.h"
#include "watch.h"
#include "watched.h"

#define LOOK_MS 100
#define LEAST_WINDOW_MS 500

/* A window is as many steps long, and one more is kept: none within it is missed. */
#define STEPS 8

/**
 * struct watch - what to wait for
 * @node: in the list of all watches
 * @file: it ends with that; only compared
 * @net: its namespace, which outlives @file's entry
 * @user: who asked for it
 * @eventfd: what to signal
 * @what: as it was asked for
 * @step: 64-bit jiffies, as are the next two, of an eighth of the window
 * @next: when the next step begins
 * @quiet_until: a signal was sent: no other before that
 * @alive: when its listener was last seen
 * @gone: it had closed when it was last looked at
 * @seen: the counter then
 * @past: the counter at the beginning of this step, and of those before it
 */
struct watch {
	struct list_head node;
	const struct file *file;
	struct net *net;
	kuid_t user;
	struct eventfd_ctx *eventfd;
	struct tcp_listenq_watch what;
	u64 step;
	u64 next;
	u64 quiet_until;
	u64 alive;
	bool gone;
	u64 seen;
	u64 past[STEPS + 1];
};

/* Protects @watches and what is in there. Inside it: tlq_net->lock. */
static DEFINE_MUTEX(watch_lock);
static LIST_HEAD(watches);

static unsigned int limit __ro_after_init;
static unsigned int user_limit __ro_after_init;

static void look_at_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_at_all);

static void begin_again(struct watch *watch, u64 now)
{
	int i;

	for (i = 0; i <= STEPS; i++)
		watch->past[i] = now;
	watch->next = get_jiffies_64() + watch->step;
}

static void go_on(struct watch *watch, u64 now)
{
	while (time_after_eq64(get_jiffies_64(), watch->next)) {
		memmove(watch->past + 1, watch->past, STEPS * sizeof(*watch->past));
		watch->past[0] = now;
		watch->next += watch->step;
	}
}

static void signal_it(struct watch *watch, u64 now)
{
	tlq_eventfd_signal(watch->eventfd);
	watch->quiet_until = get_jiffies_64() + STEPS * watch->step;
	begin_again(watch, now);
}

/* The last signal; it makes room for another one. */
static void end(struct watch *watch)
{
	lockdep_assert_held(&watch_lock);
	list_del(&watch->node);
	tlq_eventfd_signal(watch->eventfd);
	eventfd_ctx_put(watch->eventfd);
	kfree(watch);
}

/* The counter; false if the listener has closed */
static bool read_counter(struct watch *watch, u64 *now)
{
	u64 when = get_jiffies_64();

	*now = watch->seen;
	if (!tlq_watched_now(watch->net, &watch->what, watch->alive, now))
		return false;
	watch->alive = when;
	return true;
}

/*
 * It is less than it was. A socket that listens again keeps its cookie and counts from 0;
 * otherwise a record has gone, or a word of 32 bits was full.
 */
static void fall(struct watch *watch, u64 now)
{
	bool again = watch->what.cookie && watch->what.counter != TCP_LISTENQ_RESETS;

	begin_again(watch, again ? 0 : now);
}

static void look_at(struct watch *watch)
{
	bool there, still;
	u64 now;

	lockdep_assert_held(&watch_lock);
	there = read_counter(watch, &now);
	still = now == watch->seen;
	if (now < watch->seen)
		fall(watch, now);
	watch->seen = now;
	if (time_before64(get_jiffies_64(), watch->quiet_until)) {
		/* What happens meanwhile counts for the next one. */
		go_on(watch, now);
	} else if (now - watch->past[STEPS] >= watch->what.threshold) {
		signal_it(watch, now);
	} else {
		go_on(watch, now);
	}
	/* The connections of a listener are reset after it has closed. */
	if (!there && watch->gone && still)
		end(watch);
	else
		watch->gone = !there;
}

static void look_at_all(struct work_struct *work)
{
	struct watch *watch, *next;
	struct net *net;

	mutex_lock(&watch_lock);
	list_for_each_entry_safe(watch, next, &watches, node) {
		/* One whose namespace is going has seen its release soon. */
		net = maybe_get_net(watch->net);
		if (!net)
			continue;
		look_at(watch);
		put_net(net);
	}
	if (!list_empty(&watches))
		queue_delayed_work(system_unbound_wq, &look_work,
				   msecs_to_jiffies(LOOK_MS));
	mutex_unlock(&watch_lock);
}

static int check(const struct net *net, const struct tcp_listenq_watch *what)
{
	if (what->counter > TCP_LISTENQ_RESETS || !what->threshold ||
	    what->window_ms < LEAST_WINDOW_MS || what->reserved)
		return -EINVAL;
	if (what->cookie && !tlq_nets_active())
		return -EOPNOTSUPP;
	return what->cookie && !tlq_watched_listens(net, what->cookie) ? -ENOENT : 0;
}

static bool has_room(const struct watch *asked)
{
	unsigned int nr = 0, of_user = 0;
	const struct watch *watch;

	lockdep_assert_held(&watch_lock);
	list_for_each_entry(watch, &watches, node) {
		nr += watch->net == asked->net;
		of_user += uid_eq(watch->user, asked->user);
	}
	return nr < limit && of_user < user_limit;
}

/* From here on it is looked at. */
static int begin(struct watch *watch)
{
	int err = -ENOSPC;

	mutex_lock(&watch_lock);
	if (has_room(watch)) {
		err = tlq_watched_known(watch->net, &watch->what) &&
		      read_counter(watch, &watch->seen) ? 0 : -EOPNOTSUPP;
		begin_again(watch, watch->seen);
	}
	if (!err) {
		list_add(&watch->node, &watches);
		queue_delayed_work(system_unbound_wq, &look_work,
				   msecs_to_jiffies(LOOK_MS));
	}
	mutex_unlock(&watch_lock);
	return err;
}

static int add(const struct file *file, struct net *net,
	       const struct tcp_listenq_watch *what)
{
	struct watch *watch;
	int err;

	watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	if (!watch)
		return -ENOMEM;
	watch->file = file;
	watch->net = net;
	watch->user = current_uid();
	watch->what = *what;
	watch->step = DIV_ROUND_UP(msecs_to_jiffies(what->window_ms), STEPS);
	watch->quiet_until = get_jiffies_64();
	watch->eventfd = eventfd_ctx_fdget(what->eventfd);
	if (IS_ERR(watch->eventfd)) {
		err = PTR_ERR(watch->eventfd);
		goto no_eventfd;
	}
	err = begin(watch);
	if (!err)
		return 0;
	eventfd_ctx_put(watch->eventfd);
no_eventfd:
	kfree(watch);
	return err;
}

/**
 * tlq_watch_ioctl() - a program asks to be told
 * @file: of /proc/net/tcp_listenq, open
 * @net: its namespace; held by the caller, as is the module
 * @cmd: TCP_LISTENQ_WATCH
 * @arg: struct tcp_listenq_watch
 *
 * Return: 0 or an error; see tcp_listenq.h.
 */
long tlq_watch_ioctl(struct file *file, struct net *net, unsigned int cmd,
		     void __user *arg)
{
	struct tcp_listenq_watch what;
	int err;

	if (cmd != TCP_LISTENQ_WATCH)
		return -ENOTTY;
	if (copy_from_user(&what, arg, sizeof(what)))
		return -EFAULT;
	err = check(net, &what);
	return err ?: add(file, net, &what);
}

/**
 * tlq_watch_release() - a file is released: its watches end
 * @file: it
 */
void tlq_watch_release(const struct file *file)
{
	struct watch *watch, *next;

	mutex_lock(&watch_lock);
	list_for_each_entry_safe(watch, next, &watches, node) {
		if (watch->file == file)
			end(watch);
	}
	mutex_unlock(&watch_lock);
}

/**
 * tlq_watch_init() - set the bounds
 * @max: watches of a namespace
 * @max_user: of a user
 */
void __init tlq_watch_init(unsigned int max, unsigned int max_user)
{
	limit = max;
	user_limit = max_user;
}

/** tlq_watch_exit() - end; the files have gone, and with them all watches */
void tlq_watch_exit(void)
{
	cancel_delayed_work_sync(&look_work);
}
