// SPDX-License-Identifier: GPL-2.0
/* What findings ask of one process. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static long count_fds(const struct names *names, int pid)
{
	int fd = proc_open_dir(names, pid, "fd"), number;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	long nr = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(dir)))
		nr += numbered_name(entry->d_name, &number);
	closedir(dir);
	return nr;
}

static long soft_limit(const struct names *names, int pid)
{
	static const char open_files[] = "\nMax open files";
	char text[4096], *line;
	long limit;

	if (proc_read(names, pid, "limits", text, sizeof(text)) <= 0)
		return -1;
	line = strstr(text, open_files);
	if (!line || sscanf(line + sizeof(open_files) - 1, " %ld", &limit) != 1 || limit < 0)
		return -1;
	return limit;
}

void process_facts(struct names *names, int pid, struct process_facts *facts)
{
	char text[1024], *behind, state;
	long threads;

	*facts = (struct process_facts){ -1, -1, -1, '?' };
	if (pid <= 0)
		return;
	facts->nr_fds = count_fds(names, pid);
	facts->max_fds = soft_limit(names, pid);
	if (proc_read(names, pid, "stat", text, sizeof(text)) <= 0)
		return;
	/*
	 * The comm may hold anything, also brackets: count from the last one.
	 * State is field 3, num_threads 20.
	 */
	behind = strrchr(text, ')');
	if (!behind || sscanf(behind + 1, " %c", &state) != 1)
		return;
	facts->state = state >= 'A' && state <= 'z' ? state : '?';
	if (sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld",
		   &threads) == 1 && threads >= 0)
		facts->nr_threads = threads;
}
