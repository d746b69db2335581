// SPDX-License-Identifier: GPL-2.0
/*
 * struct tlq_row -> a line of text. Header, alignment and rows are made from the
 * table in columns.h.
 *
 * For speed, a line starts as a copy of the usual line, in which every value is "0"
 * or "-". Non-zero values are then written over it, by code made for each column; a
 * zero costs one test. A value wider than its column costs more: the rest of the
 * line moves right.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/seq_file.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "digits.h"
#include "format.h"
#include "tlq.h"

/* Layout of a line with all columns, none too wide; each is followed by a blank. */
struct text {
	char
#define TLQ_COL(_name, _width, ...) _name[(_width) + 1],
#include "columns.h"
#undef TLQ_COL
	behind;
};

#define BEGIN(_name) offsetof(struct text, _name)

#define WIDTH(_name) (sizeof_field(struct text, _name) - 1)

/* Behind the numbers: text as long as it is */
#define NUMBERS_END BEGIN(acceptor)

/* A number of so many digits fits into every column. */
#define NARROW 8
#define NARROW_MAX 99999999

struct column {
	const char *name;
	enum tlq_as kind;
	u32 known;	/* prints "-" if the row does not have these */
	unsigned int begin;
	unsigned int width;
};

#define TLQ_COL(_name, _width, _kind, _known, ...)			\
	{ .name = #_name, .kind = TLQ_AS_##_kind, .known = (_known),		\
	  .begin = BEGIN(_name), .width = (_width) },
static const struct column columns[] = {
#include "columns.h"
};

#undef TLQ_COL

/*
 * Upper bound of a line: the usual one, the excess of the address and of numbers,
 * and all texts. seq_file's first buffer is a page.
 */
#define LINE_ROOM (sizeof(struct text) + TLQ_LOCAL_MAX +			\
		   ARRAY_SIZE(columns) * (20 - NARROW) + 2 * TLQ_TASK_MAX +	\
		   TLQ_FLAGS_MAX)
static_assert(LINE_ROOM <= 2048);

/* The usual line up to the texts, and the TLQ_KNOWN_* it was made for */
static char usual[NUMBERS_END] __ro_after_init;
static u32 usual_known __ro_after_init;

static char header[BEGIN(behind)] __ro_after_init;

/* Offset in the full line at which the lines of a view begin */
static unsigned int first_place(enum tlq_view view)
{
	return view == TLQ_VIEW_ALL ? 0 : BEGIN(local);
}

/*
 * In the functions below, @line is the virtual start of a full, unshifted line:
 * each column not yet written is at its offset from there. They return it moved by
 * as much as they shifted the rest.
 */

static bool is_seldom(const struct column *column)
{
	return column->kind == TLQ_AS_SELDOM || column->kind == TLQ_AS_SELDOM32;
}

/* In the columns that can be unknown: "0" if known, "-" if not */
static noinline void mark_known(char *line, u32 known)
{
	const struct column *column = columns;

	for (; column < columns + ARRAY_SIZE(columns); column++)
		if (column->known && !is_seldom(column))
			line[column->begin + column->width - 1] =
				column->known & ~known ? '-' : '0';
}

/* Copy the usual line from @begin on; columns before it are always known. */
static void put_usual(char *line, unsigned int begin, u32 known)
{
	memcpy(line + begin, usual + begin, sizeof(usual) - begin);
	known &= ~TLQ_KNOWN_SELDOM;
	if (unlikely(known != usual_known))
		mark_known(line, known);
}

static char *put_local(char *line, unsigned int begin, unsigned int end,
		       const struct tlq_row *row)
{
	char *p = line + begin;
	unsigned int len = tlq_put_local(p, row) - p;

	if (likely(len <= end - begin))
		return line;
	line += len - (end - begin);
	put_usual(line, end, row->known);
	return line;
}

static noinline char *put_wide(char *line, unsigned int begin,
			       unsigned int end, u64 val)
{
	unsigned int len, excess;
	char digits[20], *first;

	first = tlq_put_u64_before(digits + sizeof(digits), val);
	len = digits + sizeof(digits) - first;
	if (len > end - begin) {
		excess = len - (end - begin);
		memmove(line + end + excess, line + end, NUMBERS_END - end);
		line += excess;
	}
	memcpy(line + end - len, first, len);
	return line;
}

static noinline void put_narrow(char *end, u32 val)
{
	tlq_put_u32_before(end, val);
}

static __always_inline char *put_number(char *line, unsigned int begin,
					unsigned int end, u64 val)
{
	if (likely(val < 100)) {
		memcpy(line + end - 2, tlq_short_numbers + 2 * val, 2);
		return line;
	}
	if (unlikely(val > (end - begin < 10 ? NARROW_MAX : U32_MAX)))
		return put_wide(line, begin, end, val);
	put_narrow(line + end, val);
	return line;
}

/* In init_user_ns a kuid is the uid: no lookup needed. */
static u32 uid_in(struct user_namespace *ns, kuid_t uid)
{
	if (likely(ns == &init_user_ns && uid_valid(uid)))
		return __kuid_val(uid);
	return from_kuid_munged(ns, uid);
}

/*
 * Inlined for each column: all arguments but the first four are constants. Of the hooks'
 * columns, write @hooks only; the row certainly has @sure.
 */
