// SPDX-License-Identifier: GPL-2.0
/* Namespaces: their names, and what happened to listeners that have no series to count it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

unsigned int counts_of(const struct listener *l, uint64_t value[NR_COUNTS])
{
	unsigned int known = 0, i;

	for (i = 0; i < NR_COUNTS; i++) {
		value[i] = value_or(l, count_column[i], 0);
		if (knows(l, count_column[i]))
			known |= 1u << i;
	}
	return known;
}

char sum_kind(const struct listener *l)
{
	if (!listener_text(l, COL_local))
		return '-';
	return l->address && !strcmp(l->address, "*") && !l->v4 && !l->v6 ? '*' : 0;
}

static bool name_is_used(const struct metrics *metrics, const char *name)
{
	size_t i;

	for (i = 0; i < metrics->nr_nets; i++)
		if (!strcmp(metrics->nets[i]->label, name))
			return true;
	return false;
}

/* As the labels that end in a namespace's number, or are one: "4026532001", "web@4026532001" */
static bool ends_in_number(const char *name)
{
	const char *at = strrchr(name, '@'), *digits = at ? at + 1 : name;

	return *digits && !digits[strspn(digits, "0123456789")];
}

/*
 * Names of processes are not unique: pods have a "pause" each. Series of two namespaces must
 * not be one, and a series must keep its name when another namespace comes.
 */
static char *label_for(const struct metrics *metrics, const struct moment *moment,
		       uint64_t inode, const char *name)
{
	if (!moment->live->all_netns || !inode || inode == moment->own_netns)
		return xstrdup("");
	if (!name || !*name)
		return xasprintf("%" PRIu64, inode);
	return ends_in_number(name) || name_is_used(metrics, name) ?
		xasprintf("%s@%" PRIu64, name, inode) : xstrdup(name);
}

/* Whether label_for() makes it of the name */
static bool is_label_of(const char *label, const char *name)
{
	size_t length = strlen(name);

	if (!*label)
		return true;
	return !strncmp(label, name, length) && (!label[length] || label[length] == '@');
}

/* The module, or another namespace with the same number, counts from 0. */
static void net_restart(struct net *net)
{
	unsigned int i, c;

	memset(net->settled, 0, sizeof(net->settled));
	memset(net->latest, 0, sizeof(net->latest));
	memset(net->nobody, 0, sizeof(net->nobody));
	memset(net->closed, 0, sizeof(net->closed));
	memset(net->unassigned, 0, sizeof(net->unassigned));
	/* What a counter has shown is in the first of its columns from now on. */
	for (i = 0; i < NR_KERNEL_COUNTERS; i++) {
		c = __builtin_ctz(kernel_counters[i].counts);
		net->closed[c] = net->closed_total[i].shown;
		net->unassigned[c] = net->unassigned_total[i].shown;
	}
}

/* A number that comes back is of another namespace. */
void net_touch(struct metrics *metrics, struct net *net)
{
	if (net->gone_ns)
		net_restart(net);
	net->gone_ns = 0;
	net->look = metrics->look;
}

/*
 * A name may change, as that of a process does; a number that went and comes back with another
 * name is of another namespace. The one before keeps its series, and is not found any more.
 */
static struct net *net_find(struct metrics *metrics, const char *name, uint64_t inode)
{
	struct net *net;
	size_t i;

	for (i = 0; i < metrics->nr_nets; i++) {
		net = metrics->nets[i];
		if (net->inode != inode)
			continue;
		if (!net->gone_ns || !name || !*name || is_label_of(net->label, name))
			return net;
		net->inode = NO_INODE;
	}
	return NULL;
}

struct net *net_of(struct metrics *metrics, const struct moment *moment, const struct listener *l)
{
	uint64_t inode = value_or(l, COL_netns, 0);
	struct net *net = net_find(metrics, l->owner.netns_name, inode);

	if (!net) {
		net = xcalloc(1, sizeof(*net));
		net->inode = inode;
		net->label = label_for(metrics, moment, inode, l->owner.netns_name);
		metrics->nets = xrealloc(metrics->nets, metrics->nr_nets + 1,
					 sizeof(*metrics->nets));
		metrics->nets[metrics->nr_nets++] = net;
	}
	net_touch(metrics, net);
	return net;
}

void nets_reload(struct metrics *metrics)
{
	size_t i;

	for (i = 0; i < metrics->nr_nets; i++)
		net_restart(metrics->nets[i]);
}

static bool fell(const uint64_t *value, const uint64_t *last, unsigned int known)
{
	unsigned int i;

	for (i = 0; i < NR_COUNTS; i++)
		if ((known & 1u << i) && value[i] < last[i])
			return true;
	return false;
}

