/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace event tcp_listenq:listen_drop by perf_event_open(2), for root: each refused packet
 * of the machine. It ends with the program, however that ends; until then the module cannot be
 * unloaded.
 */
#ifndef LISTENQ_TRACE_H
#define LISTENQ_TRACE_H

#include "refusal.h"

struct trace;

/* trace_open - from now on; NULL and why in ERROR, in one clean line. trace_close() it. */
struct trace *trace_open(char error[512]);
void trace_close(struct trace *trace);

/* trace_wait - until something came, or some 50 ms: nothing is woken for each packet */
void trace_wait(struct trace *trace);

/*
 * trace_take - what came since, by the time of the packets; free() *REFUSALS. *LOST: so many more
 * came than there was room for.
 */
size_t trace_take(struct trace *trace, struct refusal **refusals, uint64_t *lost);

#endif
