// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes there are, and their files in /proc. libproc2 lists them; in a
 * recorded folder, which it cannot read, the names of folders do.
 *
 * A comm is read from /proc/PID/comm and not taken from libproc2: that replaces each
 * byte that is not ASCII in some locales, and each bad one in all, so that other
 * names would be shown than ss shows.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/text.h"
#include "internal.h"

char *path_below(const struct names *names, const char *path)
{
	return xasprintf("%s%s", names->root ? names->root : "", path);
}

static void proc_name(char name[64], int pid, const char *file)
{
	if (pid)
		snprintf(name, 64, "%d/%s", pid, file);
	else
		snprintf(name, 64, "%s", file);
}

ssize_t proc_read(const struct names *names, int pid, const char *file, char *text, size_t size)
{
	char name[64];
	ssize_t length;
	int fd;

	proc_name(name, pid, file);
	fd = openat(names->proc, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* The kernel gives such a file whole, so one read is enough. */
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

ssize_t proc_link(const struct names *names, int pid, const char *file, char *text, size_t size)
{
	char name[64];
	ssize_t length;

	proc_name(name, pid, file);
	length = readlinkat(names->proc, name, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

int proc_open_dir(const struct names *names, int pid, const char *file)
{
	char name[64];

	proc_name(name, pid, file);
	return openat(names->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool numbered_name(const char *name, int *number)
{
	long value = 0;

	if (!isdigit((unsigned char)*name))
		return false;
	for (; isdigit((unsigned char)*name); name++) {
		value = value * 10 + *name - '0';
		if (value > INT_MAX)
			return false;
	}
	*number = value;
	return !*name;
}

static void pid_add(struct names *names, size_t *room, int pid)
{
	if (names->nr_pids == *room) {
		*room = *room ? *room * 2 : 1024;
		names->pids = xrealloc(names->pids, *room, sizeof(*names->pids));
	}
	names->pids[names->nr_pids++] = pid;
}

static bool list_machine(struct names *names, size_t *room)
{
	enum pids_item items[] = { PIDS_ID_PID };
	struct pids_fetch *fetch;

	if (!names->pids_info && procps_pids_new(&names->pids_info, items, 1) < 0) {
		names->pids_info = NULL;
		return false;
	}
	/* Not procps_pids_get(): from its end on it finds nothing more. */
	fetch = procps_pids_reap(names->pids_info, PIDS_FETCH_TASKS_ONLY);
	if (!fetch)
		return false;
	for (int i = 0; i < fetch->counts->total; i++)
		pid_add(names, room, PIDS_VAL(0, s_int, fetch->stacks[i], names->pids_info));
	return names->nr_pids;
}

static bool list_recorded(struct names *names, size_t *room)
{
	int fd = proc_open_dir(names, 0, ".");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int pid;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(dir)))
		if (numbered_name(entry->d_name, &pid) && pid)
			pid_add(names, room, pid);
	closedir(dir);
	return true;
}

static int by_number(const void *a, const void *b)
{
	int left = *(const int *)a, right = *(const int *)b;

	return (left > right) - (left < right);
}

bool pids_list(struct names *names)
{
	size_t room = 0;
	bool listed;

	free(names->pids);
	names->pids = NULL;
	names->nr_pids = 0;
	listed = names->root ? list_recorded(names, &room) : list_machine(names, &room);
	if (names->nr_pids)
		qsort(names->pids, names->nr_pids, sizeof(*names->pids), by_number);
	return listed;
}
