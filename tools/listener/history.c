// SPDX-License-Identifier: GPL-2.0
/*
 * One socket through several looks.
 */
#include "history.h"

void course_make(struct course *course, const struct looks *looks, const struct listener *now)
{
	size_t i;

	course->nr = looks->nr;
	for (i = 0; i < looks->nr; i++) {
		course->mono_ns[i] = looks->look[i]->mono_ns;
		course->at[i] = NULL;
		if (i + 1 == looks->nr)
			course->at[i] = now;
		else if (knows(now, COL_cookie))
			course->at[i] = look_find(looks->look[i], now->value[COL_cookie]);
	}
}

/* "-" in between says that the module was loaded again, too: what it lost stays unknown. */
bool course_growth(const struct course *course, enum column column, uint64_t *growth,
		   double *seconds)
{
	size_t first = course->nr, last = course->nr, i;

	for (i = 0; i < course->nr; i++) {
		if (!course->at[i])
			continue;
		if (!knows(course->at[i], column))
			return false;
		if (last < i && course->at[i]->value[column] < course->at[last]->value[column])
			return false;
		if (first == course->nr)
			first = i;
		last = i;
	}
	if (first == last)
		return false;
	*growth = course->at[last]->value[column] - course->at[first]->value[column];
	*seconds = 0;
	if (course->mono_ns[last] > course->mono_ns[first])
		*seconds = (course->mono_ns[last] - course->mono_ns[first]) / 1e9;
	return true;
}
