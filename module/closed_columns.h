/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of the files of closed listeners, as columns.h has those of the others.
 *
 * TLQ_COL(name, width, kind, known, member of struct tlq_closed_row)
 */
TLQ_COL(netns, 10, U32, 0, listener.netns)
TLQ_COL(local, 22, LOCAL, 0, listener)
TLQ_COL(closed_ms, 10, U64, TLQ_KNOWN_CLOSED, closed_ms)	/* milliseconds since it closed */
TLQ_COL(reset_at_close, 14, U64, TLQ_KNOWN_RESETS, resets)	/* nobody had accepted them */
TLQ_COL(ack_backlog, 11, U32, TLQ_KNOWN_CLOSED, listener.ack_backlog)
TLQ_COL(max_ack_backlog, 15, U32, TLQ_KNOWN_CLOSED, listener.max_ack_backlog)
TLQ_COL(peak_ack_backlog, 16, U32, TLQ_KNOWN_CLOSED | TLQ_KNOWN_PEAKS,
	listener.peak_ack_backlog)
TLQ_COL(oldest_ms, 9, SELDOM, TLQ_KNOWN_OLDEST, listener.oldest_ms)
TLQ_COL(reqsk_qlen, 10, S32, TLQ_KNOWN_CLOSED, listener.reqsk_qlen)
TLQ_COL(peak_reqsk_qlen, 15, U32, TLQ_KNOWN_CLOSED | TLQ_KNOWN_PEAKS,
	listener.peak_reqsk_qlen)
TLQ_COL(syns, 8, U64, BIT(TLQ_C_SYNS), listener.count[TLQ_C_SYNS])
TLQ_COL(overflow_syn, 12, U64, BIT(TLQ_C_OVERFLOW_SYN),
	listener.count[TLQ_C_OVERFLOW_SYN])
TLQ_COL(overflow_ack, 12, U64, BIT(TLQ_C_OVERFLOW_ACK),
	listener.count[TLQ_C_OVERFLOW_ACK])
TLQ_COL(overflow_cookie, 15, U64, BIT(TLQ_C_OVERFLOW_COOKIE),
	listener.count[TLQ_C_OVERFLOW_COOKIE])
TLQ_COL(reqq_full_drop, 14, U64, BIT(TLQ_C_REQQ_FULL_DROP),
	listener.count[TLQ_C_REQQ_FULL_DROP])
TLQ_COL(reqq_full_cookies, 17, U64, BIT(TLQ_C_REQQ_FULL_COOKIES),
	listener.count[TLQ_C_REQQ_FULL_COOKIES])
TLQ_COL(syncookies_sent, 15, U64, BIT(TLQ_C_SYNCOOKIES_SENT),
	listener.count[TLQ_C_SYNCOOKIES_SENT])
TLQ_COL(listen_drops, 12, U64, BIT(TLQ_C_LISTEN_DROPS),
	listener.count[TLQ_C_LISTEN_DROPS])
TLQ_COL(embryonic_rsts, 14, U64, BIT(TLQ_C_EMBRYONIC_RSTS),
	listener.count[TLQ_C_EMBRYONIC_RSTS])
TLQ_COL(tfo_overflow, 12, U64, BIT(TLQ_C_TFO_OVERFLOW),
	listener.count[TLQ_C_TFO_OVERFLOW])
TLQ_COL(accepts, 8, U64, TLQ_KNOWN_WAITS, listener.accepts)
TLQ_COL(wait_us_max, 11, U64, TLQ_KNOWN_WAITS | TLQ_KNOWN_CLOSED, listener.wait_us_max)
TLQ_COL(uid, 10, UID, TLQ_KNOWN_CLOSED, listener.uid)
TLQ_COL(inode, 10, ID, TLQ_KNOWN_CLOSED, listener.inode)
TLQ_COL(cookie, 8, ID, TLQ_KNOWN_CLOSED, listener.cookie)
TLQ_COL(cgroup, 8, ID, TLQ_KNOWN_CLOSED, listener.cgroup)
TLQ_COL(acceptor, 16, TASK, TLQ_KNOWN_CLOSED, listener.acceptor)
TLQ_COL(listener_by, 16, TASK, TLQ_KNOWN_CLOSED, listener.listener_by)
TLQ_COL(flags, 5, FLAGS, 0, listener.flags)
