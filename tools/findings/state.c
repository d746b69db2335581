// SPDX-License-Identifier: GPL-2.0
/* The state of a listener in one word, from one look. */
#include "parts.h"

const struct code_info codes[NR_CODES] = {
#define CODE(id, name_, severity_, help_) \
	[CODE_##id] = { .name = name_, .severity = SEVERITY_##severity_, .help = help_ },
#include "codes.def"
#undef CODE
};

/* The order of the table: the worst has the highest rank. */
enum rank { RANK_OK, RANK_QUEUE, RANK_SYN_FULL, RANK_REFUSED, RANK_STUCK, RANK_FULL };

/* The first in the queue has waited for long, and nobody was accepted since. */
static bool is_stuck(const struct listener *l)
{
	return value_or(l, COL_ack_backlog, 0) && knows(l, COL_accepts) &&
	       value_or(l, COL_oldest_ms, 0) > LONG_MS &&
	       value_or(l, COL_last_accept_ms, UINT64_MAX) > LONG_MS;
}

/*
 * The age of a full SYN queue is that of a drop or of a cookie: with both counted it
 * does not say which.
 */
static bool was_refused(const struct listener *l)
{
	if (value_or(l, COL_last_overflow_ms, UINT64_MAX) <= RECENT_MS)
		return true;
	return value_or(l, COL_reqq_full_drop, 0) && value_or(l, COL_reqq_full_cookies, 1) == 0 &&
	       value_or(l, COL_last_reqq_full_ms, UINT64_MAX) <= RECENT_MS;
}

/*
 * With reqsk_max 0 every SYN is answered with a cookie;
 * a deferred listener holds clients that are connected.
 */
static bool is_syn_full(const struct listener *l)
{
	uint64_t max = value_or(l, COL_reqsk_max, 0);

	return max && value_or(l, COL_reqsk_qlen, 0) >= max && !has_flag(l, "defer");
}

static bool over_half(const struct listener *l)
{
	uint64_t limit = value_or(l, COL_max_ack_backlog, UINT64_MAX / 2);

	return value_or(l, COL_ack_backlog, 0) > limit / 2 + limit % 2;
}

const char *state_word(const struct listener *l, int *rank)
{
	static const char *const word[] = { "ok", "queue", "syn-full", "refused", "stuck", "FULL" };
	enum rank r = RANK_OK;

	if (accept_full(l))
		r = RANK_FULL;
	else if (is_stuck(l))
		r = RANK_STUCK;
	else if (was_refused(l))
		r = RANK_REFUSED;
	else if (is_syn_full(l))
		r = RANK_SYN_FULL;
	else if (over_half(l))
		r = RANK_QUEUE;
	if (rank)
		*rank = r;
	return r == RANK_OK && !knows(l, COL_ack_backlog) ? "-" : word[r];
}

bool in_trouble(const struct listener *l)
{
	int rank;

	state_word(l, &rank);
	return rank != RANK_OK;
}
