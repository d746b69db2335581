// SPDX-License-Identifier: GPL-2.0
/*
 * What we know of each column of the module's tables.
 */
#include <string.h>

#include "listener.h"

const struct column_info columns[NR_COLUMNS] = {
#define COLUMN(name, kind, unit, help) \
	[COL_##name] = { #name, KIND_##kind, unit, help },
#include "columns.def"
#undef COLUMN
};

int column_named(const char *name)
{
	int column;

	for (column = 0; column < NR_COLUMNS; column++)
		if (!strcmp(columns[column].name, name))
			return column;
	return -1;
}
