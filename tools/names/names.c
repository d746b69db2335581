// SPDX-License-Identifier: GPL-2.0
/* Who is behind each listener of a look. */
#include <fcntl.h>
#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/text.h"
#include "internal.h"

/* The inode of the first PID namespace, the same on all kernels. */
#define FIRST_PID_NS 0xEFFFFFFCU

struct names *names_new(const char *root)
{
	struct names *names = xcalloc(1, sizeof(*names));
	struct stat own;
	char *path;

	names->root = root ? xstrdup(root) : NULL;
	path = path_below(names, "/proc");
	names->proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(path);
	names->first_pid_ns =
		root || (!stat("/proc/self/ns/pid", &own) && own.st_ino == FIRST_PID_NS);
	return names;
}

void names_no_services(struct names *names)
{
	names->no_services = true;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	if (names->pids_info)
		procps_pids_unref(&names->pids_info);
	holders_free(names);
	map_clear(&names->cgroups, free);
	map_clear(&names->users, free);
	netns_free(names);
	services_free(names);
	free(names->init_cgroup);
	if (names->proc >= 0)
		close(names->proc);
	free(names->root);
	free(names);
}

static char *copy(const char *text)
{
	return text && *text ? xstrdup(text) : NULL;
}

/* From "PID/name", which is clean. */
static void take_process(struct process *process, const char *text)
{
	const char *slash = text ? strchr(text, '/') : NULL;
	uint64_t pid;
	char *number;

	*process = (struct process){ 0 };
	if (!slash)
		return;
	number = strndup(text, slash - text);
	if (number && parse_number(number, &pid) && pid && pid <= INT32_MAX) {
		process->pid = pid;
		process->comm = xstrdup(slash + 1);
	}
	free(number);
}

static void take_holders(struct names *names, struct listener *l)
{
	struct socket_inode *socket = map_get(&names->inodes, value_or(l, COL_inode, 0));
	struct owner *owner = &l->owner;

	if (!socket || !socket->nr)
		return;
	owner->processes = xcalloc(socket->nr, sizeof(*owner->processes));
	for (size_t i = 0; i < socket->nr; i++) {
		struct known_process *process = process_known(names, socket->by[i].pid);

		if (process->comm)
			owner->processes[owner->nr_processes++] =
				(struct process){ process->pid, socket->by[i].fd,
						  xstrdup(process->comm) };
	}
}

/* The acceptor, if its PID is still its own: it holds the socket, or has the name it had. */
static struct known_process *living_acceptor(struct names *names, const struct owner *owner)
{
	struct known_process *process;

	if (!owner->acceptor.pid || !names->first_pid_ns)
		return NULL;
	process = process_known(names, owner->acceptor.pid);
	if (!process->comm)
		return NULL;
	for (size_t i = 0; i < owner->nr_processes; i++)
		if (owner->processes[i].pid == process->pid)
			return process;
	return !strcmp(process->comm, owner->acceptor.comm) ? process : NULL;
}

/*
 * A process of whose place something is known;
 * rather not systemd, which holds sockets for others.
 */
static struct known_process *best_holder(struct names *names, const struct owner *owner)
{
	struct known_process *best = NULL;

	for (size_t i = 0; i < owner->nr_processes; i++) {
		struct known_process *process = process_known(names, owner->processes[i].pid);

		process_place(names, process);
		if (!process->unit && !process->container)
			continue;
		if (!process->beside_init)
			return process;
		if (!best)
			best = process;
	}
	return best;
}

static void take_place(struct names *names, struct listener *l)
{
	struct known_process *process = living_acceptor(names, &l->owner);
	uint64_t id = value_or(l, COL_cgroup, 0);
	const char *path;

	if (process)
		process_place(names, process);
	if (!process || (!process->unit && !process->container))
		process = best_holder(names, &l->owner);
	if (process) {
		l->owner.unit = copy(process->unit);
		l->owner.container = copy(process->container);
		return;
	}
	path = id ? cgroup_path(names, id) : NULL;
	if (path && (!names->init_cgroup || strcmp(path, names->init_cgroup)))
		unit_of_path(path, &l->owner.unit, &l->owner.container);
}

static void fill_one(struct names *names, const struct look *look, struct listener *l)
{
	uint64_t netns = value_or(l, COL_netns, look->netns);
	struct owner *owner = &l->owner;

	owner_clear(owner);
	take_process(&owner->acceptor, listener_text(l, COL_acceptor));
	take_process(&owner->listener_by, listener_text(l, COL_listener_by));
	take_holders(names, l);
	take_place(names, l);
	if (netns)
		owner->netns_name = copy(netns_name(names, netns));
	if (knows(l, COL_uid))
		owner->user = copy(user_name(names, l->value[COL_uid]));
	if (!names->no_services)
		owner->service = copy(service_name(names, l->port));
}

/* What the reader may not see. A recorded folder is all there is. */
static void say_unseen(struct names *names, size_t unheld)
{
	if (names->root || *names->said)
		return;
	if (geteuid() && (names->denied || unheld))
		snprintf(names->said, sizeof(names->said),
			 "processes of other users may hold listeners, too: only root may look");
	else if (names->denied && unheld)
		snprintf(names->said, sizeof(names->said),
			 "%zu process%s may not be looked into, even by root here: listeners that only such hold show none",
			 names->denied, names->denied == 1 ? "" : "es");
}

void names_fill(struct names *names, struct look *look, bool processes)
{
	struct look nothing = { 0 };
	size_t unheld = 0;

	/* Also without PROCESSES: it forgets the processes of the look before. */
	holders_look(names, processes ? look : &nothing);
	names->cgroups_walked = false;
	free(names->init_cgroup);
	names->init_cgroup = cgroup_of_process(names, 1);
	netns_look(names);
	for (size_t i = 0; i < look->nr; i++) {
		fill_one(names, look, &look->listeners[i]);
		unheld += !look->listeners[i].owner.nr_processes;
	}
	if (processes)
		say_unseen(names, unheld);
}

const char *names_said(struct names *names)
{
	if (names->has_said || !*names->said)
		return NULL;
	names->has_said = true;
	return names->said;
}
