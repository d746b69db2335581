/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the programs of the benchmark: a clock, sockets, ways to read */
#ifndef TLQ_BENCH_H
#define TLQ_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>
#include <linux/types.h>

/* Print "PROGRAM: what", with errno's meaning if there is one, and exit. */
noreturn void bench_die(const char *what);

/*
 * The clock: the time stamp counter, which counts instructions under QEMU's icount
 * with shift=0; this is checked. With @time, nanoseconds of CLOCK_MONOTONIC. Also
 * gives the kernel the randomness that a machine in use has and, without @time, waits
 * until nothing else runs.
 */
void bench_clock_init(bool time);
/* Wait for a second in which the one CPU had nothing to do. */
void bench_wait_idle(void);
__u64 bench_now(void);
/* Sort the results of @n runs. */
void bench_sort(__u64 *run, size_t n);

/* Open or close listeners until there are @n, each at another address or port. */
void bench_listeners(int n, bool v6);
/*
 * From now on all IPv4 listeners are in one bucket of the listening hash, or every
 * other one is bound to lo: a reuseport group, of one device, has 32,768 at most.
 * Or each is a reuseport group of its own, and takes Fast Open's requests one at a time.
 */
void bench_shape(bool one_bucket, bool half_bound, bool groups);
/* One connection to each, accepted and closed, so that the module tracks it. */
void bench_touch(void);
/*
 * Open @n listeners in place of all others and make traffic that sets each of their
 * columns, the last of it within a second.
 */
void bench_full(int n, bool v6);
/* Die unless @n listeners are all that there are, and have every column set. */
void bench_check_full(int n);
/* Open or close connections until there are @n, both ends here. */
void bench_connections(int n);
int bench_listener(int i);

/**
 * struct bench_way - a way to list the listeners
 * @name: one word
 * @run: do it once; with @count set, return how many it listed, without the
 *	heading of a table
 * @arg: for @run
 * @states: of inet_diag, for @run
 */
struct bench_way {
	const char *name;
	long (*run)(const struct bench_way *way, bool count);
	const char *arg;
	__u32 states;
};

const struct bench_way *bench_way(const char *name);

/* Aim connections at the first @n listeners, which must be open. */
void bench_aim(int n);
/* Fill their accept queues: from here on they refuse. */
void bench_fill_queues(void);

/**
 * struct bench_kind - a kind of connection
 * @name: one word
 * @one: make one to the listener with this index
 * @round: how many are measured together
 * @refused: needs full accept queues
 */
struct bench_kind {
	const char *name;
	void (*one)(int i);
	int round;
	bool refused;
};

/* The last has no name; the refused ones come after the others. */
extern const struct bench_kind bench_kinds[];

#endif
