// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of cgroups: of a cgroup v2 id, which is the inode number of its folder, and of
 * a process. An id is never used again, so one that was not found stays unknown.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/text.h"
#include "internal.h"

/* Who may make cgroups may nest them: each level costs a descriptor and stack. */
#define MAX_DEPTH 64

static void remember(struct names *names, uint64_t id, char *path)
{
	free(map_get(&names->cgroups, id));
	map_put(&names->cgroups, id, path);
}

/* Takes FD over. PATH is "" for the root. */
static void walk_folder(struct names *names, int fd, const char *path, unsigned int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		char *below;
		int next;

		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		below = xasprintf("%s/%s", path, entry->d_name);
		next = -1;
		if (depth < MAX_DEPTH)
			next = openat(fd, entry->d_name,
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next >= 0)
			walk_folder(names, next, below, depth + 1);
		remember(names, entry->d_ino, below);
	}
	closedir(dir);
}

static void walk_machine(struct names *names)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;
		struct stat root;

		if (fd < 0)
			continue;
		if (fstatfs(fd, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC || fstat(fd, &root)) {
			close(fd);
			continue;
		}
		remember(names, root.st_ino, xstrdup("/"));
		walk_folder(names, fd, "", 0);
		return;
	}
}

/* A recorded folder cannot have these inode numbers: the file `ids` says them. */
static void read_ids(struct names *names)
{
	char *file = path_below(names, "/sys/fs/cgroup/ids"), *line = NULL;
	FILE *ids = fopen(file, "re");
	size_t room = 0;
	ssize_t length;

	free(file);
	while (ids && (length = getline(&line, &room, ids)) > 0) {
		char *blank = strchr(line, ' ');
		uint64_t id;

		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!blank)
			continue;
		*blank = '\0';
		if (parse_number(line, &id))
			remember(names, id, xstrdup(blank + 1));
	}
	free(line);
	if (ids)
		fclose(ids);
}

const char *cgroup_path(struct names *names, uint64_t id)
{
	const char *path = map_get(&names->cgroups, id);

	if (!path && !names->cgroups_walked) {
		names->cgroups_walked = true;
		if (names->root)
			read_ids(names);
		else
			walk_machine(names);
		path = map_get(&names->cgroups, id);
		if (!path)
			remember(names, id, xstrdup(""));
	}
	return path && *path ? path : NULL;
}

/*
 * The path in a line of /proc/PID/cgroup whose first words,
 * up to the path, are "HIERARCHY:CONTROLLERS:".
 */
static char *path_of(const char *text, const char *controllers)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n'), line += !!line) {
		const char *at = strchr(line, ':');
		size_t length;

		if (!at || strncmp(at + 1, controllers, strlen(controllers)))
			continue;
		at += 1 + strlen(controllers);
		length = strcspn(at, "\n");
		return strndup(at, length);
	}
	return NULL;
}

char *cgroup_of_process(const struct names *names, int pid)
{
	static const char deleted[] = " (deleted)";
	char text[16384], *path, *systemd;
	size_t length;

	if (proc_read(names, pid, "cgroup", text, sizeof(text)) <= 0)
		return NULL;
	path = path_of(text, ":");
	/* Where systemd still uses v1, v2 has but the root. */
	if (!path || !strcmp(path, "/")) {
		systemd = path_of(text, "name=systemd:");
		if (systemd) {
			free(path);
			path = systemd;
		}
	}
	length = path ? strlen(path) : 0;
	if (length >= sizeof(deleted) && !strcmp(path + length - (sizeof(deleted) - 1), deleted))
		path[length - (sizeof(deleted) - 1)] = '\0';
	return path;
}
