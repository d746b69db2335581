// SPDX-License-Identifier: GPL-2.0
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../verbs/verbs.h"
#include "column.h"

static void must(int result)
{
	if (result < 0) {
		fprintf(stderr, "listenq: out of memory\n");
		exit(EXIT_FAILURE);
	}
}

static struct libscols_table *new_table(const struct style *style)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		must(-1);
	scols_table_enable_noheadings(table, !style->header);
	scols_table_enable_raw(table, style->raw);
	scols_table_enable_colors(table, style->colour);
	scols_table_set_stream(table, stdout);
	if (style->width && !style->raw) {
		scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(table, style->width);
	} else {
		scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	}
	return table;
}

/*
 * Text gives way where the terminal is narrow, numbers never.
 * The state and the port stay whole, too.
 */
static int flags_of(int column)
{
	if (column_is_number(column) || column == P_QUEUE)
		return SCOLS_FL_RIGHT;
	return column == P_STATE ? 0 : SCOLS_FL_TRUNC;
}

static const char *state_colour(const char *word)
{
	if (!strcmp(word, "FULL") || !strcmp(word, "stuck"))
		return "red";
	return strcmp(word, "ok") && strcmp(word, "-") ? "yellow" : NULL;
}

static char *text_of_cell(const struct style *style, int column, const struct group *group,
			  const struct look *look)
{
	if (column >= P_SYNS_S && column <= P_REFUSED_S)
		return rate_cell(column, group, style->looks, style->raw);
	if (column != P_TIME)
		return cell(column, group->members[0], group, style->raw);
	return xasprintf("%llu", (unsigned long long)look->time);
}

static void add_row(struct libscols_table *table, const struct style *style,
		    const struct group *group, const struct look *look, const int *column,
		    size_t nr_columns)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t i;

	if (!line)
		must(-1);
	for (i = 0; i < nr_columns; i++) {
		char *text = text_of_cell(style, column[i], group, look);

		/* An empty cell would shift the columns of who splits at blanks. */
		if (!text || !*text) {
			free(text);
			text = xstrdup("-");
		}
		if (style->colour && column[i] == P_STATE)
			must(scols_cell_set_color(scols_line_get_cell(line, i),
						  state_colour(text)));
		must(scols_line_refer_data(line, i, text));
	}
}

/* print_titles - libsmartcols prints nothing at all for a table without lines */
static void print_titles(const struct look *look, const int *column, size_t nr_columns)
{
	size_t i;

	for (i = 0; i < nr_columns; i++)
		printf("%s%s", i ? " " : "", output_title(column[i], look));
	putchar('\n');
}

int print_table(const struct style *style, const struct groups *groups, const struct look *look,
		const int *column, size_t nr_columns)
{
	struct libscols_table *table = new_table(style);
	size_t i;

	for (i = 0; i < nr_columns; i++)
		if (!scols_table_new_column(table, output_title(column[i], look), 0,
					    flags_of(column[i])))
			must(-1);
	for (i = 0; i < groups->nr; i++)
		add_row(table, style, &groups->group[i], look, column, nr_columns);
	if (groups->nr)
		must(scols_print_table(table));
	else if (style->header)
		print_titles(look, column, nr_columns);
	scols_unref_table(table);
	return flush_output();
}

static void add_description(struct libscols_table *table, const char *name, const char *unit,
			    const char *help)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		must(-1);
	must(scols_line_set_data(line, 0, name));
	must(scols_line_set_data(line, 1, *unit ? unit : "-"));
	must(scols_line_set_data(line, 2, help));
}

int print_columns(const struct style *style)
{
	struct libscols_table *table = new_table(style);
	static const char *const title[] = { "COLUMN", "UNIT", "MEANING" };
	size_t i;

	for (i = 0; i < 3; i++)
		if (!scols_table_new_column(table, title[i], 0, 0))
			must(-1);
	for (i = 0; i < NR_PEOPLE; i++)
		add_description(table, people[i].name, "", people[i].help);
	for (i = 0; i < NR_COLUMNS; i++)
		add_description(table, columns[i].name, columns[i].unit, columns[i].help);
	must(scols_print_table(table));
	scols_unref_table(table);
	return flush_output();
}
