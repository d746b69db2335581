/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declarations that the files of this module share. Data flows one way:
 * struct sock -> struct tlq_row (row.c, while walk.c holds the bucket's lock)
 * -> text (format.c, addr.c) -> a file (seq.c, procfs.c, debugfs.c).
 */
#ifndef TLQ_H
#define TLQ_H

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "counters.h"

struct file;
struct net;
struct seq_file;
struct sock;
struct user_namespace;

/* Name of the file in /proc/net and of the directory in debugfs */
#define TLQ_NAME "tcp_listenq"

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

/* walk.c */

/**
 * struct tlq_walk - a walk over the listening hash, one bucket in memory
 * @net: show this namespace only; NULL shows all
 * @rows: copy of the listeners of @bucket, made in one hold of its lock
 * @nr: rows in use
 * @cap: rows allocated
 * @bucket: bucket that @rows was copied from
 * @loaded: @rows, @nr and @bucket are valid
 *
 * Belongs to one open file and is protected by its seq_file's lock.
 */
struct tlq_walk {
	struct net *net;
	struct tlq_row *rows;
	unsigned int nr;
	unsigned int cap;
	unsigned int bucket;
	bool loaded;
};

int tlq_walk_init(void);
unsigned int tlq_walk_buckets(void);
void tlq_walk_rewind(struct tlq_walk *walk);
struct tlq_row *tlq_walk_seek(struct tlq_walk *walk, loff_t *pos);
unsigned int tlq_walk_left(const struct tlq_walk *walk,
			   const struct tlq_row *row);
void tlq_walk_destroy(struct tlq_walk *walk);

/* addr.c: longest "[address]%device:port", without a final NUL */
#define TLQ_LOCAL_MAX (1 + 45 + 1 + 1 + IFNAMSIZ + 1 + 5)

void tlq_addr_init(void);
char *tlq_put_local(char *p, const struct tlq_row *row);

/* format.c */

/* Which columns a file shows: /proc/net leaves the namespace out. */
enum tlq_view {
	TLQ_VIEW_ALL,
	TLQ_VIEW_NETNS,
	TLQ_NR_VIEWS
};

void tlq_format_init(u32 known);
void tlq_format_header(struct seq_file *m, enum tlq_view view);
unsigned int tlq_format_rows(struct seq_file *m, enum tlq_view view,
			     const struct tlq_row *row, unsigned int nr);

/* seq.c */
int tlq_seq_open(struct file *file, struct net *net);
int tlq_seq_release(struct inode *inode, struct file *file);

/* procfs.c */
int tlq_procfs_init(void);
void tlq_procfs_exit(void);

/* debugfs.c */
void tlq_debugfs_init(void);
void tlq_debugfs_exit(void);

/* filter.c */
struct ftrace_ops;

/**
 * struct tlq_function - a function of the kernel
 * @symbol: its name
 * @ip: its address, 0 if unknown
 */
struct tlq_function {
	const char *symbol;
	unsigned long ip;
};

void tlq_filter_find(struct tlq_function *fn, unsigned int nr);
int tlq_filter_add(struct ftrace_ops *ops, const struct tlq_function *fn);

/* netstat.c */
void tlq_netstat_init(void);
void tlq_netstat_exit(void);
void tlq_netstat_line(struct seq_file *m, void *v);

#endif /* TLQ_H */
