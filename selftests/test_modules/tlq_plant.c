// SPDX-License-Identifier: GPL-2.0
/*
 * Plants one bug in its init, which fails: shows that the kernel's detectors
 * see bugs. Only for kernels that watch themselves; scripts/machine/guest/planted has
 * the report that each must cause.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *bug = "none";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "which");

/* More than one, as a stale pointer on a stack hides some from kmemleak. */
#define LEAKS 40
#define LEAK_SIZE 333

/* KCSAN looks at one access in some hundreds. */
#define RACE_SECONDS 5

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);
static DEFINE_MUTEX(mutex);
static LIST_HEAD(list);
static struct rcu_head __rcu *misused;
static unsigned long raced;

/* Hides from the compiler where the pointer comes from. */
static noinline void *launder(void *p)
{
	barrier();
	return p;
}

static void use_after_free(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	WRITE_ONCE(((char *)launder(p))[8], 1);
}

struct item {
	struct rcu_head rcu;
	int value;
};

static void free_item(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct item, rcu));
}

static void use_after_rcu_free(void)
{
	struct item *p = kmalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return;
	call_rcu(&p->rcu, free_item);
	rcu_barrier();
	WRITE_ONCE(((struct item *)launder(p))->value, 1);
}

static void out_of_bounds(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	if (p)
		WRITE_ONCE(((char *)launder(p))[64], 1);
	kfree(p);
}

static void shift(void)
{
	int by = 101;

	OPTIMIZER_HIDE_VAR(by);
	WRITE_ONCE(by, 1 << by);
}

static void leak(void)
{
	int i;

	for (i = 0; i < LEAKS; i++)
		launder(kmalloc(LEAK_SIZE, GFP_KERNEL));
}

static void refcount(void)
{
	refcount_t r = REFCOUNT_INIT(0);

	refcount_dec(&r);
}

static void sleep_in_atomic(void)
{
	rcu_read_lock();
	kfree(kmalloc(64, GFP_KERNEL));
	rcu_read_unlock();
}

static void sleep_under_lock(void)
{
	spin_lock(&lock_a);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&lock_a);
}

static void rcu_misuse(void)
{
	struct rcu_head *p;

	p = rcu_dereference(misused);
	launder(p);
}

static void lock_inversion(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);
	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void on_timer(struct timer_list *timer)
{
}

static void free_of_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, on_timer, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
	timer_delete(timer);
}

static void added_twice(void)
{
	static struct list_head node;

	list_add(&node, &list);
	list_add(&node, &list);
}

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	unsigned long end = jiffies + RACE_SECONDS * HZ;
	struct task_struct *other = kthread_run(racer, NULL, "tlq_racer");

	if (IS_ERR(other))
		return;
	while (time_before(jiffies, end)) {
		raced++;
		cond_resched();
	}
	kthread_stop(other);
}

static const struct {
	const char *name;
	void (*plant)(void);
} bugs[] = {
	{ "use_after_free", use_after_free },
	{ "use_after_rcu_free", use_after_rcu_free },
	{ "out_of_bounds", out_of_bounds },
	{ "shift", shift },
	{ "leak", leak },
	{ "refcount", refcount },
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "sleep_under_lock", sleep_under_lock },
	{ "rcu_misuse", rcu_misuse },
	{ "lock_inversion", lock_inversion },
	{ "free_of_timer", free_of_timer },
	{ "added_twice", added_twice },
	{ "race", race },
};

static int __init tlq_plant_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bugs[i].name, bug))
			continue;
		bugs[i].plant();
		return -ECANCELED;
	}
	return -EINVAL;
}
module_init(tlq_plant_init);

MODULE_DESCRIPTION("A bug, for the detectors to find");
MODULE_LICENSE("GPL");
