// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../common/text.h"
#include "../source/files.h"
#include "watch.h"

bool watches_open(struct watches *watches, const struct source *source, char error[512])
{
	char *path = table_path(source, TABLE_LISTENERS);

	watches->path = xasprintf("/%s", path);
	free(path);
	watches->file = open(watches->path, O_RDONLY | O_CLOEXEC);
	if (watches->file >= 0)
		return true;
	snprintf(error, 512, "%.200s: %s%s", watches->path, strerror(errno),
		 errno == ENOENT && !module_loaded() ?
		 ": the module tcp_listenq is not loaded; 'modprobe tcp_listenq' loads it" : "");
	watches_close(watches);
	return false;
}

void watches_close(struct watches *watches)
{
	if (watches->file >= 0)
		close(watches->file);
	watches->file = -1;
	free(watches->path);
	watches->path = NULL;
}

const char *watches_meaning(int error)
{
	switch (error) {
	case ENOTTY:
		return "the module has gone, or is older than 0.2 and wakes nobody";
	case EIO:
		return "the module or the namespace has gone";
	case ENOENT:
		return "there is no such listener";
	case ENOSPC:
		return "too many wait: the module's parameters max_watches and max_watches_user";
	case EOPNOTSUPP:
		return "nothing is counted: counters=N, or there was no room for the listener";
	default:
		return strerror(error);
	}
}

int watches_add(const struct watches *watches, struct tcp_listenq_watch *what, char error[512])
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), failed;

	what->eventfd = fd;
	if (fd >= 0 && !ioctl(watches->file, TCP_LISTENQ_WATCH, what))
		return fd;
	failed = errno;
	snprintf(error, 512, "%.200s: %s", watches->path, watches_meaning(failed));
	if (fd >= 0)
		close(fd);
	errno = failed;
	return -1;
}

bool watches_gone(const struct watches *watches)
{
	char byte;

	return pread(watches->file, &byte, 1, 0) < 0 && errno == EIO;
}

uint64_t signals_taken(int eventfd)
{
	uint64_t nr;

	return read(eventfd, &nr, sizeof(nr)) == sizeof(nr) ? nr : 0;
}
