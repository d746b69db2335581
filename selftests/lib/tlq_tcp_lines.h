/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of /proc/net/tcp and tcp6, and processes that keep reading them */
#ifndef TLQ_TCP_LINES_H
#define TLQ_TCP_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <sys/types.h>

#define TLQ_TCP "/proc/self/net/tcp"
#define TLQ_TCP6 "/proc/self/net/tcp6"
#define TLQ_SENDQ "/sys/module/tcp_listenq/parameters/netstat_sendq"

/* The kernel's numbers of states in these files */
#define TLQ_ST_ESTABLISHED 1
#define TLQ_ST_SYN_RECV 3
#define TLQ_ST_TIME_WAIT 6
#define TLQ_ST_LISTEN 10

struct tlq_tcp_line {
	int state;		/* 0: the header */
	int port;
	__u32 tx;
	__u32 rx;
	__u64 inode;
	int refs;		/* of the socket */
	int tx_at;		/* where in the line the eight digits are */
	int timer;
	int when_at;		/* where the eight digits of tm->when are */
	int len;		/* with the end of line */
};

/* The line at @text; false when it is not exactly as the kernel prints it. */
bool tlq_tcp_line(const char *text, struct tlq_tcp_line *line);
/* Overwrite tx_queue of LISTEN lines, and tm->when, with zeros. */
bool tlq_blank(char *text, bool tx_queue, bool when);

#define TLQ_WATCHERS 8

/* Shared with the readers */
struct tlq_watch {
	bool zero_ok;		/* 0 is right as well as the backlog */
	char *still[2];		/* what is read but for tx_queue, or NULL */
	__u32 want[65536];	/* backlog + 1 of known listeners, by port */
	bool stop;
	bool failed;
	char error[512];
	int readers;
	pid_t pid[TLQ_WATCHERS];
	__u32 passes[TLQ_WATCHERS];
	__u32 zeros[TLQ_WATCHERS];
	__u32 backlogs[TLQ_WATCHERS];
};

struct tlq_watch *tlq_watch_new(void);
/* Every other reader reads tcp6. */
int tlq_watch_start(struct tlq_watch *w, const size_t *chunk, int readers);
/* Wait until every reader has made @n more passes or one has found a fault. */
bool tlq_watch_passes(struct tlq_watch *w, __u32 n);
/* NULL, or the fault that a reader has found */
const char *tlq_watch_end(struct tlq_watch *w);
__u32 tlq_watch_zeros(const struct tlq_watch *w);
__u32 tlq_watch_backlogs(const struct tlq_watch *w);

#endif
