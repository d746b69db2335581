// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../verbs/verbs.h"
#include "json.h"

void put(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add_ex(object, key, value,
				  JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

struct json_object *text_json(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

static struct json_object *list_json(const char *text)
{
	struct json_object *array = json_object_new_array();

	while (text && *text) {
		size_t length = strcspn(text, ",");

		if (length)
			json_object_array_add(array, json_object_new_string_len(text, length));
		text += length + (text[length] == ',');
	}
	return array;
}

/* process_json - of the last accept(2) or listen(2): by which descriptor is not known */
static struct json_object *process_json(const struct process *process)
{
	struct json_object *object;

	if (!process->pid)
		return NULL;
	object = json_object_new_object();
	put(object, "pid", json_object_new_int(process->pid));
	put(object, "comm", text_json(process->comm));
	return object;
}

struct json_object *processes_json(const struct owner *owner)
{
	struct json_object *array = json_object_new_array_ext(owner->nr_processes);
	size_t i;

	for (i = 0; i < owner->nr_processes; i++) {
		struct json_object *object = process_json(&owner->processes[i]);

		if (!object)
			continue;
		put(object, "fd", json_object_new_int(owner->processes[i].fd));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *waits_json(const struct waits *waits)
{
	struct json_object *object, *buckets;
	int i;

	if (!waits)
		return NULL;
	object = json_object_new_object();
	buckets = json_object_new_array_ext(NR_BUCKETS);
	put(object, "accepts", json_object_new_uint64(waits->accepts));
	put(object, "sum_us", json_object_new_uint64(waits->sum_us));
	put(object, "max_us", json_object_new_uint64(waits->max_us));
	for (i = 0; i < NR_BUCKETS; i++)
		json_object_array_add(buckets, json_object_new_uint64(waits->bucket[i]));
	put(object, "buckets", buckets);
	return object;
}

const char *severity_name(enum severity severity)
{
	static const char *const name[] = { "ok", "info", "warning", "critical" };

	return name[severity];
}

static struct json_object *texts_json(char **text, size_t nr)
{
	struct json_object *array = json_object_new_array_ext(nr);
	size_t i;

	for (i = 0; i < nr; i++)
		json_object_array_add(array, text_json(text[i]));
	return array;
}

static struct json_object *findings_json(const struct verdict *verdict)
{
	struct json_object *array = json_object_new_array_ext(verdict->nr);
	size_t i;

	for (i = 0; i < verdict->nr; i++) {
		const struct finding *finding = &verdict->findings[i];
		struct json_object *object = json_object_new_object();

		put(object, "code", text_json(codes[finding->code].name));
		put(object, "severity", text_json(severity_name(finding->severity)));
		put(object, "text", text_json(finding->text));
		put(object, "advice", texts_json(finding->advice, finding->nr_advice));
		json_object_array_add(array, object);
	}
	return array;
}

bool in_json(enum column column, const struct look *look)
{
	bool of_closed = column == COL_closed_ms || column == COL_reset_at_close;

	return !of_closed || (look->has & (UINT64_C(1) << column));
}

static struct json_object *column_json(enum column column, const struct listener *l,
				       const struct look *look)
{
	bool has = look->has & (UINT64_C(1) << column);

	if (column == COL_acceptor)
		return process_json(&l->owner.acceptor);
	if (column == COL_listener_by)
		return process_json(&l->owner.listener_by);
	/* "-" is a listener without flags, where the source tells flags at all. */
	if (column == COL_flags)
		return has || listener_text(l, column) ? list_json(listener_text(l, column)) : NULL;
	if (columns[column].kind == KIND_TEXT)
		return text_json(listener_text(l, column));
	return knows(l, column) ? json_object_new_uint64(l->value[column]) : NULL;
}

static struct json_object *other_json(const struct listener *l, const struct look *look)
{
	struct json_object *object = json_object_new_object();
	size_t i;

	for (i = 0; i < look->nr_extra; i++)
		json_object_object_add(object, look->extra_names[i],
				       text_json(l->extra ? l->extra[i] : NULL));
	return object;
}

static struct json_object *listener_json(const struct listener *l, const struct look *look,
					 size_t group, const struct verdict *verdict)
{
	struct json_object *object = json_object_new_object();
	const char *state;
	int i, rank;

	state = state_word(l, &rank);
	put(object, "state", text_json(strcmp(state, "-") ? state : NULL));
	put(object, "address", text_json(l->address));
	put(object, "port", json_object_new_int(l->port));
	if (group != NO_GROUP)
		put(object, "group", json_object_new_uint64(group));
	for (i = 0; i < NR_COLUMNS; i++)
		if (in_json(i, look))
			put(object, columns[i].name, column_json(i, l, look));
	put(object, "unit", text_json(l->owner.unit));
	put(object, "container", text_json(l->owner.container));
	put(object, "netns_name", text_json(l->owner.netns_name));
	put(object, "service", text_json(l->owner.service));
	put(object, "user", text_json(l->owner.user));
	put(object, "processes", processes_json(&l->owner));
	put(object, "waits", waits_json(l->waits));
	put(object, "other", other_json(l, look));
	if (verdict) {
		put(object, "severity", text_json(severity_name(verdict->severity)));
		put(object, "findings", findings_json(verdict));
		put(object, "not_the_cause",
		    texts_json(verdict->not_cause, verdict->nr_not_cause));
	}
	return object;
}

/*
 * names_json - the columns that the source has,
 * for a record: of others nothing is known, nor will be
 */
static struct json_object *names_json(const struct look *look)
{
	struct json_object *array = json_object_new_array();
	int i;

	for (i = 0; i < NR_COLUMNS; i++)
		if (look->has & (UINT64_C(1) << i))
			json_object_array_add(array, text_json(columns[i].name));
	return array;
}

static struct json_object *others_json(const struct look *look)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < look->nr_extra; i++)
		json_object_array_add(array, text_json(look->extra_names[i]));
	return array;
}

static struct json_object *head_json(const struct look *look)
{
	struct json_object *head = json_object_new_object();
	char time[32];

	snprintf(time, sizeof(time), "%.3f", look->time);
	put(head, "version", json_object_new_int(JSON_VERSION));
	put(head, "source", text_json(look->source == LOOK_MODULE ? "tcp_listenq" : "inet_diag"));
	put(head, "time", json_object_new_double_s(look->time, time));
	put(head, "boottime_ns", look->of_file ? NULL : json_object_new_uint64(look->mono_ns));
	put(head, "netns", look->netns ? json_object_new_uint64(look->netns) : NULL);
	put(head, "all_netns", json_object_new_boolean(look->all_netns));
	put(head, "columns", names_json(look));
	put(head, "other_columns", others_json(look));
	return head;
}

void write_object(FILE *out, struct json_object *object, size_t cut)
{
	size_t length;
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_length(object, flags, &length);

	fwrite(text, 1, length - cut, out);
	json_object_put(object);
}

static void write_listener(FILE *out, struct json_object *object, bool *first)
{
	if (!*first)
		fputc(',', out);
	*first = false;
	write_object(out, object, 0);
}

/*
 * json-c makes each object; only the brackets around the list of listeners are put here,
 * that no more than one listener is in memory: there may be ten thousands.
 */
int write_json(FILE *out, const struct groups *groups, const struct look *look,
	       const struct verdict *verdicts)
{
	bool first = true;
	size_t i, j;

	write_object(out, head_json(look), 1);
	fputs(",\"listeners\":[", out);
	for (i = 0; groups && i < groups->nr; i++)
		for (j = 0; j < groups->group[i].nr; j++)
			write_listener(out, listener_json(groups->group[i].members[j], look, i,
							  verdicts ? &verdicts[i] : NULL), &first);
	for (i = 0; !groups && i < look->nr; i++)
		write_listener(out, listener_json(&look->listeners[i], look, NO_GROUP, NULL),
			       &first);
	fputs("]}", out);
	return ferror(out) ? -1 : 0;
}

int print_json(const struct groups *groups, const struct look *look, const struct verdict *verdicts)
{
	int result = write_json(stdout, groups, look, verdicts);

	putchar('\n');
	return flush_output() || result ? -1 : 0;
}
