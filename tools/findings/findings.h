/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is wrong with a listener, and what helps. Pure: from looks and settings to
 * words; reads nothing itself but process facts by names/.
 */
#ifndef LISTENQ_FINDINGS_H
#define LISTENQ_FINDINGS_H

#include "../listener/group.h"
#include "../listener/history.h"
#include "../names/names.h"
#include "../source/source.h"

enum severity { SEVERITY_OK, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };

/*
 * The codes are in findings/codes.def: CODE(id, "kebab-name",
 * severity at most, "what it means"), one table for words, docs and tests.
 */
enum code {
#define CODE(id, name, severity, help) CODE_##id,
#include "codes.def"
#undef CODE
	NR_CODES
};

struct code_info {
	const char *name;
	enum severity severity;
	const char *help;
};

extern const struct code_info codes[NR_CODES];

struct finding {
	enum code code;
	enum severity severity;
	char *text;		/* one sentence or two, with numbers */
	char **advice;		/* what to do, the best first; none for what needs nothing */
	size_t nr_advice;
};

struct verdict {
	enum severity severity;	/* the worst */
	struct finding *findings;	/* the worst first */
	size_t nr;
	char **not_cause;	/* what people suspect and what it is not, as a sentence each */
	size_t nr_not_cause;
};

struct evidence {
	const struct looks *looks;
	const struct settings *settings;
	struct names *names;	/* NULL: no facts of processes */
};

/* judge - one group, as it is in the last look. verdict_free() it. */
void judge(const struct evidence *evidence, const struct group *group, struct verdict *verdict);
void verdict_free(struct verdict *verdict);

/*
 * The state in one word, from one look, for the table: "FULL" (accept queue full now),
 * "stuck" (clients wait and none was accepted for over a second), "refused" (in the last
 * five minutes), "syn-full", "queue" (over half full), "ok", "-" where not even the queue
 * is known. RANK: for sorting, trouble first: the higher the worse, 0 is ok.
 */
const char *state_word(const struct listener *l, int *rank);

/* in_trouble - rank is not 0 */
bool in_trouble(const struct listener *l);

#endif
