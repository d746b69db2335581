// SPDX-License-Identifier: GPL-2.0
/*
 * The trace event listen_drop: each packet that a listener refused, peer and reason.
 *
 * As in slot.h, what a CPU counts belongs to the last hooked call on it. Here that call
 * is kept whole, and what its namespace had counted when it began. The next call on
 * that CPU tells of what has grown since, and a work item does every 10 ms, as it may be
 * long until then. It all happens only while the event is on.
 */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include "call.h"
#include "events.h"
#include "nets.h"

#define CREATE_TRACE_POINTS
#include "listen_drop.h"

/* How late an event may come on a machine on which nothing happens */
#define TELL_MS 10

/* At once; a call steps each counter once. What is more is told with the next look. */
#define STEPS_MAX 16

/* What is looked at, of the MIB */
enum step {
	STEP_DROP,	/* the others but the last are among these */
	STEP_OVERFLOW,
	STEP_REQQ_FULL,
	STEP_COOKIE,
	NR_STEPS
};

static const int step_index[NR_STEPS] = {
	[STEP_DROP] = LINUX_MIB_LISTENDROPS,
	[STEP_OVERFLOW] = LINUX_MIB_LISTENOVERFLOWS,
	[STEP_REQQ_FULL] = LINUX_MIB_TCPREQQFULLDROP,
	[STEP_COOKIE] = LINUX_MIB_TCPREQQFULLDOCOOKIES,
};

/**
 * struct last_call - the last hooked call on a CPU
 * @lock: protects all members; raw, for a hook; interrupts off
 * @net: the namespace; NULL: no call, or nothing to tell of it any more
 * @mib: what that has counted on this CPU
 * @stage: of the handshake
 * @told: of @mib: up to here it has been told
 * @early: drops that have been told, and not been counted yet
 * @doubtful: drops for which the last look from outside saw no reason
 * @call: what to tell
 */
struct last_call {
	raw_spinlock_t lock;
	const struct net *net;
	const unsigned long *mib;
	enum tlq_stage stage;
	unsigned long told[NR_STEPS];
	unsigned int early;
	unsigned int doubtful;
	struct tlq_call call;
};

static DEFINE_PER_CPU(struct last_call, last_call) = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(last_call.lock),
};

/* What came of a look: the call, and in a byte for each reason how many events */
struct news {
	u64 times;
	struct tlq_call call;
};

static_assert(TLQ_NR_REASONS <= sizeof(u64) && STEPS_MAX <= U8_MAX);

/* Protects @ended, and the work item's way out. */
static DEFINE_MUTEX(switch_lock);
static bool ended;

static void tell_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(tell_work, tell_all);

/* How often this was counted since; so many are told. */
static __always_inline unsigned int take(struct last_call *last, enum step step)
{
	unsigned long now = READ_ONCE(last->mib[step_index[step]]);
	unsigned long grown = min(now - last->told[step], (unsigned long)STEPS_MAX);

	last->told[step] += grown;
	return grown;
}

static __always_inline void add(struct news *news, enum tlq_reason why, u64 times)
{
	news->times += times << (BITS_PER_BYTE * why);
}

/*
 * Drops without a reason. Another CPU may see a drop and not yet its reason, which was
 * counted before: what it sees is told with its next look, if it is still so. @sure:
 * nothing is counted meanwhile, or by this CPU.
 */
static __always_inline void collect_others(struct last_call *last,
					   struct news *news,
					   unsigned int others, bool sure)
{
	unsigned int doubtful = sure ? 0 : others - min(others, last->doubtful);

	last->doubtful = doubtful;
	last->told[STEP_DROP] -= doubtful;
	add(news, TLQ_OTHER, others - doubtful);
}

/*
 * A drop is counted after the reason for it, with which it is told: while a call is in
 * progress, or has been interrupted by this one, there is the reason alone.
 */
static __always_inline void collect_drops(struct last_call *last,
					  struct news *news, bool sure)
{
	unsigned int drops = take(last, STEP_DROP);
	unsigned int overflows = take(last, STEP_OVERFLOW);
	unsigned int reqq_fulls = take(last, STEP_REQQ_FULL);
	unsigned int known;

	add(news, TLQ_ACCEPT_QUEUE_SYN + last->stage, overflows);
	add(news, TLQ_SYN_QUEUE_DROP, reqq_fulls);
	last->early += overflows + reqq_fulls;
	known = min(drops, last->early);
	last->early -= known;
	if (drops != known || last->doubtful)
		collect_others(last, news, drops - known, sure);
}

/* What there is to tell of the last call on a CPU; nothing, mostly */
static __always_inline void collect(struct last_call *last, struct news *news,
				    bool sure)
{
	lockdep_assert_held(&last->lock);
	news->times = 0;
	if (!last->net)
		return;
	collect_drops(last, news, sure);
	add(news, TLQ_SYN_QUEUE_COOKIE, take(last, STEP_COOKIE));
	if (news->times)
		news->call = last->call;
}

/* No lock is held: whoever listens to the event may take his time. */
static void tell(const struct news *news)
{
	unsigned int why;
	u64 left;

	for (left = news->times; left; left -= 1ULL << (BITS_PER_BYTE * why)) {
		why = __ffs64(left) / BITS_PER_BYTE;
		trace_listen_drop(&news->call, why);
	}
}

