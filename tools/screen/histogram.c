// SPDX-License-Identifier: GPL-2.0
/*
 * How long clients waited for accept(2): two columns of the screen a bucket.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "../common/text.h"
#include "screen.h"

#define HISTOGRAM_LINES 3

void page_histogram(const struct waits *waits, struct page *page)
{
	/*
	 * Under the first of its columns: each bucket is longer than that,
	 * and shorter than the next.
	 */
	static const char axis[] = "<1us    8us     128us   2ms     33ms    524ms   8s   >34s";
	int value[2 * NR_BUCKETS], i, line;
	uint64_t most = 1;
	char *text;

	for (i = 0; i < NR_BUCKETS; i++)
		if (waits->bucket[i] > most)
			most = waits->bucket[i];
	for (i = 0; i < NR_BUCKETS; i++) {
		value[2 * i] = waits->bucket[i] * 1000.0 / most;
		if (waits->bucket[i] && !value[2 * i])
			value[2 * i] = 1;
		value[2 * i + 1] = value[2 * i];
	}
	for (line = HISTOGRAM_LINES - 1; line >= 0; line--) {
		text = bar_row(value, 2 * NR_BUCKETS, line, HISTOGRAM_LINES);
		if (line == HISTOGRAM_LINES - 1)
			page_add(page, PLAIN, " %12" PRIu64 " |%s", most, text);
		else
			page_add(page, PLAIN, " %12s |%s", line ? "" : "0", text);
		free(text);
	}
	page_add(page, PLAIN, " %12s  %s", "", axis);
}
