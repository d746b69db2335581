// SPDX-License-Identifier: GPL-2.0
/*
 * Rows -> lines of text, for the files that are read seldom: column by column, from
 * tables like that of the big file (format.c), which is made for speed.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "closed.h"
#include "format.h"
#include "listener.h"
#include "tlq.h"
#include "waits.h"

struct column {
	const char *name;
	enum tlq_as as;
	u32 known;	/* prints "-" if the row does not have these */
	unsigned int width;
	unsigned int offset;
};

#define TLQ_COL(_name, _width, _as, _known, _member)			\
	{ .name = #_name, .as = TLQ_AS_##_as, .known = (_known),	\
	  .width = (_width), .offset = offsetof(ROW, _member) },
#define ROW struct tlq_wait_row
static const struct column wait_columns[] = {
#include "wait_columns.h"
};

#undef ROW
#define ROW struct tlq_closed_row
static const struct column closed_columns[] = {
#include "closed_columns.h"
};

#undef ROW
#undef TLQ_COL

/* /proc/net shows neither the namespace nor processes. */
static bool hidden(const struct column *column, enum tlq_view view)
{
	return view == TLQ_VIEW_NETNS &&
	       (column->as == TLQ_AS_TASK || !strcmp(column->name, "netns"));
}

static bool is_text(const struct column *column)
{
	return column->as == TLQ_AS_LOCAL || column->as == TLQ_AS_TASK ||
	       column->as == TLQ_AS_FLAGS;
}

static void header(struct seq_file *m, const struct column *column,
		   unsigned int nr, enum tlq_view view)
{
	const struct column *end = column + nr;

	for (; column < end; column++) {
		if (hidden(column, view))
			continue;
		seq_printf(m, is_text(column) ? "%-*s" : "%*s",
			   column->as == TLQ_AS_FLAGS ? 0 : (int)column->width,
			   column->name);
		if (column + 1 < end)
			seq_putc(m, ' ');
	}
	seq_putc(m, '\n');
}

static void put_text(struct seq_file *m, const struct column *column,
		     const struct tlq_row *row, const void *field)
{
	char text[TLQ_FLAGS_MAX + TLQ_LOCAL_MAX], *end = text;

	BUILD_BUG_ON(sizeof(text) <= TLQ_TASK_MAX);
	if (column->known & ~row->known)
		*end++ = '-';
	else if (column->as == TLQ_AS_TASK)
		end = tlq_put_task(end, field);
	else if (column->as == TLQ_AS_LOCAL && row->family)
		end = tlq_put_local(end, row);
	else if (column->as == TLQ_AS_LOCAL)
		*end++ = row->port;
	else if (row->flags)
		end = tlq_put_flags(end, row->flags);
	else
		*end++ = '-';
	*end = '\0';
	seq_printf(m, "%-*s", column->as == TLQ_AS_FLAGS ? 0 : (int)column->width,
		   text);
}

/* False if there is none */
static bool number(const struct column *column, struct user_namespace *ns,
		   const struct tlq_row *row, const void *field, u64 *val)
{
	if (column->known & ~row->known)
		return false;
	switch (column->as) {
	case TLQ_AS_S32:
		*val = *(const s32 *)field;
		return *(const s32 *)field >= 0;
	case TLQ_AS_U32:
	case TLQ_AS_SELDOM32:
		*val = *(const u32 *)field;
		return true;
	case TLQ_AS_UID:
		*val = from_kuid_munged(ns, row->uid);
		return true;
	case TLQ_AS_ID:
		*val = *(const u64 *)field;
		return *val;
	default:
		*val = *(const u64 *)field;
		return true;
	}
}

static void line(struct seq_file *m, const struct column *column, unsigned int nr,
		 enum tlq_view view, const struct tlq_row *row, const void *base)
{
	const struct column *end = column + nr;
	const void *field;
	u64 val;

	for (; column < end; column++) {
		field = base + column->offset;
		if (hidden(column, view))
			continue;
		if (is_text(column))
			put_text(m, column, row, field);
		else if (number(column, seq_user_ns(m), row, field, &val))
			seq_printf(m, "%*llu", column->width, val);
		else
			seq_printf(m, "%*s", column->width, "-");
		if (column + 1 < end)
			seq_putc(m, ' ');
	}
	seq_putc(m, '\n');
}

/**
 * tlq_waits_header() - print the names of the columns of waits
 * @m: file
 * @view: columns to show
 */
void tlq_waits_header(struct seq_file *m, enum tlq_view view)
{
	header(m, wait_columns, ARRAY_SIZE(wait_columns), view);
}

/* Without counters there is no table of numbers. */
static const struct tlq_listener *numbers_of(const struct tlq_row *row)
{
	return row->known & TLQ_KNOWN_WAITS ? tlq_listener_find(row->cookie) : NULL;
}

/**
 * tlq_waits_rows() - print the waits of listeners, a line each
 * @m: file; stops before a line that does not fit
 * @view: columns to show
 * @row: first of an array of rows
 * @nr: how many
 *
 * The waits are copied now, as few listeners have any. One that has closed since its
 * row was copied has no line, as if it had closed before.
 *
 * Return: how many rows have been done; not all of them have a line.
 */
unsigned int tlq_waits_rows(struct seq_file *m, enum tlq_view view,
			    const struct tlq_row *row, unsigned int nr)
{
	struct tlq_wait_row waits;
	unsigned int i;
	size_t before;
	bool any;

	for (i = 0; i < nr; i++) {
		waits.listener = row[i];
		rcu_read_lock();
		any = tlq_waits_buckets(&waits, numbers_of(&row[i]));
		rcu_read_unlock();
		if (!any)
			continue;
		before = m->count;
		line(m, wait_columns, ARRAY_SIZE(wait_columns), view,
		     &waits.listener, &waits);
		if (seq_has_overflowed(m)) {
			m->count = before;
			break;
		}
	}
	return i;
}

/**
 * tlq_closed_header() - print the names of the columns of closed listeners
 * @m: file
 * @view: columns to show
 */
void tlq_closed_header(struct seq_file *m, enum tlq_view view)
{
	header(m, closed_columns, ARRAY_SIZE(closed_columns), view);
}

/**
 * tlq_closed_line() - print a closed listener, or a sum
 * @m: file
 * @view: columns to show
 * @row: it
 */
void tlq_closed_line(struct seq_file *m, enum tlq_view view,
		     const struct tlq_closed_row *row)
{
	line(m, closed_columns, ARRAY_SIZE(closed_columns), view, &row->listener,
	     row);
}
