// SPDX-License-Identifier: GPL-2.0
/*
 * Make allocations of the kernel fail: Documentation/fault-injection
 *
 * fail-nth is for one thread and spares packet processing, even in softirqs that
 * interrupt this thread; a slab cache fails for everybody.
 */
#include "tlq_fault.h"
#include "tlq_sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define SLAB "/sys/kernel/debug/failslab/"
#define USERCOPY "/sys/kernel/debug/fail_usercopy/"
#define PAGES "/sys/kernel/debug/fail_page_alloc/"

static bool set(const char *path, const char *value)
{
	return tlq_write_file(path, value) == 0;
}

/* Opened beforehand: the allocations of open(2) would count. */
static int nth_fd = -1;

bool tlq_fault_ready(void)
{
	nth_fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		return false;
	set("/dev/kmsg", "tcp_listenq: faults begin\n");
	/* Else allocations that may wait never fail, and all tests pass. */
	return set(SLAB "ignore-gfp-wait", "N") &&
	       set(PAGES "ignore-gfp-wait", "N") &&
	       set(PAGES "min-order", "0") && set(SLAB "verbose", "0") &&
	       set(PAGES "verbose", "0") && set(USERCOPY "verbose", "0");
}

void tlq_fault_end(void)
{
	if (nth_fd >= 0)
		set("/dev/kmsg", "tcp_listenq: faults end\n");
}

/* read(2) of this file is a copy and may be the one to fail: then 1 is left. */
static int left(void)
{
	char text[32] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) > 0)
		return atoi(text);
	if (errno != EFAULT)
		abort();
	return 1;
}

int tlq_fault_used(void)
{
	int used = TLQ_FAULT_NONE - left();

	tlq_fault_nth(0);
	return used;
}

bool tlq_fault_nth(int nth)
{
	bool reached = !left();
	char text[32];

	snprintf(text, sizeof(text), "%d", nth);
	while (pwrite(nth_fd, text, strlen(text), 0) <= 0)
		if (errno != EFAULT)
			abort();
	return reached;
}

bool tlq_fault_cache(const char *cache, bool fail)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/failslab", cache);
	/* The probability last, and off first, or all caches would fail. */
	if (!fail)
		return set(SLAB "probability", "0") && set(path, "0") &&
		       set(SLAB "cache-filter", "N");
	return set(path, "1") && set(SLAB "cache-filter", "Y") &&
	       set(SLAB "times", "-1") && set(SLAB "interval", "1") &&
	       set(SLAB "probability", "100");
}
