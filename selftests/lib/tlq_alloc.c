// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel allocates, by its own trace events, in a buffer of our own
 */
#include "tlq_alloc.h"
#include "tlq_mod.h"
#include "tlq_sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE "/sys/kernel/tracing/instances/tlq_alloc/"
#define PER_CPU "percpu_alloc_percpu"

/*
 * Those ending in _node are gone since 11e9734bcb6a ("mm/slab_common: unify NUMA and
 * UMA version of tracepoints") (v6.1).
 */
static const char *const events[] = {
	"kmem/kmalloc", "kmem/kmalloc_node", "kmem/kmem_cache_alloc",
	"kmem/kmem_cache_alloc_node", "percpu/" PER_CPU
};

static int set(const char *event, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), INSTANCE "events/%s/%s", event, file);
	return tlq_write_file(path, text);
}

/* Where the module's code is: not before the first, and before the second */
static int code_of_module(unsigned long *from, unsigned long *to)
{
	FILE *f = fopen("/proc/modules", "re");
	char line[1024], name[64];
	unsigned long size;
	int err = -ENOENT;

	while (f && err && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %lx", name, &size,
			   from) == 3 && !strcmp(name, TLQ_MODULE)) {
			*to = *from + size;
			err = 0;
		}
	}
	if (f)
		fclose(f);
	return err;
}

/* Only what the module's own code has asked for counts */
static bool of_module;

static int make_filter(bool by_module, char *filter, size_t size)
{
	unsigned long from, to;
	int err = 0;

	if (by_module)
		err = code_of_module(&from, &to);
	if (by_module && !err)
		snprintf(filter, size, "call_site >= %#lx && call_site < %#lx",
			 from, to);
	else
		snprintf(filter, size, "common_pid == %d", getpid());
	return err;
}

static void clear(void)
{
	close(open(INSTANCE "trace", O_WRONLY | O_TRUNC | O_CLOEXEC));
}

int tlq_alloc_watch(bool by_module)
{
	char filter[128];
	int err = make_filter(by_module, filter, sizeof(filter));
	size_t i;

	if (err)
		return err;
	of_module = by_module;
	if (mkdir(INSTANCE, 0700) && errno != EEXIST)
		return -errno;
	for (i = 0; i < sizeof(events) / sizeof(*events) && !err; i++) {
		if (set(events[i], "enable", "0"))
			continue;
		err = set(events[i], "filter", filter);
		/* Before v5.19 it does not know its caller. */
		if (err && by_module && strstr(events[i], PER_CPU))
			err = 0;
		else if (!err)
			err = set(events[i], "enable", "1");
	}
	if (!err)
		clear();
	return err;
}

/* The number after @key in @line, or 0 */
static unsigned long long number(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/*
 * Before v5.19 the event of the per-CPU allocator has the size on one CPU only. The
 * filter by address lets through callers in modules that lie behind ours: /proc/modules
 * has the sum of a module's parts, its code is one of them.
 */
static unsigned long long bytes_in(const char *line)
{
	if (of_module && !strstr(line, "[" TLQ_MODULE "]"))
		return 0;
	if (strstr(line, PER_CPU ":"))
		return number(line, " size=") * tlq_possible_cpus();
	return number(line, " bytes_alloc=");
}

long long tlq_alloc_bytes(void)
{
	unsigned long long kept, written, sum = 0;
	bool lost = false;
	char line[1024];
	FILE *f;

	tlq_write_file(INSTANCE "tracing_on", "0");
	f = fopen(INSTANCE "trace", "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "# entries-in-buffer/entries-written: %llu/%llu",
			   &kept, &written) == 2)
			lost |= kept != written;
		else if (*line != '#')
			sum += bytes_in(line);
	}
	fclose(f);
	clear();
	tlq_write_file(INSTANCE "tracing_on", "1");
	return lost ? -ENOBUFS : (long long)sum;
}

void tlq_alloc_end(void)
{
	rmdir(INSTANCE);
}
