// SPDX-License-Identifier: GPL-2.0
/*
 * The clock of the benchmark, and how a program ends
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LOOPS 100000
#define TRIES 20

/* How long the machine may be busy */
#define IDLE_SECONDS 600

static bool real_time;

void bench_die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		errno ? strerror(errno) : "not as expected");
	exit(1);
}

__u64 bench_now(void)
{
	struct timespec t;

	if (!real_time)
		return __builtin_ia32_rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Two instructions a round */
static void count_down(unsigned long n)
{
	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (n) : : "cc");
}

/* Others may get the CPU in between, but not in each try. */
static void check_clock(void)
{
	__u64 start, took, least = -1ULL;
	int i;

	for (i = 0; i < TRIES; i++) {
		start = bench_now();
		count_down(LOOPS);
		took = bench_now() - start;
		if (took < least)
			least = took;
	}
	if (least < 2 * LOOPS || least > 2 * LOOPS + 2 * LOOPS / 100) {
		errno = 0;
		bench_die("the time stamp counter does not count instructions");
	}
}

/*
 * The test machine boots without randomness. Without a seed the kernel mixes
 * its pool for each random number: ten thousand instructions that no machine in
 * use spends on a connection.
 */
static void seed(void)
{
	struct {
		int bits, bytes;
		char text[64];
	} entropy = { 512, 64, "the same each time" };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &entropy))
		bench_die("seed");
	close(fd);
}

/* Hundredths of a second in which the CPUs had nothing to do, since boot */
static long idle_so_far(void)
{
	FILE *f = fopen("/proc/uptime", "re");
	double idle;

	if (!f || fscanf(f, "%*f %lf", &idle) != 1)
		bench_die("/proc/uptime");
	fclose(f);
	return 100 * idle + 0.5;
}

/*
 * 7.3 tests its ciphers after boot, in threads (CONFIG_CRYPTO_SELFTESTS): for a second
 * or so they take turns of 0.7 ms with us, and what takes longer is counted twice.
 */
void bench_wait_idle(void)
{
	long before, now = idle_so_far();
	int i;

	for (i = 0; i < IDLE_SECONDS; i++) {
		sleep(1);
		before = now;
		now = idle_so_far();
		if (now - before >= 99)
			return;
	}
	errno = 0;
	bench_die("the machine is always busy");
}

void bench_clock_init(bool time)
{
	real_time = time;
	seed();
	if (time)
		return;
	bench_wait_idle();
	check_clock();
}

static int compare(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void bench_sort(__u64 *run, size_t n)
{
	qsort(run, n, sizeof(*run), compare);
}
