// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's listening hash, by address and port.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "hash.h"

/* To check an empty bucket is cheap: so many between two calls of cond_resched() */
#define CHUNK 1024U

struct tlq_hash tlq_hash __ro_after_init;

/**
 * tlq_hash_busy() - the first bucket that has a socket
 * @from: the bucket to begin with
 *
 * Context: process; may sleep.
 * Return: its number, or that of all buckets if there is none.
 */
unsigned int tlq_hash_busy(unsigned int from)
{
	const struct inet_listen_hashbucket *ilb, *end;
	unsigned int nr;

	for (; from < tlq_hash.nr; from += nr) {
		nr = min(CHUNK, tlq_hash.nr - from);
		ilb = tlq_hash.bucket + from;
		for (end = ilb + nr; ilb < end; ilb++)
			if (tlq_lhash2_busy(ilb))
				return ilb - tlq_hash.bucket;
		cond_resched();
	}
	return tlq_hash.nr;
}

static void each_in(struct inet_listen_hashbucket *ilb,
		    void (*fn)(struct sock *sk, void *data), void *data)
{
	struct tlq_lhash2_node *node;
	struct sock *sk;

	rcu_read_lock();
	spin_lock(&ilb->lock);
	for (node = tlq_lhash2_first(ilb); !tlq_lhash2_end(node);
	     node = node->next) {
		sk = tlq_lhash2_sk(node);
		if (READ_ONCE(sk->sk_state) == TCP_LISTEN)
			fn(sk, data);
	}
	spin_unlock(&ilb->lock);
	rcu_read_unlock();
}

/**
 * tlq_hash_each() - call a function for each listener of the machine
 * @fn: called under the lock of the listener's bucket, in an RCU read-side section
 * @data: handed to it
 *
 * One that begins to listen meanwhile may be missed.
 *
 * Context: process; may sleep.
 */
void tlq_hash_each(void (*fn)(struct sock *sk, void *data), void *data)
{
	unsigned int i;

	for (i = tlq_hash_busy(0); i < tlq_hash.nr; i = tlq_hash_busy(i + 1))
		each_in(&tlq_hash.bucket[i], fn, data);
}

/**
 * tlq_hash_init() - find the listening hash
 *
 * Return: 0, or -EOPNOTSUPP when this kernel has none.
 */
int __init tlq_hash_init(void)
{
	const struct inet_hashinfo *hashinfo = tlq_hashinfo();

	if (!hashinfo || !hashinfo->lhash2)
		return -EOPNOTSUPP;
	tlq_hash.bucket = hashinfo->lhash2;
	tlq_hash.nr = hashinfo->lhash2_mask + 1;
	return 0;
}
