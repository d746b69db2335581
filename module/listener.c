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
#include "waits.h"

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
	raise_peak(&listener->recent.ack_backlog, ack_backlog);
	raise_peak(&listener->recent.reqsk_qlen, max(reqsk_qlen, 0));
}

/* What the hooks have raised becomes the window before; the queue stands at @now. */
static void roll(u32 *recent, u32 *before, u32 *peak, u32 now)
{
	*before = xchg(recent, now);
	*peak = max(*peak, *before);
}

/**
 * tlq_listener_window() - begin a window, unless the listener is in it already
 * @listener: its numbers
 * @sk: its socket; the lock of its bucket is held
 * @window: number of the window
 *
 * A queue that stands belongs to each window in which it does, also if nothing
 * happens to it: so the new window begins with its length.
 */
void tlq_listener_window(struct tlq_listener *listener, const struct sock *sk,
			 u32 window)
{
	int qlen = reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue);

	if (listener->window == window)
		return;
	listener->window = window;
	roll(&listener->recent.ack_backlog, &listener->before.ack_backlog,
	     &listener->peak.ack_backlog, READ_ONCE(sk->sk_ack_backlog));
	roll(&listener->recent.reqsk_qlen, &listener->before.reqsk_qlen,
	     &listener->peak.reqsk_qlen, max(qlen, 0));
}

/* Raise the peaks first: a row must not show a queue longer than its peak. */
static __always_inline void fill_peaks(struct tlq_row *row,
				       struct tlq_listener *listener)
{
	u32 ack_backlog, reqsk_qlen;

	if (row->ack_backlog > READ_ONCE(listener->recent.ack_backlog) ||
	    row->reqsk_qlen > (int)READ_ONCE(listener->recent.reqsk_qlen))
		tlq_raise_peaks(listener, row->ack_backlog, row->reqsk_qlen);
	ack_backlog = READ_ONCE(listener->recent.ack_backlog);
	reqsk_qlen = READ_ONCE(listener->recent.reqsk_qlen);
	row->recent_ack_backlog = max(ack_backlog, listener->before.ack_backlog);
	row->recent_reqsk_qlen = max(reqsk_qlen, listener->before.reqsk_qlen);
	row->peak_ack_backlog = max(ack_backlog, listener->peak.ack_backlog);
	row->peak_reqsk_qlen = max(reqsk_qlen, listener->peak.reqsk_qlen);
}

/* Milliseconds since @last; 0 and @known not set if it never happened */
static u64 since(const atomic64_t *last, u32 *known, u32 bit)
{
	u64 when = atomic64_read(last);

	if (when)
		return jiffies64_to_msecs(get_jiffies_64() - when);
	*known &= ~bit;
	return 0;
}

static __always_inline u64 copy_count(u64 *to, const atomic64_t *from, int i)
{
	return to[i] = atomic64_read(&from[i]);
}

/*
 * Returns 0 if all are 0. Spelled out, as compilers unroll no loop of so many, and not
 * by an index into the arrays, see digits.h.
 */
static u64 copy_counts(u64 *to, const atomic64_t *from)
{
	u64 any;

	static_assert(TLQ_NR_COUNTERS == 10);
	any = copy_count(to, from, 0) | copy_count(to, from, 1);
	any |= copy_count(to, from, 2) | copy_count(to, from, 3);
	any |= copy_count(to, from, 4) | copy_count(to, from, 5);
	any |= copy_count(to, from, 6) | copy_count(to, from, 7);
	return any | copy_count(to, from, 8) | copy_count(to, from, 9);
}

/*
 * Whether one that has no counts shows nothing else either: nothing but listen(2) has
 * happened to most listeners of most machines.
 */
static bool is_quiet(const struct tlq_row *row,
		     const struct tlq_listener *listener)
{
	u64 any = atomic64_read(&listener->last_overflow) |
		  atomic64_read(&listener->last_reqq_full);

	any |= READ_ONCE(listener->recent.ack_backlog);
	any |= READ_ONCE(listener->recent.reqsk_qlen);
	any |= listener->before.ack_backlog | listener->before.reqsk_qlen;
	any |= listener->peak.ack_backlog | listener->peak.reqsk_qlen;
	any |= row->ack_backlog | (u32)row->reqsk_qlen;
	return !any && !READ_ONCE(listener->waits);
}

static __always_inline void fill_times(struct tlq_row *row,
				       const struct tlq_listener *listener)
{
	row->last_overflow_ms = since(&listener->last_overflow, &row->known,
				      TLQ_KNOWN_LAST_OVERFLOW);
	row->last_reqq_full_ms = since(&listener->last_reqq_full, &row->known,
				       TLQ_KNOWN_LAST_REQQ_FULL);
}

