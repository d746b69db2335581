// SPDX-License-Identifier: GPL-2.0
/* Series: which there are, which are shown, when they end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

static uint64_t hash_of(const struct net *net, const char *address, uint32_t port)
{
	uint64_t hash = (uintptr_t)net ^ ((uint64_t)port << 40);

	for (; *address; address++)
		hash = (hash ^ (unsigned char)*address) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 31;
}

static bool is_excluded(const struct metrics *metrics, const char *address)
{
	size_t i;

	for (i = 0; i < metrics->options->nr_exclude; i++)
		if (network_has(&metrics->options->exclude[i], address))
			return true;
	return false;
}

static uint32_t port_of(const struct metrics *metrics, const struct listener *l)
{
	const struct metrics_options *options = metrics->options;

	return options->ephemeral_low && l->port >= options->ephemeral_low &&
	       l->port <= options->ephemeral_high ? PORT_EPHEMERAL : l->port;
}

static char *labels_of(const struct series *series)
{
	struct text text = { 0 };
	char port[16] = "ephemeral";

	if (series->port != PORT_EPHEMERAL)
		snprintf(port, sizeof(port), "%" PRIu32, series->port);
	text_label(&text, true, "netns", series->net->label);
	text_label(&text, false, "address", series->address);
	text_label(&text, false, "port", port);
	return xrealloc(text.at, text.length + 1, 1);
}

static struct series *series_new(struct metrics *metrics, struct net *net, const char *address,
				 uint32_t port)
{
	struct series *series = xcalloc(1, sizeof(*series));

	series->net = net;
	series->address = xstrdup(address);
	series->port = port;
	series->labels = labels_of(series);
	series->labels_length = strlen(series->labels);
	series->excluded = is_excluded(metrics, address);
	series->gone_ns = metrics->now_ns ? metrics->now_ns : 1;
	if (metrics->nr_series == metrics->room) {
		metrics->room = metrics->room ? metrics->room * 2 : 64;
		metrics->series = xrealloc(metrics->series, metrics->room,
					   sizeof(*metrics->series));
	}
	metrics->series[metrics->nr_series++] = series;
	metrics->sorted = false;
	return series;
}

static void put_hash(struct metrics *metrics, struct series *series)
{
	uint64_t hash = hash_of(series->net, series->address, series->port);

	series->next = map_get(&metrics->by_hash, hash);
	map_put(&metrics->by_hash, hash, series);
}

struct series *series_of(struct metrics *metrics, const struct moment *moment,
			 const struct listener *l)
{
	struct net *net = net_of(metrics, moment, l);
	const char *address = l->address ? l->address : "";
	uint32_t port = port_of(metrics, l);
	struct series *series = map_get(&metrics->by_hash, hash_of(net, address, port));

	while (series && (series->net != net || series->port != port ||
			  strcmp(series->address, address)))
		series = series->next;
	if (!series) {
		series = series_new(metrics, net, address, port);
		put_hash(metrics, series);
	}
	return series;
}

bool series_is(const struct metrics *metrics, const struct series *series,
	       const struct listener *l)
{
	return series->net->inode == value_or(l, COL_netns, 0) &&
	       series->port == port_of(metrics, l) &&
	       !strcmp(series->address, l->address ? l->address : "");
}

static int by_labels(const void *a, const void *b)
{
	const struct series *x = *(struct series *const *)a, *y = *(struct series *const *)b;
	int order = strcmp(x->net->label, y->net->label);

	order = order ? order : strcmp(x->address, y->address);
	return order ? order : (x->port > y->port) - (x->port < y->port);
}

void series_sort(struct metrics *metrics)
{
	if (!metrics->sorted && metrics->nr_series)
		qsort(metrics->series, metrics->nr_series, sizeof(*metrics->series), by_labels);
	metrics->sorted = true;
}

/* A packet or a connection was turned away: such counts are never left out. */
static bool had_events(const struct series *series)
{
	static const enum count events[] = {
		COUNT_overflow_syn, COUNT_overflow_ack, COUNT_overflow_cookie,
		COUNT_reqq_full_drop, COUNT_reqq_full_cookies, COUNT_listen_drops,
		COUNT_tfo_overflow, COUNT_reset_at_close
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (series->count[events[i]].shown)
			return true;
	return false;
}

static void series_end(struct series *series)
{
	owner_forget(series);
	free(series->waits);
	free(series->labels);
	free(series->address);
	free(series);
}

static bool has_ended(const struct metrics *metrics, const struct series *series)
{
	return series->gone_ns && metrics->now_ns - series->gone_ns >= GONE_NS &&
	       metrics->now_ns > series->gone_ns;
}

static void end_old(struct metrics *metrics)
{
	size_t i, left = 0;

	for (i = 0; i < metrics->nr_series; i++) {
		if (has_ended(metrics, metrics->series[i]))
			series_end(metrics->series[i]);
		else
			metrics->series[left++] = metrics->series[i];
	}
	if (left == metrics->nr_series)
		return;
	metrics->nr_series = left;
	map_clear(&metrics->by_hash, NULL);
	for (i = 0; i < left; i++)
		put_hash(metrics, metrics->series[i]);
}

/* Those that have a place keep it: a series does not come and go with others. */
static void give_places(struct metrics *metrics)
{
	size_t i, taken = 0;

	for (i = 0; i < metrics->nr_series; i++)
		taken += metrics->series[i]->placed;
	for (i = 0; i < metrics->nr_series && taken < metrics->options->max_listeners; i++) {
		struct series *series = metrics->series[i];

		if (series->placed || series->excluded || !series->sockets)
			continue;
		series->placed = true;
		taken++;
	}
}

void series_settle(struct metrics *metrics)
{
	size_t i, c;

	for (i = 0; i < metrics->nr_series; i++) {
		struct series *series = metrics->series[i];

		for (c = 0; c < NR_COUNTS; c++)
			total_settle(&series->count[c]);
		if (series->sockets)
			series->gone_ns = 0;
		else if (!series->gone_ns)
			series->gone_ns = metrics->now_ns ? metrics->now_ns : 1;
	}
	end_old(metrics);
	series_sort(metrics);
	give_places(metrics);
	for (i = 0; i < metrics->nr_series; i++) {
		struct series *series = metrics->series[i];

		series->shown = !series->excluded && (series->placed || had_events(series));
	}
}

void series_free(struct metrics *metrics)
{
	size_t i;

	for (i = 0; i < metrics->nr_series; i++)
		series_end(metrics->series[i]);
	free(metrics->series);
	map_clear(&metrics->by_hash, NULL);
}
