// SPDX-License-Identifier: GPL-2.0
/*
 * Names of network namespaces: those of ip-netns(8) and Docker, "host" for that of
 * PID 1, else the comm of the process with the lowest PID in it. The number of a
 * namespace that has gone is used again, so what is known is checked at each look.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../common/text.h"
#include "internal.h"

static void release(void *value)
{
	struct netns_name *name = value;

	free(name->name);
	free(name);
}

static void remember(struct names *names, uint64_t inode, char *clean, int pid)
{
	struct netns_name *name = map_get(&names->netns, inode);

	if (!name) {
		name = xcalloc(1, sizeof(*name));
		map_put(&names->netns, inode, name);
	}
	free(name->name);
	name->name = clean;
	name->pid = pid;
}

/* The number in "net:[N]", or 0 */
static uint64_t link_netns(const char *text)
{
	uint64_t inode;
	char end;

	return sscanf(text, "net:[%" SCNu64 "%c", &inode, &end) == 2 && end == ']' ? inode : 0;
}

static uint64_t netns_of_process(const struct names *names, int pid)
{
	char text[64];

	return proc_link(names, pid, "ns/net", text, sizeof(text)) > 0 ? link_netns(text) : 0;
}

/*
 * Of a file on which a namespace is mounted;
 * recorded, a link with the text of /proc/PID/ns/net. 0: it is none.
 */
static uint64_t netns_of_file(const struct names *names, int dir, const char *file)
{
	uint64_t inode = 0;
	struct statfs fs;
	struct stat stat;
	char text[64];
	int fd;

	if (names->root) {
		ssize_t length = readlinkat(dir, file, text, sizeof(text) - 1);

		text[length > 0 ? length : 0] = '\0';
		return link_netns(text);
	}
	fd = openat(dir, file, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (!fstatfs(fd, &fs) && fs.f_type == NSFS_MAGIC && !fstat(fd, &stat))
		inode = stat.st_ino;
	close(fd);
	return inode;
}

static void read_folder(struct names *names, const char *folder)
{
	char *path = path_below(names, folder);
	DIR *dir = opendir(path);
	struct dirent *entry;

	free(path);
	while (dir && (entry = readdir(dir))) {
		uint64_t inode =
			*entry->d_name == '.' ? 0 : netns_of_file(names, dirfd(dir), entry->d_name);

		if (inode)
			remember(names, inode, clean_text(entry->d_name, strlen(entry->d_name)), 0);
	}
	if (dir)
		closedir(dir);
}

void netns_look(struct names *names)
{
	struct map old = names->netns;
	uint64_t host = netns_of_process(names, 1);

	names->netns = (struct map){ 0 };
	for (size_t i = 0; i < old.size; i++) {
		struct netns_name *name = old.slot[i].value;

		if (!name)
			continue;
		if (name->pid && netns_of_process(names, name->pid) == old.slot[i].key)
			map_put(&names->netns, old.slot[i].key, name);
		else
			release(name);
	}
	map_clear(&old, NULL);
	read_folder(names, "/run/docker/netns");
	read_folder(names, "/run/netns");
	if (host)
		remember(names, host, xstrdup("host"), 0);
	/* Who may not see PID 1's does not see all that are in a namespace, nor the lowest. */
	names->netns_walked = !host && !names->root;
}

static void walk_processes(struct names *names)
{
	names->netns_walked = true;
	if (!pids_list(names))
		return;
	for (size_t i = 0; i < names->nr_pids; i++) {
		uint64_t inode = netns_of_process(names, names->pids[i]);
		struct known_process *process;

		if (!inode || map_get(&names->netns, inode))
			continue;
		process = process_known(names, names->pids[i]);
		if (process->comm)
			remember(names, inode, xstrdup(process->comm), process->pid);
	}
}

const char *netns_name(struct names *names, uint64_t inode)
{
	struct netns_name *name = map_get(&names->netns, inode);

	if (!name && !names->netns_walked) {
		walk_processes(names);
		name = map_get(&names->netns, inode);
	}
	return name ? name->name : NULL;
}

void netns_free(struct names *names)
{
	map_clear(&names->netns, release);
}
