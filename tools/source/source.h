/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where numbers come from: the module's files, files recorded from another machine
 * (--root), or inet_diag where the module is not loaded. Nothing here loads it.
 */
#ifndef LISTENQ_SOURCE_H
#define LISTENQ_SOURCE_H

#include "../listener/listener.h"

struct source {
	/* NULL: this machine. Else a folder with proc/net/..., sys/kernel/debug/..., proc/sys/ */
	const char *root;
	bool all_netns;		/* read debugfs' file, for root */
	int netns_pid;		/* not 0: the namespace of that process, by /proc/PID/net */
	bool require_module;	/* no fallback to inet_diag */
	bool waits;		/* read the file of waits too */
};

enum source_result {
	SOURCE_OK,
	SOURCE_FAILED,		/* nothing could be read: what says why */
};

/* What a source has to say on standard error, once: one clean line each, or "". */
struct source_said {
	char error[512];	/* with SOURCE_FAILED: why, and what to do */
	char missing[512];	/* with SOURCE_OK: what is missing (the module), how to get it */
};

/* source_look - all listeners now. look_free() it, whatever the result. */
enum source_result source_look(const struct source *source, struct look *look,
			       struct source_said *said);

/*
 * source_look_open - the listeners of a table that is open, whatever became of its path; false
 * if they cannot be read. look_free() it, whatever the result.
 */
bool source_look_open(int file, struct look *look);

/*
 * source_closed - as source_look(), of listeners that have closed;
 * local "-" and "*" are the two sums. No fallback.
 */
enum source_result source_closed(const struct source *source, struct look *look,
				 struct source_said *said);

/*
 * table_parse - listeners from TEXT, which need not end in a newline or in anything
 * sensible: a header that names columns, then lines. False, and why in ERROR, if the
 * first line is no header or has not "local". A line with another number of words is
 * left out and counted in *BROKEN. Never reads beyond SIZE. This is what the fuzzer calls.
 */
bool table_parse(const char *text, size_t size, struct look *look, size_t *broken, char error[512]);

/*
 * table_parse_waits - fill in the waits of the look's listeners,
 * by cookie, from the text of the file of waits
 */
bool table_parse_waits(const char *text, size_t size, struct look *look, size_t *broken,
		       char error[512]);

/*
 * Settings of the machine that findings need;
 * -1 where not known: each of the reader's own namespace.
 */
struct settings {
	long somaxconn, tcp_max_syn_backlog, tcp_syncookies, tcp_abort_on_overflow, tcp_fastopen;
	uint64_t netns;		/* in which these hold; 0: not known */
};

void settings_read(const struct source *source, struct settings *settings);

/*
 * read_whole - a file's bytes with a NUL behind, or NULL and errno;
 * PATH is below ROOT, "" for none.
 */
char *read_whole(const char *root, const char *path, size_t *size);

#endif
