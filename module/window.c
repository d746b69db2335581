// SPDX-License-Identifier: GPL-2.0
/*
 * The peaks of the last one to two minutes. Every minute, or up to an eighth later, as
 * such timers go off, a work item begins a new window for each listener; what is shown is
 * the highest of the present window and of the one before. So nobody who reads once a
 * minute misses a peak, and no reader changes it.
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "hash.h"
#include "listener.h"
#include "window.h"

#define LENGTH (60 * HZ)

static void begin_window(struct work_struct *work);
static DECLARE_DELAYED_WORK(window_work, begin_window);
static u32 window;	/* its number; written by the work item only */

static void begin_for(struct sock *sk, void *data)
{
	struct tlq_listener *listener;

	listener = tlq_listener_find(atomic64_read(&sk->sk_cookie));
	if (listener)
		tlq_listener_window(listener, sk, window);
}

static void begin_window(struct work_struct *work)
{
	window++;
	tlq_hash_each(begin_for, NULL);
	queue_delayed_work(system_unbound_wq, &window_work, LENGTH);
}

/** tlq_window_start() - begin the first window */
void __init tlq_window_start(void)
{
	queue_delayed_work(system_unbound_wq, &window_work, LENGTH);
}

/** tlq_window_stop() - begin no more; the table of listeners is still there */
void tlq_window_stop(void)
{
	cancel_delayed_work_sync(&window_work);
}
