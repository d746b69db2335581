// SPDX-License-Identifier: GPL-2.0
/*
 * scale [-n] NAMESPACES BUSY - what reading and closing costs beside namespaces that
 * are there, of which some had packets
 *
 *	-n	without the module: only closing
 *
 * A line:
 *	scale POSSIBLE_CPUS NAMESPACES BUSY READ CLOSE CLOSE_USED TOTALS
 * in instructions, the least of some runs. READ is the file in /proc of one namespace
 * with one listener, CLOSE that of a listener that never had a packet, CLOSE_USED of
 * one that had a connection. 0: not measured. NAMESPACES and BUSY count the one in
 * which it is measured. The namespaces live until the program ends.
 */
#include "bench.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../selftests/lib/tlq_net.h"
#include "../selftests/lib/tlq_sys.h"

#define RUNS 9
#define TOTALS "/sys/kernel/debug/tcp_listenq/totals"
#define LISTENERS "/proc/net/tcp_listenq"

static int used_listener(void)
{
	struct tlq_lopt opt = { .backlog = 8 };
	int lfd = tlq_listen(&opt), client, server;

	if (lfd < 0)
		bench_die("listen");
	client = tlq_connect(lfd);
	server = tlq_accept(lfd);
	if (client < 0 || server < 0)
		bench_die("connect");
	close(client);
	close(server);
	return lfd;
}

/* A namespace more, held by a descriptor that is never closed */
static void another(bool busy)
{
	if (tlq_netns_enter())
		bench_die("unshare");
	if (open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) < 0)
		bench_die("ns/net");
	if (busy)
		used_listener();
}

static __u64 read_all(const char *path)
{
	static char buf[65536];
	__u64 start = bench_now();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		bench_die(path);
	do {
		n = read(fd, buf, sizeof(buf));
	} while (n > 0);
	if (n < 0)
		bench_die(path);
	close(fd);
	return bench_now() - start;
}

static __u64 close_one(bool used)
{
	struct tlq_lopt opt = { .backlog = 8 };
	int lfd = used ? used_listener() : tlq_listen(&opt);
	__u64 start;

	/* Its numbers are made soon after listen(2). */
	usleep(20000);
	start = bench_now();
	close(lfd);
	return bench_now() - start;
}

#define LEAST(expression) ({						\
	__u64 __least = -1ULL, __now;					\
	int __run;							\
									\
	for (__run = 0; __run < RUNS; __run++) {			\
		__now = (expression);					\
		if (__now < __least)					\
			__least = __now;				\
	}								\
	__least; })

static int possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	int last = 0;

	if (!f || fscanf(f, "0-%d", &last) < 0)
		bench_die("possible");
	fclose(f);
	return last + 1;
}

int main(int argc, char **argv)
{
	bool module = argc < 2 || strcmp(argv[1], "-n");
	int i, namespaces, busy;
	__u64 unused, used;

	if (argc != 4 - module)
		return 2;
	namespaces = atoi(argv[argc - 2]);
	busy = atoi(argv[argc - 1]);
	bench_clock_init(false);
	if (tlq_nofile(namespaces * 3 + 100))
		bench_die("nofile");
	for (i = 0; i < namespaces; i++)
		another(i >= namespaces - busy);
	bench_wait_idle();
	unused = LEAST(close_one(false));
	used = LEAST(close_one(true));
	printf("scale %d %d %d %llu %llu %llu %llu\n", possible_cpus(),
	       namespaces, busy, module ? LEAST(read_all(LISTENERS)) : 0ULL, unused,
	       used, module ? LEAST(read_all(TOTALS)) : 0ULL);
	fflush(stdout);
	/* The script looks at the allocator before the namespaces go. */
	getchar();
	return 0;
}
