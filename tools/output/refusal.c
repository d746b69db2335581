// SPDX-License-Identifier: GPL-2.0
/* A line for each refusal, as it is told */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../common/text.h"
#include "column.h"
#include "json.h"

#define LINE "%-12s %-19s %7s %-21s %-21s %-11s %s\n"

void print_refusal_header(void)
{
	printf(LINE, "TIME", "REASON", "PACKETS", "LOCAL", "PEER", "QUEUE", "OWNER");
}

static const char *or_none(const char *text)
{
	return text && *text ? text : "-";
}

static char *clock_text(double time)
{
	time_t seconds = (time_t)time;
	char text[16] = "-";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	return xasprintf("%s.%03d", text, (int)((time - (double)seconds) * 1000));
}

/* As in the table: what waits, and how much there is room for */
static char *queue_text(const struct refusal *refusal)
{
	if (!refusal->knows_queue)
		return xstrdup("-");
	return xasprintf("%" PRIu64 "/%" PRIu64, refusal->ack_backlog,
			 refusal->max_ack_backlog + 1);
}

void print_refusal(const struct refusal *refusal, const struct listener *l)
{
	char *time = clock_text(refusal->time), *queue = queue_text(refusal);
	char *owner = l ? owner_cell(l, NULL) : NULL;
	const char *local = l ? listener_text(l, COL_local) : NULL;
	char count[24];

	snprintf(count, sizeof(count), "%" PRIu64, refusal->count);
	printf(LINE, time, reason_name(refusal->reason), count,
	       or_none(local ? local : refusal->local), or_none(refusal->peer), queue,
	       or_none(owner));
	free(time);
	free(queue);
	free(owner);
}

static struct json_object *number_json(bool known, uint64_t number)
{
	return known ? json_object_new_uint64(number) : NULL;
}

void print_refusal_json(const struct refusal *refusal, const struct listener *l)
{
	struct json_object *object = json_object_new_object();
	const char *local = l ? listener_text(l, COL_local) : NULL;
	char time[32];

	snprintf(time, sizeof(time), "%.6f", refusal->time);
	put(object, "version", json_object_new_int(JSON_VERSION));
	put(object, "time", json_object_new_double_s(refusal->time, time));
	put(object, "when_ns", number_json(refusal->when, refusal->when));
	put(object, "reason", text_json(reason_name(refusal->reason)));
	put(object, "packets", json_object_new_uint64(refusal->count));
	put(object, "netns", number_json(refusal->netns, refusal->netns));
	put(object, "cookie", number_json(refusal->cookie, refusal->cookie));
	put(object, "local", text_json(local ? local : *refusal->local ? refusal->local : NULL));
	put(object, "peer", text_json(*refusal->peer ? refusal->peer : NULL));
	put(object, "ack_backlog", number_json(refusal->knows_queue, refusal->ack_backlog));
	put(object, "max_ack_backlog", number_json(refusal->knows_queue, refusal->max_ack_backlog));
	put(object, "unit", text_json(l ? l->owner.unit : NULL));
	put(object, "container", text_json(l ? l->owner.container : NULL));
	put(object, "netns_name", text_json(l ? l->owner.netns_name : NULL));
	put(object, "processes", l ? processes_json(&l->owner) : json_object_new_array());
	write_object(stdout, object, 0);
	putchar('\n');
}
