// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "column.h"

/* What a group is ordered by, worked out once. */
struct key {
	struct group group;
	int rank;
	uint64_t age;		/* of the last refusal; the highest number where there was none */
	double fill;
	bool known;		/* the column that --sort names */
	uint64_t number;
	char *text;
};

static void make_key(struct key *key, const struct group *group, int column)
{
	key->group = *group;
	row_state(NULL, group, &key->rank);
	if (!refused_ms(row_of(NULL, group), &key->age))
		key->age = UINT64_MAX;
	key->fill = fmax(group_fullest(group), 0);
	if (column < 0)
		return;
	if (column == P_STATE) {
		key->known = true;
		key->number = key->rank;
	} else if (column_is_number(column)) {
		key->known = column_number(column, NULL, group, &key->number);
	} else {
		key->text = cell(column, NULL, group, true);
		key->known = key->text;
	}
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* by_identity - the last word, so that two looks at the same listeners have the same order */
static int by_identity(const struct key *a, const struct key *b)
{
	const struct listener *left = a->group.members[0], *right = b->group.members[0];
	int order;

	order = compare(left->port, right->port);
	if (!order && left->address && right->address)
		order = strcmp(left->address, right->address);
	if (!order)
		order = compare(value_or(left, COL_netns, 0), value_or(right, COL_netns, 0));
	if (!order)
		order = compare(value_or(left, COL_cookie, 0), value_or(right, COL_cookie, 0));
	return order ? order : compare((uintptr_t)left, (uintptr_t)right);
}

static int by_trouble(const void *a, const void *b)
{
	const struct key *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank > right->rank ? -1 : 1;
	if (left->age != right->age)
		return left->age < right->age ? -1 : 1;
	if (left->fill != right->fill)
		return left->fill > right->fill ? -1 : 1;
	return by_identity(left, right);
}

static int by_column(const struct key *a, const struct key *b, int sign)
{
	int order;

	if (a->known != b->known)
		return a->known ? -1 : 1;
	if (a->known) {
		order = a->text ? strcmp(a->text, b->text) : compare(a->number, b->number);
		if (order)
			return sign * order;
	}
	return by_identity(a, b);
}

static int ascending_order(const void *a, const void *b)
{
	return by_column(a, b, 1);
}

static int descending_order(const void *a, const void *b)
{
	return by_column(a, b, -1);
}

void sort_groups(struct groups *groups, int column, bool descending)
{
	struct key *key = xcalloc(groups->nr ? groups->nr : 1, sizeof(*key));
	size_t i;

	for (i = 0; i < groups->nr; i++)
		make_key(&key[i], &groups->group[i], column);
	qsort(key, groups->nr, sizeof(*key), column < 0 ? by_trouble :
	      descending ? descending_order : ascending_order);
	for (i = 0; i < groups->nr; i++) {
		groups->group[i] = key[i].group;
		free(key[i].text);
	}
	free(key);
}

bool group_in_trouble(const struct group *group)
{
	size_t i;

	for (i = 0; i < group->nr; i++)
		if (in_trouble(group->members[i]))
			return true;
	return false;
}
