// SPDX-License-Identifier: GPL-2.0
/*
 * Read a table of the module and find values in it by column name
 *
 * A line without exactly one value for each column of the header fails the
 * whole table: no test can pass by looking at a part of it.
 */
#include "tlq_sys.h"
#include "tlq_table.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tlq_read_fd(int fd, size_t chunk, char **text, size_t *len)
{
	size_t cap = 65536, used = 0;
	char *buf = malloc(cap + 1), *more;
	ssize_t n = 1;

	while (buf) {
		if (used + chunk > cap) {
			cap = 2 * cap + chunk;
			more = realloc(buf, cap + 1);
			if (!more)
				break;
			buf = more;
		}
		n = read(fd, buf + used, chunk);
		if (n <= 0)
			break;
		used += n;
	}
	if (!buf || n) {
		n = buf && n < 0 ? -errno : -ENOMEM;
		free(buf);
		return n;
	}
	buf[used] = '\0';
	*text = buf;
	*len = used;
	return 0;
}

int tlq_read_file(const char *path, size_t chunk, char **text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = tlq_read_fd(fd, chunk, text, len);
	close(fd);
	return err;
}

/* Cut @line at its blanks; the number of words, or -1 if there are too many. */
static int cut(char *line, char **word)
{
	char *save, *w = strtok_r(line, " ", &save);
	int n = 0;

	for (; w; w = strtok_r(NULL, " ", &save)) {
		if (n == TLQ_MAX_COLS)
			return -1;
		word[n++] = w;
	}
	return n;
}

static char *next_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	while ((s = strchr(s, '\n'))) {
		s++;
		n++;
	}
	return n;
}

/* Takes over @text, also when it fails. */
static int parse(struct tlq_table *t, char *text)
{
	char *word[TLQ_MAX_COLS], *at = text, *line;
	int n;

	memset(t, 0, sizeof(*t));
	t->text = text;
	n = count_lines(text);
	line = next_line(&at);
	if (line)
		t->ncols = cut(line, t->col);
	if (!line || t->ncols < 1 || t->ncols > TLQ_MAX_COLS)
		return -EPROTO;
	t->cell = calloc(n * t->ncols, sizeof(*t->cell));
	if (!t->cell)
		return -ENOMEM;
	while ((line = next_line(&at))) {
		n = cut(line, word);
		if (n != (int)t->ncols) {
			printf("# line %zu has %d of %zu values\n",
			       t->nlines + 2, n, t->ncols);
			return -EPROTO;
		}
		memcpy(t->cell + t->nlines++ * t->ncols, word,
		       n * sizeof(*word));
	}
	return *at ? -EPROTO : 0;
}

int tlq_load_fd(struct tlq_table *t, int fd, size_t chunk)
{
	char *text;
	size_t len;
	int err;

	memset(t, 0, sizeof(*t));
	err = tlq_read_fd(fd, chunk, &text, &len);
	return err ? err : parse(t, text);
}

int tlq_load(struct tlq_table *t, const char *path)
{
	char *text;
	size_t len;
	int err;

	memset(t, 0, sizeof(*t));
	/* All but one come soon after the first listen(2) in a namespace. */
	if (!strncmp(path, TLQ_PROC "_", strlen(TLQ_PROC "_")))
		tlq_until(!access(path, F_OK));
	err = tlq_read_file(path, 65536, &text, &len);
	return err ? err : parse(t, text);
}

void tlq_free(struct tlq_table *t)
{
	free(t->cell);
	free(t->text);
	memset(t, 0, sizeof(*t));
}

static int column_of(const struct tlq_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->ncols; i++)
		if (!strcmp(t->col[i], name))
			return i;
	return -1;
}

struct tlq_line tlq_line(const struct tlq_table *t, size_t i)
{
	struct tlq_line line = { .table = t };

	if (i < t->nlines)
		line.cell = t->cell + i * t->ncols;
	return line;
}

struct tlq_line tlq_find(const struct tlq_table *t, const char *column,
			 const char *value)
{
	int c = column_of(t, column);
	size_t i;

	for (i = 0; c >= 0 && i < t->nlines; i++)
		if (!strcmp(t->cell[i * t->ncols + c], value))
			return tlq_line(t, i);
	return tlq_line(t, t->nlines);
}

struct tlq_line tlq_find_u64(const struct tlq_table *t, const char *column,
			     __u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return tlq_find(t, column, text);
}

/* The text of a value; "" when there is no such line or column. */
const char *tlq_str(struct tlq_line line, const char *column)
{
	int c = line.cell ? column_of(line.table, column) : -1;

	return c < 0 ? "" : line.cell[c];
}

__u64 tlq_u64(struct tlq_line line, const char *column)
{
	const char *s = tlq_str(line, column);
	char *end;
	__u64 v;

	if (!strcmp(s, "-"))
		return TLQ_NONE;
	if (!isdigit((unsigned char)*s))
		return TLQ_BAD;
	errno = 0;
	v = strtoull(s, &end, 10);
	return errno || *end ? TLQ_BAD : v;
}

bool tlq_has_flag(struct tlq_line line, const char *flag)
{
	const char *s = tlq_str(line, "flags");
	size_t len = strlen(flag);

	for (; *s; s += *s == ',') {
		if (!strncmp(s, flag, len) && (!s[len] || s[len] == ','))
			return true;
		s += strcspn(s, ",");
	}
	return false;
}
