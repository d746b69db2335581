// SPDX-License-Identifier: GPL-2.0
/* no-syn, other-drops, uncounted: what is not, and what is not known. */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "parts.h"

static bool drops_growth(const struct judging *j, uint64_t *rest)
{
	static const enum column parts[] = {
		COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie, COL_reqq_full_drop
	};
	uint64_t all, one, sum = 0;

	if (!growth(j, COL_listen_drops, &all, NULL))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!growth(j, parts[i], &one, NULL))
			return false;
		sum += one;
	}
	*rest = all > sum ? all - sum : 0;
	return true;
}

/* The numbers of a line are read one after the other: a difference below 0 is none. */
static uint64_t other_drops(const struct listener *l)
{
	uint64_t parts;

	if (!knows(l, COL_listen_drops) || !knows(l, COL_overflow_syn) ||
	    !knows(l, COL_overflow_ack) || !knows(l, COL_overflow_cookie) ||
	    !knows(l, COL_reqq_full_drop))
		return 0;
	parts = refused(l) + l->value[COL_reqq_full_drop];
	return l->value[COL_listen_drops] > parts ? l->value[COL_listen_drops] - parts : 0;
}

static bool by_three_quarters(const struct judging *j)
{
	for (size_t i = 0; i < j->nr; i++) {
		const struct listener *l = j->member[i].now;

		if (syn_limit(j, l) == SYN_LIMIT_SYSCTL &&
		    value_or(l, COL_peak_reqsk_qlen, 0) >= l->value[COL_reqsk_max])
			return true;
	}
	return false;
}

void find_other_drops(struct judging *j)
{
	uint64_t drops = other_drops(j->sum), now = 0;
	bool rule = by_three_quarters(j), goes_on = drops_growth(j, &now) && now;
	struct finding *f;

	if (!drops)
		return;
	f = add_finding(j, CODE_OTHER_DROPS, rule && goes_on ? SEVERITY_WARNING : SEVERITY_INFO);
	say(f, "%" PRIu64 " drops since load for another reason than a full queue%s", drops,
	    goes_on ? ", and it goes on" : "");
	if (rule) {
		say(f, "the SYN queue has reached 3/4 of tcp_max_syn_backlog, and tcp_syncookies is 0: SYNs of peers that the "
		       "kernel does not know are dropped then");
		advise_sysctl(j, f);
		return;
	}
	say(f, "no memory, no route to the client, a security module, an ICMP error, or a SYN to a broadcast or multicast "
	       "address");
	advise(f, "If it goes on: free -m; ip route get CLIENT; dmesg | tail");
}

static void advise_before_tcp(struct finding *f, const struct listener *l)
{
	advise(f, "See whether SYNs reach this machine: tcpdump -ni any 'tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn and "
		  "dst port %u'", l->port);
	advise(f, "See what drops them before TCP: nft list ruleset; sysctl net.netfilter.nf_conntrack_count "
		  "net.netfilter.nf_conntrack_max; nstat -asz TcpExtIPReversePathFilter IpInAddrErrors IpExtInNoRoutes");
}

static bool is_loopback(const struct listener *l)
{
	return l->address && (!strncmp(l->address, "127.", 4) || !strcmp(l->address, "::1"));
}

void find_no_syn(struct judging *j)
{
	const struct listener *l = j->sum;
	uint64_t syns, total = value_or(l, COL_syns, 1);
	double seconds = 0;
	struct finding *f;

	for (size_t i = 0; i < j->verdict->nr; i++)
		if (j->verdict->findings[i].severity >= SEVERITY_WARNING)
			return;
	if (total && (!growth(j, COL_syns, &syns, &seconds) || syns))
		return;
	f = add_finding(j, CODE_NO_SYN, SEVERITY_INFO);
	if (!total)
		say(f, "no SYN has reached this listener since the module was loaded or the socket began to listen");
	else if (seconds > 0)
		say(f, "no SYN came in the %.1f s of the looks; %" PRIu64 " before", seconds,
		    total);
	else
		say(f, "no SYN came between the looks; %" PRIu64 " before", total);
	say(f, "if clients time out now, look before TCP");
	if (is_loopback(j->group->members[0]))
		say(f, "it listens on %s only: from elsewhere nothing gets there",
		    j->group->members[0]->address);
	advise_before_tcp(f, j->group->members[0]);
}

/* Names of the counters that are not known, of those from FIRST to LAST; NULL: none. free() it */
static char *unknown(const struct judging *j, enum column first, enum column last, bool *all)
{
	char *list = NULL, *old;

	*all = true;
	for (int i = first; i <= (int)last; i++) {
		if (columns[i].kind != KIND_COUNT)
			continue;
		if (knows(j->sum, i)) {
			*all = false;
			continue;
		}
		old = list;
		list = xasprintf("%s%s%s", old ? old : "", old ? ", " : "", columns[i].name);
		free(old);
	}
	return list;
}

static void say_uncounted_accepts(struct finding *f, const struct judging *j, const char *names)
{
	say(f, "not known: %s", names);
	if (has_flag(j->sum, "mptcp")) {
		say(f, "those of an MPTCP listener are not from the first SYN cookie or Fast Open on");
		return;
	}
	say(f, "so nobody can say whether it accepts");
	advise(f, "See whether accept(2) is watched: cat /sys/module/tcp_listenq/parameters/waits; as root, grep accept "
		  "/sys/kernel/debug/tcp_listenq/hooks");
}

void find_uncounted(struct judging *j)
{
	bool all, all_accepts;
	char *names, *accepts;
	struct finding *f;

	if (!j->module) {
		f = add_finding(j, CODE_UNCOUNTED, SEVERITY_INFO);
		say(f, "the module tcp_listenq is not loaded: only the accept queue is known; SYNs, refusals, accepts and waits "
		       "are not");
		say(f, "that nothing is found proves nothing");
		advise(f, "Load it: modprobe tcp_listenq (package tcp-listenq-dkms). It counts from then on");
		return;
	}
	names = unknown(j, COL_syns, COL_embryonic_rsts, &all);
	accepts = unknown(j, COL_accepts, COL_wait_us_sum, &all_accepts);
	if (names || accepts)
		f = add_finding(j, CODE_UNCOUNTED, SEVERITY_INFO);
	if (names) {
		say(f, "not counted for this listener: %s", names);
		say(f, "that nothing is found there proves nothing");
		if (all)
			say(f, "the module has counters=N, a hook is missing, or there was no room or memory for it "
			       "(max_listeners, max_listeners_netns)");
		else
			say(f, "a hook is missing");
		advise(f, "See why: cat /sys/module/tcp_listenq/parameters/counters; as root, cat "
			  "/sys/kernel/debug/tcp_listenq/hooks /sys/kernel/debug/tcp_listenq/untracked");
	} else if (accepts) {
		say_uncounted_accepts(f, j, accepts);
	}
	free(names);
	free(accepts);
}
