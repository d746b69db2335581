// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and addresses -> text, the way ss -tln prints them. The kernel's
 * %pI6c differs from inet_ntop(3), which ss uses, and costs several times as
 * much.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "digits.h"
#include "format.h"
#include "tlq.h"

#define IPV6_WORDS 8

char tlq_digit_pairs[200] __ro_after_init;
char tlq_short_numbers[200] __ro_after_init;

/**
 * tlq_put_u64_before() - write a number of any size
 * @end: the byte after its last digit; at most 20 bytes before it are written
 * @val: number
 *
 * Return: pointer to its first digit.
 */
char *tlq_put_u64_before(char *end, u64 val)
{
	u32 rest;

	while (val > U32_MAX) {
		val = div_u64_rem(val, 10, &rest);
		*--end = '0' + rest;
	}
	return tlq_put_u32_before(end, val);
}

static unsigned int count_digits(u32 val)
{
	unsigned int n = 1;

	for (; val >= 10000; val /= 10000)
		n += 4;
	return n + (val >= 10) + (val >= 100) + (val >= 1000);
}

static char *put_u32(char *p, u32 val)
{
	char *end = p + count_digits(val);

	tlq_put_u32_before(end, val);
	return end;
}

/*
 * Text of each octet of an IPv4 address with a dot after it, and its length. Padded
 * with blanks: four bytes are copied, whatever the length.
 */
static char octet_text[256][4] __ro_after_init;
static u8 octet_len[256] __ro_after_init;

static char *put_ipv4(char *p, const u8 *byte)
{
	int i;

	for (i = 0; i < 4; i++) {
		memcpy(p, octet_text[byte[i]], 4);
		p += octet_len[byte[i]];
	}
	return p - 1;
}

static char *put_hex(char *p, u16 word)
{
	int shift = 12;

	while (shift && !(word >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[word >> shift & 0xf];
	return p;
}

/* The first of the longest runs of two or more zero words; -1 if there is none. */
struct run {
	s8 begin;
	u8 length;
};

/* For each set of words, the first of them being the highest bit */
static struct run longest_run[1 << IPV6_WORDS] __ro_after_init;

static struct run __init find_run(unsigned int zeros)
{
	struct run best = { .begin = -1, .length = 1 };
	unsigned int run = 0, i;

	for (i = 0; i < IPV6_WORDS; i++) {
		run = zeros & 0x80 >> i ? run + 1 : 0;
		if (run > best.length) {
			best.begin = i + 1 - run;
			best.length = run;
		}
	}
	return best;
}

static __always_inline unsigned int push(unsigned int zeros, __be16 word)
{
	return zeros + zeros + !word;
}

static unsigned int zero_words(const __be16 *word)
{
	unsigned int zeros = !word[0];

	zeros = push(zeros, word[1]);
	zeros = push(zeros, word[2]);
	zeros = push(zeros, word[3]);
	zeros = push(zeros, word[4]);
	zeros = push(zeros, word[5]);
	zeros = push(zeros, word[6]);
	return push(zeros, word[7]);
}

/* inet_ntop(3) writes these as "::a.b.c.d" and "::ffff:a.b.c.d". */
static bool ends_in_ipv4(const struct in6_addr *addr, int zeros, int length)
{
	return !zeros && (length == 6 ||
			  (length == 5 && addr->s6_addr16[5] == htons(0xffff)));
}

static char *put_ipv6(char *p, const struct in6_addr *addr)
{
	const struct run *run = longest_run + zero_words(addr->s6_addr16);
	int length = run->length, zeros = run->begin;
	int words = IPV6_WORDS, i = 0;

	if (ends_in_ipv4(addr, zeros, length))
		words = 6;
	while (i < words) {
		if (i == zeros) {
			*p++ = ':';
			i += length;
			if (i == IPV6_WORDS)
				*p++ = ':';
			continue;
		}
		if (i)
			*p++ = ':';
		p = put_hex(p, ntohs(addr->s6_addr16[i++]));
	}
	if (words == IPV6_WORDS)
		return p;
	*p++ = ':';
	return put_ipv4(p, &addr->s6_addr[12]);
}

static char *put_ifname(char *p, const struct tlq_row *row)
{
	size_t len = strlen(row->ifname);

	*p++ = '%';
	if (len) {
		memcpy(p, row->ifname, len);
		return p + len;
	}
	*p++ = 'i';
	*p++ = 'f';
	return put_u32(p, row->ifindex);
}

/**
 * tlq_put_local() - write address, device and port as ss -tln does
 * @p: where to; at most TLQ_LOCAL_MAX bytes are written
 * @row: listener
 *
 * A listener for both families shows as "*". A device that has gone shows as
 * "if" and its index.
 *
 * Return: the byte after the text.
 */
char *tlq_put_local(char *p, const struct tlq_row *row)
{
	if (row->family == AF_INET) {
		p = put_ipv4(p, row->addr.s6_addr);
	} else if (ipv6_addr_any(&row->addr) &&
		   !(row->flags & BIT(TLQ_F_V6ONLY))) {
		*p++ = '*';
	} else {
		*p++ = '[';
		p = put_ipv6(p, &row->addr);
		*p++ = ']';
	}
	if (row->ifindex)
		p = put_ifname(p, row);
	*p++ = ':';
	return put_u32(p, row->port);
}

/** tlq_addr_init() - fill the tables of digit pairs, octets and zero words */
void __init tlq_addr_init(void)
{
	char *end;
	int i;

	for (i = 0; i < ARRAY_SIZE(tlq_digit_pairs) / 2; i++) {
		tlq_digit_pairs[2 * i] = '0' + i / 10;
		tlq_digit_pairs[2 * i + 1] = '0' + i % 10;
		tlq_short_numbers[2 * i] = i < 10 ? ' ' : '0' + i / 10;
		tlq_short_numbers[2 * i + 1] = '0' + i % 10;
	}
	for (i = 0; i < ARRAY_SIZE(longest_run); i++)
		longest_run[i] = find_run(i);
	memset(octet_text, ' ', sizeof(octet_text));
	for (i = 0; i < ARRAY_SIZE(octet_text); i++) {
		end = put_u32(octet_text[i], i);
		*end++ = '.';
		octet_len[i] = end - octet_text[i];
	}
}
