/* SPDX-License-Identifier: GPL-2.0 */
/* window.c: peaks of the last one to two minutes */
#ifndef TLQ_WINDOW_H
#define TLQ_WINDOW_H

void tlq_window_start(void);
void tlq_window_stop(void);

#endif /* TLQ_WINDOW_H */
