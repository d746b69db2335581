/* SPDX-License-Identifier: GPL-2.0 */
/* Time for what is due later. */
#ifndef LISTENQ_CLOCK_H
#define LISTENQ_CLOCK_H

/* seconds_now - CLOCK_MONOTONIC, in seconds: nobody steps it */
double seconds_now(void);

#endif
