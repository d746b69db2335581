// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_table - any bytes as a table of listeners and as one of waits, and what is made
 * of them. What comes behind a NUL is the waits' alone.
 *
 *	fuzz_table DIR		fuzz, from the files there on
 *	fuzz_table FILE...	replay these
 */
#include <stdlib.h>
#include <string.h>

#include "../listener/filter.h"
#include "../listener/group.h"
#include "../listener/history.h"
#include "../source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t used;

/* Each number is used, so that a sanitizer sees those which nobody wrote. */
static uint64_t use(const struct listener *l)
{
	uint64_t sum = l->known + l->port + accept_full(l) + has_flag(l, "reuseport");
	int column;

	for (column = 0; column < NR_COLUMNS; column++) {
		sum += value_or(l, column, 0);
		if (listener_text(l, column))
			sum += strlen(listener_text(l, column));
	}
	if (l->waits)
		sum += waits_quantile_us(l->waits, 0.5) + waits_quantile_us(l->waits, 0.99);
	return sum;
}

static uint64_t use_groups(const struct look *look, bool fold)
{
	struct groups groups;
	uint64_t sum = 0;
	size_t i;

	groups_make(&groups, look, fold);
	for (i = 0; i < groups.nr; i++)
		sum += use(&groups.group[i].sum);
	groups_free(&groups);
	return sum;
}

static uint64_t use_courses(const struct look *look)
{
	struct looks looks = { .look = { look, look }, .nr = 2 };
	struct course course;
	uint64_t growth = 0, sum = 0;
	double seconds;
	size_t i;
	int column;

	for (i = 0; i < look->nr; i++) {
		course_make(&course, &looks, &look->listeners[i]);
		for (column = 0; column < NR_COLUMNS; column++)
			if (course_growth(&course, column, &growth, &seconds))
				sum += growth;
	}
	return sum;
}

static void narrow(struct look *look)
{
	struct filter *filter = filter_new();

	if (filter_ports(filter, "1-1024,8080") || filter_address(filter, "0.0.0.0/0,::/0,*"))
		abort();
	filter_apply(filter, look);
	filter_free(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* At its end, so that reading on is seen */
	char *text = memcpy(malloc(size ? size : 1), data, size);
	char *nul = memchr(text, '\0', size), error[512];
	size_t first = nul ? (size_t)(nul - text) : size, broken;
	const char *second = nul ? nul + 1 : text;
	struct look look = { 0 };
	uint64_t sum = 0;

	if (table_parse(text, first, &look, &broken, error)) {
		table_parse_waits(second, nul ? size - first - 1 : size, &look, &broken, error);
		sum += use_groups(&look, true) + use_groups(&look, false) + use_courses(&look);
		narrow(&look);
		sum += use_groups(&look, true) + use_courses(&look);
	}
	used = sum;
	look_free(&look);
	free(text);
	return 0;
}
