/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings and memory. Running out of memory ends the program with a line on standard error
 * and exit status 2.
 */
#ifndef LISTENQ_TEXT_H
#define LISTENQ_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t n, size_t size);
char *xstrdup(const char *text);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * clean_text - a copy that is valid UTF-8 and has no control character: what others
 * named (processes, units, interfaces) goes to a terminal and into JSON. A bad byte
 * becomes \ooo, as in /proc/mounts; so does a backslash, that nothing reads as two things. C1
 * controls, line separators and directional marks (U+2028,
 * U+202A-E, U+2066-9, U+200E-F) count as control characters.
 */
char *clean_text(const char *text, size_t size);

/*
 * unescape_octal - \ooo back to bytes, in place, as the module and /proc/mounts escape;
 * returns the new length
 */
size_t unescape_octal(char *text);

/*
 * parse_number - the whole text as a decimal number,
 * or false (also beyond 64 bits, also with a sign or blanks)
 */
bool parse_number(const char *text, uint64_t *number);

/* parse_digits - the same of SIZE bytes */
bool parse_digits(const char *text, size_t size, uint64_t *number);

/*
 * human_ms - "340ms", "4s", "2m", "3h", "5d": two to five characters.
 * human_us likewise from microseconds ("80us", "1.5ms"). Cut, not rounded. free()
 */
char *human_ms(uint64_t ms);
char *human_us(uint64_t us);

#endif
