// SPDX-License-Identifier: GPL-2.0
/*
 * What the histogram of waits says.
 */
#include "listener.h"

/* How many of TOTAL are within the quantile, at least one */
static uint64_t rank_of(uint64_t total, double q)
{
	double rank = q * (double)total;

	if (!(rank > 1))
		return 1;
	if (rank >= (double)total)
		return total;
	return (uint64_t)rank + ((double)(uint64_t)rank < rank);
}

uint64_t waits_quantile_us(const struct waits *waits, double q)
{
	uint64_t total = 0, rank;
	int i;

	for (i = 0; i < NR_BUCKETS; i++)
		total += waits->bucket[i];
	if (!total)
		return 0;
	rank = rank_of(total, q);
	for (i = 0; i < NR_BUCKETS - 1; i++) {
		if (waits->bucket[i] >= rank)
			return UINT64_C(1) << i;
		rank -= waits->bucket[i];
	}
	return waits->max_us;
}
