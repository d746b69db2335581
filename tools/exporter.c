// SPDX-License-Identifier: GPL-2.0
/* prometheus-listenq-exporter - metrics of the queues of TCP listeners */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "exporter/exporter.h"

const char program_version[] = VERSION;

static int print_once(const struct options *options)
{
	struct watch watch;
	int status = 0;

	watch_open(&watch, options);
	watch_look(&watch);
	if (fwrite(watch.now->text, 1, watch.now->size, stdout) != watch.now->size || fflush(stdout)) {
		say("standard output could not be written");
		status = EXIT_FAILURE;
	} else if (!watch.health.looked) {
		status = EXIT_FAILURE;
	}
	watch_close(&watch);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = EXIT_WRONG;

	setlocale(LC_CTYPE, "");
	if (options_parse(&options, argc, argv))
		status = options.once ? print_once(&options) : serve(&options);
	options_free(&options);
	return status;
}
