// SPDX-License-Identifier: GPL-2.0
/*
 * hold [-a] LISTENERS - listeners that the module tracks, until standard input ends
 *
 * Prints "ready" when all are there. With -a, each has accepted a connection.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	bool accept = argc > 1 && !strcmp(argv[1], "-a");

	if (argc != 2 + accept)
		return 2;
	bench_listeners(atoi(argv[argc - 1]), false);
	if (accept)
		bench_touch();
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
