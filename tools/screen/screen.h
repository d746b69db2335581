/* SPDX-License-Identifier: GPL-2.0 */
/* The live view: what it shows now, and what each file here does for it. */
#ifndef LISTENQ_SCREEN_H
#define LISTENQ_SCREEN_H

#include "../findings/findings.h"
#include "../verbs/verbs.h"
#include "model.h"
#include "paint.h"
#include "replay.h"

#define MIN_COLUMNS 60
#define MIN_LINES 8
#define MIN_INTERVAL 0.1
#define MAX_TYPED 64

enum sort_key {
	SORT_TROUBLE, SORT_PORT, SORT_ADDRESS, SORT_QUEUE, SORT_SYNS, SORT_ACCEPTS,
	SORT_REFUSED, SORT_WAIT, SORT_LAST, SORT_OWNER, NR_SORTS
};

extern const char *const sort_names[NR_SORTS];

/* A line of the list: a group of listeners, or one. Lives until the next rows_make(). */
struct row {
	/* the same as long as it is the same listener (cookie) or SO_REUSEPORT group (address) */
	uint64_t id;
	const struct group *group;
	bool gone;		/* vanished less than 3 s ago */
	const char *state;
	int rank;
	double rate[NR_RATES];
	double fill;		/* of the accept queue, 1 is full; below 0: not known */
	char *owner;		/* NULL: not known. Only where sorted or filtered by it */
};

struct rows {
	struct groups live, gone;
	struct look gone_look;
	struct row *row;
	size_t nr;
	size_t nr_listeners, nr_full;	/* sockets, before filter and trouble only */
	double refused;			/* a second, of all whose rate is known; below 0: none is */
};

enum view { VIEW_LIST, VIEW_DETAILS, VIEW_MEMBERS, VIEW_WORDS, VIEW_HELP };

struct screen {
	struct options *options;
	struct names *names;	/* NULL in a replay */
	struct settings settings;
	struct model model;
	struct rows rows;
	struct replay *replay;	/* NULL: this machine, or --root */
	double interval;	/* seconds; in a replay: divides the time between records */
	bool paused, quit;

	enum sort_key sort;
	bool reverse, trouble, frozen;
	uint64_t *order;	/* ids, when frozen */
	size_t nr_order;
	char filter[MAX_TYPED * 4 + 1];
	bool typing;		/* the filter line is open */

	enum view view, from;	/* from: where esc goes */
	uint64_t chosen;	/* id of the row under the cursor */
	size_t cursor, top;	/* its index, and that of the first line on the screen */
	size_t scroll;		/* first line of a page on the screen */
	size_t page_lines;	/* of the page that was drawn last */

	char missing[512];	/* what the source lacks, while it does; "" nothing */
	char failed[512];	/* why the last look failed, "" it did not */
	char said[512];		/* the last message, until the next key */
};

/* rows.c */
void rows_make(struct screen *screen);
void rows_free(struct rows *rows);
/* row_chosen - the row under the cursor, or NULL where there are none */
const struct row *row_chosen(const struct screen *screen);
/* sort_named - or -1 */
int sort_named(const char *name);
/* order.c: sort rows; keep_order() remembers the present one */
void sort_rows(struct screen *screen);
void keep_order(struct screen *screen);

/* keys.c: one key, as terminal_key() gives it */
void take_key(struct screen *screen, unsigned int key, bool special);

/* screen.c: the whole screen */
void draw(struct screen *screen);
/* draw.c: lines above and below a view, and the list between */
void draw_title(const struct screen *screen);
void draw_status(const struct screen *screen);
void draw_bottom(const struct screen *screen);
void draw_list(struct screen *screen);
/* list_lines - lines that the list has for listeners */
size_t list_lines(void);
/* look_of_state - how a state is painted */
enum look_of look_of_state(const char *state, int rank, bool gone);

/* Each fills a page for the row; pages are drawn by screen.c. */
void page_details(const struct screen *screen, const struct row *row, struct page *page);
void page_members(const struct screen *screen, const struct row *row, struct page *page);
void page_words(const struct screen *screen, const struct row *row, struct page *page);
void page_help(const struct screen *screen, struct page *page);
/* page_histogram - how long clients waited for accept(2) */
void page_histogram(const struct waits *waits, struct page *page);

/* live.c: take a look (the next record); false where it failed, or the recording is at its end */
bool next_look(struct screen *screen);
/* step - one record on (1) or back (-1), in a replay */
void step(struct screen *screen, int by);
/* seconds_to_next - until next_look() is due, after the present one; below 0: never by itself */
double seconds_to_next(const struct screen *screen);

#endif
