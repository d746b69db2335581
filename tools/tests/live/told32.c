// SPDX-License-Identifier: GPL-2.0
/*
 * told32 - a 32-bit program on a 64-bit kernel: is the watch the same for it? Made without a C
 * library, as that of 32 bits is on few machines. Woken by one refused packet in this
 * namespace: 0; else 2, or its failed call's own status.
 */
#include <linux/tcp_listenq.h>
#include <linux/types.h>

_Static_assert(sizeof(void *) == 4, "built with -m32");
_Static_assert(sizeof(struct tcp_listenq_watch) == 32, "as for 64 bits");
_Static_assert(__builtin_offsetof(struct tcp_listenq_watch, cookie) == 8, "as for 64 bits");
_Static_assert(__builtin_offsetof(struct tcp_listenq_watch, reserved) == 28, "as for 64 bits");

enum { EXIT = 1, READ = 3, WRITE = 4, OPEN = 5, IOCTL = 54, EVENTFD2 = 328 };

static long call(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a" (result) : "a" (nr), "b" (a), "c" (b), "d" (c) : "memory");
	return result;
}

static void end(long status)
{
	call(EXIT, status, 0, 0);
	__builtin_unreachable();
}

static long good(long result, long status)
{
	if (result < 0)
		end(status);
	return result;
}

void _start(void)
{
	struct tcp_listenq_watch watch = {
		.counter = TCP_LISTENQ_OVERFLOWS, .threshold = 1, .window_ms = 500,
	};
	long file = good(call(OPEN, (long)"/proc/net/tcp_listenq", 0, 0), 10);
	__u64 times = 0;

	watch.eventfd = good(call(EVENTFD2, 0, 0, 0), 11);
	good(call(IOCTL, file, TCP_LISTENQ_WATCH, (long)&watch), 12);
	good(call(WRITE, 1, (long)"waits\n", 6), 13);
	good(call(READ, watch.eventfd, (long)&times, sizeof(times)), 14);
	end(times == 1 ? 0 : 2);
}
