// SPDX-License-Identifier: GPL-2.0
/* What the machine says of the module beside its tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/text.h"
#include "exporter.h"

/*
 * The folder's inode number: sysfs gives each folder that is made another one. Its times say
 * nothing: they are those at which the kernel last needed an inode for it in memory.
 */
uint64_t module_inode(const struct source *source)
{
	char *path = xasprintf("%s/sys/module/tcp_listenq", source->root ? source->root : "");
	struct stat folder;
	uint64_t inode = stat(path, &folder) ? 0 : folder.st_ino;

	free(path);
	return inode;
}

char *module_version_of(const struct source *source)
{
	size_t size;
	char *text = read_whole(source->root, "sys/module/tcp_listenq/version", &size), *clean;

	if (!text)
		return NULL;
	clean = clean_text(text, strcspn(text, "\n"));
	free(text);
	return clean;
}

void hooks_free(struct health *health)
{
	size_t i;

	for (i = 0; i < health->nr_hooks; i++)
		free(health->hooks[i].function);
	free((void *)health->hooks);
	health->hooks = NULL;
	health->nr_hooks = 0;
}

static bool loses_columns(const char *lost)
{
	return strcmp(lost, "-") && strcmp(lost, "none") && strcmp(lost, "netstat_sendq");
}

/* Lines "function state lost_without" */
static void take_hooks(char *text, struct health *health)
{
	char function[64], state[32], lost[512], *line, *rest = NULL;
	struct hook *hooks = NULL;
	size_t nr = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "%63s %31s %511s", function, state, lost) != 3 ||
		    !strcmp(state, "state") || !loses_columns(lost))
			continue;
		hooks = xrealloc(hooks, nr + 1, sizeof(*hooks));
		hooks[nr++] = (struct hook){ clean_text(function, strlen(function)),
					     !strcmp(state, "armed") };
	}
	health->hooks = hooks;
	health->nr_hooks = nr;
}

void hooks_read(const struct source *source, struct health *health)
{
	size_t size;
	char *text = read_whole(source->root, "sys/kernel/debug/tcp_listenq/hooks", &size);

	hooks_free(health);
	if (text)
		take_hooks(text, health);
	free(text);
}
