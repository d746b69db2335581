/* SPDX-License-Identifier: GPL-2.0 */
/* format.c, addr.c and words.c: a row -> text */
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

/* words.c: all flags with their commas, of which too many bytes are copied */
#define TLQ_FLAGS_MAX (TLQ_NR_FLAGS * 16)
/* A process, each byte of its name escaped */
#define TLQ_TASK_MAX (10 + 1 + TASK_COMM_LEN * 4)

char *tlq_put_flags(char *p, u32 flags);
char *tlq_put_task(char *p, const struct tlq_task *task);

/* How a column is printed, right-aligned unless said otherwise */
enum tlq_as {
	TLQ_AS_LOCAL,		/* text, from the left */
	TLQ_AS_U32,
	TLQ_AS_U64,
	TLQ_AS_S32,		/* negative: read between two updates, prints "-" */
	TLQ_AS_ID,		/* u64; 0: none, prints "-" */
	TLQ_AS_SELDOM,		/* u64; prints "-" unless the row has it, 0 included */
	TLQ_AS_SELDOM32,	/* the same, u32 */
	TLQ_AS_UID,		/* kuid_t, in the reader's user namespace */
	TLQ_AS_TASK,		/* text, from the left, in debugfs only */
	TLQ_AS_FLAGS,		/* text, last in its line */
};

/* format.c */

/* Which columns a file shows: /proc/net leaves the namespace out. */
enum tlq_view {
	TLQ_VIEW_ALL,
	TLQ_VIEW_NETNS,
	TLQ_NR_VIEWS
};

struct tlq_closed_row;

void tlq_format_init(u32 known);
void tlq_format_header(struct seq_file *m, enum tlq_view view);
unsigned int tlq_format_rows(struct seq_file *m, enum tlq_view view,
			     const struct tlq_row *row, unsigned int nr);

/* lines.c */
void tlq_waits_header(struct seq_file *m, enum tlq_view view);
unsigned int tlq_waits_rows(struct seq_file *m, enum tlq_view view,
			    const struct tlq_row *row, unsigned int nr);
void tlq_closed_header(struct seq_file *m, enum tlq_view view);
void tlq_closed_line(struct seq_file *m, enum tlq_view view,
		     const struct tlq_closed_row *row);

#endif /* TLQ_FORMAT_H */
