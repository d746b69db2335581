// SPDX-License-Identifier: GPL-2.0
/*
 * profile - run a few tasks once each while QEMU logs every instruction
 *
 * Prints "profile NAME BEGIN END", the addresses of two functions called right
 * before and after the task, waits for a line, runs it, prints
 * "done NAME INSTRUCTIONS" and waits for a line again.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define LISTENERS 1000

static void __attribute_noinline__ begin(void)
{
	asm volatile("" : : : "memory");
}

static void __attribute_noinline__ end(void)
{
	asm volatile("" : : : "memory");
}

static void wait_for_line(void)
{
	int c;

	fflush(stdout);
	do {
		c = getchar();
	} while (c != '\n' && c != EOF);
}

static void read_ours(void)
{
	const struct bench_way *way = bench_way("ours");

	way->run(way, false);
}

static void dump(void)
{
	const struct bench_way *way = bench_way("diag4");

	way->run(way, false);
}

static void shake(const char *name)
{
	const struct bench_kind *kind = bench_kinds;

	while (strcmp(kind->name, name))
		kind++;
	kind->one(0);
}

static void accept_one(void)
{
	shake("accept");
}

static void refuse_one(void)
{
	shake("syn");
}

/* Much time passes while QEMU is told to log: requests end, the rest stays. */
static void fill(void)
{
	bench_shape(false, false, true);
	bench_full(LISTENERS, false);
}

static const struct task {
	const char *name;
	void (*run)(void);
	void (*before)(void);
} tasks[] = {
	{ "unused", read_ours },
	{ "ours", read_ours, bench_touch },
	{ "diag4", dump },
	{ "accept", accept_one },
	{ "syn", refuse_one, bench_fill_queues },
	{ "full", read_ours, fill },
	{ },
};

static void do_task(const struct task *task)
{
	__u64 took;

	if (task->before)
		task->before();
	task->run();
	task->run();
	printf("profile %s %p %p\n", task->name, begin, end);
	wait_for_line();
	took = bench_now();
	begin();
	task->run();
	end();
	took = bench_now() - took;
	printf("done %s %llu\n", task->name, took);
	wait_for_line();
}

int main(void)
{
	const struct task *task;

	bench_clock_init(false);
	bench_listeners(LISTENERS, false);
	bench_aim(LISTENERS);
	for (task = tasks; task->name; task++)
		do_task(task);
	return 0;
}
