// SPDX-License-Identifier: GPL-2.0
/* syn-full, syn-drop, cookies: the SYN queue, and which limit it has. */
#include <stdlib.h>

#include "parts.h"

static long cookies(const struct judging *j)
{
	return j->settings ? j->settings->tcp_syncookies : -1;
}

/* tcp_conn_request(): at most three quarters, rounded up, and one */
static uint64_t three_quarters(long max_syn_backlog)
{
	uint64_t n = max_syn_backlog;

	return n - n / 4 + 1;
}

enum syn_limit syn_limit(const struct judging *j, const struct listener *l)
{
	uint64_t max = value_or(l, COL_reqsk_max, 0), backlog = value_or(l, COL_max_ack_backlog, 0);

	if (!knows(l, COL_reqsk_max) || !knows(l, COL_max_ack_backlog))
		return SYN_LIMIT_NOT_KNOWN;
	if (!max && (backlog || cookies(j) == 2))
		return SYN_LIMIT_COOKIES;
	if (!max)
		return cookies(j) >= 0 ? SYN_LIMIT_ZERO : SYN_LIMIT_NOT_KNOWN;
	/* Less than the backlog: nothing else makes it so. */
	if (max < backlog)
		return SYN_LIMIT_SYSCTL;
	if (max == backlog && cookies(j) == 0 && j->settings->tcp_max_syn_backlog > 0 &&
	    max == three_quarters(j->settings->tcp_max_syn_backlog))
		return SYN_LIMIT_SYSCTL;
	return SYN_LIMIT_BACKLOG;
}

const struct listener *fullest_syn(const struct judging *j)
{
	const struct listener *fullest = j->member[0].now;

	for (size_t i = 1; i < j->nr; i++)
		if (value_or(j->member[i].now, COL_reqsk_qlen, 0) >
		    value_or(fullest, COL_reqsk_qlen, 0))
			fullest = j->member[i].now;
	return fullest;
}

void advise_sysctl(const struct judging *j, struct finding *f)
{
	if (j->settings && j->settings->tcp_max_syn_backlog >= 0)
		advise(f, "Set net.ipv4.tcp_syncookies to 1, or raise net.ipv4.tcp_max_syn_backlog, %ld now; both hold at once",
		       j->settings->tcp_max_syn_backlog);
	else
		advise(f, "In the listener's namespace: set net.ipv4.tcp_syncookies to 1, or raise "
			  "net.ipv4.tcp_max_syn_backlog; both hold at once");
}

static void advise_by_limit(const struct judging *j, struct finding *f, const struct listener *l)
{
	switch (syn_limit(j, l)) {
	case SYN_LIMIT_BACKLOG:
		if (accept_full(l) || !more_room_helps(j))
			say(f, "the program accepts too little: that comes first");
		else
			advise_backlog(j, f);
		break;
	case SYN_LIMIT_SYSCTL:
		advise_sysctl(j, f);
		break;
	case SYN_LIMIT_COOKIES:
		advise(f, "With net.ipv4.tcp_syncookies 2 every SYN is answered with a cookie; 1 does so only when the SYN "
			  "queue is full");
		break;
	case SYN_LIMIT_ZERO:
		say(f, "with a backlog of 0 this kernel has no room for one half-open request");
		advise_backlog(j, f);
		break;
	case SYN_LIMIT_NOT_KNOWN:
		break;
	}
}

static void say_limit(const struct judging *j, struct finding *f, const struct listener *l)
{
	switch (syn_limit(j, l)) {
	case SYN_LIMIT_BACKLOG:
		say(f, "its limit comes from the backlog, %" PRIu64, l->value[COL_max_ack_backlog]);
		break;
	case SYN_LIMIT_SYSCTL:
		say(f, "its limit is 3/4 of tcp_max_syn_backlog, as tcp_syncookies is 0: what comes then is dropped, but "
		       "from peers that the kernel knows");
		break;
	default:
		break;
	}
}

