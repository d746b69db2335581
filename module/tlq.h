/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that all files here share: the row, its counters and its flags. Includes
 * nothing of ours.
 */
#ifndef TLQ_H
#define TLQ_H

#include <linux/bits.h>
#include <linux/if.h>
#include <linux/in6.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct sock;

/* Name of the file in /proc/net and of the directory in debugfs */
#define TLQ_NAME "tcp_listenq"

/* Counters of a listener, named like the columns */
enum tlq_counter {
	TLQ_C_OVERFLOW_SYN,
	TLQ_C_OVERFLOW_ACK,
	TLQ_C_OVERFLOW_COOKIE,
	TLQ_C_REQQ_FULL_DROP,
	TLQ_C_REQQ_FULL_COOKIES,
	TLQ_C_SYNCOOKIES_SENT,
	TLQ_C_LISTEN_DROPS,
	TLQ_C_EMBRYONIC_RSTS,
	TLQ_C_TFO_OVERFLOW,
	TLQ_C_SYNS,	/* by the hooks: the kernel has none */
	TLQ_NR_COUNTERS
};

/* Masks of what is known of a listener: BIT(enum tlq_counter) and these */
#define TLQ_KNOWN_PEAKS BIT(TLQ_NR_COUNTERS)
#define TLQ_KNOWN_LAST_OVERFLOW BIT(TLQ_NR_COUNTERS + 1)
#define TLQ_KNOWN_LAST_REQQ_FULL BIT(TLQ_NR_COUNTERS + 2)
#define TLQ_KNOWN_WAITS BIT(TLQ_NR_COUNTERS + 3)
#define TLQ_KNOWN_LAST_ACCEPT BIT(TLQ_NR_COUNTERS + 4)
#define TLQ_KNOWN_ALL (BIT(TLQ_NR_COUNTERS + 5) - 1)

/* What the socket itself says; not part of TLQ_KNOWN_ALL, as nothing can lose it */
#define TLQ_KNOWN_OLDEST BIT(TLQ_NR_COUNTERS + 5)
#define TLQ_KNOWN_GROUP BIT(TLQ_NR_COUNTERS + 6)

/* Of a listener that has closed: not of the sums over all of them */
#define TLQ_KNOWN_CLOSED BIT(TLQ_NR_COUNTERS + 7)
#define TLQ_KNOWN_RESETS BIT(TLQ_NR_COUNTERS + 8)

/* Columns that most listeners do not have at a time: "-" is usual, also where known */
#define TLQ_KNOWN_SELDOM (TLQ_KNOWN_LAST_OVERFLOW | TLQ_KNOWN_LAST_REQQ_FULL | \
			  TLQ_KNOWN_LAST_ACCEPT | TLQ_KNOWN_OLDEST | \
			  TLQ_KNOWN_GROUP)

/* Kernel counters (kept per network namespace); mibs.h has their names. */
enum tlq_mib {
	TLQ_M_LISTEN_OVERFLOWS,
	TLQ_M_REQQ_FULL_DROP,
	TLQ_M_REQQ_FULL_COOKIES,
	TLQ_M_SYNCOOKIES_SENT,
	TLQ_M_LISTEN_DROPS,
	TLQ_M_EMBRYONIC_RSTS,
	TLQ_M_TFO_OVERFLOW,
	TLQ_NR_MIBS
};

/* Order of the names in the flags column; format.c has the names. */
enum tlq_flag {
	TLQ_F_REUSEPORT,
	TLQ_F_DEFER,
	TLQ_F_V6ONLY,
	TLQ_F_TRANSPARENT,
	TLQ_F_FREEBIND,
	TLQ_F_MPTCP,
	TLQ_F_SMC,
	TLQ_F_KERNEL,
	TLQ_F_SYNFLOOD,
	TLQ_NR_FLAGS
};

/**
 * struct tlq_task - a process
 * @pid: its id in the first PID namespace, 0: not known
 * @name: its name then; may have any bytes, and no final NUL
 */
struct tlq_task {
	pid_t pid;
	char name[TASK_COMM_LEN];
};

/**
 * tlq_task_now() - the process that runs
 * @task: filled in
 *
 * Its name is the one in /proc/PID/comm, that of its first thread, which stays while
 * any other runs.
 *
 * Context: process.
 */
static inline void tlq_task_now(struct tlq_task *task)
{
	task->pid = current->tgid;
	memcpy(task->name, current->group_leader->comm, TASK_COMM_LEN);
}

/**
 * struct tlq_row - one listener at one moment
 * @addr: local address; an IPv4 address is in the first four bytes
 * @port: local port, host order
 * @family: AF_INET or AF_INET6; AF_UNSPEC: @port is a character to show instead
 * @ifindex: device it is bound to, or 0
 * @ifname: name of that device, empty when the device has gone; not set
 *	without @ifindex
 * @known: TLQ_KNOWN_* of the columns that are valid
 * @quiet: the columns that need one of TLQ_KNOWN_ALL are 0 or "-", and not written
 * @group: id of its SO_REUSEPORT group
 * @unseen: as in struct tlq_listener
 * @count: counters, by enum tlq_counter
 *
 * Holds no pointers: a row may outlive its socket. The other members are the
 * columns of the same name, see columns.h and docs/format.md.
 */
struct tlq_row {
	struct in6_addr addr;
	char ifname[IFNAMSIZ];
	int ifindex;
	u16 port;
	u8 family;
	bool unseen;
	u32 netns;
	u32 ack_backlog;
	u32 max_ack_backlog;
	s32 reqsk_qlen;
	s32 reqsk_young;
	u32 reqsk_max;
	s32 tfo_qlen;
	s32 tfo_max_qlen;
	kuid_t uid;
	u32 flags;
	u64 inode;
	u64 cookie;
	u64 cgroup;
	u32 known;
	bool quiet;
	u32 peak_ack_backlog;
	u32 peak_reqsk_qlen;
	u32 recent_ack_backlog;
	u32 recent_reqsk_qlen;
	u32 group;
	u64 last_overflow_ms;
	u64 last_reqq_full_ms;
	u64 accepts;
	u64 last_accept_ms;
	u64 wait_us_sum;
	u64 wait_us_max;
	u64 oldest_ms;
	struct tlq_task acceptor;
	struct tlq_task listener_by;
	u64 count[TLQ_NR_COUNTERS];
};

/* row.c */
void tlq_row_fill(struct tlq_row *row, struct sock *sk);
void tlq_row_fill_closed(struct tlq_row *row, struct sock *sk);

#endif /* TLQ_H */
