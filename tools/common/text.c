// SPDX-License-Identifier: GPL-2.0
/*
 * Strings and memory: see text.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static void *or_end(void *memory)
{
	if (memory)
		return memory;
	fputs("listenq: out of memory\n", stderr);
	exit(2);
}

void *xcalloc(size_t n, size_t size)
{
	return or_end(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *old, size_t n, size_t size)
{
	return or_end(reallocarray(old, n ? n : 1, size ? size : 1));
}

char *xstrdup(const char *text)
{
	return or_end(strdup(text));
}

char *xasprintf(const char *format, ...)
{
	va_list list;
	char *text;
	int rc;

	va_start(list, format);
	rc = vasprintf(&text, format, list);
	va_end(list);
	return or_end(rc < 0 ? NULL : text);
}

static bool is_tail(const unsigned char *s, size_t n)
{
	while (n--)
		if ((*s++ & 0xc0) != 0x80)
			return false;
	return true;
}

/*
 * The length of the UTF-8 sequence at S, and its character;
 * 0 if there is no valid one in SIZE bytes
 */
static size_t sequence(const unsigned char *s, size_t size, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 :
			s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	uint32_t c;
	size_t i;

	if (!length || length > size || !is_tail(s + 1, length - 1))
		return 0;
	c = length == 1 ? s[0] : s[0] & (0x7f >> length);
	for (i = 1; i < length; i++)
		c = c << 6 | (s[i] & 0x3f);
	if (c < least[length] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	*character = c;
	return length;
}

static bool is_plain(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '\\')
		return false;
	if (c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e))
		return false;
	return c < 0x2066 || c > 0x2069;
}

char *clean_text(const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + size;
	char *clean = xcalloc(size + 1, 4), *p = clean;
	uint32_t character;
	size_t length;

	while (s < end) {
		length = sequence(s, end - s, &character);
		if (length && is_plain(character)) {
			memcpy(p, s, length);
			p += length;
			s += length;
			continue;
		}
		for (length = length ? length : 1; length; length--)
			p += sprintf(p, "\\%03o", *s++);
	}
	return xrealloc(clean, p - clean + 1, 1);
}

static bool is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	       s[2] <= '7';
}

size_t unescape_octal(char *text)
{
	char *to = text;
	const char *s;

	for (s = text; *s; s++) {
		if (*s == '\\' && is_octal(s + 1)) {
			*to++ = (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0');
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
	return to - text;
}

bool parse_digits(const char *text, size_t size, uint64_t *number)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (__builtin_mul_overflow(n, UINT64_C(10), &n) ||
		    __builtin_add_overflow(n, (uint64_t)(text[i] - '0'), &n))
			return false;
	}
	*number = n;
	return size > 0;
}

bool parse_number(const char *text, uint64_t *number)
{
	return parse_digits(text, strlen(text), number);
}

char *human_ms(uint64_t ms)
{
	uint64_t s = ms / 1000;

	if (ms < 1000)
		return xasprintf("%" PRIu64 "ms", ms);
	if (s < 60)
		return xasprintf("%" PRIu64 "s", s);
	if (s < 60 * 60)
		return xasprintf("%" PRIu64 "m", s / 60);
	if (s < 24 * 60 * 60)
		return xasprintf("%" PRIu64 "h", s / 60 / 60);
	if (s < UINT64_C(10000) * 24 * 60 * 60)
		return xasprintf("%" PRIu64 "d", s / 60 / 60 / 24);
	return xstrdup(">27y");
}

char *human_us(uint64_t us)
{
	if (us < 1000)
		return xasprintf("%" PRIu64 "us", us);
	if (us < 10000)
		return xasprintf("%" PRIu64 ".%" PRIu64 "ms", us / 1000, us / 100 % 10);
	return human_ms(us / 1000);
}
