// SPDX-License-Identifier: GPL-2.0
/*
 * stuck, always-full: nobody accepts.
 *
 * A larger backlog is no cure: it fills as well. So nothing here names one.
 */
#include <stdlib.h>

#include "parts.h"

#define MOST_PROCESSES 8	/* that are asked for facts */

/* One process: what explains that it accepts nothing. */
static bool name_process(const struct judging *j, struct finding *f, const struct process *p,
			 const char *unit)
{
	struct process_facts facts = {
		.nr_fds = -1, .max_fds = -1, .nr_threads = -1, .state = '?'
	};

	process_facts(j->evidence->names, p->pid, &facts);
	if (facts.nr_fds >= 0 && facts.max_fds >= 0 && facts.nr_fds >= facts.max_fds) {
		say(f, "%s[%d] has %ld descriptors open and its limit is %ld: accept(2) fails with EMFILE",
		    p->comm, p->pid, facts.nr_fds, facts.max_fds);
		advise(f, "Find what it keeps open: ls -l /proc/%d/fd. If it needs that many, raise %s%s",
		       p->pid, unit ? "LimitNOFILE= of " : "its limit (ulimit -n)",
		       unit ? unit : "");
		return true;
	}
	if (facts.state == 'T' || facts.state == 't') {
		say(f, "%s[%d] is stopped (state %c)", p->comm, p->pid, facts.state);
		if (facts.state == 'T')
			advise(f, "Let it go on: kill -CONT %d", p->pid);
		else
			advise(f, "A debugger or tracer holds it: grep TracerPid /proc/%d/status",
			       p->pid);
		return true;
	}
	if (facts.state == 'Z') {
		say(f, "%s[%d] is a zombie: it has ended", p->comm, p->pid);
		advise(f, "Restart it%s%s", unit ? ": systemctl restart " : "", unit ? unit : "");
		return true;
	}
	if (facts.state == 'D') {
		say(f, "%s[%d] is in uninterruptible sleep (state D): it waits for a disk or a file server",
		    p->comm, p->pid);
		advise(f, "See what it waits for: cat /proc/%d/stack", p->pid);
		return true;
	}
	return false;
}

bool name_processes(const struct judging *j, struct finding *f, const struct listener *l)
{
	const struct owner *owner = &l->owner;
	bool explained = false;

	if (!j->evidence->names)
		return false;
	if (owner->acceptor.pid && owner->acceptor.comm)
		return name_process(j, f, &owner->acceptor, owner->unit);
	for (size_t i = 0; i < owner->nr_processes && i < MOST_PROCESSES; i++)
		explained |= name_process(j, f, &owner->processes[i], owner->unit);
	return explained;
}

/* Where to look when the facts explain nothing. */
static void advise_threads(struct finding *f, const struct listener *l)
{
	const struct owner *owner = &l->owner;
	int pid = owner->acceptor.pid ? owner->acceptor.pid :
		  owner->nr_processes ? owner->processes[0].pid : 0;

	if (!pid) {
		advise(f, "Find the process that should accept (as root: ss -ltnp 'sport = :%u') and see where its threads are",
		       l->port);
		return;
	}
	advise(f, "See where its threads are: eu-stack -p %d", pid);
	advise(f, "See whether it calls accept(2), and what that returns: strace -fp %d -e trace=accept,accept4",
	       pid);
}

static void say_since_when(const struct judging *j, struct finding *f)
{
	const struct listener *l = j->sum;
	char *age;

	if (knows(l, COL_oldest_ms)) {
		age = human_ms(l->value[COL_oldest_ms]);
		say(f, "the first has waited for %s", age);
		free(age);
	}
	if (knows(l, COL_last_accept_ms)) {
		age = human_ms(l->value[COL_last_accept_ms]);
		say(f, "the last accept(2) was %s ago", age);
		free(age);
	} else {
		say(f, "none was accepted since the module was loaded or the socket began to listen");
	}
}

static void say_who(struct finding *f, const struct listener *l)
{
	char *who = who_accepts(l);

	if (who && l->owner.acceptor.pid)
		say(f, "%s accepted last", who);
	else if (who)
		say(f, "held by %s", who);
	free(who);
}

static void find_none_accepted(struct judging *j)
{
	struct finding *f = add_finding(j, CODE_STUCK, SEVERITY_CRITICAL);
	char *looks = looks_text(&j->member[0]);
	uint64_t length = j->sum->value[COL_ack_backlog];

	say(f, "nobody accepts: %" PRIu64 " client%s wait%s%s, %s", length, length == 1 ? "" : "s",
	    length == 1 ? "s" : "", j->nr_full == j->nr ? " and the queue is full" : "", looks);
	free(looks);
	if (j->nr > 1)
		say(f, "so at each of the %zu sockets of the group", j->nr);
	say_since_when(j, f);
	say_who(f, j->group->members[0]);
	if (!name_processes(j, f, j->group->members[0]))
		advise_threads(f, j->group->members[0]);
}

/*
 * The count of accepts is not known: a queue that stays full may be emptied and filled
 * again between two looks.
 */
static void find_always_full(struct judging *j)
{
	struct finding *f;
	char *looks;

	for (size_t i = 0; i < j->nr; i++)
		if (!j->member[i].full_always || knows(j->member[i].now, COL_accepts))
			return;
	f = add_finding(j, CODE_ALWAYS_FULL, SEVERITY_CRITICAL);
	looks = looks_text(&j->member[0]);
	say(f, "the accept queue is full %s: %" PRIu64 " wait, the limit is %" PRIu64, looks,
	    j->sum->value[COL_ack_backlog], j->sum->value[COL_max_ack_backlog]);
	free(looks);
	say(f, "whether any is accepted is not known");
	say(f, "new clients are refused: they try again, and see a timeout if it stays so");
	say_who(f, j->group->members[0]);
	if (!name_processes(j, f, j->group->members[0]))
		advise_threads(f, j->group->members[0]);
}

void find_stuck(struct judging *j)
{
	if (j->nr_stuck == j->nr)
		find_none_accepted(j);
	else if (!j->nr_stuck && j->nr_full == j->nr)
		find_always_full(j);
}
