// SPDX-License-Identifier: GPL-2.0
/*
 * hold LISTENERS - listeners that the module tracks, until standard input ends
 *
 * Prints "ready" when each has had a connection.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	bench_listeners(atoi(argv[1]), false);
	bench_touch();
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
