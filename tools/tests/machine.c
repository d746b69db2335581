// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "machine.h"

unsigned int machine_random(struct machine *machine, unsigned int below)
{
	return rand_r(&machine->seed) % below;
}

static void add(struct counts *to, const struct counts *more)
{
	int i;

	for (i = 0; i < NR_EVENTS; i++)
		to->of[i] += more->of[i];
}

static void make_record(struct machine *machine, const struct sock *sock)
{
	struct record *records = machine->records[sock->net];
	size_t *nr = &machine->nr_records[sock->net];

	if (machine->records_fail && machine_random(machine, 3) == 0) {
		machine->unrecorded++;
		return;
	}
	if (*nr == RECORDS) {
		machine->unrecorded++;
		(*nr)--;
	}
	memmove(records + 1, records, *nr * sizeof(*records));
	records[0] = (struct record){ sock->cookie, ++machine->records_made, sock->net,
				      sock->place, sock->counts };
	(*nr)++;
}

/* Sums first, then the record, then it may listen again: as closed.c does it */
static void close_further(struct machine *machine, struct sock *sock)
{
	if (sock->stage == UNHASHED) {
		add(&machine->closed[sock->net], &sock->counts);
		sock->stage = SUMMED;
		return;
	}
	make_record(machine, sock);
	memset(&sock->counts, 0, sizeof(sock->counts));
	machine->unclear |= sock->listens_again && machine->reading;
	sock->stage = sock->listens_again ? LISTENS : FREE;
	sock->listens_again = false;
}

static void listen_now(struct machine *machine, struct sock *sock)
{
	*sock = (struct sock){
		.stage = LISTENS, .cookie = ++machine->cookies,
		.net = (int)machine_random(machine, NETS),
		.place = (int)machine_random(machine, PLACES),
	};
}

static void count(struct machine *machine, struct sock *sock)
{
	enum event event = machine_random(machine, NR_EVENTS);
	unsigned int nr = 1 + machine_random(machine, 9);

	machine->kernel[sock->net].of[event] += nr;
	if (machine_random(machine, 8) == 0) {
		machine->nobody[sock->net].of[event] += nr;
		return;
	}
	sock->counts.of[event] += nr;
	machine->at[sock->net][sock->place].of[event] += nr;
}

static void happen(struct machine *machine)
{
	struct sock *sock = &machine->socks[machine_random(machine, SOCKETS)];

	switch (sock->stage) {
	case FREE:
		listen_now(machine, sock);
		break;
	case LISTENS:
		if (machine_random(machine, 5)) {
			count(machine, sock);
			break;
		}
		sock->stage = UNHASHED;
		sock->listens_again = machine_random(machine, 4) == 0;
		break;
	case UNHASHED:
		if (machine_random(machine, 2)) {
			count(machine, sock);
			break;
		}
		close_further(machine, sock);
		break;
	case SUMMED:
		close_further(machine, sock);
		break;
	}
}

void machine_run(struct machine *machine, unsigned int nr)
{
	while (nr--)
		happen(machine);
}

void machine_settle(struct machine *machine)
{
	size_t i;

	for (i = 0; i < SOCKETS; i++)
		while (machine->socks[i].stage == UNHASHED || machine->socks[i].stage == SUMMED)
			close_further(machine, &machine->socks[i]);
}

/*
 * Nothing is counted meanwhile: whether it belongs to before or after, nobody could say. Each
 * has its record: without, the first look would take it for one that closes later.
 */
void machine_close_some(struct machine *machine)
{
	size_t i, left = RECORDS / 2;

	machine->fresh = machine->records_made;
	for (i = 0; i < SOCKETS && left; i++)
		if (machine->socks[i].stage == LISTENS && machine_random(machine, 4) == 0) {
			machine->socks[i].stage = UNHASHED;
			left--;
		}
	machine_settle(machine);
}

void machine_reload(struct machine *machine)
{
	size_t i;

	machine_settle(machine);
	memset(machine->closed, 0, sizeof(machine->closed));
	memset(machine->nobody, 0, sizeof(machine->nobody));
	memset(machine->kernel, 0, sizeof(machine->kernel));
	memset(machine->at, 0, sizeof(machine->at));
	memset(machine->nr_records, 0, sizeof(machine->nr_records));
	for (i = 0; i < SOCKETS; i++)
		memset(&machine->socks[i].counts, 0, sizeof(machine->socks[i].counts));
}

static void set_counts(struct listener *l, const struct counts *counts)
{
	set_value(l, COL_overflow_syn, counts->of[SYN_REFUSED]);
	set_value(l, COL_overflow_ack, counts->of[ACK_REFUSED]);
	set_value(l, COL_overflow_cookie, 0);
	set_value(l, COL_listen_drops, counts->of[SYN_REFUSED] + counts->of[ACK_REFUSED] +
		  counts->of[OTHER_DROP]);
}

static struct listener *add_row(struct look *look, int net, char *local)
{
	struct listener *l = &look->listeners[look->nr++];

	set_local(l, local);
	set_value(l, COL_netns, 1000 + net);
	return l;
}

static void begin(struct machine *machine, struct look *look, size_t most)
{
	memset(look, 0, sizeof(*look));
	look->all_netns = true;
	look->time = 1e9;
	look->mono_ns = ++machine->mono_ns;
	look->listeners = xcalloc(most, sizeof(*look->listeners));
	look->has = ~UINT64_C(0);
}

void machine_read_live(struct machine *machine, struct look *look)
{
	size_t i;

	begin(machine, look, SOCKETS);
	for (i = 0; i < SOCKETS; i++) {
		const struct sock *sock = &machine->socks[i];
		struct listener *l;

		if (sock->stage != LISTENS)
			continue;
		l = add_row(look, sock->net, xasprintf("10.0.0.%d:80", sock->place));
		set_value(l, COL_cookie, sock->cookie);
		set_counts(l, &sock->counts);
	}
}

static void read_records(struct machine *machine, struct look *look)
{
	size_t net, i;

	for (net = 0; net < NETS; net++)
		for (i = 0; i < machine->nr_records[net]; i++) {
			const struct record *record = &machine->records[net][i];
			struct listener *l = add_row(look, net, xasprintf("10.0.0.%d:80",
									  record->place));

			set_value(l, COL_cookie, record->cookie);
			set_value(l, COL_closed_ms, record->number > machine->fresh ? 0 : 1000);
			set_counts(l, &record->counts);
		}
}

void machine_read_closed(struct machine *machine, struct look *look, unsigned int events)
{
	size_t net;

	begin(machine, look, NETS * (RECORDS + 2));
	read_records(machine, look);
	machine_run(machine, events);
	for (net = 0; net < NETS; net++) {
		set_counts(add_row(look, net, NULL), &machine->nobody[net]);
		set_counts(add_row(look, net, xstrdup("*")), &machine->closed[net]);
	}
}
