/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of both files, in order. No include guard: the file is included
 * once for each table or code that is made from it. docs/format.md describes the
 * columns at length; `make check` compares names and order.
 *
 * TLQ_COL(name, width, kind, known, member of struct tlq_row)
 *	width: in characters, at least eight for a number; a longer value moves the
 *	rest of its line to the right
 *	known: TLQ_KNOWN_* that the row must have, or the column prints "-"
 */
TLQ_COL(netns, 10, U32, 0, netns)	/* inode number of the network namespace */
TLQ_COL(local, 22, LOCAL, 0, addr)	/* address, device bound to, port */
TLQ_COL(ack_backlog, 11, U32, 0, ack_backlog)	/* accept queue: waiting for accept(2) */
TLQ_COL(max_ack_backlog, 15, U32, 0, max_ack_backlog)	/* accept queue: limit, full at limit + 1 */
TLQ_COL(peak_ack_backlog, 16, U32, TLQ_KNOWN_PEAKS, peak_ack_backlog)	/* highest seen */
TLQ_COL(recent_ack_backlog, 18, U32, TLQ_KNOWN_PEAKS,
	recent_ack_backlog)	/* highest in the last one to two minutes */
TLQ_COL(oldest_ms, 9, SELDOM, TLQ_KNOWN_OLDEST, oldest_ms)	/* so long the next has waited */
TLQ_COL(reqsk_qlen, 10, S32, 0, reqsk_qlen)	/* SYN queue: half-open requests */
TLQ_COL(reqsk_young, 11, S32, 0, reqsk_young)	/* SYN queue: timer has not fired yet */
TLQ_COL(reqsk_max, 10, U32, 0, reqsk_max)	/* SYN queue: the most it can hold */
TLQ_COL(peak_reqsk_qlen, 15, U32, TLQ_KNOWN_PEAKS, peak_reqsk_qlen)	/* highest seen */
TLQ_COL(recent_reqsk_qlen, 17, U32, TLQ_KNOWN_PEAKS,
	recent_reqsk_qlen)	/* highest in the last one to two minutes */
TLQ_COL(syns, 8, U64, BIT(TLQ_C_SYNS), count[TLQ_C_SYNS])	/* SYNs that reached it */
TLQ_COL(overflow_syn, 12, U64, BIT(TLQ_C_OVERFLOW_SYN),
	count[TLQ_C_OVERFLOW_SYN])	/* accept queue full: SYNs refused */
TLQ_COL(overflow_ack, 12, U64, BIT(TLQ_C_OVERFLOW_ACK),
	count[TLQ_C_OVERFLOW_ACK])	/* accept queue full: final ACKs refused */
TLQ_COL(overflow_cookie, 15, U64, BIT(TLQ_C_OVERFLOW_COOKIE),
	count[TLQ_C_OVERFLOW_COOKIE])	/* accept queue full: returning cookies refused */
TLQ_COL(reqq_full_drop, 14, U64, BIT(TLQ_C_REQQ_FULL_DROP),
	count[TLQ_C_REQQ_FULL_DROP])	/* SYN queue full: SYNs dropped */
TLQ_COL(reqq_full_cookies, 17, U64, BIT(TLQ_C_REQQ_FULL_COOKIES),
	count[TLQ_C_REQQ_FULL_COOKIES])	/* SYN queue full: SYNs answered with a cookie */
TLQ_COL(syncookies_sent, 15, U64, BIT(TLQ_C_SYNCOOKIES_SENT),
	count[TLQ_C_SYNCOOKIES_SENT])	/* cookies sent */
TLQ_COL(listen_drops, 12, U64, BIT(TLQ_C_LISTEN_DROPS),
	count[TLQ_C_LISTEN_DROPS])	/* all drops counted in ListenDrops */
TLQ_COL(embryonic_rsts, 14, U64, BIT(TLQ_C_EMBRYONIC_RSTS),
	count[TLQ_C_EMBRYONIC_RSTS])	/* requests reset while half-open */
TLQ_COL(last_overflow_ms, 16, SELDOM, TLQ_KNOWN_LAST_OVERFLOW,
	last_overflow_ms)	/* milliseconds since the accept queue was last found full */
TLQ_COL(last_reqq_full_ms, 17, SELDOM, TLQ_KNOWN_LAST_REQQ_FULL,
	last_reqq_full_ms)	/* milliseconds since the SYN queue was last found full */
TLQ_COL(accepts, 8, U64, TLQ_KNOWN_WAITS, accepts)	/* connections accepted */
TLQ_COL(last_accept_ms, 14, SELDOM, TLQ_KNOWN_LAST_ACCEPT,
	last_accept_ms)	/* milliseconds since the last accept(2) */
TLQ_COL(wait_us_sum, 12, U64, TLQ_KNOWN_WAITS, wait_us_sum)	/* until accept(2) */
TLQ_COL(wait_us_max, 11, U64, TLQ_KNOWN_WAITS, wait_us_max)	/* the longest of these */
TLQ_COL(tfo_qlen, 8, S32, 0, tfo_qlen)	/* TCP Fast Open: pending */
TLQ_COL(tfo_max_qlen, 12, S32, 0, tfo_max_qlen)	/* TCP Fast Open: limit, 0 when off */
TLQ_COL(tfo_overflow, 12, U64, BIT(TLQ_C_TFO_OVERFLOW),
	count[TLQ_C_TFO_OVERFLOW])	/* TCP Fast Open: requests that found its queue full */
TLQ_COL(uid, 10, UID, 0, uid)	/* owner */
TLQ_COL(inode, 10, ID, 0, inode)	/* socket inode */
TLQ_COL(cookie, 8, ID, 0, cookie)	/* socket cookie */
TLQ_COL(cgroup, 8, ID, 0, cgroup)	/* cgroup v2 id */
TLQ_COL(reuseport_group, 15, SELDOM32, TLQ_KNOWN_GROUP, group)	/* id of the SO_REUSEPORT group */
TLQ_COL(acceptor, 16, TASK, 0, acceptor)	/* process that accepted last */
TLQ_COL(listener_by, 16, TASK, 0, listener_by)	/* process that called listen(2) */
TLQ_COL(flags, 5, FLAGS, 0, flags)	/* comma separated, see flag_names */
