// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../verbs/verbs.h"
#include "column.h"

const char *output_title(int column, const struct look *look)
{
	static char title[128];
	const char *name;
	size_t i;

	if (column < NR_PEOPLE)
		name = people[column].title ? people[column].title : people[column].name;
	else if (as_module_column(column) >= 0)
		name = columns[as_module_column(column)].name;
	else
		name = look->extra_names[as_extra_column(column)];
	snprintf(title, sizeof(title), "%s", name);
	if (column >= NR_PEOPLE || !people[column].title)
		for (i = 0; title[i]; i++)
			title[i] = toupper((unsigned char)title[i]);
	return title;
}

static void say_names(const struct look *look, const char *name, char error[2048])
{
	int at, i;
	size_t j;

	at = snprintf(error, 2048, "no column \"%.60s\"; there are", name);
	for (i = 0; i < NR_PEOPLE; i++)
		at += snprintf(error + at, 2048 - at, " %s", people[i].name);
	for (i = 0; i < NR_COLUMNS; i++)
		at += snprintf(error + at, 2048 - at, " %s", columns[i].name);
	for (j = 0; j < look->nr_extra && at < 1900; j++)
		at += snprintf(error + at, 2048 - at, " %.60s", look->extra_names[j]);
}

struct chosen {
	int *column;
	size_t nr;
};

/* add_column - each once: as lsblk does, the first one counts */
static void add_column(struct chosen *chosen, int column)
{
	size_t i;

	for (i = 0; i < chosen->nr; i++)
		if (chosen->column[i] == column)
			return;
	chosen->column = xrealloc(chosen->column, chosen->nr + 1, sizeof(*chosen->column));
	chosen->column[chosen->nr++] = column;
}

static bool add_names(struct chosen *chosen, const char *list, const struct look *look,
		      char error[2048])
{
	char *copy = xstrdup(list), *rest = copy, *name;
	bool fine = true;

	while (fine && (name = strsep(&rest, ","))) {
		int column = output_column(name, look);

		if (column < 0) {
			say_names(look, name, error);
			fine = false;
		} else {
			add_column(chosen, column);
		}
	}
	free(copy);
	return fine;
}

static void add_all(struct chosen *chosen, const struct look *look)
{
	size_t i;

	for (i = 0; i <= P_NETNS_NAME; i++)
		add_column(chosen, i);
	for (i = 0; i < NR_COLUMNS; i++)
		if (look->has & (UINT64_C(1) << i))
			add_column(chosen, module_column(i));
	for (i = 0; i < look->nr_extra; i++)
		add_column(chosen, NR_PEOPLE + NR_COLUMNS + i);
}

int select_sort(const char *text, const struct look *look, bool *descending, char error[2048])
{
	int column;

	*descending = *text == '-';
	column = output_column(text + *descending, look);
	if (column < 0)
		say_names(look, text + *descending, error);
	return column;
}

size_t select_columns(const char *list, const char *defaults, const struct look *look, int **column,
		      char error[2048])
{
	struct chosen chosen = { NULL, 0 };
	bool fine = true;

	if (!list || *list == '+')
		fine = add_names(&chosen, defaults, look, error);
	if (list && !strcmp(list, COLUMNS_ALL))
		add_all(&chosen, look);
	else if (list)
		fine = fine && add_names(&chosen, list + (*list == '+'), look, error);
	if (fine) {
		*column = chosen.column;
		return chosen.nr;
	}
	free(chosen.column);
	*column = NULL;
	return 0;
}
