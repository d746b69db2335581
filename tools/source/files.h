/* SPDX-License-Identifier: GPL-2.0 */
/* The files of a source: which, and whether the module is there. */
#ifndef LISTENQ_FILES_H
#define LISTENQ_FILES_H

#include "source.h"

enum table { TABLE_LISTENERS, TABLE_WAITS, TABLE_CLOSED };

/* table_path - below the root, without a slash in front; free() it */
char *table_path(const struct source *source, enum table table);

/*
 * table_read - the text of a table, or NULL and why in ERROR, with the whole path and
 * what to do. ABSENT: it is not there. A file whose module went while it was read is
 * opened again once.
 */
char *table_read(const struct source *source, enum table table, size_t *size, bool *absent,
		 char error[512]);

/* read_all - of an open file, to its end, with a NUL behind; NULL and errno. free() it */
char *read_all(int fd, size_t *size);

/* module_loaded - on this machine */
bool module_loaded(void);

/*
 * netns_of - inode number of the namespace in which a source's numbers hold, 0: not known.
 * PID 0 is the reader's own.
 */
uint64_t netns_of(const struct source *source, int pid);

/*
 * look_times - when it was: now, or for recorded files when they were recorded;
 * PATH is that of the table
 */
void look_times(const struct source *source, const char *path, struct look *look);

#endif
