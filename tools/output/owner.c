// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "column.h"

/*
 * Processes of all members, by PID, each once: workers of a group often hold a socket each.
 * Points into the look.
 */
struct holders {
	const struct process **process;
	size_t nr;
};

static int by_pid(const void *a, const void *b)
{
	const struct process *const *left = a, *const *right = b;

	return ((*left)->pid > (*right)->pid) - ((*left)->pid < (*right)->pid);
}

static void add_holders(struct holders *holders, const struct listener *l)
{
	size_t i;

	for (i = 0; i < l->owner.nr_processes; i++)
		holders->process[holders->nr++] = &l->owner.processes[i];
}

static void find_holders(struct holders *holders, const struct listener *l,
			 const struct group *group)
{
	size_t i, nr = 0, all = l ? l->owner.nr_processes : 0;

	for (i = 0; group && i < group->nr; i++)
		all += group->members[i]->owner.nr_processes;
	holders->nr = 0;
	holders->process = xcalloc(all ? all : 1, sizeof(*holders->process));
	if (!group)
		add_holders(holders, l);
	for (i = 0; group && i < group->nr; i++)
		add_holders(holders, group->members[i]);
	qsort(holders->process, holders->nr, sizeof(*holders->process), by_pid);
	for (i = 0; i < holders->nr; i++)
		if (!nr || holders->process[nr - 1]->pid != holders->process[i]->pid)
			holders->process[nr++] = holders->process[i];
	holders->nr = nr;
}

static const char *comm_of(const struct process *process)
{
	return process->comm ? process->comm : "?";
}

char *owner_cell(const struct listener *l, const struct group *group)
{
	const struct listener *first = group ? group->members[0] : l;
	const char *unit = first->owner.container ? first->owner.container : first->owner.unit;
	char *who = NULL, *all;
	struct holders holders;

	find_holders(&holders, l, group);
	if (holders.nr == 1)
		who = xasprintf("%s[%d]", comm_of(holders.process[0]), holders.process[0]->pid);
	else if (holders.nr)
		who = xasprintf("%s[%d]+%zu", comm_of(holders.process[0]), holders.process[0]->pid,
				holders.nr - 1);
	else if (has_flag(first, "kernel"))
		who = xstrdup("kernel");
	free(holders.process);
	if (!unit)
		return who;
	if (!who)
		return xstrdup(unit);
	all = xasprintf("%s %s", unit, who);
	free(who);
	return all;
}

char *process_cell(const struct listener *l, const struct group *group)
{
	struct holders holders;
	char *text = NULL;
	size_t size, i;
	FILE *out;

	find_holders(&holders, l, group);
	if (holders.nr) {
		out = open_memstream(&text, &size);
		for (i = 0; out && i < holders.nr; i++)
			fprintf(out, "%s%s[%d]", i ? "," : "", comm_of(holders.process[i]),
				holders.process[i]->pid);
		if (out)
			fclose(out);
	}
	free(holders.process);
	return text;
}
