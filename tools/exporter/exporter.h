/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon: one thread and one loop, that waits for scrapers, for the next writing of the
 * file, and for signals. What it shows is made by metrics/.
 */
#ifndef LISTENQ_EXPORTER_H
#define LISTENQ_EXPORTER_H

#include <time.h>

#include "../metrics/metrics.h"
#include "../source/source.h"

#define PROGRAM "prometheus-listenq-exporter"
#define EXIT_WRONG 2

struct options {
	struct source source;
	struct metrics_options metrics;
	const char *textfile;		/* NULL: none */
	const char *listen;		/* NULL: not given */
	bool http;			/* --listen, or nothing that makes it needless */
	bool no_http;
	bool once;
	bool collapse_ephemeral;
	double interval;		/* seconds */
};

/*
 * options_parse - false after saying on standard error what is wrong. --help and --version
 * print and end the program.
 */
bool options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

/* say - one clean line on standard error, behind the program's name */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A thing that fails again and again is said once: when it begins,
 * when its words change, and when it ends.
 */
struct trouble {
	char *said;		/* NULL: all is well */
};

/* trouble_is - WHY is NULL when all is well again; WHAT is for saying so */
void trouble_is(struct trouble *trouble, const char *what, const char *why);

/* Owners of listeners, each socket's remembered for a minute. */
struct owners;

struct owners *owners_new(const char *root);
void owners_free(struct owners *owners);

/* owners_fill - of all listeners of both looks; CLOSED only the names of namespaces */
void owners_fill(struct owners *owners, struct look *live, struct look *closed);

/* owners_refresh - remember nothing */
void owners_refresh(struct owners *owners);

/* All that one look after the other needs. */
struct watch {
	const struct options *options;
	struct metrics *metrics;
	struct owners *owners;
	struct health health;
	uint64_t module;		/* which load of the module it was; 0: none, or not known */
	char *module_version;
	struct trouble reading;
	struct timespec looked;		/* CLOCK_MONOTONIC; 0: never */
	char *text;			/* of the last look */
	size_t size;
};

void watch_open(struct watch *watch, const struct options *options);
void watch_close(struct watch *watch);

/*
 * watch_look - a new look, unless the last one is younger than a second. True: the text
 * is another one now, and the old one freed.
 */
bool watch_look(struct watch *watch);

/* watch_forget - the next look is a new one */
void watch_forget(struct watch *watch);

/* hooks_read - states of the module's hooks, for root; nothing where they may not be seen */
void hooks_read(const struct source *source, struct health *health);
void hooks_free(struct health *health);

/* module_inode - tells one load of the module from another; 0: not there, or not known */
uint64_t module_inode(const struct source *source);

/* module_version_of - free() it; NULL: not known */
char *module_version_of(const struct source *source);

extern const char program_version[];

#endif
