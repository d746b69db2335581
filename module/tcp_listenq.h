/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * To be told when a TCP listener refuses connections, without reading again and again:
 * docs/events.md. The layout is the same for 32-bit programs on a 64-bit kernel.
 */
#ifndef _LINUX_TCP_LISTENQ_H
#define _LINUX_TCP_LISTENQ_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* What is counted, as in /proc/net/tcp_listenq */
enum tcp_listenq_counter {
	TCP_LISTENQ_OVERFLOWS,	/* packets refused as the accept queue was full */
	TCP_LISTENQ_DROPS,	/* all that ListenDrops counts: these are part of them */
	TCP_LISTENQ_RESETS,	/* connections reset when their listener closed */
};

/**
 * struct tcp_listenq_watch - when to signal an eventfd
 * @eventfd: of eventfd(2); the module keeps a reference of its own
 * @counter: enum tcp_listenq_counter
 * @cookie: a listener, as in the column "cookie"; 0: all of the namespace
 * @threshold: events, at least 1
 * @window_ms: milliseconds within which so many happen, at least 500. Told to 100 ms or
 *	an eighth of it, whichever is more: none that was within is missed.
 * @reserved: 0
 */
struct tcp_listenq_watch {
	__s32 eventfd;
	__u32 counter;
	__u64 cookie;
	__u64 threshold;
	__u32 window_ms;
	__u32 reserved;
};

/*
 * On an open /proc/net/tcp_listenq: adds a watch, which ends when the file is closed. It
 * adds 1 to the eventfd at most once a window, and when the listener, the namespace or
 * the module goes, which ends it. What a listener counted just before it closed is told
 * first, and so are its resets. A read of the file then fails with EIO if it was the
 * namespace or the module.
 *
 * EBADF	@eventfd is not open
 * EINVAL	it is no eventfd, or another member is not as above
 * EIO		the namespace or the module is going; ENOTTY: it has gone
 * ENOENT	the namespace has no such listener
 * ENOSPC	there are max_watches of the namespace, or max_watches_user of the user
 * EOPNOTSUPP	not counted: the module was loaded with counters=N, or the listener has no
 *		counters, as its columns say, or not yet: it gets them soon after listen(2)
 */
#define TCP_LISTENQ_WATCH _IOW(0xb7, 0x51, struct tcp_listenq_watch)

#endif /* _LINUX_TCP_LISTENQ_H */
