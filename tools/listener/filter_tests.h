/* SPDX-License-Identifier: GPL-2.0 */
/* What a filter consists of, for filter.c, which makes it, and takes.c, which asks it. */
#ifndef LISTENQ_FILTER_TESTS_H
#define LISTENQ_FILTER_TESTS_H

#include "network.h"

enum kind { PORTS, ADDRESS, UNIT, PID, NETNS, NR_KINDS };

struct test {
	enum kind kind;
	uint16_t first, last;		/* PORTS */
	struct network network;		/* ADDRESS */
	char *text;			/* UNIT: glob; NETNS: name */
	uint64_t number;		/* PID; NETNS: inode */
	bool is_number;			/* NETNS */
};

struct filter {
	struct test *tests;
	size_t nr;
	bool v4, v6;
	char *wrong;
};

#endif
