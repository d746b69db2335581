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

struct watch;

/*
 * The text of a look, as one reader gets it. It is made while it is read: what is not read
 * when the next look comes is made then.
 */
struct exposition;

/* exposition_open - of the last look; a second old at most */
struct exposition *exposition_open(struct watch *watch);

/* exposition_read - at most SIZE bytes; 0 at the end */
size_t exposition_read(struct exposition *exposition, char *bytes, size_t size);
void exposition_close(struct exposition *exposition);

/* expositions_finish - before anything that they are made of changes */
void expositions_finish(struct watch *watch);

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
	struct exposition *readers;	/* that have not come to the end */
};

void watch_open(struct watch *watch, const struct options *options);
void watch_close(struct watch *watch);

/* watch_look - a new look, unless the last one is younger than a second */
void watch_look(struct watch *watch);

/* watch_forget - the next look is a new one */
void watch_forget(struct watch *watch);

/* hooks_read - states of the module's hooks, for root; nothing where they may not be seen */
void hooks_read(const struct source *source, struct health *health);
void hooks_free(struct health *health);

/* module_inode - tells one load of the module from another; 0: not there, or not known */
uint64_t module_inode(const struct source *source);

/* module_version_of - free() it; NULL: not known */
char *module_version_of(const struct source *source);

/* Scrapers. All in the loop's thread. */
struct http;

/* listen_on - a listening socket at ADDRESS:PORT; -1 after saying why not */
int listen_on(const char *where);

/*
 * passed_socket - from systemd; -1: none.
 * False after saying that what there is cannot be used.
 */
bool passed_socket(int *fd);

/* http_start - takes over FD, which listens; NULL after saying why not */
struct http *http_start(struct watch *watch, int fd);
void http_stop(struct http *http);

/* http_fd - to be waited for, no longer than http_timeout_ms() (-1: for ever); then http_run() */
int http_fd(const struct http *http);
int http_timeout_ms(const struct http *http);
void http_run(struct http *http);

/* textfile_write - in one step for who reads it; false and why in ERROR */
bool textfile_write(const char *path, struct exposition *exposition, char error[512]);

/* serve - until a signal ends it; the exit status */
int serve(const struct options *options);

extern const char program_version[];

#endif
