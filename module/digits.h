/* SPDX-License-Identifier: GPL-2.0 */
/* Decimal digits, written two at a time: a line has some thirty of them. */
#ifndef TLQ_DIGITS_H
#define TLQ_DIGITS_H

#include <linux/string.h>
#include <linux/types.h>

/* "00" to "99", not terminated; filled by tlq_addr_init() */
extern char tlq_digit_pairs[200];
/* " 0" to "99", the same */
extern char tlq_short_numbers[200];

/**
 * tlq_put_pair() - write two digits
 * @p: where to
 * @val: 0 to 99
 *
 * Not by an index: kernels with CONFIG_UBSAN_BOUNDS, as Debian's 7.3, would check each.
 * These checks and those of the counters took 150 instructions of a line there.
 */
static inline void tlq_put_pair(char *p, u32 val)
{
	memcpy(p, tlq_digit_pairs + 2 * val, 2);
}

/**
 * tlq_put_u32_before() - write a number
 * @end: the byte after its last digit; at most 10 bytes before it are written
 * @val: number
 *
 * Return: pointer to its first digit.
 */
static inline char *tlq_put_u32_before(char *end, u32 val)
{
	while (val >= 100) {
		end -= 2;
		tlq_put_pair(end, val % 100);
		val /= 100;
	}
	if (val < 10) {
		*--end = '0' + val;
		return end;
	}
	end -= 2;
	tlq_put_pair(end, val);
	return end;
}

char *tlq_put_u64_before(char *end, u64 val);

#endif /* TLQ_DIGITS_H */
