/* SPDX-License-Identifier: GPL-2.0 */
/* For the two files of the test of the reader. */
#ifndef LISTENQ_READER_H
#define LISTENQ_READER_H

#include "../listener/listener.h"

/* result - print "ok reader.NAME", or "not ok" and WHY; count it */
void result(const char *name, bool good, const char *why);

#define CHECK(name, condition) result(name, condition, #condition)

/* parse - table_parse() of a copy that ends where its memory does, into a new look */
bool parse(const char *text, struct look *look, size_t *broken);

/* test_many - groups, growth between looks, filters */
void test_many(void);

#endif
