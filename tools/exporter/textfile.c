// SPDX-License-Identifier: GPL-2.0
/* The file for node_exporter's textfile collector. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/text.h"
#include "exporter.h"

/* Beside it, that it can be renamed. The collector takes only what ends in .prom. */
static char *new_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return xasprintf("%.*s.%s.%d", (int)(name - path), path, name, getpid());
}

static bool write_bytes(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ENOSPC;
			return false;
		}
		bytes += n;
		size -= n;
	}
	return true;
}

static bool write_all(int fd, struct exposition *exposition)
{
	char bytes[32768];
	size_t size;

	while ((size = exposition_read(exposition, bytes, sizeof(bytes))))
		if (!write_bytes(fd, bytes, size))
			return false;
	return true;
}

/* close(2) is where some file systems say that they are full. */
static bool write_new(const char *path, struct exposition *exposition)
{
	int fd, failed;
	bool good;

	/* What a killed one with our PID has left, also if it is a link */
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	good = !fchmod(fd, 0644) && write_all(fd, exposition);
	failed = errno;
	if (close(fd) && good) {
		good = false;
		failed = errno;
	}
	errno = failed;
	return good;
}

bool textfile_write(const char *path, struct exposition *exposition, char error[512])
{
	char *new = new_name(path);
	bool good = write_new(new, exposition) && !rename(new, path);

	if (!good) {
		snprintf(error, 512, "cannot write %.300s: %s", path, strerror(errno));
		unlink(new);
	}
	free(new);
	return good;
}
