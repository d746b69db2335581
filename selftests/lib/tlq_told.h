/* SPDX-License-Identifier: GPL-2.0 */
/* What the trace event listen_drop tells, in a buffer of our own */
#ifndef TLQ_TOLD_H
#define TLQ_TOLD_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "tlq_mib.h"

#define TLQ_EVENT "events/tcp_listenq/listen_drop"

/* In the order in which the module has them */
enum tlq_why {
	TLQ_WHY_ACCEPT_SYN,
	TLQ_WHY_ACCEPT_ACK,
	TLQ_WHY_ACCEPT_COOKIE,
	TLQ_WHY_SYN_DROP,
	TLQ_WHY_SYN_COOKIE,
	TLQ_WHY_OTHER,
	TLQ_WHYS
};

extern const char *const tlq_why_name[TLQ_WHYS];

struct tlq_event {
	long long told_ns;	/* by the clock of @when, when it came into the buffer */
	long long when;
	__u64 cookie;
	__u64 netns;
	int family;
	int sport;
	int dport;
	char saddr[16];
	char daddr[16];
	char saddr_v6[48];
	char daddr_v6[48];
	enum tlq_why why;
	__u32 ack_backlog;
	__u32 max_ack_backlog;
};

struct tlq_told {
	struct tlq_event *v;
	size_t n;
	size_t cap;
};

/* Switch it on with an empty buffer, of this namespace only; 0 or a negative errno */
int tlq_told_begin(void);
int tlq_told_switch(bool on);
void tlq_told_end(void);
/* Read what there is; 0 or a negative errno, -EOVERFLOW if the buffer was too small */
int tlq_told_read(struct tlq_told *t);
void tlq_told_free(struct tlq_told *t);
/* Where a field is in the event, in bytes; a negative errno */
int tlq_told_offset(const char *field);
/* How many there are; a negative errno */
int tlq_told_count(void);
/* The same by reason: of one listener, or of all if @cookie is 0 */
void tlq_told_sums(const struct tlq_told *t, __u64 cookie, __u64 *by_why);
/* Of all reasons together */
__u64 tlq_told_sum(const __u64 *by_why);

/* What is to be told of a listener whose columns have grown so, from 0 */
void tlq_told_expected(const struct tlq_cols *c, __u64 *by_why);
/* Read it: as many as the kernel has counted? The last one may be told a little later. */
bool tlq_told_all(struct tlq_told *t, const struct tlq_mibs *kernel);
/* Whether two are the same; prints what is not */
bool tlq_told_same(const char *what, const __u64 *want, const __u64 *got);
/* Whether the sums over all are the kernel's, which does not know the stage; prints what is not */
bool tlq_told_kernels(const struct tlq_told *t, const struct tlq_mibs *kernel);

#endif
