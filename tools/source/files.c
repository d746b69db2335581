// SPDX-License-Identifier: GPL-2.0
/*
 * Reading files of this machine, or of a folder recorded from another one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/text.h"
#include "files.h"

#define MOST (1024u << 20)	/* bytes of a file, 1 GB: no table is longer */
#define NS_PER_S 1000000000ull

#define WAS_UNLOADED ": the module tcp_listenq was unloaded, or the namespace ended, while it was read"
#define NOT_LOADED ": the module tcp_listenq is not loaded; 'modprobe tcp_listenq' loads it, package tcp-listenq-dkms has it"

static char *path_below(const char *root, const char *path)
{
	return xasprintf("%s/%s", root ? root : "", path + (path[0] == '/'));
}

/* Files in /proc say nothing of their size. */
char *read_all(int fd, size_t *size)
{
	size_t room = 1 << 16, length = 0;
	char *text = xcalloc(room, 1);
	ssize_t n;

	while ((n = read(fd, text + length, room - length - 1))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || length > MOST) {
			errno = n < 0 ? errno : EFBIG;
			free(text);
			return NULL;
		}
		length += n;
		if (room - length < 1 << 15)
			text = xrealloc(text, room *= 2, 1);
	}
	text[length] = '\0';
	*size = length;
	return text;
}

/* Not O_NONBLOCK's: a FIFO in a recorded folder is refused, not waited for. */
static char *read_regular(int fd, size_t *size)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return NULL;
	if (!S_ISREG(stat.st_mode)) {
		errno = S_ISDIR(stat.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	return read_all(fd, size);
}

char *read_whole(const char *root, const char *path, size_t *size)
{
	char *whole = path_below(root, path), *text = NULL;
	int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;

	free(whole);
	if (fd < 0)
		return NULL;
	text = read_regular(fd, size);
	error = errno;
	close(fd);
	errno = error;
	return text;
}

char *table_path(const struct source *source, enum table table)
{
	static const char *const name[] = { "", "_wait", "_closed" };
	static const char *const debugfs[] = { "listeners", "wait", "closed" };

	if (source->all_netns)
		return xasprintf("sys/kernel/debug/tcp_listenq/%s", debugfs[table]);
	if (source->netns_pid)
		return xasprintf("proc/%d/net/tcp_listenq%s", source->netns_pid, name[table]);
	return xasprintf("proc/%snet/tcp_listenq%s", source->root ? "" : "self/", name[table]);
}

bool module_loaded(void)
{
	return !access("/sys/module/tcp_listenq", F_OK);
}

static bool no_such_process(const struct source *source)
{
	char *path = xasprintf("/proc/%d", source->netns_pid);
	bool gone = access(path, F_OK);

	free(path);
	return gone;
}

/* What to do about it; "" where the error says it all */
static const char *advice(const struct source *source, int error)
{
	if (source->root)
		return "";
	if (error == EIO)
		return WAS_UNLOADED;
	if (error == EAGAIN)
		return ": the module tcp_listenq is busy; try again";
	if ((error == EACCES || error == EPERM) && source->all_netns)
		return ": listeners of all namespaces are for root; try sudo, or leave out -N all";
	if (error != ENOENT)
		return "";
	if (source->netns_pid && no_such_process(source))
		return ": there is no such process";
	if (!module_loaded())
		return NOT_LOADED;
	if (source->all_netns)
		return ": is debugfs mounted? 'mount -t debugfs none /sys/kernel/debug'";
	return "";
}

char *table_read(const struct source *source, enum table table, size_t *size, bool *absent,
		 char error[512])
{
	char *path = table_path(source, table), *text, *whole, *clean;

	text = read_whole(source->root, path, size);
	if (!text && errno == EIO)
		text = read_whole(source->root, path, size);
	*absent = !text && errno == ENOENT;
	if (!text) {
		int failed = errno;

		whole = path_below(source->root, path);
		clean = clean_text(whole, strlen(whole));
		snprintf(error, 512, "%.200s: %s%s", clean, strerror(failed),
			 advice(source, failed));
		free(clean);
		free(whole);
	}
	free(path);
	return text;
}

uint64_t netns_of(const struct source *source, int pid)
{
	char *below, *path;
	char link[64] = "";
	uint64_t netns = 0;
	char *end;

	below = pid ? xasprintf("proc/%d/ns/net", pid) : xstrdup("proc/self/ns/net");
	path = path_below(source->root, below);
	if (readlink(path, link, sizeof(link) - 1) > 0 && !strncmp(link, "net:[", 5)) {
		end = strchr(link, ']');
		if (end && !parse_digits(link + 5, end - link - 5, &netns))
			netns = 0;
	}
	free(path);
	free(below);
	return netns;
}

/* A folder's file "time": nanoseconds of CLOCK_BOOTTIME, and seconds since 1970, as recorded */
static bool recorded_times(const struct source *source, struct look *look)
{
	unsigned long long mono_ns;
	double seconds;
	size_t size;
	char *text = read_whole(source->root, "time", &size);
	bool good = text && sscanf(text, "%19llu %lf", &mono_ns, &seconds) == 2 && seconds >= 0 &&
		    seconds < 1e12;

	free(text);
	if (!good)
		return false;
	look->mono_ns = mono_ns;
	look->time = seconds;
	return true;
}

static uint64_t in_ns(const struct timespec *time)
{
	return time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
}

void look_times(const struct source *source, const char *path, struct look *look)
{
	struct timespec now = { 0 };
	struct stat stat_buf;
	char *whole;

	if (source->root) {
		if (recorded_times(source, look))
			return;
		whole = path_below(source->root, path);
		if (!stat(whole, &stat_buf))
			now = stat_buf.st_mtim;
		free(whole);
		look->mono_ns = in_ns(&now);
		look->of_file = true;
	} else {
		clock_gettime(CLOCK_BOOTTIME, &now);
		look->mono_ns = in_ns(&now);
		clock_gettime(CLOCK_REALTIME, &now);
	}
	look->time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
