/* SPDX-License-Identifier: GPL-2.0 */
/* accept(2) by io_uring, one at a time, without liburing */
#ifndef TLQ_URING_H
#define TLQ_URING_H

#include <linux/types.h>

struct io_uring_sqe;
struct io_uring_cqe;

struct tlq_uring {
	int fd;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	__u32 *sq_tail;
	__u32 *sq_array;
	__u32 *cq_head;
	__u32 *cq_tail;
	__u32 sq_mask;
	__u32 cq_mask;
};

/* 0 or a negative errno */
int tlq_uring_open(struct tlq_uring *r);
/* Begin to accept from a listener. */
int tlq_uring_submit(struct tlq_uring *r, int lfd);
/* Wait for it: the descriptor or a negative errno */
int tlq_uring_wait(struct tlq_uring *r);

#endif