static void take_nobody(struct metrics *metrics, struct net *net, const struct listener *row)
{
	uint64_t value[NR_COUNTS];
	unsigned int known = counts_of(row, value), i;

	if (metrics->based && fell(value, net->nobody, known))
		net_restart(net);
	for (i = 0; i < NR_COUNTS; i++) {
		if (!(known & 1u << i))
			continue;
		if (metrics->based)
			net->unassigned[i] += value[i] - net->nobody[i];
		net->nobody[i] = value[i];
	}
	net->nobody_known = known;
}

static void take_closed(struct metrics *metrics, struct net *net, const struct listener *row)
{
	uint64_t value[NR_COUNTS];
	unsigned int known = counts_of(row, value), i;

	if (metrics->based && fell(value, net->latest, known))
		net_restart(net);
	for (i = 0; i < NR_COUNTS; i++) {
		if (!(known & 1u << i))
			continue;
		if (metrics->based)
			net->closed[i] += net->latest[i] - net->settled[i];
		net->settled[i] = metrics->based ? net->latest[i] : value[i];
		net->latest[i] = value[i];
	}
	net->closed_known = known;
}

bool nets_fell(struct metrics *metrics, const struct moment *moment)
{
	size_t i;

	for (i = 0; i < moment->closed->nr; i++) {
		const struct listener *row = &moment->closed->listeners[i];
		uint64_t value[NR_COUNTS];
		char kind = sum_kind(row);
		struct net *net;

		if (!kind)
			continue;
		net = net_of(metrics, moment, row);
		if (fell(value, kind == '*' ? net->latest : net->nobody, counts_of(row, value)))
			return true;
	}
	return false;
}

void nets_look(struct metrics *metrics, const struct moment *moment)
{
	const struct look *closed = moment->closed;
	size_t i;

	for (i = 0; i < closed->nr; i++) {
		const struct listener *row = &closed->listeners[i];
		char kind = sum_kind(row);

		if (kind == '-')
			take_nobody(metrics, net_of(metrics, moment, row), row);
		else if (kind == '*')
			take_closed(metrics, net_of(metrics, moment, row), row);
	}
}

/*
 * A listener that vanishes is in the line "*" a look later, and is taken out of CLOSED then. Where
 * even with all of the line less is left than there was, the namespace has ended between two
 * looks, its listeners with it, and the line is that of the next one with its number.
 */
static void fill_hole(struct net *net, unsigned int counter)
{
	unsigned int counts = kernel_counters[counter].counts, c;
	struct total *total = &net->closed_total[counter];
	uint64_t most = total->sum;

	for (c = 0; c < NR_COUNTS; c++)
		if (counts & 1u << c)
			most += net->latest[c] - net->settled[c];
	if ((net->closed_known & counts) != counts || (int64_t)(most - total->shown) >= 0)
		return;
	net->closed[__builtin_ctz(counts)] += total->shown - most;
	total->sum += total->shown - most;
}

static void net_settle(struct net *net)
{
	unsigned int i, c;

	for (i = 0; i < NR_KERNEL_COUNTERS; i++) {
		struct total *closed = &net->closed_total[i];
		struct total *unassigned = &net->unassigned_total[i];

		closed->sum = 0;
		unassigned->sum = 0;
		for (c = 0; c < NR_COUNTS; c++) {
			if (!(kernel_counters[i].counts & 1u << c))
				continue;
			closed->sum += net->closed[c];
			unassigned->sum += net->unassigned[c];
		}
		fill_hole(net, i);
		total_settle(closed);
		total_settle(unassigned);
	}
}

/* Whether a series still has it */
static bool is_used(const struct metrics *metrics, const struct net *net)
{
	size_t i;

	for (i = 0; i < metrics->nr_series; i++)
		if (metrics->series[i]->net == net)
			return true;
	return false;
}

static int by_label(const void *a, const void *b)
{
	return strcmp((*(struct net *const *)a)->label, (*(struct net *const *)b)->label);
}

void nets_settle(struct metrics *metrics)
{
	size_t i, left = 0;

	for (i = 0; i < metrics->nr_nets; i++) {
		struct net *net = metrics->nets[i];

		net_settle(net);
		if (net->gone_ns && metrics->now_ns - net->gone_ns >= GONE_NS &&
		    !is_used(metrics, net)) {
			free(net->label);
			free(net);
			continue;
		}
		if (net->look != metrics->look && !net->gone_ns)
			net->gone_ns = metrics->now_ns;
		metrics->nets[left++] = net;
	}
	metrics->nr_nets = left;
	if (left)
		qsort(metrics->nets, left, sizeof(*metrics->nets), by_label);
}

void nets_free(struct metrics *metrics)
{
	size_t i;

	for (i = 0; i < metrics->nr_nets; i++) {
		free(metrics->nets[i]->label);
		free(metrics->nets[i]);
	}
	free(metrics->nets);
}
