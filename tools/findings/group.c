// SPDX-License-Identifier: GPL-2.0
/*
 * worker-stuck: one socket of an SO_REUSEPORT group has clients that nobody takes,
 * the others have room.
 */
#include <stdlib.h>

#include "parts.h"

#define MOST_NAMED 4

/*
 * Where a parent made all sockets,
 * all workers hold each of them: only its epoll set tells who serves this one.
 */
static void advise_worker(struct finding *f, const struct listener *l)
{
	const struct owner *owner = &l->owner;

	if (owner->acceptor.pid) {
		advise(f, "See where its threads are: eu-stack -p %d", owner->acceptor.pid);
	} else if (owner->nr_processes == 1) {
		advise(f, "See where its threads are: eu-stack -p %d", owner->processes[0].pid);
	} else if (knows(l, COL_inode)) {
		advise(f, "Find the worker that polls socket %" PRIu64 ": grep -l ' ino:%" PRIx64 " ' /proc/[0-9]*/fdinfo/*",
		       l->value[COL_inode], l->value[COL_inode]);
	}
}

static bool still_holds(const struct owner *owner)
{
	for (size_t i = 0; i < owner->nr_processes; i++)
		if (owner->processes[i].pid == owner->acceptor.pid)
			return true;
	return false;
}

static void say_worker(const struct judging *j, struct finding *f, const struct member *m)
{
	const struct listener *l = m->now;
	char *who = who_accepts(l), *wait = NULL;

	if (knows(l, COL_last_accept_ms))
		wait = human_ms(l->value[COL_last_accept_ms]);
	say(f, "socket %" PRIu64 " of %s: %" PRIu64 " wait, limit %" PRIu64 "%s%s%s",
	    value_or(l, COL_inode, 0), who ? who : "a process that is not known",
	    l->value[COL_ack_backlog], value_or(l, COL_max_ack_backlog, 0),
	    wait ? ", last accept(2) " : knows(l, COL_accepts) ? ", none accepted yet" : "",
	    wait ? wait : "", wait ? " ago" : "");
	if (l->owner.acceptor.pid && l->owner.nr_processes && !still_holds(&l->owner))
		say(f, "%s accepted last and does not hold this socket now", who);
	free(who);
	free(wait);
	name_processes(j, f, l);
	advise_worker(f, l);
}

/* Where all are full, those that accept nothing are still worth a name. */
static bool is_worker_in_trouble(const struct judging *j, const struct member *m)
{
	return m->stuck || (m->full_always && j->nr_full < j->nr);
}

void find_worker(struct judging *j)
{
	size_t bad = 0, named = 0;
	struct finding *f;

	for (size_t i = 0; i < j->nr; i++)
		bad += is_worker_in_trouble(j, &j->member[i]);
	if (!bad || j->nr < 2 || found(j, CODE_STUCK) || found(j, CODE_ALWAYS_FULL))
		return;
	f = add_finding(j, CODE_WORKER_STUCK, SEVERITY_WARNING);
	say(f, "%zu of the %zu sockets of this SO_REUSEPORT group %s or stuck%s", bad, j->nr,
	    bad == 1 ? "is full" : "are full", bad < j->nr ? ", the others are not" : "");
	say(f, "clients that the kernel deals to such a socket wait or are refused");
	for (size_t i = 0; i < j->nr && named < MOST_NAMED; i++) {
		if (!is_worker_in_trouble(j, &j->member[i]))
			continue;
		say_worker(j, f, &j->member[i]);
		named++;
	}
	if (named < bad)
		say(f, "and %zu more", bad - named);
}
