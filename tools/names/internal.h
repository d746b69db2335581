/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of names/ have of each other. */
#ifndef LISTENQ_NAMES_INTERNAL_H
#define LISTENQ_NAMES_INTERNAL_H

#include <sys/types.h>

#include "../common/map.h"
#include "names.h"

struct pids_info;		/* libproc2's */

/* A process as it was in this look: read when first asked for, forgotten with the next look. */
struct known_process {
	int pid;
	char *comm;		/* clean; NULL: it has gone, or may not be read */
	bool placed;		/* the rest has been read */
	bool beside_init;	/* in the cgroup of PID 1 */
	char *unit, *container;	/* clean; NULL: none */
};

struct holding {
	int pid;
	int fd;
};

/* A listener's inode, and by which processes it is held. */
struct socket_inode {
	uint64_t inode;
	struct holding *by;
	size_t nr, room;
	bool was_held;		/* when this look began */
};

struct netns_name {
	char *name;		/* clean */
	int pid;		/* a process of that name is in it; 0: the name is from /run */
};

struct names {
	char *root;		/* NULL: this machine */
	int proc;		/* the folder of processes, or -1 */
	bool first_pid_ns;	/* PIDs of the module are our PIDs */

	/* pids.c */
	struct pids_info *pids_info;
	int *pids;		/* of this look, ascending */
	size_t nr_pids;

	/* process.c */
	struct map inodes;	/* of struct socket_inode: the listeners of this look */
	struct map processes;	/* of struct known_process, by PID */
	int *walked;		/* PIDs that were there at the last look, ascending */
	size_t nr_walked;
	double walk_due;	/* CLOCK_MONOTONIC, seconds */
	size_t denied;		/* processes whose descriptors may not be read */

	/* cgroup.c */
	struct map cgroups;	/* of paths, by id; "" is one that is not there */
	bool cgroups_walked;	/* in this look */
	char *init_cgroup;	/* of PID 1, in this look; NULL: not known */

	struct map netns;	/* of struct netns_name, by inode */
	bool netns_walked;	/* in this look */
	struct map users;	/* of names, by uid; "" is one without */
	char **services;	/* by port; NULL: not read yet */
	bool no_services;

	char said[160];
	bool has_said;
};

/* path_below - PATH, which begins with /, below the root. free() it. */
char *path_below(const struct names *names, const char *path);

/*
 * proc_read - /proc/PID/FILE into TEXT with a NUL behind, at most SIZE - 1 bytes;
 * the length, or -1
 */
ssize_t proc_read(const struct names *names, int pid, const char *file, char *text, size_t size);

/* proc_link - the text of a link, /proc/PID/FILE, as proc_read() */
ssize_t proc_link(const struct names *names, int pid, const char *file, char *text, size_t size);

/* proc_open_dir - /proc/PID/FILE; PID 0: /proc. A descriptor, or -1 and errno. */
int proc_open_dir(const struct names *names, int pid, const char *file);

/* numbered_name - whether a file's name is a PID or a descriptor, and which */
bool numbered_name(const char *name, int *number);

/* pids_list - all processes there are now into names->pids; false if they cannot be listed */
bool pids_list(struct names *names);

/* holders_look - who holds the listeners of LOOK, into names->inodes */
void holders_look(struct names *names, const struct look *look);
void holders_free(struct names *names);

/* process_known - of this look; never NULL, but its comm may be */
struct known_process *process_known(struct names *names, int pid);

/* process_place - fill in unit and container */
void process_place(struct names *names, struct known_process *process);

/* cgroup_of_process - its path, not clean; NULL: not known. free() it. */
char *cgroup_of_process(const struct names *names, int pid);

/* cgroup_path - of a cgroup v2 id, not clean; NULL: not known. The cache keeps it. */
const char *cgroup_path(struct names *names, uint64_t id);

/* unit_of_path - of a cgroup; each clean, or NULL. free() them. */
void unit_of_path(const char *path, char **unit, char **container);

/*
 * netns_look - before the names of each look.
 * netns_name - clean, or NULL; the cache keeps it until the next look.
 */
void netns_look(struct names *names);
const char *netns_name(struct names *names, uint64_t inode);
void netns_free(struct names *names);

/* Each is clean, or NULL. The cache keeps it. */
const char *user_name(struct names *names, uint64_t uid);
const char *service_name(struct names *names, uint16_t port);
void services_free(struct names *names);

#endif
