// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tlq_sys.h"
#include "tlq_watch.h"

int tlq_watch_begin(struct tlq_watched *w)
{
	int err = tlq_netns_enter();

	err = err ?: tlq_target_full(&w->t, &w->opt);
	if (err)
		return err;
	w->file = open(TLQ_PROC, O_RDONLY | O_CLOEXEC);
	w->what = (struct tcp_listenq_watch){
		.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.threshold = 5, .window_ms = 60000,
	};
	return w->file < 0 || w->what.eventfd < 0 ? -errno : 0;
}

int tlq_watch(int file, const struct tcp_listenq_watch *what)
{
	return ioctl(file, TCP_LISTENQ_WATCH, what) ? -errno : 0;
}

int tlq_signals(int fd)
{
	__u64 n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? (int)n : 0;
}

bool tlq_signalled(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && p.revents == POLLIN;
}

int tlq_watch_until_error(int file, const struct tcp_listenq_watch *what,
			  int most, int *done)
{
	int err = 0;

	for (*done = 0; *done < most && !err; *done += !err)
		err = tlq_watch(file, what);
	return err;
}
