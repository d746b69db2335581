/* SPDX-License-Identifier: GPL-2.0 */
/* What the user asked for, and the verbs that do it. */
#ifndef LISTENQ_VERBS_H
#define LISTENQ_VERBS_H

#include "../listener/filter.h"
#include "../source/source.h"

#define EXIT_WRONG 2		/* called wrongly, or could not look */
#define EXIT_UNKNOWN 3		/* the same of check */

#define COLUMNS_ALL "all"

struct options {
	struct source source;	/* --root, -N all|PID, --require-module */
	const char *roots[16];	/* why takes --root several times: a look each */
	size_t nr_roots;
	const char *netns;	/* -N as it was given, the last one; NULL: not given */
	size_t nr_netns;	/* how often -N was given */
	struct filter *filter;
	bool v4, v6;		/* -4, -6, as the filter has them */
	bool trouble;		/* -t */
	bool json, raw, no_header, no_process, unfold;
	bool list_columns;	/* --list-columns */
	const char *columns;	/* -o LIST or +LIST; COLUMNS_ALL for -O */
	const char *sort;	/* --sort [-]COLUMN */
	const char *colour;	/* auto, always, never */
	double interval;	/* -i, -d or -w, seconds; 0: not given */
	unsigned long count;	/* --count: looks; 0: no end, or not given */
	bool by_pid;		/* --pid: processes are looked for in any case */
	const char *output;	/* record -o FILE */
	const char *replay;	/* top --replay FILE */
	double warn, crit;	/* check, per cent */
	int counter;		/* wait: enum tcp_listenq_counter, of */
	uint64_t threshold;	/* --overflows, --drops or --resets; 0: not given */
	double within, timeout;	/* wait, seconds; timeout 0: no end */
	char **argument;	/* what is left: a port for why and wait */
	int nr_arguments;
};

/* Each returns the exit status. */
int verb_show(struct options *options);
int verb_top(struct options *options);
int verb_why(struct options *options);
int verb_closed(struct options *options);
int verb_check(struct options *options);
int verb_record(struct options *options);
int verb_events(struct options *options);
int verb_wait(struct options *options);

/* check_unknown - the line of a plug-in that was called wrongly, or cannot look; 3 */
int check_unknown(const char *text);

/* list_columns - for --list-columns; the exit status */
int list_columns(const struct options *options);

/* The verbs, and how each is called. */
enum verb {
	VERB_SHOW, VERB_TOP, VERB_WHY, VERB_CLOSED, VERB_CHECK, VERB_RECORD, VERB_EVENTS, VERB_WAIT,
	NR_VERBS
};

struct verb_info {
	const char *name;
	const char *arguments;	/* behind the options, "" where it takes none */
	int exit_wrong;		/* exit status when called wrongly */
	int exit_unwritten;	/* at least, when standard output could not be written */
	int (*run)(struct options *options);
	const char *help;
};

extern const struct verb_info verbs[NR_VERBS];

/* verb_named - or -1 */
int verb_named(const char *name);

/*
 * options_parse - from the words behind the verb (argv[0] is the verb's own); false after
 * saying on standard error what is wrong. --help and --version print and end the program.
 */
bool options_parse(struct options *options, const char *verb, int argc, char **argv);
void options_free(struct options *options);

/*
 * say_error - one clean line on standard error, behind "listenq: ". JSON: {"error":...} on
 * standard output too.
 */
void say_error(bool json, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * flush_output - after each look: 0, or -1 if standard output could not be written;
 * close_output() says so
 */
int flush_output(void);

/*
 * close_output - at the end: flush and close standard output. STATUS, or UNWRITTEN if
 * that is more, after saying so, if something could not be written.
 */
int close_output(int status, int unwritten);

/* say_unwritten - errno's error of a file, or of standard output, that could not be written */
void say_unwritten(const char *path);
#define STANDARD_OUTPUT "standard output"

struct names;

/*
 * take_look - for a verb: source_look(), names where needed, filter; says what a source or
 * names has to say once on standard error. False: it could not look, and that was said
 * (with --json as {"error":...} on standard output too). NAMES may be NULL: nobody wants
 * owners. -t (options->trouble) is left to the verb, that a group stays whole. The caller
 * does look_free(), whatever the result.
 */
bool take_look(struct options *options, struct look *look, struct names *names);

extern const char program_version[];

#endif
