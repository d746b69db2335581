/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs of the benchmark share: a clock, sockets, ways to read */
#ifndef TLQ_BENCH_H
#define TLQ_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>
#include <linux/types.h>

/* Print "PROGRAM: what", with errno's meaning if there is one, and exit. */
noreturn void bench_die(const char *what);

/*
 * The clock. Under QEMU's strict icount with shift=0 the time stamp counter
 * counts instructions; it is read with it, and checked first that it does.
 * Otherwise: nanoseconds of CLOCK_MONOTONIC. Also gives the kernel the randomness
 * that a machine in use has.
 */
void bench_clock_init(bool time);
__u64 bench_now(void);
/* Runs so far, sorted by it */
void bench_sort(__u64 *run, size_t n);

/* Listeners: there are @n afterwards. Every one is an address and port apart. */
void bench_listeners(int n, bool v6);
/* One connection to each, accepted and closed: the module tracks it then. */
void bench_touch(void);
/* Established connections, over listeners that are gone: there are @n, both ends */
void bench_connections(int n);
int bench_listener(int i);

/**
 * struct bench_way - a way to learn of the listeners
 * @name: of one word
 * @run: do it once; with @count set, return how many it told of, a table's
 *	heading not among them
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
/* From here on none of them accepts any more. */
void bench_fill_queues(void);

/**
 * struct bench_kind - a kind of connection
 * @name: of one word
 * @one: one to the listener of this index
 * @round: how many are worth measuring together
 * @refused: for full accept queues
 */
struct bench_kind {
	const char *name;
	void (*one)(int i);
	int round;
	bool refused;
};

/* The last has no name; those that are refused are behind the others. */
extern const struct bench_kind bench_kinds[];

#endif
