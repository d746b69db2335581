/* SPDX-License-Identifier: GPL-2.0 */
/* Connections to one listener: what the program's own clock says of each */
#ifndef TLQ_BOOK_H
#define TLQ_BOOK_H

#include <stdbool.h>
#include <linux/types.h>

#include "tlq_drive.h"
#include "tlq_waits.h"

#define TLQ_DIALS 8

/* A client: when its connection began, and when it was certainly there */
struct tlq_dial {
	struct tlq_moment begin;
	struct tlq_moment there;
	int fd;
};

/* An accept(2), perhaps of another process */
struct tlq_taken {
	struct tlq_moment begin;
	struct tlq_moment end;
	int fd;
};

struct tlq_book {
	struct tlq_target t;
	__u64 cookie;		/* of the TCP listener */
	struct tlq_waits w;	/* as they have to be shown */
	struct tlq_dial dial[TLQ_DIALS];
	int dialled;
	int accepted;
	struct tlq_taken *taken;	/* shared with children */
};

/* As tlq_target_open(); -ENOPROTOOPT when there is no such listener. */
int tlq_book_open(struct tlq_book *b, const struct tlq_lopt *opt, int client);
/* Begin a connection; nobody knows when it is there. */
struct tlq_dial *tlq_dial_begin(struct tlq_book *b, int how);
/* The same, and wait until it is in the accept queue; 0 or a negative errno */
int tlq_dial(struct tlq_book *b, int how);
/* Established connections at its port, accepted or not */
int tlq_established(const struct tlq_book *b);
/* Call @how, an accept(2). */
void tlq_take(struct tlq_book *b, int (*how)(int lfd), int lfd);
/*
 * The next connection has been taken: whether the module shows one more, with a wait
 * that the clock allows, in the right bucket, and the time since. Prints what is not.
 */
bool tlq_account(struct tlq_book *b);
/* Take and account for all, each another 15 ms later than the one before. */
bool tlq_take_all(struct tlq_book *b, int (*how)(int lfd), int lfd);
/* What is shown is what has been accounted for. */
bool tlq_book_shown(const struct tlq_book *b);
/* "syns" is the number of clients, and at most all that was sent again more. */
bool tlq_syns_right(const struct tlq_book *b);

#endif