static void fill_listener_by(struct tlq_row *row,
			     const struct tlq_listener *listener)
{
	row->listener_by.pid = 0;
	/* Pairs with the release in tlq_listener_by(). */
	if (listener && smp_load_acquire(&listener->by_known))
		row->listener_by = listener->by;
}

/* A listener without numbers has zeros in all that is known of it. */
static void clear(struct tlq_row *row)
{
	row->known &= ~TLQ_KNOWN_SELDOM;
	row->peak_ack_backlog = 0;
	row->peak_reqsk_qlen = 0;
	row->recent_ack_backlog = 0;
	row->recent_reqsk_qlen = 0;
	row->unseen = false;
	row->listener_by.pid = 0;
	memset(row->count, 0, sizeof(row->count));
	tlq_waits_fill(row, NULL);
}

/*
 * The queues are not empty, but there are no numbers: it is older than the module, or
 * there was no room.
 */
static noinline struct tlq_listener *track(struct tlq_share *share, u64 cookie)
{
	enum tlq_refusal refusal;

	refusal = tlq_listener_offer(share, cookie, READ_ONCE(share->settled));
	if (refusal == TLQ_NOT_REFUSED)
		return tlq_listener_find(cookie);
	atomic64_inc(&share->refused[refusal]);
	tlq_lost_add(share, cookie, TLQ_KNOWN_PEAKS);
	tlq_look_again();
	return NULL;
}

/* @all: write all members, also those of a quiet row */
static __always_inline void copy(struct tlq_row *row,
				 const struct tlq_share *share, u32 known,
				 struct tlq_listener *listener, bool all)
{
	u32 lost;

	row->quiet = false;
	row->known = known;
	if (!known) {
		clear(row);
		return;
	}
	lost = tlq_lost_of(share, row->cookie, listener);
	if (!listener) {
		clear(row);
		row->known &= ~lost;
		return;
	}
	if (READ_ONCE(listener->doubtful))
		lost = TLQ_KNOWN_ALL;
	/* What has happened since was the last time that it did. */
	row->known &= ~lost | TLQ_KNOWN_SELDOM;
	row->unseen = READ_ONCE(listener->unseen);
	fill_listener_by(row, listener);
	if (!copy_counts(row->count, listener->count) && !all &&
	    is_quiet(row, listener)) {
		row->quiet = true;
		row->known &= ~TLQ_KNOWN_SELDOM;
		row->acceptor.pid = 0;
		return;
	}
	fill_times(row, listener);
	fill_peaks(row, listener);
	tlq_waits_fill(row, READ_ONCE(listener->waits));
}

/**
 * tlq_listener_copy() - copy numbers into a row
 * @row: its row; the cookie and the lengths of its queues are already filled in
 * @share: of its namespace
 * @known: TLQ_KNOWN_* that the hooks provide
 * @listener: the numbers, or NULL
 *
 * A listener without numbers gets zeros. What one has lost is not known.
 *
 * Context: RCU read-side section.
 */
void tlq_listener_copy(struct tlq_row *row, const struct tlq_share *share,
		       u32 known, struct tlq_listener *listener)
{
	copy(row, share, known, listener, true);
}

/**
 * tlq_listener_fill() - the same for one that is in the listening hash; the row may be
 * quiet
 * @row: as above
 * @share: as above
 * @known: as above
 *
 * Context: RCU read-side section; the bucket's lock keeps the listener in the
 * listening hash.
 */
void tlq_listener_fill(struct tlq_row *row, struct tlq_share *share, u32 known)
{
	struct tlq_listener *listener = NULL;

	if (known)
		listener = tlq_listener_find(row->cookie);
	if (known && !listener && (row->ack_backlog || row->reqsk_qlen > 0))
		listener = track(share, row->cookie);
	copy(row, share, known, listener, false);
}

/**
 * tlq_listener_by() - note who called listen(2)
 * @cookie: the listener
 * @by: the process
 *
 * Only intake.c's work item calls it.
 */
void tlq_listener_by(u64 cookie, const struct tlq_task *by)
{
	struct tlq_listener *listener;

	rcu_read_lock();
	listener = tlq_listener_find(cookie);
	if (listener && !listener->by_known) {
		listener->by = *by;
		/* Pairs with the acquire in fill_listener_by(). */
		smp_store_release(&listener->by_known, true);
	}
	rcu_read_unlock();
}
