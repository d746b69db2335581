/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kinds of finding share. judge() fills struct judging and asks each of them;
 * each adds what it finds. They are asked in the order below and may look at what the
 * ones before have set.
 */
#ifndef LISTENQ_FINDINGS_PARTS_H
#define LISTENQ_FINDINGS_PARTS_H

#include <inttypes.h>

#include "../common/text.h"
#include "findings.h"

#define RECENT_MS (5 * 60 * 1000)	/* "in the last five minutes" */
#define LONG_MS 1000			/* a wait for accept(2) that nobody calls busy */

/* One socket, and what all looks that have it say. */
struct member {
	const struct listener *now;
	struct course course;
	size_t nr_looks;	/* that have it */
	double seconds;		/* from the first to the last of them; 0: one look, or not known */
	bool full_always;	/* the accept queue at each of them */
	bool had_room;		/* at one of them */
	bool half_always;	/* over half of its capacity at each */
	bool waiting_always;	/* somebody waits at each */
	bool old_always;	/* the first in the queue has waited LONG_MS or more at each */
	bool stuck;		/* clients wait and none is accepted: proven */
};

struct judging {
	const struct evidence *evidence;
	const struct group *group;
	const struct listener *sum;
	struct member *member;
	size_t nr;
	bool module;		/* counters are there to be known */
	const struct settings *settings;	/* of its namespace; NULL: not known from here */
	struct verdict *verdict;
	/* set by the parts */
	size_t nr_stuck, nr_full;
	bool standing;		/* over half full, always, and not stuck: more room is no cure */
};

/* add_finding - severity at most that of its code. The pointer holds until the next call. */
struct finding *add_finding(struct judging *j, enum code id, enum severity severity);
/* say - one more half sentence of its text */
void say(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void advise(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void not_cause(struct judging *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool found(const struct judging *j, enum code code);

void find_stuck(struct judging *j);
void find_worker(struct judging *j);
void find_full(struct judging *j);
void find_slow(struct judging *j);
void find_refusing(struct judging *j);
void find_ghosts(struct judging *j);
void find_burst(struct judging *j);
void find_clamped(struct judging *j);
void find_syn_queue(struct judging *j);
void find_cookies(struct judging *j);
void find_deferred(struct judging *j);
void find_no_ack(struct judging *j);
void find_other_drops(struct judging *j);
void find_resets(struct judging *j);
void find_tfo(struct judging *j);
void find_no_syn(struct judging *j);
void find_uncounted(struct judging *j);

/*
 * growth - of all members between the looks;
 * false where one member's is not known. SECONDS may be NULL; 0: not known
 */
bool growth(const struct judging *j, enum column of, uint64_t *grown, double *seconds);
/* grew - it is known to have grown */
bool grew(const struct judging *j, enum column column);
/* recent - the age is known and at most five minutes */
bool recent(const struct judging *j, enum column age);
/* refused - packets refused as the accept queue was full, since load; 0 where not known */
uint64_t refused(const struct listener *l);
/* rate_part - ", 41/s now", or "" where there is no rate. free() it */
char *rate_part(const struct judging *j, const enum column *column, size_t nr);
/* ago_text - "BEFORE 4s ago", or "" where the age is not known. free() it */
char *ago_text(const struct listener *l, enum column age, const char *before);
/* looks_text - "at 5 looks in 2.0 s", "at this one look". free() it */
char *looks_text(const struct member *m);
/*
 * who_accepts - "java[4711]", "nginx[812] and 3 more",
 * or NULL: of the member's acceptor, else of those who hold it. free() it
 */
char *who_accepts(const struct listener *l);
/*
 * advise_backlog - how to get a longer queue: of the program's knob and of somaxconn what
 * is in the way
 */
void advise_backlog(const struct judging *j, struct finding *finding);
/*
 * more_room_helps - false where nobody accepts,
 * or never fast enough: a larger queue fills as well
 */
bool more_room_helps(const struct judging *j);

/* What makes the SYN queue end where it does. */
enum syn_limit {
	SYN_LIMIT_NOT_KNOWN,
	SYN_LIMIT_BACKLOG,	/* max_ack_backlog */
	SYN_LIMIT_SYSCTL,	/* 3/4 of tcp_max_syn_backlog: only with tcp_syncookies 0 */
	SYN_LIMIT_COOKIES,	/* tcp_syncookies 2: nothing is ever queued */
	SYN_LIMIT_ZERO,		/* listen(fd, 0) where the kernel has no room for one then */
};

enum syn_limit syn_limit(const struct judging *j, const struct listener *l);
/* fullest_syn - the member whose SYN queue is the fullest */
const struct listener *fullest_syn(const struct judging *j);
/* advise_sysctl - of the 3/4 rule. Never call it where syn_limit() is another one */
void advise_sysctl(const struct judging *j, struct finding *finding);
/*
 * name_processes - what process facts say of who should accept: false if nothing that
 * explains it
 */
bool name_processes(const struct judging *j, struct finding *finding, const struct listener *l);

#endif
