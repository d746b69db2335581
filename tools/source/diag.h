/* SPDX-License-Identifier: GPL-2.0 */
/* Listeners as inet_diag has them, for where the module is not loaded. */
#ifndef LISTENQ_DIAG_H
#define LISTENQ_DIAG_H

#include "source.h"

/*
 * diag_look - listeners of the namespace of a process, of the own one for PID 0. False,
 * and why in ERROR. Another namespace needs root: a socket must be made in it.
 */
bool diag_look(int pid, struct look *look, char error[512]);

#endif
