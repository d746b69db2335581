// SPDX-License-Identifier: GPL-2.0
/*
 * metrics [HISTORIES [SEED]] - random histories of listeners against what the metrics make of
 * them, for metrics.sh. After each look, in each namespace: the growth of the kernel's counter
 * is at least what series, closed and unassigned events have grown by, no sample has
 * fallen, and no address has more than happened there. When nothing happens any more they are
 * equal; where each close had its record, and no socket listened again within a look, each address
 * has all of its own, too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "machine.h"

#define LOOKS 24
#define NR_LINES (NETS * PLACES * 4 + NETS * 16)

enum kernel { OVERFLOWS, DROPS, NR_KERNEL };

struct line {
	char *name;
	uint64_t value;
};

/* One exposition. */
struct shown {
	struct line lines[NR_LINES];
	size_t nr;
	uint64_t all[NETS][NR_KERNEL], at[NETS][PLACES][NR_KERNEL];
};

struct history {
	struct machine machine;
	struct metrics *metrics;
	struct shown last;
	uint64_t lost[NETS][NR_KERNEL];	/* shown when the module was loaded again */
	struct counts kernel[NETS], at[NETS][PLACES];	/* at the first look */
	unsigned int seed;
	const char *wrong;
};

static uint64_t kernel_of(const struct counts *counts, enum kernel kernel)
{
	return counts->of[SYN_REFUSED] + counts->of[ACK_REFUSED] +
	       (kernel == DROPS ? counts->of[OTHER_DROP] : 0);
}

static void forget(struct shown *shown)
{
	while (shown->nr)
		free(shown->lines[--shown->nr].name);
}

static int net_named(const char *line)
{
	const char *at = strstr(line, "netns=\"");

	return at ? atoi(at + strlen("netns=\"")) - 1000 : 0;
}

static void take_line(struct shown *shown, char *line)
{
	char *blank = strrchr(line, ' '), *address = strstr(line, "10.0.0.");
	int net = net_named(line);
	uint64_t value;
	enum kernel kernel;

	if (strstr(line, "overflows_total{") || strstr(line, "\"ListenOverflows\""))
		kernel = OVERFLOWS;
	else if (strstr(line, "_drops_total{") || strstr(line, "\"ListenDrops\""))
		kernel = DROPS;
	else
		return;
	if (*line == '#' || strstr(line, "fastopen") || shown->nr == NR_LINES)
		return;
	*blank = '\0';
	value = strtoull(blank + 1, NULL, 10);
	shown->lines[shown->nr++] = (struct line){ xstrdup(line), value };
	shown->all[net][kernel] += value;
	if (address)
		shown->at[net][atoi(address + strlen("10.0.0."))][kernel] += value;
}