static __always_inline char *put_column(char *line, const struct tlq_row *row,
					struct user_namespace *ns,
					unsigned int first, enum tlq_as kind,
					u32 known, u32 hooks, u32 sure,
					u32 begin, u32 width, u32 offset)
{
	const void *field = (const char *)row + offset;
	unsigned int end = begin + width;
	u64 val;

	/* netns, at offset 0, is the only column that a view may lack. */
	if ((!begin && first) || (known & TLQ_KNOWN_ALL & ~hooks))
		return line;
	known &= ~sure;
	switch (kind) {
	case TLQ_AS_U64:
	case TLQ_AS_ID:
		val = *(const u64 *)field;
		break;
	case TLQ_AS_U32:
		val = *(const u32 *)field;
		break;
	case TLQ_AS_S32:
		if (likely(*(const s32 *)field >= 0)) {
			val = *(const s32 *)field;
			break;
		}
		line[end - 1] = '-';
		return line;
	case TLQ_AS_UID:
		val = uid_in(ns, row->uid);
		break;
	case TLQ_AS_LOCAL:
		return put_local(line, begin, end, row);
	case TLQ_AS_SELDOM:
	case TLQ_AS_SELDOM32:
		if (!(known & row->known))
			return line;
		val = kind == TLQ_AS_SELDOM ? *(const u64 *)field : *(const u32 *)field;
		return put_number(line, begin, end, val);
	case TLQ_AS_TASK:
	case TLQ_AS_FLAGS:
		return line;
	}
	BUILD_BUG_ON(width < NARROW);
	if (val && !(known & ~row->known))
		return put_number(line, begin, end, val);
	return line;
}

static char *put_padded_task(char *p, const struct tlq_task *task,
			     unsigned int width)
{
	char *end = tlq_put_task(p, task);

	while (end < p + width)
		*end++ = ' ';
	*end++ = ' ';
	return end;
}

static char *put_texts(char *p, enum tlq_view view, const struct tlq_row *row)
{
	if (view == TLQ_VIEW_ALL) {
		p = put_padded_task(p, &row->acceptor, WIDTH(acceptor));
		p = put_padded_task(p, &row->listener_by, WIDTH(listener_by));
	}
	if (row->flags)
		p = tlq_put_flags(p, row->flags);
	else
		*p++ = '-';
	*p++ = '\n';
	return p;
}

static __always_inline char *put_columns(char *line, const struct tlq_row *row,
					 struct user_namespace *ns,
					 unsigned int first, u32 hooks, u32 sure)
{
#define TLQ_COL(_name, _width, _kind, _known, _member)			\
	{								\
		line = put_column(line, row, ns, first, TLQ_AS_##_kind, _known,	\
				  hooks, sure, BEGIN(_name), _width,	\
				  offsetof(struct tlq_row, _member));	\
	}
#include "columns.h"
#undef TLQ_COL
	return line;
}

/* Returns the byte after the line. */
static __always_inline char *put_line(char *start, enum tlq_view view,
				      const struct tlq_row *row,
				      struct user_namespace *ns)
{
	const u32 always = TLQ_KNOWN_ALL & ~TLQ_KNOWN_SELDOM;
	unsigned int first = first_place(view);
	char *line = start - first;

	put_usual(line, first, row->known);
	if (row->quiet)
		line = put_columns(line, row, ns, first, 0, 0);
	else if (likely(!(always & ~row->known)))
		line = put_columns(line, row, ns, first, TLQ_KNOWN_ALL, always);
	else
		line = put_columns(line, row, ns, first, TLQ_KNOWN_ALL, 0);
	return put_texts(line + NUMBERS_END, view, row);
}

/**
 * tlq_format_rows() - print rows, a line each
 * @m: file; stops before a line that may not fit
 * @view: columns to show
 * @row: first of an array of rows
 * @nr: how many
 *
 * Return: how many have been printed.
 */
unsigned int tlq_format_rows(struct seq_file *m, enum tlq_view view,
			     const struct tlq_row *row, unsigned int nr)
{
	struct user_namespace *ns = seq_user_ns(m);
	unsigned int i = 0;
	char *start, *p;
	size_t room;

	room = seq_get_buf(m, &start);
	for (p = start; i < nr && start + room - p > LINE_ROOM; i++)
		p = put_line(p, view, row + i, ns);
	seq_commit(m, p - start);
	return i;
}

/**
 * tlq_format_header() - print the line of column names
 * @m: file
 * @view: columns to show
 */
void tlq_format_header(struct seq_file *m, enum tlq_view view)
{
	unsigned int first = first_place(view);

	seq_write(m, header + first, NUMBERS_END - first);
	if (view == TLQ_VIEW_ALL)
		seq_write(m, header + NUMBERS_END, BEGIN(flags) - NUMBERS_END);
	seq_write(m, header + BEGIN(flags), sizeof(header) - BEGIN(flags));
}

/* Names of number columns are right-aligned, like the numbers. */
static void __init lay_out(const struct column *column)
{
	unsigned int len = strlen(column->name);
	unsigned int begin = column->begin;

	if (column->kind != TLQ_AS_LOCAL && column->kind < TLQ_AS_TASK) {
		begin += column->width - len;
		usual[begin + len - 1] =
			column->kind == TLQ_AS_ID || is_seldom(column) ? '-' : '0';
	}
	memcpy(header + begin, column->name, len);
}

/**
 * tlq_format_init() - lay out the columns
 * @known: TLQ_KNOWN_* that most rows will have
 */
void __init tlq_format_init(u32 known)
{
	unsigned int i;

	memset(usual, ' ', sizeof(usual));
	memset(header, ' ', sizeof(header));
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		lay_out(&columns[i]);
	header[sizeof(header) - 1] = '\n';
	usual_known = known & ~TLQ_KNOWN_SELDOM;
	mark_known(usual, known);
}
