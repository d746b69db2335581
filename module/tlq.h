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
#include <linux/types.h>
#include <linux/uidgid.h>

struct sock;

/* Name of the file in /proc/net and of the directory in debugfs */
#define TLQ_NAME "tcp_listenq"

/* Counters of a listener, named like the columns */
enum tlq_counter {
	TLQ_C_OVERFLOW_SYN,
	TLQ_C_OVERFLOW_ACK,
	TLQ_C_REQQ_FULL_DROP,
	TLQ_C_REQQ_FULL_COOKIES,
	TLQ_C_SYNCOOKIES_SENT,
	TLQ_C_LISTEN_DROPS,
	TLQ_C_EMBRYONIC_RSTS,
	TLQ_NR_COUNTERS
};

/* Masks of what is known of a listener: BIT(enum tlq_counter) and these */
#define TLQ_KNOWN_PEAKS BIT(TLQ_NR_COUNTERS)
#define TLQ_KNOWN_LAST_OVERFLOW BIT(TLQ_NR_COUNTERS + 1)
#define TLQ_KNOWN_ALL (BIT(TLQ_NR_COUNTERS + 2) - 1)

/* Kernel counters (kept per network namespace); mibs.h has their names. */
enum tlq_mib {
	TLQ_M_LISTEN_OVERFLOWS,
	TLQ_M_REQQ_FULL_DROP,
	TLQ_M_REQQ_FULL_COOKIES,
	TLQ_M_SYNCOOKIES_SENT,
	TLQ_M_LISTEN_DROPS,
	TLQ_M_EMBRYONIC_RSTS,
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
 * struct tlq_row - one listener at one moment
 * @addr: local address; an IPv4 address is in the first four bytes
 * @port: local port, host order
 * @family: AF_INET or AF_INET6
 * @ifindex: device it is bound to, or 0
 * @ifname: name of that device, empty when the device has gone; not set
 *	without @ifindex
 * @known: TLQ_KNOWN_* of the columns that are valid
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
	u16 family;
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
	u32 peak_ack_backlog;
	u32 peak_reqsk_qlen;
	u64 last_overflow_ms;
	u64 count[TLQ_NR_COUNTERS];
};

/* row.c */
void tlq_row_fill(struct tlq_row *row, struct sock *sk);

#endif /* TLQ_H */
