// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds a socket. The links in /proc/PID/fd of all processes are read once; after
 * that only those of new processes, and one link of each known holder to see that it
 * still is one. All are read again when a listener is new or has lost its last holder,
 * and now and then, since a descriptor can be passed to a process that was there before.
 *
 * Links are read, not followed: stat(2) of a descriptor costs the same, but asks the
 * file's file system, which may be a dead NFS server.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/text.h"
#include "internal.h"

/* A walk of all that took T is repeated after 200 T: 0.5 % of a CPU at most. */
#define WALK_AGAIN 200

/* The inode in "socket:[N]", or 0: never that of a socket in /proc. */
static uint64_t link_inode(const char *text, ssize_t length)
{
	static const char before[] = "socket:[";
	uint64_t inode = 0;
	ssize_t at = sizeof(before) - 1;

	if (length <= at + 1 || text[length - 1] != ']' || strncmp(text, before, at))
		return 0;
	for (; at < length - 1; at++) {
		if (text[at] < '0' || text[at] > '9')
			return 0;
		inode = inode * 10 + (text[at] - '0');
	}
	return inode;
}

static void hold(struct socket_inode *socket, int pid, int fd)
{
	/* Backwards: in a walk of all it is the last one or none. */
	for (size_t i = socket->nr; i-- && socket->by[i].pid >= pid;)
		if (socket->by[i].pid == pid) {
			if (fd < socket->by[i].fd)
				socket->by[i].fd = fd;
			return;
		}
	if (socket->nr == socket->room) {
		socket->room = socket->room ? socket->room * 2 : 1;
		socket->by = xrealloc(socket->by, socket->room, sizeof(*socket->by));
	}
	socket->by[socket->nr++] = (struct holding){ pid, fd };
	/* By PID, as owner.processes is. */
	for (size_t i = socket->nr - 1; i && socket->by[i - 1].pid > pid; i--) {
		socket->by[i] = socket->by[i - 1];
		socket->by[i - 1] = (struct holding){ pid, fd };
	}
}

/* Each descriptor of one process that is one of our sockets. False: it may not be seen. */
static bool walk_process(struct names *names, int pid)
{
	int dir = proc_open_dir(names, pid, "fd"), fd;
	char text[64], entries[16384] __attribute__((aligned(8)));
	bool seen = true;
	long got;

	if (dir < 0)
		return errno != EACCES && errno != EPERM;
	while ((got = syscall(SYS_getdents64, dir, entries, sizeof(entries))) > 0)
		for (long at = 0; at < got;) {
			struct dirent64 *entry = (struct dirent64 *)(entries + at);
			struct socket_inode *socket;
			ssize_t length;

			at += entry->d_reclen;
			if (!numbered_name(entry->d_name, &fd))
				continue;
			length = readlinkat(dir, entry->d_name, text, sizeof(text));
			if (length < 0 && (errno == EACCES || errno == EPERM))
				seen = false;
			socket = map_get(&names->inodes, link_inode(text, length));
			if (socket)
				hold(socket, pid, fd);
		}
	close(dir);
	return seen;
}

static void walk_all(struct names *names)
{
	double start = seconds_now(), end;

	for (size_t i = 0; i < names->inodes.size; i++)
		if (names->inodes.slot[i].value)
			((struct socket_inode *)names->inodes.slot[i].value)->nr = 0;
	names->denied = 0;
	for (size_t i = 0; i < names->nr_pids; i++)
		names->denied += !walk_process(names, names->pids[i]);
	end = seconds_now();
	names->walk_due = end + WALK_AGAIN * (end - start);
}

