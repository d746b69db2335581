/* SPDX-License-Identifier: GPL-2.0 */
/* format.c and addr.c: a row -> text */
#ifndef TLQ_FORMAT_H
#define TLQ_FORMAT_H

#include <linux/if.h>
#include <linux/types.h>

#include "tlq.h"

struct seq_file;

/* addr.c: longest "[address]%device:port", without a final NUL */
#define TLQ_LOCAL_MAX (1 + 45 + 1 + 1 + IFNAMSIZ + 1 + 5)

void tlq_addr_init(void);
char *tlq_put_local(char *p, const struct tlq_row *row);

/* format.c */

/* Which columns a file shows: /proc/net leaves the namespace out. */
enum tlq_view {
	TLQ_VIEW_ALL,
	TLQ_VIEW_NETNS,
	TLQ_NR_VIEWS
};

void tlq_format_init(u32 known);
void tlq_format_header(struct seq_file *m, enum tlq_view view);
unsigned int tlq_format_rows(struct seq_file *m, enum tlq_view view,
			     const struct tlq_row *row, unsigned int nr);

#endif /* TLQ_FORMAT_H */
