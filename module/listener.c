// SPDX-License-Identifier: GPL-2.0
/*
 * The numbers of one listener: written by the hooks through slot.c, copied into
 * rows here. Several CPUs write at once, so all updates are atomic.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "compat.h"
#include "listener.h"
#include "look.h"
#include "tlq.h"

static void raise_peak(u32 *peak, u32 val)
{
	u32 old = READ_ONCE(*peak), seen;

	while (val > old) {
		seen = cmpxchg(peak, old, val);
		if (seen == old)
			break;
		old = seen;
	}
}

/**
 * tlq_raise_peaks() - note how long the queues of a listener are
 * @listener: its numbers
 * @ack_backlog: of the accept queue
 * @reqsk_qlen: of the SYN queue; may be less than 0 for a moment
 */
void tlq_raise_peaks(struct tlq_listener *listener, u32 ack_backlog,
		     int reqsk_qlen)
{
	raise_peak(&listener->peak_ack_backlog, ack_backlog);
	raise_peak(&listener->peak_reqsk_qlen, max(reqsk_qlen, 0));
}

/* Raise the peaks first: a row must not show a queue longer than its peak. */
static void fill_peaks(struct tlq_row *row, struct tlq_listener *listener)
{
	if (row->ack_backlog > READ_ONCE(listener->peak_ack_backlog) ||
	    row->reqsk_qlen > (int)READ_ONCE(listener->peak_reqsk_qlen))
		tlq_raise_peaks(listener, row->ack_backlog, row->reqsk_qlen);
	row->peak_ack_backlog = READ_ONCE(listener->peak_ack_backlog);
	row->peak_reqsk_qlen = READ_ONCE(listener->peak_reqsk_qlen);
}

static void fill_counts(struct tlq_row *row,
			const struct tlq_listener *listener)
{
	u64 last = atomic64_read(&listener->last_overflow);
	const atomic64_t *from = listener->count;
	u64 *to = row->count;
	int i;

	/* Not by an index into the arrays, see digits.h. */
	for (i = 0; i < TLQ_NR_COUNTERS; i++)
		to[i] = atomic64_read(&from[i]);
	row->last_overflow_ms = 0;
	if (last)
		row->last_overflow_ms =
			jiffies64_to_msecs(get_jiffies_64() - last);
	else
		row->known &= ~TLQ_KNOWN_LAST_OVERFLOW;
}

static void clear(struct tlq_row *row)
{
	row->known &= ~TLQ_KNOWN_LAST_OVERFLOW;
	row->last_overflow_ms = 0;
	row->peak_ack_backlog = 0;
	row->peak_reqsk_qlen = 0;
	memset(row->count, 0, sizeof(row->count));
}

/*
 * The queues are not empty, but there are no numbers: it is older than the module, or
 * there was no room.
 */
static noinline struct tlq_listener *track(struct tlq_share *share, u64 cookie)
{
	enum tlq_refusal refusal;

	refusal = tlq_listener_make(share, cookie, READ_ONCE(share->settled));
	if (refusal == TLQ_NOT_REFUSED)
		return tlq_listener_find(cookie);
	atomic64_inc(&share->refused[refusal]);
	tlq_lost_add(share, cookie, TLQ_KNOWN_PEAKS);
	tlq_look_again();
	return NULL;
}

/**
 * tlq_listener_fill() - copy the numbers of a listener into its row
 * @row: the row; cookie and queue lengths are already filled in
 * @share: of its namespace
 * @known: TLQ_KNOWN_* that the hooks provide
 *
 * A listener without numbers gets zeros. What one has lost is not known.
 *
 * Context: RCU read-side section; the bucket's lock keeps the listener in the
 * listening hash.
 */
void tlq_listener_fill(struct tlq_row *row, struct tlq_share *share, u32 known)
{
	struct tlq_listener *listener;
	u32 lost;

	row->known = known;
	if (!known) {
		clear(row);
		return;
	}
	listener = tlq_listener_find(row->cookie);
	if (!listener && (row->ack_backlog || row->reqsk_qlen > 0))
		listener = track(share, row->cookie);
	lost = tlq_lost_of(share, row->cookie, listener);
	if (!listener) {
		clear(row);
		row->known &= ~lost;
		return;
	}
	if (READ_ONCE(listener->doubtful))
		lost = TLQ_KNOWN_ALL;
	/* One that has overflowed since: that was the last time. */
	row->known &= ~lost | TLQ_KNOWN_LAST_OVERFLOW;
	fill_counts(row, listener);
	fill_peaks(row, listener);
}
