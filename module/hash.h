/* SPDX-License-Identifier: GPL-2.0 */
/* hash.c: the kernel's listening hash */
#ifndef TLQ_HASH_H
#define TLQ_HASH_H

struct inet_listen_hashbucket;
struct sock;

/**
 * struct tlq_hash - the hash, which is never freed
 * @bucket: the buckets
 * @nr: how many
 */
struct tlq_hash {
	struct inet_listen_hashbucket *bucket;
	unsigned int nr;
};

extern struct tlq_hash tlq_hash;

int tlq_hash_init(void);
unsigned int tlq_hash_busy(unsigned int from);
void tlq_hash_each(void (*fn)(struct sock *sk, void *data), void *data);

#endif /* TLQ_HASH_H */
