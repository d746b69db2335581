// SPDX-License-Identifier: GPL-2.0
/* prometheus-listenq-exporter - metrics of the queues of TCP listeners */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "exporter/exporter.h"

#define KEPT (64 << 20)

const char program_version[] = VERSION;

static int print_once(const struct options *options)
{
	struct exposition *exposition;
	struct watch watch;
	char bytes[32768];
	size_t size;
	int status;

	watch_open(&watch, options);
	exposition = exposition_open(&watch);
	while ((size = exposition_read(exposition, bytes, sizeof(bytes))))
		fwrite(bytes, 1, size, stdout);
	status = watch.health.looked ? 0 : EXIT_FAILURE;
	if (fflush(stdout) || ferror(stdout)) {
		say("standard output could not be written");
		status = EXIT_FAILURE;
	}
	exposition_close(exposition);
	watch_close(&watch);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = EXIT_WRONG;

	/* What a look needs, the next one needs, too: it costs much to give it back each time. */
	mallopt(M_MMAP_THRESHOLD, KEPT);
	mallopt(M_TRIM_THRESHOLD, KEPT);
	if (options_parse(&options, argc, argv))
		status = options.once ? print_once(&options) : serve(&options);
	options_free(&options);
	return status;
}
