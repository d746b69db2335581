// SPDX-License-Identifier: GPL-2.0
/* refusing, ghosts, burst: what a full accept queue did to clients. */
#include <stdlib.h>

#include "parts.h"

bool more_room_helps(const struct judging *j)
{
	return !j->standing && !found(j, CODE_STUCK) && !found(j, CODE_ALWAYS_FULL) &&
	       !found(j, CODE_WORKER_STUCK);
}

static void say_refused_acks(const struct judging *j, struct finding *f, uint64_t acks)
{
	long abort_on_overflow = j->settings ? j->settings->tcp_abort_on_overflow : -1;

	if (abort_on_overflow == 0)
		say(f, "%" PRIu64 " final ACKs: the client believes it is connected, its SYN-ACK is repeated",
		    acks);
	else if (abort_on_overflow > 0)
		say(f, "%" PRIu64 " final ACKs: with tcp_abort_on_overflow %ld the client gets a reset",
		    acks, abort_on_overflow);
	else
		say(f, "%" PRIu64 " final ACKs: the client believes it is connected, or gets a reset: "
		    "tcp_abort_on_overflow is not known from here", acks);
}

void find_refusing(struct judging *j)
{
	static const enum column stages[] = {
		COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie
	};
	bool now = grew(j, COL_overflow_syn) || grew(j, COL_overflow_ack) ||
		   grew(j, COL_overflow_cookie);
	const struct listener *l = j->sum;
	struct finding *f;
	char *rate, *age;

	if (!now && !recent(j, COL_last_overflow_ms))
		return;
	f = add_finding(j, CODE_REFUSING, SEVERITY_WARNING);
	rate = rate_part(j, stages, 3);
	age = ago_text(l, COL_last_overflow_ms, ", the last one ");
	say(f, "%" PRIu64 " packets were refused as the accept queue was full%s%s", refused(l),
	    rate, age);
	free(rate);
	free(age);
	if (value_or(l, COL_overflow_syn, 0))
		say(f, "%" PRIu64 " SYNs: the client tries again, and sees a timeout if there is never room",
		    l->value[COL_overflow_syn]);
	if (value_or(l, COL_overflow_ack, 0))
		say_refused_acks(j, f, l->value[COL_overflow_ack]);
	if (value_or(l, COL_overflow_cookie, 0))
		say(f, "%" PRIu64 " returning cookies", l->value[COL_overflow_cookie]);
}

void find_ghosts(struct judging *j)
{
	const struct listener *l = j->sum;
	uint64_t ghosts = value_or(l, COL_overflow_cookie, 0);
	bool now = grew(j, COL_overflow_cookie) || recent(j, COL_last_overflow_ms);
	long cookies = j->settings ? j->settings->tcp_syncookies : -1;
	struct finding *f;

	if (!ghosts)
		return;
	f = add_finding(j, CODE_GHOSTS, now ? SEVERITY_WARNING : SEVERITY_INFO);
	say(f, "%" PRIu64 " returning SYN cookies were refused as the accept queue was full",
	    ghosts);
	say(f, "such a client believes it is connected, the server knows nothing of it: one that waits for the server "
	       "to speak first hangs until its own timeout, one that speaks first tries again");
	if (!now)
		say(f, "none in the last five minutes");
	if (more_room_helps(j))
		advise_backlog(j, f);
	if (cookies > 1)
		advise(f, "net.ipv4.tcp_syncookies is %ld, so that every SYN is answered with a cookie: set it to 1",
		       cookies);
	else if (cookies == 1)
		advise(f, "If clients wait for the server to speak first: with net.ipv4.tcp_syncookies 0 a SYN that finds "
			  "the SYN queue full is dropped and repeated instead. That gives up the protection against SYN floods");
	if (cookies > 0 && j->settings->tcp_abort_on_overflow == 0)
		not_cause(j, "tcp_abort_on_overflow. A refused cookie gets no reset either way");
}

static bool drains(const struct judging *j)
{
	for (size_t i = 0; i < j->nr; i++)
		if (accept_full(j->member[i].now) || j->member[i].half_always || j->member[i].stuck)
			return false;
	return true;
}

/* The longest queue of one member that is known to have been above its limit, or 0 */
static uint64_t peak_over_limit(const struct judging *j, enum column peak)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < j->nr; i++) {
		const struct listener *l = j->member[i].now;
		uint64_t length = value_or(l, peak, 0);

		if (knows(l, COL_max_ack_backlog) && length > l->value[COL_max_ack_backlog] &&
		    length > highest)
			highest = length;
	}
	return highest;
}

void find_burst(struct judging *j)
{
	const struct listener *l = j->sum;
	uint64_t peak = peak_over_limit(j, COL_peak_ack_backlog);
	uint64_t length = value_or(l, COL_ack_backlog, 0);
	bool all_counted = knows(l, COL_overflow_syn) && knows(l, COL_overflow_ack) &&
			   knows(l, COL_overflow_cookie);
	struct finding *f;
	char *text;

	if (!drains(j) || !more_room_helps(j) || (!peak && !refused(l)))
		return;
	f = add_finding(j, CODE_BURST, SEVERITY_INFO);
	if (peak)
		say(f, "the queue was full: it held %" PRIu64 ", the limit is %" PRIu64, peak,
		    j->group->members[0]->value[COL_max_ack_backlog]);
	else
		say(f, "the queue was full");
	say(f, "it drains again, now %" PRIu64 " wait%s: a burst, or a pause of the program",
	    length, length == 1 ? "s" : "");
	if (knows(l, COL_recent_ack_backlog))
		say(f, "at most %" PRIu64 " in the last one to two minutes",
		    l->value[COL_recent_ack_backlog]);
	if (all_counted && !refused(l))
		say(f, "nobody was refused");
	else if (refused(l) && !recent(j, COL_last_overflow_ms))
		say(f, "%" PRIu64 " packets were refused, none of them in the last five minutes",
		    refused(l));
	if (value_or(l, COL_wait_us_max, 0) / 1000 >= LONG_MS) {
		text = human_ms(l->value[COL_wait_us_max] / 1000);
		say(f, "the longest wait for accept(2) since load was %s, so rather a pause", text);
		free(text);
		advise(f, "Find out what the program did then: with a larger backlog those clients wait instead of being refused");
	}
	advise_backlog(j, f);
}
