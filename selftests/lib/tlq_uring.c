// SPDX-License-Identifier: GPL-2.0
/*
 * accept(2) by io_uring, one at a time, without liburing
 */
#include "tlq_uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRIES 4

static void *map(int fd, size_t len, off_t offset)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		    fd, offset);
}

static int map_all(struct tlq_uring *r, const struct io_uring_params *p)
{
	void *sq, *cq;

	sq = map(r->fd, p->sq_off.array + p->sq_entries * sizeof(__u32),
		 IORING_OFF_SQ_RING);
	cq = map(r->fd, p->cq_off.cqes + p->cq_entries * sizeof(*r->cqe),
		 IORING_OFF_CQ_RING);
	r->sqe = map(r->fd, p->sq_entries * sizeof(*r->sqe), IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqe == MAP_FAILED)
		return -errno;
	r->sq_tail = sq + p->sq_off.tail;
	r->sq_array = sq + p->sq_off.array;
	r->sq_mask = *(__u32 *)(sq + p->sq_off.ring_mask);
	r->cq_head = cq + p->cq_off.head;
	r->cq_tail = cq + p->cq_off.tail;
	r->cq_mask = *(__u32 *)(cq + p->cq_off.ring_mask);
	r->cqe = cq + p->cq_off.cqes;
	return 0;
}

int tlq_uring_open(struct tlq_uring *r)
{
	struct io_uring_params p = { };
	int err;

	r->fd = syscall(SYS_io_uring_setup, ENTRIES, &p);
	if (r->fd < 0)
		return -errno;
	err = map_all(r, &p);
	if (err)
		close(r->fd);
	return err;
}

int tlq_uring_submit(struct tlq_uring *r, int lfd)
{
	__u32 at = *r->sq_tail & r->sq_mask;

	memset(&r->sqe[at], 0, sizeof(r->sqe[at]));
	r->sqe[at].opcode = IORING_OP_ACCEPT;
	r->sqe[at].fd = lfd;
	r->sq_array[at] = at;
	__atomic_store_n(r->sq_tail, *r->sq_tail + 1, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, r->fd, 1, 0, 0, NULL, 0) == 1 ?
	       0 : -errno;
}

int tlq_uring_wait(struct tlq_uring *r)
{
	__u32 head = *r->cq_head;
	int res;

	while (head == __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE))
		if (syscall(SYS_io_uring_enter, r->fd, 0, 1,
			    IORING_ENTER_GETEVENTS, NULL, 0) < 0 &&
		    errno != EINTR)
			return -errno;
	res = r->cqe[head & r->cq_mask].res;
	__atomic_store_n(r->cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}
