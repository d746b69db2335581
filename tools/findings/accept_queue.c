// SPDX-License-Identifier: GPL-2.0
/* accept-full, too-slow: the program accepts, and not as fast as clients come. */
#include <stdlib.h>

#include "parts.h"

static bool any_had_room(const struct judging *j)
{
	for (size_t i = 0; i < j->nr; i++)
		if (j->member[i].had_room)
			return true;
	return false;
}

static void advise_faster(const struct judging *j, struct finding *f)
{
	char *who = who_accepts(j->group->members[0]);

	advise(f, "Let %s accept faster: more workers or threads, less work between two accepts",
	       who ? who : "the program");
	free(who);
}

void find_full(struct judging *j)
{
	uint64_t accepted;
	double seconds;
	struct finding *f;

	if (!j->nr_full || j->nr_full < j->nr || found(j, CODE_STUCK) || found(j, CODE_ALWAYS_FULL))
		return;
	f = add_finding(j, CODE_ACCEPT_FULL, SEVERITY_CRITICAL);
	say(f, "the accept queue is full: %" PRIu64 " wait, the limit is %" PRIu64,
	    j->sum->value[COL_ack_backlog], j->sum->value[COL_max_ack_backlog]);
	if (growth(j, COL_accepts, &accepted, &seconds) && accepted && seconds > 0)
		say(f, "%.1f clients a second are accepted", accepted / seconds);
	else if (knows(j->sum, COL_last_accept_ms))
		say(f, "the last accept(2) was %" PRIu64 " ms ago",
		    j->sum->value[COL_last_accept_ms]);
	else if (any_had_room(j))
		say(f, "it had room at an earlier look");
	say(f, "new clients are refused: they try again, and see a timeout if it stays so");
	advise_faster(j, f);
}

/* Mean wait of those accepted between the looks, in milliseconds; 0: not known */
static uint64_t mean_wait_ms(const struct judging *j)
{
	uint64_t accepted, wait_us;

	if (!growth(j, COL_accepts, &accepted, NULL) || !accepted ||
	    !growth(j, COL_wait_us_sum, &wait_us, NULL))
		return 0;
	return wait_us / accepted / 1000;
}

/* The next to be accepted has waited for long at each look, though there are accepts. */
static bool waits_long(const struct judging *j)
{
	for (size_t i = 0; i < j->nr; i++)
		if (j->member[i].old_always && !j->member[i].stuck &&
		    knows(j->member[i].now, COL_accepts))
			return true;
	return false;
}

static bool is_standing(const struct judging *j)
{
	for (size_t i = 0; i < j->nr; i++)
		if (!j->member[i].half_always || j->member[i].nr_looks < 2)
			return false;
	return true;
}

void find_slow(struct judging *j)
{
	uint64_t mean = mean_wait_ms(j);
	struct finding *f;
	char *text;

	if (found(j, CODE_STUCK) || found(j, CODE_ALWAYS_FULL))
		return;
	j->standing = is_standing(j);
	if (!j->standing && !waits_long(j) && mean < LONG_MS)
		return;
	f = add_finding(j, CODE_TOO_SLOW, SEVERITY_WARNING);
	if (j->standing) {
		text = looks_text(&j->member[0]);
		say(f, "the queue does not drain: over half full %s, now %" PRIu64 " of %" PRIu64,
		    text, j->sum->value[COL_ack_backlog],
		    j->sum->value[COL_max_ack_backlog] + j->nr);
		free(text);
	} else {
		say(f, "clients wait for long before they are accepted");
	}
	if (mean) {
		text = human_ms(mean);
		say(f, "those accepted between the looks had waited for %s each", text);
		free(text);
	}
	if (value_or(j->sum, COL_oldest_ms, 0)) {
		text = human_ms(j->sum->value[COL_oldest_ms]);
		say(f, "the next one has waited for %s", text);
		free(text);
	}
	advise_faster(j, f);
	if (j->standing)
		not_cause(j, "the backlog. A queue that never drains fills any; with a larger one clients wait longer");
}
