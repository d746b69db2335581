// SPDX-License-Identifier: GPL-2.0
/*
 * struct tlq_row -> a line of text. The columns come from columns.h; header,
 * alignment and rows follow from one table.
 *
 * For speed, a line starts as a copy of a blank line, in which every column
 * holds "-" and ends where it always ends. What is known is then written over
 * it from the right. Only a value wider than its column costs more: the rest of
 * the line moves right.
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "digits.h"
#include "tlq.h"

enum kind {
	LOCAL,		/* text, from the left */
	U32,
	U64,
	S32,		/* negative: read in the middle of two updates, "-" */
	ID,		/* u64, 0 stands for none */
	UID,		/* kuid_t, in the reader's user namespace */
	FLAGS,		/* text, last in its line */
};

struct column {
	const char *name;
	u16 width;
	u16 offset;	/* in struct tlq_row */
	enum kind kind;
	u32 known;	/* the row must have these, or "-" */
};

#define TLQ_COL(_name, _width, _kind, _member, _known)			\
	{ .name = #_name, .width = (_width), .kind = (_kind),		\
	  .offset = offsetof(struct tlq_row, _member), .known = (_known) },
static const struct column columns[] = {
#include "columns.h"
};

#undef TLQ_COL

#define NR_COLUMNS ARRAY_SIZE(columns)

static const char *const flag_names[TLQ_NR_FLAGS] = {
	[TLQ_F_REUSEPORT] = "reuseport",
	[TLQ_F_DEFER] = "defer",
	[TLQ_F_V6ONLY] = "v6only",
	[TLQ_F_TRANSPARENT] = "transparent",
	[TLQ_F_FREEBIND] = "freebind",
	[TLQ_F_MPTCP] = "mptcp",
	[TLQ_F_SMC] = "smc",
	[TLQ_F_KERNEL] = "kernel",
	[TLQ_F_SYNFLOOD] = "synflood",
};

/* Longest line with every column at its width, up to the flags. */
#define BLANK_MAX 384

/*
 * Bound of a whole line: the blank, the excess of the address and of numbers,
 * and all the flags. seq_file's first buffer is a page.
 */
#define LINE_MAX (BLANK_MAX + TLQ_LOCAL_MAX + 11 * 20 + TLQ_NR_FLAGS * 16)
static_assert(LINE_MAX <= 1024);

/**
 * struct layout - where the columns stand in one view
 * @first: index of the first column shown
 * @len: length of @blank, up to where the flags begin
 * @end: for each column, the byte behind it in an unshifted line
 * @blank: a line in which nothing is known
 */
struct layout {
	unsigned int first;
	unsigned int len;
	u16 end[NR_COLUMNS];
	char blank[BLANK_MAX];
};

static struct layout layouts[TLQ_NR_VIEWS] __ro_after_init = {
	[TLQ_VIEW_ALL] = { .first = 0 },
	[TLQ_VIEW_NETNS] = { .first = 1 },
};

/* A line being made: @shift is how far its rest has moved right. */
struct line {
	const struct layout *layout;
	char *start;
	unsigned int shift;
};

/* Column @i took @excess bytes more than its width: copy the rest again. */
static void shift_rest(struct line *line, unsigned int i, unsigned int excess)
{
	const struct layout *layout = line->layout;
	unsigned int end = layout->end[i];

	line->shift += excess;
	memcpy(line->start + end + line->shift, layout->blank + end,
	       layout->len - end);
}

static void put_local(struct line *line, unsigned int i,
		      const struct tlq_row *row)
{
	unsigned int end = line->layout->end[i];
	char *p = line->start + end - columns[i].width;
	char *behind = tlq_put_local(p, row);
	unsigned int len = behind - p;

	if (len > columns[i].width)
		shift_rest(line, i, len - columns[i].width);
	else
		memset(behind, ' ', columns[i].width - len);
}