static void find_syn_full(struct judging *j)
{
	const struct listener *l = fullest_syn(j);
	uint64_t length = value_or(l, COL_reqsk_qlen, 0), max = value_or(l, COL_reqsk_max, 0);
	uint64_t young = value_or(l, COL_reqsk_young, length);
	struct finding *f;

	if (!max || length < max || has_flag(l, "defer"))
		return;
	f = add_finding(j, CODE_SYN_FULL, SEVERITY_WARNING);
	say(f, "the SYN queue is full: %" PRIu64 " half-open, there is room for %" PRIu64,
	    length, max);
	if (young < length && !accept_full(l))
		say(f, "%" PRIu64 " of them had their SYN-ACK repeated: no answer comes from those clients, as in a flood, or "
		       "it gets lost", length - young);
	say_limit(j, f, l);
	if (syn_limit(j, l) == SYN_LIMIT_BACKLOG && cookies(j) == 0)
		say(f, "tcp_syncookies is 0: new SYNs are dropped");
	else if (cookies(j) > 0 && !accept_full(l))
		say(f, "new SYNs are answered with a cookie");
	advise(f, "See who they are: ss -tno state syn-recv 'sport = :%u'", l->port);
	if (cookies(j) == 0 && syn_limit(j, l) == SYN_LIMIT_BACKLOG)
		advise(f, "Set net.ipv4.tcp_syncookies to 1");
	advise_by_limit(j, f, l);
}

static void find_syn_drop(struct judging *j)
{
	static const enum column drops[] = { COL_reqq_full_drop };
	const struct listener *l = j->sum;
	bool now = grew(j, COL_reqq_full_drop) || recent(j, COL_last_reqq_full_ms);
	struct finding *f;
	char *rate, *age;

	if (!value_or(l, COL_reqq_full_drop, 0))
		return;
	f = add_finding(j, CODE_SYN_DROP, now ? SEVERITY_WARNING : SEVERITY_INFO);
	rate = rate_part(j, drops, 1);
	age = ago_text(l, COL_last_reqq_full_ms, "; it was full last ");
	say(f, "%" PRIu64 " SYNs were dropped as the SYN queue was full and tcp_syncookies 0%s%s",
	    l->value[COL_reqq_full_drop], rate, age);
	free(rate);
	free(age);
	if (cookies(j) > 0) {
		say(f, "tcp_syncookies is %ld now", cookies(j));
		return;
	}
	advise(f, cookies(j) < 0 ? "In the listener's namespace: set net.ipv4.tcp_syncookies to 1" :
				   "Set net.ipv4.tcp_syncookies to 1");
	if (syn_limit(j, fullest_syn(j)) == SYN_LIMIT_BACKLOG ||
	    syn_limit(j, fullest_syn(j)) == SYN_LIMIT_ZERO)
		advise_by_limit(j, f, fullest_syn(j));
}

void find_syn_queue(struct judging *j)
{
	find_syn_full(j);
	find_syn_drop(j);
}

void find_cookies(struct judging *j)
{
	static const enum column sent[] = { COL_syncookies_sent };
	const struct listener *l = j->sum;
	struct finding *f;
	char *rate, *age;

	if (!value_or(l, COL_syncookies_sent, 0))
		return;
	f = add_finding(j, CODE_COOKIES, SEVERITY_INFO);
	rate = rate_part(j, sent, 1);
	age = ago_text(l, COL_last_reqq_full_ms, "; a SYN last found the SYN queue full ");
	say(f, "%" PRIu64 " SYNs were answered with a cookie%s%s",
	    l->value[COL_syncookies_sent], rate, age);
	free(rate);
	free(age);
	say_limit(j, f, fullest_syn(j));
	if (has_flag(l, "synflood"))
		say(f, "the kernel has warned of SYN flooding once: that mark never ages");
	if (syn_limit(j, fullest_syn(j)) == SYN_LIMIT_BACKLOG)
		say(f, "a flood, or a backlog that is small for your own load");
	advise_by_limit(j, f, fullest_syn(j));
}