static void read_text(struct history *history, struct shown *shown)
{
	struct health health = { .loaded = true, .looked = true, .build_version = "" };
	struct page *page = page_open(history->metrics, &health);
	struct text text = { 0 };
	char *line, *rest = NULL;

	memset(shown, 0, sizeof(*shown));
	while (page_more(page, &text))
		;
	page_close(page);
	for (line = strtok_r(text.at, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(shown, line);
	free(text.at);
}

static bool nothing_fell(const struct shown *last, const struct shown *now)
{
	size_t i, j;

	for (i = 0; i < last->nr; i++) {
		for (j = 0; j < now->nr; j++)
			if (!strcmp(last->lines[i].name, now->lines[j].name))
				break;
		if (j == now->nr || now->lines[j].value < last->lines[i].value)
			return false;
	}
	return true;
}

static void wrong(struct history *history, const char *what)
{
	if (!history->wrong)
		history->wrong = what;
}

/* QUIET: nothing has happened for some looks. COMPLETE: each close has had its record. */
static void check(struct history *history, bool quiet, bool complete)
{
	struct machine *machine = &history->machine;
	struct shown now;
	int net, place, k;

	read_text(history, &now);
	if (!nothing_fell(&history->last, &now))
		wrong(history, "a sample fell or went");
	for (net = 0; net < NETS; net++)
		for (k = 0; k < NR_KERNEL; k++) {
			uint64_t shown = now.all[net][k] - history->lost[net][k];
			uint64_t grown = kernel_of(&machine->kernel[net], k) -
					 kernel_of(&history->kernel[net], k);

			if (shown > grown)
				wrong(history, "more than the kernel counted");
			if (quiet && shown != grown)
				wrong(history, "less than the kernel counted, at a quiet moment");
			for (place = 0; place < PLACES && !history->lost[net][k]; place++) {
				uint64_t had = kernel_of(&machine->at[net][place], k) -
					       kernel_of(&history->at[net][place], k);

				if (now.at[net][place][k] > had)
					wrong(history, "more at an address than happened there");
				if (quiet && complete && now.at[net][place][k] != had)
					wrong(history, "less at an address than happened there");
			}
		}
	forget(&history->last);
	history->last = now;
}

static void look(struct history *history, bool again, unsigned int events)
{
	struct machine *machine = &history->machine;
	struct look live, closed;
	struct moment moment = { .closed = &closed, .live = &live, .identified = true,
				 .loaded_again = again };

	/* Whoever has left the list has a record, or none, before the next look but one. */
	machine_settle(machine);
	machine->reading = true;
	if (metrics_is_based(history->metrics)) {
		machine_read_closed(machine, &closed, machine_random(machine, events + 1));
		machine_run(machine, machine_random(machine, events + 1));
		machine_read_live(machine, &live);
	} else {
		machine_read_live(machine, &live);
		machine_close_some(machine);
		memcpy(history->kernel, machine->kernel, sizeof(history->kernel));
		memcpy(history->at, machine->at, sizeof(history->at));
		machine_read_closed(machine, &closed, 0);
	}
	machine->reading = false;
	metrics_look(history->metrics, &moment);
	look_free(&live);
	look_free(&closed);
}

static void reload(struct history *history)
{
	memcpy(history->lost, history->last.all, sizeof(history->lost));
	memset(history->kernel, 0, sizeof(history->kernel));
	memset(history->at, 0, sizeof(history->at));
	machine_reload(&history->machine);
	machine_run(&history->machine, machine_random(&history->machine, 40));
}

static void run(struct history *history)
{
	struct machine *machine = &history->machine;
	unsigned int busy = 1 + machine_random(machine, 120), i;
	bool reloads = machine_random(machine, 4) == 0, again;

	machine_run(machine, 200);
	look(history, false, 0);
	machine->records_fail = machine_random(machine, 2);
	machine->unrecorded = 0;
	check(history, false, false);
	for (i = 0; i < LOOKS; i++) {
		again = reloads && machine_random(machine, 8) == 0;
		machine_run(machine, machine_random(machine, busy));
		if (again)
			reload(history);
		look(history, again, machine_random(machine, 3) ? 0 : busy / 4);
		check(history, false, false);
	}
	machine_settle(machine);
	for (i = 0; i < 3; i++)
		look(history, false, 0);
	check(history, true, !machine->unrecorded && !machine->unclear);
}

static bool one_history(unsigned int seed)
{
	static const struct metrics_options options = { .level = DEFAULT, .max_listeners = 1000 };
	struct history history = { .seed = seed };

	history.machine.seed = seed;
	history.machine.mono_ns = 1;
	history.metrics = metrics_new(&options);
	run(&history);
	metrics_free(history.metrics);
	forget(&history.last);
	if (history.wrong)
		printf("# seed %u: %s\n", seed, history.wrong);
	return !history.wrong;
}

int main(int argc, char **argv)
{
	unsigned int nr = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000, bad = 0, i;
	unsigned int seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;

	for (i = 0; i < nr && bad < 10; i++)
		bad += !one_history(seed + i);
	printf("%s metrics.histories: %u of %u went wrong\n", bad ? "not ok" : "ok", bad, i);
	return bad != 0;
}
