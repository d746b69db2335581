/* SPDX-License-Identifier: GPL-2.0 */
/* TCP_LISTENQ_WATCH, and its signals */
#ifndef TLQ_WATCH_H
#define TLQ_WATCH_H

#include <stdbool.h>

#include "tcp_listenq.h"

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
