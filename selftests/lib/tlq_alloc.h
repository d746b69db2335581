/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel allocates, by its own trace events */
#ifndef TLQ_ALLOC_H
#define TLQ_ALLOC_H

#include <stdbool.h>

/*
 * Watch what this process makes the kernel allocate (pages and vmalloc() excluded), or
 * what the code of the module under test does, whoever runs it. 0 or a negative errno
 */
int tlq_alloc_watch(bool by_module);
/* Bytes since the last call, or since tlq_alloc_watch(); or a negative errno */
long long tlq_alloc_bytes(void);
void tlq_alloc_end(void);

#endif
