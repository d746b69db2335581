/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Printing. The table is libsmartcols', JSON json-c's. What is printed never depends on
 * the terminal but in width and colour.
 */
#ifndef LISTENQ_OUTPUT_H
#define LISTENQ_OUTPUT_H

#include "../events/refusal.h"
#include "../findings/findings.h"

/*
 * Output columns: those made for people (state port address queue syn refused last wait
 * owner process unit container user service netns_name time syns_s accepts_s refused_s) and
 * every column of the module, and those of the file that we do not know. By name, so in any
 * case "an output column" is its index here.
 */
int output_column(const char *name, const struct look *look);

/* output_title - what stands above the column: "STATE". It lives until the next call */
const char *output_title(int column, const struct look *look);

/*
 * select_columns - what -o says: LIST, "+LIST" (beside DEFAULTS), COLUMNS_ALL of verbs.h
 * (those for people and all that the source has), or NULL for DEFAULTS, a list of names.
 * The number of columns, free() *CHOSEN; 0 and one line in ERROR for a name that there is not.
 */
size_t select_columns(const char *list, const char *defaults, const struct look *look, int **chosen,
		      char error[2048]);

/*
 * select_sort - what --sort says: COLUMN, or "-COLUMN": *DESCENDING. The output column; -1 and
 * one line in ERROR for a name that there is not.
 */
int select_sort(const char *text, const struct look *look, bool *descending, char error[2048]);

/*
 * sort_groups - trouble first: by state, then the newest refusal, then fill, then port.
 * Or by one output column, -1 for none; unknown ones last.
 * Nothing is left to chance: then by address and cookie.
 */
void sort_groups(struct groups *groups, int column, bool descending);

/*
 * group_in_trouble - whether any member is;
 * such groups come first by sort_groups(groups, -1, false)
 */
bool group_in_trouble(const struct group *group);

/*
 * cell - the text of an output column, as people read it (RAW: integers in base units).
 * free() it. NULL is "-". Of the group as one, L is not looked at; of L where GROUP is
 * NULL.
 */
char *cell(int column, const struct listener *l, const struct group *group, bool raw);

struct style {
	bool raw;		/* blanks between, integers in base units */
	bool header;
	bool colour;
	int width;		/* 0: unlimited (no terminal) */
	const struct looks *looks;	/* for rates; NULL: they are "-" */
};

/* style_decide - WHEN is "auto", "always" or "never"; NO_COLOR and the terminal of FD */
void style_decide(struct style *style, const char *when, int fd);

/* print_table - a row for each group, in their order. 0, or -1 if writing failed */
int print_table(const struct style *style, const struct groups *groups, const struct look *look,
		const int *column, size_t nr_columns);

/*
 * print_columns - for --list-columns: names, units and what each means.
 * 0, or -1 if writing failed
 */
int print_columns(const struct style *style);

/*
 * print_json - the whole look, docs/listenq.schema.json.
 * VERDICTS: of each group, or NULL. 0, or -1 if writing failed
 */
int print_json(const struct groups *groups, const struct look *look,
	       const struct verdict *verdicts);

/*
 * record_json - one line, for `record`: the look with names;
 * the caller adds the newline. free() it
 */
char *record_json(const struct look *look);

/*
 * A line for each refusal, with whom the listener belongs to. L is NULL where it is not known:
 * it was not there when we looked.
 */
void print_refusal_header(void);
void print_refusal(const struct refusal *refusal, const struct listener *l);
void print_refusal_json(const struct refusal *refusal, const struct listener *l);

/* record_parse - back again, for `top --replay`: false and why if the line is not a record */
bool record_parse(const char *line, size_t size, struct look *look, char error[512]);

#endif
