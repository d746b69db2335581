// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners as ss(8) and netstat(8) print them
 */
#include "tlq_shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tlq_have(const char *tool)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", tool);
	return system(command) == 0;
}

/* netstat's lines begin with the protocol, those of ss -t with the state. */
static bool take_listener(const char *line, struct tlq_shown *s)
{
	const char *format = "LISTEN %lu %lu %127s", *colon;

	memset(s, 0, sizeof(*s));
	if (!strncmp(line, "tcp", 3)) {
		if (!strstr(line, "LISTEN"))
			return false;
		format = "%*s %lu %lu %127s";
	}
	if (sscanf(line, format, &s->recvq, &s->sendq, s->local) != 3)
		return false;
	colon = strrchr(s->local, ':');
	s->port = colon ? atoi(colon + 1) : 0;
	return true;
}

int tlq_show(const char *command, struct tlq_shown *s, int max)
{
	FILE *p = popen(command, "re");
	char line[512];
	int n = 0;

	while (p && n < max && fgets(line, sizeof(line), p))
		n += take_listener(line, s + n);
	if (p)
		pclose(p);
	return n;
}
