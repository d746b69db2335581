// SPDX-License-Identifier: GPL-2.0
/* deferred, no-ack, resets, tfo-full: what half-open requests tell. */
#include "parts.h"

void find_deferred(struct judging *j)
{
	const struct listener *l = j->sum;
	uint64_t length = value_or(l, COL_reqsk_qlen, 0), max = value_or(l, COL_reqsk_max, 0);
	struct finding *f;

	if (!has_flag(l, "defer") || !length)
		return;
	f = add_finding(j, CODE_DEFERRED, SEVERITY_INFO);
	say(f, "%" PRIu64 " requests in the SYN queue. With TCP_DEFER_ACCEPT a client that is connected and has sent nothing "
	       "stays there: checks that only connect, for instance", length);
	if (max && length >= max)
		say(f, "they fill the queue");
	say(f, "that is what the option is for, no fault");
}

/*
 * Requests that repeated their SYN-ACK, at each look;
 * those of a full accept queue wait for room instead.
 */
static bool unanswered(const struct member *m)
{
	for (size_t i = 0; i < m->course.nr; i++) {
		const struct listener *l = m->course.at[i];

		if (!l)
			continue;
		if (accept_full(l) || !knows(l, COL_reqsk_young) ||
		    value_or(l, COL_reqsk_qlen, 0) <= l->value[COL_reqsk_young])
			return false;
	}
	return true;
}

void find_no_ack(struct judging *j)
{
	const struct listener *l = j->sum;
	uint64_t old = 0;
	struct finding *f;

	if (has_flag(l, "defer") || found(j, CODE_SYN_FULL))
		return;
	if (value_or(l, COL_overflow_ack, 0) && recent(j, COL_last_overflow_ms))
		return;
	for (size_t i = 0; i < j->nr; i++)
		if (unanswered(&j->member[i]))
			old += j->member[i].now->value[COL_reqsk_qlen] -
			       j->member[i].now->value[COL_reqsk_young];
	if (!old)
		return;
	f = add_finding(j, CODE_NO_ACK, SEVERITY_INFO);
	say(f, "%" PRIu64 " SYN-ACKs had to be repeated: SYNs come, and the final ACK does not",
	    old);
	advise(f, "Look at the way back to the client (route, firewall): ss -tno state syn-recv 'sport = :%u' names them",
	       l->port);
}

void find_resets(struct judging *j)
{
	const struct listener *l = j->sum;
	uint64_t resets = value_or(l, COL_embryonic_rsts, 0);
	struct finding *f;

	if (!resets)
		return;
	f = add_finding(j, CODE_EMBRYONIC, SEVERITY_INFO);
	say(f, "%" PRIu64 " half-open requests were reset%s: scans, health checks that do not finish the handshake",
	    resets, grew(j, COL_embryonic_rsts) ? ", and it goes on" : "");
	if (j->settings && j->settings->tcp_abort_on_overflow > 0 &&
	    value_or(l, COL_overflow_ack, 0))
		say(f, "with tcp_abort_on_overflow also final ACKs that the accept queue had no room for");
}

void find_tfo(struct judging *j)
{
	const struct listener *l = j->group->members[0];
	uint64_t overflows = value_or(j->sum, COL_tfo_overflow, 0);
	bool full = false;
	struct finding *f;

	for (size_t i = 0; i < j->nr; i++) {
		const struct listener *m = j->member[i].now;

		full |= value_or(m, COL_tfo_max_qlen, 0) &&
			value_or(m, COL_tfo_qlen, 0) >= m->value[COL_tfo_max_qlen];
	}
	if (!full && !overflows)
		return;
	f = add_finding(j, CODE_TFO_FULL, SEVERITY_INFO);
	say(f, full ? "the queue of TCP Fast Open is full" : "the queue of TCP Fast Open was full");
	say(f, "its limit is %" PRIu64, value_or(l, COL_tfo_max_qlen, 0));
	if (overflows)
		say(f, "%" PRIu64 " requests found no room since load", overflows);
	say(f, "such clients use the usual handshake");
	advise(f, "If Fast Open matters to you, raise the number that the program gives to setsockopt(TCP_FASTOPEN)");
}
