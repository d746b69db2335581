// SPDX-License-Identifier: GPL-2.0
/* Numbers and names, as the findings say them. */
#include <math.h>
#include <stdlib.h>

#include "parts.h"

bool growth(const struct judging *j, enum column of, uint64_t *grown, double *seconds)
{
	uint64_t sum = 0, one;
	double longest = 0, span;

	for (size_t i = 0; i < j->nr; i++) {
		if (!course_growth(&j->member[i].course, of, &one, &span))
			return false;
		sum += one;
		longest = fmax(longest, span);
	}
	*grown = sum;
	if (seconds)
		*seconds = longest;
	return true;
}

bool grew(const struct judging *j, enum column column)
{
	uint64_t grown;

	return growth(j, column, &grown, NULL) && grown;
}

bool recent(const struct judging *j, enum column age)
{
	return value_or(j->sum, age, UINT64_MAX) <= RECENT_MS;
}

uint64_t refused(const struct listener *l)
{
	return value_or(l, COL_overflow_syn, 0) + value_or(l, COL_overflow_ack, 0) +
	       value_or(l, COL_overflow_cookie, 0);
}

char *rate_part(const struct judging *j, const enum column *column, size_t nr)
{
	uint64_t sum = 0, grown;
	double seconds = 0;

	for (size_t i = 0; i < nr; i++) {
		if (!growth(j, column[i], &grown, &seconds))
			return xstrdup("");
		sum += grown;
	}
	if (!sum)
		return xstrdup(", none between the looks");
	if (seconds <= 0)
		return xasprintf(", %" PRIu64 " of them between the looks", sum);
	return xasprintf(sum / seconds < 10 ? ", %.1f/s now" : ", %.0f/s now", sum / seconds);
}

char *ago_text(const struct listener *l, enum column age, const char *before)
{
	char *human, *text;

	if (!knows(l, age))
		return xstrdup("");
	human = human_ms(l->value[age]);
	text = xasprintf("%s%s ago", before, human);
	free(human);
	return text;
}

char *looks_text(const struct member *m)
{
	if (m->nr_looks < 2)
		return xstrdup("at this one look");
	if (m->seconds <= 0)
		return xasprintf("at %zu looks", m->nr_looks);
	return xasprintf("at %zu looks in %.1f s", m->nr_looks, m->seconds);
}

char *who_accepts(const struct listener *l)
{
	const struct owner *owner = &l->owner;

	if (owner->acceptor.pid && owner->acceptor.comm)
		return xasprintf("%s[%d]", owner->acceptor.comm, owner->acceptor.pid);
	if (!owner->nr_processes)
		return NULL;
	if (owner->nr_processes == 1)
		return xasprintf("%s[%d]", owner->processes[0].comm, owner->processes[0].pid);
	return xasprintf("%s[%d] and %zu more", owner->processes[0].comm, owner->processes[0].pid,
			 owner->nr_processes - 1);
}
