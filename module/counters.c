// SPDX-License-Identifier: GPL-2.0
/*
 * The numbers of one listener: what the hooks write (through slot.c) and what a
 * row gets of them. Several CPUs write at once, so all are atomic.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sock_diag.h>
#include <linux/string.h>

#include "compat.h"
#include "counters.h"
#include "tlq.h"

/**
 * tlq_give_cookie() - for a socket that has no identity yet
 * @sk: full socket
 *
 * Return: its cookie, given to it now.
 */
u64 tlq_give_cookie(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}

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

/* A reader looks at the queues as well, and what it shows must not be forgotten. */
static void fill_peaks(struct tlq_row *row, struct tlq_listener *listener)
{
	tlq_raise_peaks(listener, row->ack_backlog, row->reqsk_qlen);
	row->peak_ack_backlog = READ_ONCE(listener->peak_ack_backlog);
	row->peak_reqsk_qlen = READ_ONCE(listener->peak_reqsk_qlen);
}

static void fill_counts(struct tlq_row *row,
			const struct tlq_listener *listener)
{
	u64 last = atomic64_read(&listener->last_overflow);
	int i;

	for (i = 0; i < TLQ_NR_COUNTERS; i++)
		row->count[i] = atomic64_read(&listener->count[i]);
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
 * Queues that are not empty, and no hook has seen a packet: they were filled
 * before the module came.
 */
static noinline struct tlq_listener *track_listener(u64 cookie)
{
	struct tlq_listener *spare = tlq_listener_spare(cookie);
	struct tlq_listener *listener;
	unsigned long flags;

	local_irq_save(flags);
	listener = tlq_listener_get(cookie, &spare);
	local_irq_restore(flags);
	tlq_listener_unspare(spare);
	return listener;
}

/**
 * tlq_counters_fill() - what was counted for a listener
 * @row: the listener; its cookie and its queues' lengths are filled in
 * @known: TLQ_KNOWN_* of what the hooks provide
 *
 * A listener no hook has seen a packet for has zeros, one that found no room in
 * the table at any time nothing but the time of its last overflow.
 *
 * Context: RCU read-side section; the listener is held in the listening hash
 * by its bucket's lock.
 */
void tlq_counters_fill(struct tlq_row *row, u32 known)
{
	struct tlq_listener *listener;

	row->known = known;
	if (!known) {
		clear(row);
		return;
	}
	listener = tlq_listener_find(row->cookie);
	if (!listener && (row->ack_backlog || row->reqsk_qlen > 0))
		listener = track_listener(row->cookie);
	if (tlq_listener_lost(row->cookie))
		row->known &= TLQ_KNOWN_LAST_OVERFLOW;
	if (listener) {
		fill_counts(row, listener);
		fill_peaks(row, listener);
	} else {
		clear(row);
	}
}
