/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output columns, for what prints them.
 * An output column is one for people, then each of the module's, then those we do not know.
 */
#ifndef LISTENQ_COLUMN_H
#define LISTENQ_COLUMN_H

#include "output.h"

enum people {
	P_STATE, P_PORT, P_ADDRESS, P_QUEUE, P_SYN, P_REFUSED, P_LAST, P_WAIT, P_OWNER,
	P_PROCESS, P_UNIT, P_CONTAINER, P_USER, P_SERVICE, P_NETNS_NAME,
	P_TIME, P_SYNS_S, P_ACCEPTS_S, P_REFUSED_S,
	NR_PEOPLE
};

struct people_info {
	const char *name;
	const char *title;	/* in the header, NULL: the name in capitals */
	bool right;		/* numbers */
	bool owner;		/* needs names/ */
	const char *help;
};

extern const struct people_info people[NR_PEOPLE];

static inline int module_column(enum column column)
{
	return NR_PEOPLE + (int)column;
}

/* as_module_column - or -1 for one for people, or one that we do not know */
static inline int as_module_column(int column)
{
	return column >= NR_PEOPLE && column < NR_PEOPLE + NR_COLUMNS ? column - NR_PEOPLE : -1;
}

/* as_extra_column - index in look.extra_names, or -1 */
static inline int as_extra_column(int column)
{
	return column >= NR_PEOPLE + NR_COLUMNS ? column - NR_PEOPLE - NR_COLUMNS : -1;
}

/*
 * row_of - what a row shows: the sum of a group of several, else its only member;
 * without a group L itself
 */
const struct listener *row_of(const struct listener *l, const struct group *group);

/*
 * The numbers for people. Each is false where it is not known.
 *	refused_packets	packets refused or dropped as a queue was full; cookies served
 *			are not among them
 *	refused_ms	since the last of these
 *	wait_us		what clients wait for accept(2): the oldest in the queue now, or the mean of
 *			all accepted since load, whichever is longer
 */
bool refused_packets(const struct listener *l, uint64_t *packets);
bool refused_ms(const struct listener *l, uint64_t *ms);
bool wait_us(const struct listener *l, uint64_t *us);

/* row_state - state_word() of the worst member */
const char *row_state(const struct listener *l, const struct group *group, int *rank);

/* column_number - what the column sorts by if it is a number; false where that is not known, too */
bool column_number(int column, const struct listener *l, const struct group *group,
		   uint64_t *number);

/* column_is_number - whether it is sorted and aligned as one */
bool column_is_number(int column);

/*
 * owner_cell, process_cell - "nginx.service nginx[812]+8", "nginx[812],nginx[813]";
 * NULL is "-". free()
 */
char *owner_cell(const struct listener *l, const struct group *group);
char *process_cell(const struct listener *l, const struct group *group);

/* rate_cell - growth per second of one of the *_S between the looks; NULL is "-". free() */
char *rate_cell(int column, const struct group *group, const struct looks *looks, bool raw);

#endif
