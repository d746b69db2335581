/* SPDX-License-Identifier: GPL-2.0 */
/* TCP_LISTENQ_WATCH, and its signals */
#ifndef TLQ_WATCH_H
#define TLQ_WATCH_H

#include <stdbool.h>

#include "tcp_listenq.h"
#include "tlq_drive.h"

/* Longer than three looks of the module */
#define TLQ_NOT_YET_MS 400
/* As the parameter max_watches_user has it */
#define TLQ_USER_LIMIT 16

struct tlq_watched {
	struct tlq_target t;
	struct tlq_lopt opt;
	struct tcp_listenq_watch what;
	int file;
};

/*
 * A namespace with a full listener, the file open in it, and what to ask for: five
 * overflows there within a minute; 0 or a negative errno
 */
int tlq_watch_begin(struct tlq_watched *w);
/* 0 or a negative errno */
int tlq_watch(int file, const struct tcp_listenq_watch *what);
/* The same until an error, which it returns, or @most times; *done: how often */
int tlq_watch_until_error(int file, const struct tcp_listenq_watch *what,
			  int most, int *done);
/* Signals of an eventfd since the last call */
int tlq_signals(int fd);
/* Whether one comes within @ms */
bool tlq_signalled(int fd, int ms);

#endif
