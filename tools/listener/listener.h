/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One listening socket as a source showed it, and what we know beside it.
 *
 * The way of the data: source/ makes a struct look (all listeners at one moment),
 * names/ adds who owns each, findings/ judges two looks or more, output/ and screen/
 * print. Nothing after source/ reads the module's files, nothing after names/ reads
 * /proc.
 */
#ifndef LISTENQ_LISTENER_H
#define LISTENQ_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column {
#define COLUMN(name, kind, unit, help) COL_##name,
#include "columns.def"
#undef COLUMN
	NR_COLUMNS
};

enum column_kind { KIND_TEXT, KIND_ID, KIND_GAUGE, KIND_COUNT, KIND_PEAK, KIND_AGE };

struct column_info {
	const char *name;
	enum column_kind kind;
	const char *unit;	/* "" where there is none */
	const char *help;
};

extern const struct column_info columns[NR_COLUMNS];

/* column_named - the column of that name, or -1 */
int column_named(const char *name);

#define NR_TEXTS 4	/* columns of KIND_TEXT */
#define NR_BUCKETS 27	/* us_1 us_2 us_4 ... us_33554432 us_inf */

/*
 * How long clients waited for accept(2): bucket i holds waits below 2^i microseconds,
 * the last one all longer ones.
 */
struct waits {
	uint64_t accepts, sum_us, max_us;
	uint64_t bucket[NR_BUCKETS];
};

/*
 * waits_quantile_us - upper bound of the bucket that holds the quantile Q (0 to 1);
 * max_us in the last one; 0 of none
 */
uint64_t waits_quantile_us(const struct waits *waits, double q);

struct process {
	int pid;
	int fd;			/* the lowest by which it holds the socket */
	char *comm;		/* UTF-8, no control characters */
};

/*
 * Who is behind a listener. Any pointer is NULL and any number 0 where it is not known.
 * All text is clean UTF-8. Each pointer is malloc'ed and the listener's own:
 * listener_free() frees it.
 */
struct owner {
	struct process *processes;	/* that hold the socket, by PID */
	size_t nr_processes;
	struct process acceptor;	/* accepted last; pid 0: not known. fd is 0 */
	struct process listener_by;	/* called listen(2) */
	char *unit;		/* systemd's, "nginx.service" */
	char *container;	/* "docker:0123456789ab", "lxc:web", "machine:db", "pod:UID" */
	char *netns_name;	/* "host", a name of ip-netns(8), or a process in it */
	char *service;		/* of the port, "http" */
	char *user;		/* of uid */
};

/* owner_clear - free what is known; nothing is known then */
void owner_clear(struct owner *owner);

struct listener {
	uint64_t value[NR_COLUMNS];	/* of columns that are numbers */
	uint64_t known;			/* bit by column; without it the column is "-" */
	char *text[NR_TEXTS];		/* see listener_text() */
	/* local without brackets and port, with %dev; "*" is both families. NULL: not known */
	char *address;
	uint16_t port;
	bool v4, v6;			/* families it takes */
	struct waits *waits;		/* NULL: nothing accepted, or not known */
	/* columns that we do not know, by look.extra_names; NULL is "-". Itself NULL: all are */
	char **extra;
	size_t nr_extra;		/* 0, or as in the look */
	struct owner owner;
};

_Static_assert(NR_COLUMNS <= 64, "known has a bit for each column");

static inline bool knows(const struct listener *l, enum column column)
{
	return l->known & (UINT64_C(1) << column);
}

/* value_or - the number, or OTHERWISE where it is not known */
static inline uint64_t value_or(const struct listener *l, enum column of, uint64_t otherwise)
{
	return knows(l, of) ? l->value[of] : otherwise;
}

/* set_value - from then on it is known */
void set_value(struct listener *l, enum column of, uint64_t value);

/*
 * listener_text - of a column of KIND_TEXT, clean UTF-8;
 * NULL is "-". local, acceptor, listener_by and flags
 */
const char *listener_text(const struct listener *l, enum column column);

/*
 * set_text - of a column of KIND_TEXT;
 * TEXT is clean, from malloc(), and the listener's from then on. NULL: not known
 */
void set_text(struct listener *l, enum column of, char *text);

/*
 * set_local - the column local, and what is made of it: address, port, v4, v6. TEXT as in
 * set_text(). "*" without a port has address "*" and no family. False, and only the
 * text is set, if it is no address and port.
 */
bool set_local(struct listener *l, char *text);

/* set_extra - column I of NR that we do not know; TEXT as in set_text() */
void set_extra(struct listener *l, size_t nr, size_t i, char *text);

/* has_flag - whether the comma list in flags has NAME */
bool has_flag(const struct listener *l, const char *name);

/* accept_full - more wait than the limit: SYNs are refused now. False where either is not known. */
bool accept_full(const struct listener *l);

/* same_socket - by cookie, in all namespaces; false where one has none */
bool same_socket(const struct listener *a, const struct listener *b);

/* listener_free - all that it points to, not itself */
void listener_free(struct listener *l);

enum look_source { LOOK_MODULE, LOOK_INET_DIAG };

/* All listeners at one moment. */
struct look {
	enum look_source source;
	struct listener *listeners;
	size_t nr;
	char **extra_names;	/* columns of the file that we do not know */
	size_t nr_extra;
	uint64_t has;		/* bit by column: it is in the source at all */
	bool all_netns;		/* from debugfs: netns is set in each */
	uint64_t netns;		/* the namespace that was looked at, 0: all, or not known */
	uint64_t mono_ns;	/* CLOCK_BOOTTIME of the look or of the record, for rates */
	bool of_file;		/* mono_ns is the time of a recorded file, for want of that */
	double time;		/* seconds since 1970 */
	struct look_index *index;	/* look_find()'s; NULL: made when it is needed */
};

/*
 * look_free - all that it points to;
 * a look of zeros is an empty one, and so is this one afterwards
 */
void look_free(struct look *look);

/*
 * look_changed - to be called by whoever moves,
 * adds or drops listeners of a look after the first look_find()
 */
void look_changed(struct look *look);

/* look_find - the listener with that cookie, or NULL. O(1) but for the first call. */
struct listener *look_find(const struct look *look, uint64_t cookie);

#endif
