// SPDX-License-Identifier: GPL-2.0
/*
 * The sysctls that findings need.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "files.h"

static long read_number(const char *root, const char *path)
{
	uint64_t number;
	long value = -1;
	size_t size;
	char *text = read_whole(root, path, &size);

	if (!text)
		return -1;
	if (parse_digits(text, strcspn(text, " \t\n"), &number) && number <= LONG_MAX)
		value = number;
	free(text);
	return value;
}

void settings_read(const struct source *source, struct settings *settings)
{
	const char *root = source->root;

	settings->somaxconn = read_number(root, "proc/sys/net/core/somaxconn");
	settings->tcp_max_syn_backlog = read_number(root, "proc/sys/net/ipv4/tcp_max_syn_backlog");
	settings->tcp_syncookies = read_number(root, "proc/sys/net/ipv4/tcp_syncookies");
	settings->tcp_abort_on_overflow = read_number(root, "proc/sys/net/ipv4/tcp_abort_on_overflow");
	settings->tcp_fastopen = read_number(root, "proc/sys/net/ipv4/tcp_fastopen");
	settings->netns = netns_of(source, 0);
}
