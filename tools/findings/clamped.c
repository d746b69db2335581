// SPDX-License-Identifier: GPL-2.0
/*
 * clamped, and how a queue gets longer: by the program's own setting,
 * and by somaxconn only where that is in the way.
 */
#include "knobs.h"
#include "parts.h"

static long somaxconn(const struct judging *j)
{
	return j->settings ? j->settings->somaxconn : -1;
}

void advise_backlog(const struct judging *j, struct finding *f)
{
	const struct listener *l = j->group->members[0];
	uint64_t limit = value_or(l, COL_max_ack_backlog, 0);
	const struct knob *knob = knob_for(&l->owner);
	const char *how = knob ? knob->how : "the number that the program gives to listen(2)";
	long most = somaxconn(j);

	if (knob && knob->fixed) {
		advise(f, "More room is not to be had by a setting: %s", how);
		return;
	}
	if (most < 0)
		advise(f, "Raise the backlog, %" PRIu64 " now: %s. Then restart the program: "
			  "the limit is taken at listen(2). "
			  "Whether net.core.somaxconn is below that is not known from here",
		       limit, how);
	else if (limit < (uint64_t)most)
		advise(f, "Raise the backlog, %" PRIu64 " now, to at most %ld: %s. Then restart the program: the limit is "
			  "taken at listen(2)", limit, most, how);
	else
		advise(f, "Raise net.core.somaxconn, %ld now, then the backlog: %s. Then restart the program: the limit is "
			  "taken at listen(2)", most, how);
}

/* The longest queue that is known: without the module the present one. */
static bool reached_limit(const struct listener *l)
{
	uint64_t length = value_or(l, COL_peak_ack_backlog, value_or(l, COL_ack_backlog, 0));

	return knows(l, COL_max_ack_backlog) && length >= l->value[COL_max_ack_backlog];
}

static void say_clamped(struct judging *j, const struct listener *l)
{
	struct finding *f = add_finding(j, CODE_CLAMPED, SEVERITY_INFO);

	say(f, "the limit of %" PRIu64 " is that of net.core.somaxconn, and the queue has reached it",
	    l->value[COL_max_ack_backlog]);
	say(f, "the program may have asked for more");
	advise_backlog(j, f);
}

/* Which of the two set the limit: somaxconn counts as it was at listen(2). */
static void acquit_somaxconn(struct judging *j)
{
	const struct listener *l = j->group->members[0];
	uint64_t limit = value_or(l, COL_max_ack_backlog, 0);

	if (!found(j, CODE_ACCEPT_FULL) && !found(j, CODE_ALWAYS_FULL) &&
	    !found(j, CODE_REFUSING) && !found(j, CODE_BURST))
		return;
	not_cause(j, "net.core.somaxconn. It is %ld and the limit %" PRIu64 ": "
		     "the program asked for %" PRIu64 ", or it has "
		     "listened since before somaxconn was raised and needs a restart",
		  somaxconn(j), limit, limit);
}

void find_clamped(struct judging *j)
{
	long most = somaxconn(j);

	if (most < 0 || found(j, CODE_STUCK) || !knows(j->group->members[0], COL_max_ack_backlog))
		return;
	if (j->group->members[0]->value[COL_max_ack_backlog] < (uint64_t)most) {
		acquit_somaxconn(j);
		return;
	}
	if (!more_room_helps(j))
		return;
	for (size_t i = 0; i < j->nr; i++) {
		const struct listener *l = j->member[i].now;

		if (value_or(l, COL_max_ack_backlog, 0) == (uint64_t)most && reached_limit(l)) {
			say_clamped(j, l);
			return;
		}
	}
}