/* Where PID is among those of the last look, or nr_walked. */
static size_t find_walked(const struct names *names, int pid)
{
	size_t low = 0, high = names->nr_walked;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (names->walked[middle] == pid)
			return middle;
		if (names->walked[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return names->nr_walked;
}

/*
 * Forget those that hold it no more by that descriptor.
 * They may by another: walk such a process as a new one.
 */
static void check_holders(struct names *names, struct socket_inode *socket)
{
	size_t left = 0;
	char file[24], text[64];

	for (size_t i = 0; i < socket->nr; i++) {
		struct holding by = socket->by[i];
		size_t at;

		snprintf(file, sizeof(file), "fd/%d", by.fd);
		if (link_inode(text, proc_link(names, by.pid, file, text, sizeof(text))) ==
		    socket->inode) {
			socket->by[left++] = by;
			continue;
		}
		at = find_walked(names, by.pid);
		if (at < names->nr_walked) {
			names->nr_walked--;
			memmove(&names->walked[at], &names->walked[at + 1],
				(names->nr_walked - at) * sizeof(*names->walked));
		}
	}
	socket->nr = left;
}

static void release_inode(void *value)
{
	struct socket_inode *socket = value;

	free(socket->by);
	free(socket);
}

static void release_process(void *value)
{
	struct known_process *process = value;

	free(process->comm);
	free(process->unit);
	free(process->container);
	free(process);
}

/* The listeners of the look, with what is known of each from the last one. True: one is new. */
static bool take_inodes(struct names *names, const struct look *look)
{
	struct map old = names->inodes;
	bool new = false;

	names->inodes = (struct map){ 0 };
	for (size_t i = 0; i < look->nr; i++) {
		uint64_t inode = value_or(&look->listeners[i], COL_inode, 0);
		struct socket_inode *before, *socket;

		if (!inode || map_get(&names->inodes, inode) ||
		    has_flag(&look->listeners[i], "kernel"))
			continue;
		before = map_get(&old, inode);
		socket = xcalloc(1, sizeof(*socket));
		if (before) {
			*socket = *before;
			before->by = NULL;
		} else {
			new = true;
		}
		socket->inode = inode;
		socket->was_held = socket->nr;
		map_put(&names->inodes, inode, socket);
	}
	map_clear(&old, release_inode);
	return new;
}

/* Look at what may have changed. True: that is not enough. */
static bool walk_changes(struct names *names)
{
	bool lost = false;

	for (size_t i = 0; i < names->inodes.size; i++)
		if (names->inodes.slot[i].value)
			check_holders(names, names->inodes.slot[i].value);
	for (size_t i = 0; i < names->nr_pids; i++)
		if (find_walked(names, names->pids[i]) == names->nr_walked)
			walk_process(names, names->pids[i]);
	for (size_t i = 0; i < names->inodes.size; i++) {
		struct socket_inode *socket = names->inodes.slot[i].value;

		lost |= socket && socket->was_held && !socket->nr;
	}
	return lost;
}

void holders_look(struct names *names, const struct look *look)
{
	bool new = take_inodes(names, look);

	map_clear(&names->processes, release_process);
	if (!names->inodes.nr)
		return;
	if (!pids_list(names)) {
		snprintf(names->said, sizeof(names->said), "processes cannot be listed: no /proc?");
		return;
	}
	if (new || walk_changes(names) || seconds_now() >= names->walk_due)
		walk_all(names);
	free(names->walked);
	names->walked = names->pids;
	names->nr_walked = names->nr_pids;
	names->pids = NULL;
	names->nr_pids = 0;
}

struct known_process *process_known(struct names *names, int pid)
{
	struct known_process *process = map_get(&names->processes, pid);
	char comm[64];
	ssize_t length;

	if (process)
		return process;
	process = xcalloc(1, sizeof(*process));
	process->pid = pid;
	length = proc_read(names, pid, "comm", comm, sizeof(comm));
	if (length > 0 && comm[length - 1] == '\n')
		length--;
	if (length >= 0)
		process->comm = clean_text(comm, length);
	map_put(&names->processes, pid, process);
	return process;
}

void process_place(struct names *names, struct known_process *process)
{
	char *path;

	if (process->placed)
		return;
	process->placed = true;
	path = cgroup_of_process(names, process->pid);
	if (!path)
		return;
	process->beside_init = names->init_cgroup && !strcmp(path, names->init_cgroup);
	unit_of_path(path, &process->unit, &process->container);
	free(path);
}

void holders_free(struct names *names)
{
	map_clear(&names->inodes, release_inode);
	map_clear(&names->processes, release_process);
	free(names->walked);
	free(names->pids);
}
