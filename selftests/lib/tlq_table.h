/* SPDX-License-Identifier: GPL-2.0 */
/* Read a table of the module and find values in it by column name */
#ifndef TLQ_TABLE_H
#define TLQ_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define TLQ_PROC "/proc/net/tcp_listenq"
#define TLQ_DEBUG "/sys/kernel/debug/tcp_listenq/listeners"

#define TLQ_MAX_COLS 64
/* tlq_u64() of "-", and of text that is no number */
#define TLQ_NONE (~0ULL)
#define TLQ_BAD (~0ULL - 1)

struct tlq_table {
	char *text;		/* cut into cells by the parser */
	size_t ncols;
	size_t nlines;
	char *col[TLQ_MAX_COLS];
	char **cell;		/* nlines times ncols */
};

/* A line as cut into values; cell is NULL when none was found. */
struct tlq_line {
	const struct tlq_table *table;
	char **cell;
};

/* Whole text through read(2) of @chunk bytes; negative errno on failure. */
int tlq_read_fd(int fd, size_t chunk, char **text, size_t *len);
int tlq_read_file(const char *path, size_t chunk, char **text, size_t *len);

int tlq_load_fd(struct tlq_table *t, int fd, size_t chunk);
int tlq_load(struct tlq_table *t, const char *path);
void tlq_free(struct tlq_table *t);

struct tlq_line tlq_line(const struct tlq_table *t, size_t i);
struct tlq_line tlq_find(const struct tlq_table *t, const char *column,
			 const char *value);
struct tlq_line tlq_find_u64(const struct tlq_table *t, const char *column,
			     __u64 value);
const char *tlq_str(struct tlq_line line, const char *column);
__u64 tlq_u64(struct tlq_line line, const char *column);
bool tlq_has_flag(struct tlq_line line, const char *flag);

#endif
