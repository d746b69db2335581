/* SPDX-License-Identifier: GPL-2.0 */
/* Each listener's counters, by another method: test_modules/tlq_cross.c */
#ifndef TLQ_CROSS_H
#define TLQ_CROSS_H

/* Load it; NULL, or why there is nothing to compare with */
const char *tlq_cross_need(void);
void tlq_cross_unload(void);
/*
 * Compare all rows of the caller's namespace, at a quiet moment. The number of
 * rows with a difference, which are printed, or a negative errno; -ENODATA:
 * the other method has missed calls. *@rows: how many had events
 */
int tlq_cross_compare(int *rows);

#endif