/*
 * From now on of this namespace. Nothing is kept of one that is being torn down:
 * tlq_events_forget() has been there. Where the last call was in it, that has not.
 */
static noinline void keep_net(struct last_call *last, const struct net *net)
{
	enum step i;

	last->net = READ_ONCE(tlq_net_of(net)->dying) ? NULL : net;
	last->mib = per_cpu_ptr(net->mib.net_statistics, smp_processor_id())->mibs;
	for (i = 0; i < NR_STEPS; i++)
		last->told[i] = READ_ONCE(last->mib[step_index[i]]);
	last->early = 0;
	last->doubtful = 0;
}

/*
 * A call about @sk begins, in place of the last one: what is counted from now on is told
 * of it.
 */
static __always_inline void keep(struct last_call *last, struct sock *sk,
				 enum tlq_stage stage)
{
	lockdep_assert_held(&last->lock);
	if (unlikely(last->net != sock_net(sk)))
		keep_net(last, sock_net(sk));
	last->stage = stage;
	tlq_call_of_listener(&last->call, sk);
}

/* The last call on this CPU is over, and this one begins. Returns with interrupts off. */
static __always_inline struct last_call *begin(struct sock *sk,
					       enum tlq_stage stage,
					       struct news *news,
					       unsigned long *flags)
	__acquires(&last->lock)
{
	struct last_call *last;

	local_irq_save(*flags);
	last = this_cpu_ptr(&last_call);
	raw_spin_lock(&last->lock);
	collect(last, news, true);
	keep(last, sk, stage);
	return last;
}

static __always_inline void end(struct last_call *last, const struct news *news,
				unsigned long flags)
	__releases(&last->lock)
{
	raw_spin_unlock_irqrestore(&last->lock, flags);
	tell(news);
}

/**
 * tlq_events_syn() - a call about a SYN begins on this CPU, and the event is on
 * @sk: the listener, or one that has just closed
 * @skb: the SYN
 *
 * Context: as tlq_enter_syn().
 */
void tlq_events_syn(struct sock *sk, const struct sk_buff *skb)
{
	struct last_call *last;
	unsigned long flags;
	struct news news;

	last = begin(sk, TLQ_STAGE_SYN, &news, &flags);
	tlq_call_from_syn(&last->call, skb);
	end(last, &news, flags);
}

/**
 * tlq_events_request() - the same for what comes later in a handshake
 * @sk: the listener
 * @req: the connection request
 * @stage: of the handshake
 */
void tlq_events_request(struct sock *sk, const struct request_sock *req,
			enum tlq_stage stage)
{
	struct last_call *last;
	unsigned long flags;
	struct news news;

	last = begin(sk, stage, &news, &flags);
	tlq_call_from_request(&last->call, req);
	end(last, &news, flags);
}

/*
 * Tell what the last call on a CPU has counted; forget it if it is of namespace @gone,
 * in which nothing is counted any more.
 */
static void look(int cpu, const struct net *gone)
{
	struct last_call *last = per_cpu_ptr(&last_call, cpu);
	unsigned long flags;
	struct news news;

	raw_spin_lock_irqsave(&last->lock, flags);
	collect(last, &news, last->net == gone);
	if (last->net == gone)
		last->net = NULL;
	raw_spin_unlock_irqrestore(&last->lock, flags);
	tell(&news);
}

static void tell_all(struct work_struct *work)
{
	int cpu;

	for_each_possible_cpu(cpu)
		look(cpu, NULL);
	queue_delayed_work(system_unbound_wq, &tell_work, msecs_to_jiffies(TELL_MS));
}

/**
 * tlq_events_forget() - a namespace is being torn down, and says so in @dying
 * @net: the namespace; what it counted so far is told
 */
void tlq_events_forget(const struct net *net)
{
	int cpu;

	for_each_possible_cpu(cpu)
		look(cpu, net);
}

/* A call from before would be told with all that was counted since. */
static void forget(struct last_call *last)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&last->lock, flags);
	last->net = NULL;
	raw_spin_unlock_irqrestore(&last->lock, flags);
}

/**
 * tlq_events_start() - somebody begins to listen to the event
 *
 * The kernel calls this, with its lock of tracepoints held, before calls are kept.
 *
 * Return: 0.
 */
int tlq_events_start(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		forget(per_cpu_ptr(&last_call, cpu));
	mutex_lock(&switch_lock);
	if (!ended)
		queue_delayed_work(system_unbound_wq, &tell_work,
				   msecs_to_jiffies(TELL_MS));
	mutex_unlock(&switch_lock);
	return 0;
}

/** tlq_events_stop() - nobody listens any more */
void tlq_events_stop(void)
{
	cancel_delayed_work_sync(&tell_work);
}

/** tlq_events_exit() - end; hooks have gone, but the event stays on until the module has */
void tlq_events_exit(void)
{
	mutex_lock(&switch_lock);
	ended = true;
	mutex_unlock(&switch_lock);
	cancel_delayed_work_sync(&tell_work);
}
