// SPDX-License-Identifier: GPL-2.0
/* Ask each kind of finding about a group, and put the worst first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "parts.h"

struct finding *add_finding(struct judging *j, enum code id, enum severity severity)
{
	struct verdict *v = j->verdict;
	struct finding *finding;

	v->findings = xrealloc(v->findings, v->nr + 1, sizeof(*v->findings));
	finding = &v->findings[v->nr++];
	memset(finding, 0, sizeof(*finding));
	finding->code = id;
	finding->severity = severity < codes[id].severity ? severity : codes[id].severity;
	finding->text = xstrdup("");
	return finding;
}

static char *vtext(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		abort();
	return text;
}

void say(struct finding *finding, const char *format, ...)
{
	char *old = finding->text, *more;
	va_list args;

	va_start(args, format);
	more = vtext(format, args);
	va_end(args);
	finding->text = xasprintf("%s%s%s", old, *old ? "; " : "", more);
	free(old);
	free(more);
}

static void add_text(char ***list, size_t *nr, char *text)
{
	*list = xrealloc(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = text;
}

void advise(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(&finding->advice, &finding->nr_advice, vtext(format, args));
	va_end(args);
}

void not_cause(struct judging *j, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(&j->verdict->not_cause, &j->verdict->nr_not_cause, vtext(format, args));
	va_end(args);
}

bool found(const struct judging *j, enum code code)
{
	for (size_t i = 0; i < j->verdict->nr; i++)
		if (j->verdict->findings[i].code == code)
			return true;
	return false;
}

/*
 * Two looks prove that nobody was accepted;
 * one does if the first in the queue has waited, and the last accept was before.
 */
static bool is_stuck(const struct member *m)
{
	uint64_t accepted;
	double seconds;

	if (!m->waiting_always || !knows(m->now, COL_accepts))
		return false;
	if (value_or(m->now, COL_last_accept_ms, UINT64_MAX) < LONG_MS)
		return false;
	if (m->nr_looks > 1 &&
	    (!course_growth(&m->course, COL_accepts, &accepted, &seconds) || accepted))
		return false;
	if (knows(m->now, COL_oldest_ms))
		return m->now->value[COL_oldest_ms] >= LONG_MS;
	return m->seconds * 1000 >= LONG_MS;
}

static void look_at_member(struct member *m, const struct listener *l)
{
	uint64_t length = value_or(l, COL_ack_backlog, 0);
	uint64_t limit = value_or(l, COL_max_ack_backlog, UINT64_MAX / 2);

	m->nr_looks++;
	m->full_always &= accept_full(l);
	m->had_room |= !accept_full(l);
	m->half_always &= length > limit / 2 + limit % 2;
	m->waiting_always &= length > 0;
	m->old_always &= value_or(l, COL_oldest_ms, 0) >= LONG_MS;
}

static void make_member(struct member *m, const struct looks *looks, const struct listener *now)
{
	size_t first;

	*m = (struct member){
		.now = now,
		.full_always = true,
		.half_always = true,
		.waiting_always = true,
		.old_always = true,
	};
	course_make(&m->course, looks, now);
	for (first = 0; first + 1 < m->course.nr && !m->course.at[first]; first++)
		;
	for (size_t i = first; i < m->course.nr; i++)
		if (m->course.at[i])
			look_at_member(m, m->course.at[i]);
	if (m->nr_looks > 1 && m->course.mono_ns[m->course.nr - 1] > m->course.mono_ns[first])
		m->seconds = (m->course.mono_ns[m->course.nr - 1] - m->course.mono_ns[first]) / 1e9;
	m->stuck = is_stuck(m);
}

/* Settings belong to a namespace: that of another listener has its own. */
static const struct settings *settings_for(const struct evidence *e, const struct look *now,
					   const struct listener *l)
{
	const struct settings *settings = e->settings;
	bool own;

	if (!settings)
		return NULL;
	if (now->all_netns) {
		own = settings->netns && value_or(l, COL_netns, 0) == settings->netns;
		return own ? settings : NULL;
	}
	if (now->netns && settings->netns && now->netns != settings->netns)
		return NULL;
	return settings;
}

static int worse(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity < y->severity ? 1 : -1;
	return (x->code > y->code) - (x->code < y->code);
}

void judge(const struct evidence *evidence, const struct group *group, struct verdict *verdict)
{
	static void (*const parts[])(struct judging *j) = {
		find_stuck, find_worker, find_full, find_slow, find_refusing, find_ghosts,
		find_burst, find_clamped, find_syn_queue, find_cookies, find_deferred,
		find_no_ack, find_other_drops, find_resets, find_tfo, find_no_syn,
		find_uncounted,
	};
	const struct look *now = evidence->looks->look[evidence->looks->nr - 1];
	struct judging j = {
		.evidence = evidence,
		.group = group,
		.sum = &group->sum,
		.nr = group->nr,
		.module = now->source == LOOK_MODULE,
		.verdict = verdict,
	};

	*verdict = (struct verdict){ .severity = SEVERITY_OK };
	if (!group->nr)
		return;
	j.settings = settings_for(evidence, now, group->members[0]);
	j.member = xcalloc(j.nr, sizeof(*j.member));
	for (size_t i = 0; i < j.nr; i++) {
		make_member(&j.member[i], evidence->looks, group->members[i]);
		j.nr_stuck += j.member[i].stuck;
		j.nr_full += accept_full(group->members[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		parts[i](&j);
	if (verdict->nr) {
		qsort(verdict->findings, verdict->nr, sizeof(*verdict->findings), worse);
		verdict->severity = verdict->findings[0].severity;
	}
	free(j.member);
}

static void free_texts(char **text, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(text[i]);
	free(text);
}

void verdict_free(struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->nr; i++) {
		free(verdict->findings[i].text);
		free_texts(verdict->findings[i].advice, verdict->findings[i].nr_advice);
	}
	free(verdict->findings);
	free_texts(verdict->not_cause, verdict->nr_not_cause);
	*verdict = (struct verdict){ .severity = SEVERITY_OK };
}
