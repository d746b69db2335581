/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is behind a listener: the only place that reads /proc/PID, cgroups and user names.
 *
 * A process holds a socket if one of its descriptors is socket:[INODE]: exactly those
 * that ss -ltnp shows. Other users' processes need root. What may not be seen is not
 * known, and is said once.
 */
#ifndef LISTENQ_NAMES_H
#define LISTENQ_NAMES_H

#include "../listener/listener.h"

struct names;	/* caches: processes by inode, cgroup paths by id, users */

/*
 * names_new - ROOT as in struct source. A recorded folder may have
 *	proc/PID/comm cgroup stat limits	as they were
 *	proc/PID/fd/N			a link with the text socket:[INODE]
 *	proc/PID/ns/net			a link with the text net:[INODE]
 *	run/netns/NAME run/docker/netns/NAME	likewise
 *	sys/fs/cgroup/ids		a line "ID PATH" for each cgroup: inode numbers
 *					cannot be recorded
 *	etc/passwd etc/services		as they were
 * PIDs in it are those of the first PID namespace.
 */
struct names *names_new(const char *root);

/* names_no_services - leave owner.service alone: all names of ports take some memory */
void names_no_services(struct names *names);
void names_free(struct names *names);

/*
 * names_fill - owner of each listener of the look. PROCESSES false leaves out the walk
 * of all processes' descriptors. It can be called each second: all processes are walked
 * for the first look, for a listener that is new or has lost its last holder, and now
 * and then (0.5 % of a CPU at most), as a descriptor may be passed to a process that was
 * there before. Else only new processes are, and known holders are checked.
 *
 * The unit and container are those of the acceptor where known, else of a process that
 * holds the socket (rather of one that is not in PID 1's cgroup: systemd holds sockets
 * for others), else of the listener's cgroup unless that is PID 1's; else NULL. The unit
 * of a process in a container is that of the container's own systemd, or NULL. The
 * container is the innermost: an id of docker, cri-containerd, crio or libpod (twelve
 * digits), lxc:NAME, machine:NAME; pod:UID only where none of these is known.
 */
void names_fill(struct names *names, struct look *look, bool processes);

/*
 * names_said - one line on what could not be seen (other users' processes),
 * or NULL; once, then NULL
 */
const char *names_said(struct names *names);

/* Of one process, for findings; -1 where not known. */
struct process_facts {
	long nr_fds, max_fds;	/* open descriptors, and its soft limit */
	long nr_threads;
	char state;		/* of /proc/PID/stat: R S D T Z ..., '?' not known */
};

void process_facts(struct names *names, int pid, struct process_facts *facts);

#endif