static void put_number(struct line *line, unsigned int i, u64 val)
{
	unsigned int end = line->layout->end[i];
	unsigned int width = columns[i].width;
	char digits[20], *first;
	unsigned int len;

	if (likely(val < 100000000 && width >= 8)) {
		tlq_put_u64_before(line->start + end + line->shift, val);
		return;
	}
	first = tlq_put_u64_before(digits + sizeof(digits), val);
	len = digits + sizeof(digits) - first;
	if (len > width)
		shift_rest(line, i, len - width);
	memcpy(line->start + end + line->shift - len, first, len);
}

static char *put_flags(char *p, u32 flags)
{
	size_t len;
	int i;

	if (!flags) {
		*p++ = '-';
		return p;
	}
	for (i = 0; i < TLQ_NR_FLAGS; i++) {
		if (!(flags & BIT(i)))
			continue;
		len = strlen(flag_names[i]);
		memcpy(p, flag_names[i], len);
		p += len;
		*p++ = ',';
	}
	return p - 1;
}

static void put_column(struct line *line, unsigned int i,
		       const struct tlq_row *row, struct user_namespace *ns)
{
	const void *field = (const char *)row + columns[i].offset;

	if (columns[i].known & ~row->known)
		return;

	switch (columns[i].kind) {
	case FLAGS:
		break;
	case U64:
		put_number(line, i, *(const u64 *)field);
		break;
	case U32:
		put_number(line, i, *(const u32 *)field);
		break;
	case S32:
		if (*(const s32 *)field >= 0)
			put_number(line, i, *(const s32 *)field);
		break;
	case ID:
		if (*(const u64 *)field)
			put_number(line, i, *(const u64 *)field);
		break;
	case UID:
		put_number(line, i, from_kuid_munged(ns, row->uid));
		break;
	case LOCAL:
		put_local(line, i, row);
		break;
	}
}

/**
 * tlq_format_row() - print a row as a line
 * @m: file; a line that does not fit counts as an overflow and prints nothing
 * @view: columns to show
 * @row: listener
 */
void tlq_format_row(struct seq_file *m, enum tlq_view view,
		    const struct tlq_row *row)
{
	struct line line = { .layout = &layouts[view] };
	unsigned int i;
	char *p;

	if (seq_get_buf(m, &line.start) < LINE_MAX) {
		seq_commit(m, -1);
		return;
	}
	memcpy(line.start, line.layout->blank, line.layout->len);
	for (i = line.layout->first; i < NR_COLUMNS; i++)
		put_column(&line, i, row, seq_user_ns(m));
	p = put_flags(line.start + line.layout->len + line.shift, row->flags);
	*p++ = '\n';
	seq_commit(m, p - line.start);
}

static bool from_left(unsigned int i)
{
	return columns[i].kind == LOCAL || columns[i].kind == FLAGS;
}

/**
 * tlq_format_header() - print the line of column names
 * @m: file
 * @view: columns to show
 */
void tlq_format_header(struct seq_file *m, enum tlq_view view)
{
	const struct layout *layout = &layouts[view];
	unsigned int i;
	int width;

	for (i = layout->first; i < NR_COLUMNS; i++) {
		width = columns[i].width;
		if (i > layout->first)
			seq_putc(m, ' ');
		seq_printf(m, "%*s", from_left(i) ? -width : width,
			   columns[i].name);
	}
	seq_putc(m, '\n');
}

static void __init init_layout(struct layout *layout)
{
	unsigned int pos = 0, i;

	memset(layout->blank, ' ', sizeof(layout->blank));
	for (i = layout->first; i < NR_COLUMNS; i++) {
		if (columns[i].kind == FLAGS)
			break;
		pos += columns[i].width;
		layout->end[i] = pos;
		if (!from_left(i))
			layout->blank[pos - 1] = '-';
		pos++;
	}
	layout->len = pos;
	WARN_ON_ONCE(pos > BLANK_MAX);
}

/** tlq_format_init() - lay out the columns of both views */
void __init tlq_format_init(void)
{
	unsigned int i;

	for (i = 0; i < TLQ_NR_VIEWS; i++)
		init_layout(&layouts[i]);
}
