/* SPDX-License-Identifier: GPL-2.0 */
/* Each listener's counters, by another method: test_modules/tlq_cross.c */
#ifndef TLQ_CROSSCHECK_H
#define TLQ_CROSSCHECK_H

/* Load it; NULL, or why there is nothing to compare with */
const char *tlq_crosscheck_need(void);
void tlq_crosscheck_unload(void);
/*
 * Compare all listeners of the caller's namespace, at a quiet moment. The number
 * of those with a difference, which are printed, or a negative errno; -ENODATA:
 * the other method has missed calls. *@listeners: how many had events
 */
int tlq_crosscheck_compare(int *listeners);

#endif
