// SPDX-License-Identifier: GPL-2.0
/*
 * The listeners that have closed as a seq_file: those of a namespace, newest first,
 * then what was charged to none, then the sums over all. One line is copied at a time.
 */
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "closed.h"
#include "files.h"
#include "format.h"
#include "nets.h"
#include "tlq.h"

/* The lines of a namespace, in order */
enum part {
	RECORDS,
	NOBODY,
	ALL,
	END,
};

/**
 * struct listing - an open file
 * @net: namespace to show; NULL: all of them
 * @id: the namespace that is shown
 * @part: of it, to which @row belongs
 * @pos: position of @row
 * @row: the line
 */
struct listing {
	struct net *net;
	u64 id;
	enum part part;
	loff_t pos;
	struct tlq_closed_row row;
};

#define KNOWN_SUMS (TLQ_KNOWN_WAITS | (BIT(TLQ_NR_COUNTERS) - 1))

static void begin_sums(struct listing *listing, const struct tlq_net *tn,
		       enum part part, char name)
{
	struct tlq_row *row = &listing->row.listener;

	memset(&listing->row, 0, sizeof(listing->row));
	listing->part = part;
	row->port = name;
	row->netns = tn->net->ns.inum;
	row->known = tlq_net_known(tn) & KNOWN_SUMS;
}

static void sum_nobody(struct listing *listing, struct tlq_net *tn)
{
	struct tlq_row *row = &listing->row.listener;

	begin_sums(listing, tn, NOBODY, '-');
	row->known &= ~BIT(TLQ_C_SYNS);
	if (!tlq_totals_nobody(tn, row->count))
		row->known = 0;
	row->accepts = atomic64_read(&tn->nobody_accepts);
}

static void sum_all(struct listing *listing, struct tlq_net *tn)
{
	const struct tlq_closed *closed = tlq_closed_of(&tn->share);
	struct tlq_row *row = &listing->row.listener;
	int i;

	begin_sums(listing, tn, ALL, '*');
	for (i = 0; closed && i < TLQ_NR_COUNTERS; i++)
		row->count[i] = atomic64_read(&closed->count[i]);
	row->accepts = atomic64_read(&tn->closed_accepts);
	if (READ_ONCE(tn->closed_missed))
		row->known &= ~TLQ_KNOWN_WAITS;
	row->known |= tlq_closed_known();
	listing->row.resets = atomic64_read(&tn->closed_resets);
}

/* The next line of a namespace */
static void advance_in(struct tlq_net *tn, void *data)
{
	struct tlq_closed *closed = tlq_closed_of(&tn->share);
	struct listing *listing = data;

	if (listing->id != tn->id) {
		listing->id = tn->id;
		listing->part = RECORDS;
		listing->row.number = U64_MAX;
	}
	switch (listing->part) {
	case RECORDS:
		if (!closed || !tlq_closed_next(closed, listing->row.number,
						&listing->row))
			sum_nobody(listing, tn);
		break;
	case NOBODY:
		sum_all(listing, tn);
		break;
	default:
		listing->part = END;
	}
}

/* False at the end */
static bool advance(struct listing *listing)
{
	u64 id;

	listing->pos++;
	if (!tlq_nets_active() || listing->part == END) {
		listing->part = END;
	} else if (listing->net) {
		advance_in(tlq_net_of(listing->net), listing);
	} else {
		/* The same namespace again, unless all of it has been shown. */
		id = listing->id - (listing->id && listing->part != ALL);
		if (!tlq_nets_next(id, advance_in, listing))
			listing->part = END;
	}
	return listing->part != END;
}

static void rewind(struct listing *listing)
{
	listing->id = 0;
	listing->part = RECORDS;
	listing->pos = 0;
}

static void *closed_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct listing *listing = m->private;

	++*pos;
	return advance(listing) ? listing : NULL;
}

static void *closed_start(struct seq_file *m, loff_t *pos)
{
	struct listing *listing = m->private;

	if (!*pos) {
		rewind(listing);
		return SEQ_START_TOKEN;
	}
	if (*pos == listing->pos)
		return listing->part == END ? NULL : listing;
	return advance(listing) ? listing : NULL;
}

static void closed_stop(struct seq_file *m, void *v)
{
}

static int closed_show(struct seq_file *m, void *v)
{
	const struct listing *listing = m->private;
	enum tlq_view view = listing->net ? TLQ_VIEW_NETNS : TLQ_VIEW_ALL;

	if (v == SEQ_START_TOKEN)
		tlq_closed_header(m, view);
	else
		tlq_closed_line(m, view, &listing->row);
	return 0;
}

static const struct seq_operations closed_ops = {
	.start	= closed_start,
	.next	= closed_next,
	.stop	= closed_stop,
	.show	= closed_show,
};

/**
 * tlq_seq_open_closed() - open a file that lists listeners that have closed
 * @file: file
 * @net: namespace to show, must outlive every call on @file; NULL: all of them
 *
 * Return: 0 or -ENOMEM.
 */
int tlq_seq_open_closed(struct file *file, struct net *net)
{
	struct listing *listing;

	listing = __seq_open_private(file, &closed_ops, sizeof(*listing));
	if (!listing)
		return -ENOMEM;
	listing->net = net;
	return 0;
}
