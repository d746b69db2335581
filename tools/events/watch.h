/* SPDX-License-Identifier: GPL-2.0 */
/*
 * To be woken by the module when a counter has grown: module/tcp_listenq.h. For anybody who can
 * read the table.
 */
#ifndef LISTENQ_WATCH_H
#define LISTENQ_WATCH_H

#include "../../module/tcp_listenq.h"
#include "../source/source.h"

struct watches {
	char *path;	/* of the table, absolute */
	int file;	/* that, open; -1: none */
};

/*
 * watches_open - of the source's one namespace; false and why in ERROR. watches_close() ends
 * them all.
 */
bool watches_open(struct watches *watches, const struct source *source, char error[512]);
void watches_close(struct watches *watches);

/*
 * watches_add - an eventfd that is signalled as WHAT says, whose eventfd is filled in; it does not
 * block. -1, errno, and why in ERROR; ENOENT: there is no such listener.
 */
int watches_add(const struct watches *watches, struct tcp_listenq_watch *what, char error[512]);

/* watches_meaning - of an errno of watches_add() */
const char *watches_meaning(int error);

/* watches_gone - whether the module or the namespace has gone, which ended them all */
bool watches_gone(const struct watches *watches);

/* signals_taken - how often an eventfd was signalled since the last call */
uint64_t signals_taken(int eventfd);

#endif
