// SPDX-License-Identifier: GPL-2.0
/*
 * A recording, line by line: see replay.h. It remembers where each record was, 24 bytes a
 * record, and holds one record in memory that it has read ahead.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/text.h"
#include "../output/output.h"
#include "replay.h"

#define BACK_NS UINT64_C(60000000000)
#define MAX_BACK 120	/* records that are read again for a step back, at most */

struct place {
	off_t offset;
	uint64_t mono_ns;
};

struct replay {
	FILE *file;
	char *line;
	size_t space;
	struct place *place;	/* of each record found so far */
	size_t nr, at;		/* at: number of the present one, from 1 on */
	off_t end;		/* behind the last line that was read for the first time */
	bool ended;		/* there is none behind nr */
	size_t broken;
	struct look ahead;	/* record at + 1, if has_ahead */
	bool has_ahead;
};

/* One line without its newline; false at the end of the file. A line that is too long comes cut. */
static bool read_line(struct replay *replay, size_t *size)
{
	size_t n = 0;
	bool any = false;
	int c;

	while ((c = getc_unlocked(replay->file)) != EOF) {
		any = true;
		if (c == '\n')
			break;
		if (n + 1 >= replay->space && n < MAX_RECORD_SIZE) {
			replay->space = replay->space ? replay->space * 2 : 4096;
			replay->line = xrealloc(replay->line, replay->space, 1);
		}
		if (n < MAX_RECORD_SIZE)
			replay->line[n++] = c;
	}
	if (n)
		replay->line[n] = '\0';
	*size = n;
	return any;
}

/* The record behind all that were found before; false at the end */
static bool find_next(struct replay *replay, struct look *look)
{
	char error[512];
	off_t start;
	size_t size;

	if (fseeko(replay->file, replay->end, SEEK_SET))
		return false;
	for (;;) {
		start = replay->end;
		if (!read_line(replay, &size))
			return false;
		replay->end = ftello(replay->file);
		memset(look, 0, sizeof(*look));
		if (size && size < MAX_RECORD_SIZE && record_parse(replay->line, size, look, error))
			break;
		look_free(look);
		replay->broken++;
	}
	replay->place = xrealloc(replay->place, replay->nr + 1, sizeof(*replay->place));
	replay->place[replay->nr].offset = start;
	replay->place[replay->nr++].mono_ns = look->mono_ns;
	return true;
}

/* A record that was found before, again; false if the file has changed since */
static bool read_again(struct replay *replay, size_t number, struct look *look)
{
	char error[512];
	size_t size;

	memset(look, 0, sizeof(*look));
	if (fseeko(replay->file, replay->place[number - 1].offset, SEEK_SET) ||
	    !read_line(replay, &size))
		return false;
	if (size && record_parse(replay->line, size, look, error))
		return true;
	look_free(look);
	return false;
}

/* Have record at + 1 in ahead, if there is one. */
static bool read_ahead(struct replay *replay)
{
	if (replay->has_ahead)
		return true;
	if (replay->at < replay->nr)
		replay->has_ahead = read_again(replay, replay->at + 1, &replay->ahead);
	else if (!replay->ended)
		replay->ended = !(replay->has_ahead = find_next(replay, &replay->ahead));
	return replay->has_ahead;
}

struct replay *replay_open(const char *path, char error[512])
{
	struct replay *replay = xcalloc(1, sizeof(*replay));
	struct stat status;

	replay->file = fopen(path, "re");
	if (!replay->file || fstat(fileno(replay->file), &status)) {
		snprintf(error, 512, "%.256s: %s", path, strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		snprintf(error, 512, "%.256s: no plain file; one is needed to step back", path);
	} else if (!status.st_size) {
		snprintf(error, 512, "%.256s: empty; listenq record -o FILE writes one", path);
	} else if (!read_ahead(replay)) {
		snprintf(error, 512, "%.256s: no record in it; listenq record -o FILE writes one",
			 path);
	} else {
		return replay;
	}
	replay_close(replay);
	return NULL;
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	if (replay->has_ahead)
		look_free(&replay->ahead);
	if (replay->file)
		fclose(replay->file);
	free(replay->line);
	free(replay->place);
	free(replay);
}

bool replay_next(struct replay *replay, struct look *look)
{
	if (!read_ahead(replay))
		return false;
	*look = replay->ahead;
	memset(&replay->ahead, 0, sizeof(replay->ahead));
	replay->has_ahead = false;
	replay->at++;
	return true;
}

void replay_back(struct replay *replay, size_t number)
{
	size_t first = number;

	/* Not over a restart of the machine, where its clock begins anew. */
	while (first > 1 && number - first < MAX_BACK &&
	       replay->place[first - 2].mono_ns <= replay->place[first - 1].mono_ns &&
	       replay->place[number - 1].mono_ns - replay->place[first - 2].mono_ns <= BACK_NS)
		first--;
	if (replay->has_ahead)
		look_free(&replay->ahead);
	replay->has_ahead = false;
	replay->at = first - 1;
}

size_t replay_at(const struct replay *replay)
{
	return replay->at;
}

bool replay_gap_ns(struct replay *replay, uint64_t *ns)
{
	uint64_t now;

	if (!read_ahead(replay))
		return false;
	now = replay->at ? replay->place[replay->at - 1].mono_ns : replay->ahead.mono_ns;
	*ns = replay->ahead.mono_ns > now ? replay->ahead.mono_ns - now : 0;
	return true;
}

size_t replay_broken(const struct replay *replay)
{
	return replay->broken;
}
