/* SPDX-License-Identifier: GPL-2.0 */
/* Listeners as ss(8) and netstat(8) print them */
#ifndef TLQ_SHOWN_H
#define TLQ_SHOWN_H

#include <stdbool.h>

struct tlq_shown {
	int port;
	unsigned long recvq;
	unsigned long sendq;
	char local[128];
};

bool tlq_have(const char *tool);
/* What @command prints; how many, at most @max */
int tlq_show(const char *command, struct tlq_shown *s, int max);

#endif
