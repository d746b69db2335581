// SPDX-License-Identifier: GPL-2.0
/* A look as a line of JSON, and back. The line may come from anywhere: nothing in it is trusted. */
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "json.h"

char *record_json(const struct look *look)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	write_json(out, NULL, look, NULL);
	fclose(out);
	return text;
}

static struct json_object *member(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

/*
 * take_text - clean also when the record is not ours;
 * what is clean stays as it is. NULL: not known
 */
static char *take_text(struct json_object *value)
{
	char *raw, *clean;
	size_t length;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	length = json_object_get_string_len(value);
	if (memchr(json_object_get_string(value), 0, length))
		return clean_text(json_object_get_string(value), length);
	raw = xstrdup(json_object_get_string(value));
	length = unescape_octal(raw);
	clean = clean_text(raw, length);
	free(raw);
	return clean;
}

static char *text_member(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key, json_type_string);

	return value ? take_text(value) : NULL;
}

static bool number_member(struct json_object *object, const char *key, uint64_t *number)
{
	struct json_object *value = member(object, key, json_type_int);

	if (!value || json_object_get_int64(value) < 0)
		return false;
	*number = json_object_get_uint64(value);
	return true;
}

static int int_member(struct json_object *object, const char *key)
{
	uint64_t number;

	return number_member(object, key, &number) && number <= INT32_MAX ? number : 0;
}

static void take_process(struct process *process, struct json_object *object)
{
	if (!object)
		return;
	process->pid = int_member(object, "pid");
	process->fd = int_member(object, "fd");
	process->comm = text_member(object, "comm");
}

/* process_text - as the module's column has it, "812/nginx" */
static char *process_text(const struct process *process)
{
	if (!process->pid)
		return NULL;
	return xasprintf("%d/%s", process->pid, process->comm ? process->comm : "");
}

static void take_processes(struct owner *owner, struct json_object *array)
{
	size_t i, nr = array ? json_object_array_length(array) : 0;

	owner->processes = nr ? xcalloc(nr, sizeof(*owner->processes)) : NULL;
	owner->nr_processes = 0;
	for (i = 0; i < nr; i++) {
		struct json_object *object = json_object_array_get_idx(array, i);

		if (json_object_is_type(object, json_type_object))
			take_process(&owner->processes[owner->nr_processes++], object);
	}
}

static void take_owner(struct listener *l, struct json_object *object)
{
	struct owner *owner = &l->owner;

	take_process(&owner->acceptor, member(object, "acceptor", json_type_object));
	take_process(&owner->listener_by, member(object, "listener_by", json_type_object));
	set_text(l, COL_acceptor, process_text(&owner->acceptor));
	set_text(l, COL_listener_by, process_text(&owner->listener_by));
	take_processes(owner, member(object, "processes", json_type_array));
	owner->unit = text_member(object, "unit");
	owner->container = text_member(object, "container");
	owner->netns_name = text_member(object, "netns_name");
	owner->service = text_member(object, "service");
	owner->user = text_member(object, "user");
}

static void take_flags(struct listener *l, struct json_object *array)
{
	size_t i, nr = array ? json_object_array_length(array) : 0;
	char *flags = NULL;

	for (i = 0; i < nr; i++) {
		char *word = take_text(json_object_array_get_idx(array, i));
		char *longer = NULL;

		if (word)
			longer = xasprintf("%s%s%s", flags ? flags : "", flags ? "," : "", word);

		if (longer) {
			free(flags);
			flags = longer;
		}
		free(word);
	}
	set_text(l, COL_flags, flags);
}

static void take_waits(struct listener *l, struct json_object *object)
{
	struct json_object *buckets = object ? member(object, "buckets", json_type_array) : NULL;
	struct waits waits;
	size_t i;

	memset(&waits, 0, sizeof(waits));
	if (!buckets || json_object_array_length(buckets) != NR_BUCKETS ||
	    !number_member(object, "accepts", &waits.accepts) ||
	    !number_member(object, "sum_us", &waits.sum_us) ||
	    !number_member(object, "max_us", &waits.max_us))
		return;
	for (i = 0; i < NR_BUCKETS; i++) {
		struct json_object *count = json_object_array_get_idx(buckets, i);

		if (!json_object_is_type(count, json_type_int) || json_object_get_int64(count) < 0)
			return;
		waits.bucket[i] = json_object_get_uint64(count);
	}
	l->waits = xcalloc(1, sizeof(waits));
	*l->waits = waits;
}

static void take_others(struct listener *l, const struct look *look, struct json_object *object)
{
	size_t i;

	for (i = 0; object && i < look->nr_extra; i++)
		set_extra(l, look->nr_extra, i, text_member(object, look->extra_names[i]));
}

/* take_listener - false where it is none: without its address and port */
static bool take_listener(struct look *look, struct json_object *object)
{
	struct listener *l = &look->listeners[look->nr];
	uint64_t number;
	char *local;
	int i;

	if (!json_object_is_type(object, json_type_object))
		return false;
	local = text_member(object, "local");
	if (!local)
		return false;
	look->nr++;
	if (!set_local(l, local))
		return false;
	for (i = 0; i < NR_COLUMNS; i++)
		if (columns[i].kind != KIND_TEXT && number_member(object, columns[i].name, &number))
			set_value(l, i, number);
	take_flags(l, member(object, "flags", json_type_array));
	take_owner(l, object);
	take_waits(l, member(object, "waits", json_type_object));
	take_others(l, look, member(object, "other", json_type_object));
	return true;
}

static void take_columns(struct look *look, struct json_object *array)
{
	size_t i, nr = array ? json_object_array_length(array) : 0;

	for (i = 0; i < nr; i++) {
		struct json_object *name = json_object_array_get_idx(array, i);
		int column = -1;

		if (json_object_is_type(name, json_type_string))
			column = column_named(json_object_get_string(name));
		if (column >= 0)
			look->has |= UINT64_C(1) << column;
	}
}

static void take_other_columns(struct look *look, struct json_object *array)
{
	size_t i, nr = array ? json_object_array_length(array) : 0;

	look->extra_names = nr ? xcalloc(nr, sizeof(*look->extra_names)) : NULL;
	for (i = 0; i < nr; i++) {
		char *name = take_text(json_object_array_get_idx(array, i));

		if (name)
			look->extra_names[look->nr_extra++] = name;
	}
}

/* take_head - NULL, or what is missing */
static const char *take_head(struct look *look, struct json_object *object)
{
	struct json_object *source = member(object, "source", json_type_string), *time, *all;
	uint64_t version;

	if (!number_member(object, "version", &version))
		return "no record: it has no version";
	if (version != JSON_VERSION)
		return "a record of another version";
	if (!source || !json_object_object_get_ex(object, "boottime_ns", &time))
		return "no record: it has no source or no boottime_ns";
	look->of_file = !number_member(object, "boottime_ns", &look->mono_ns);
	look->source =
		strcmp(json_object_get_string(source), "inet_diag") ? LOOK_MODULE : LOOK_INET_DIAG;
	if (json_object_object_get_ex(object, "time", &time))
		look->time = json_object_get_double(time);
	if (!(look->time >= 0 && look->time < 1e12))
		return "a broken record: its time is none";
	if (look->of_file)
		look->mono_ns = look->time * 1e9;
	all = member(object, "all_netns", json_type_boolean);
	look->all_netns = all && json_object_get_boolean(all);
	number_member(object, "netns", &look->netns);
	take_columns(look, member(object, "columns", json_type_array));
	take_other_columns(look, member(object, "other_columns", json_type_array));
	return NULL;
}

static const char *take_record(struct look *look, struct json_object *object)
{
	struct json_object *listeners;
	const char *what;
	size_t i, nr;

	if (!json_object_is_type(object, json_type_object))
		return "no record: not an object";
	what = take_head(look, object);
	if (what)
		return what;
	listeners = member(object, "listeners", json_type_array);
	if (!listeners)
		return "no record: it has no listeners";
	nr = json_object_array_length(listeners);
	look->listeners = xcalloc(nr ? nr : 1, sizeof(*look->listeners));
	for (i = 0; i < nr; i++)
		if (!take_listener(look, json_object_array_get_idx(listeners, i)))
			return "a broken record: a listener without address and port";
	return NULL;
}

bool record_parse(const char *line, size_t size, struct look *look, char error[512])
{
	struct json_tokener *tokener;
	const char *what = "no JSON";
	struct json_object *object = NULL;

	memset(look, 0, sizeof(*look));
	tokener = size < INT32_MAX ? json_tokener_new() : NULL;
	if (tokener) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		object = json_tokener_parse_ex(tokener, line, size);
		if (object)
			what = take_record(look, object);
		json_tokener_free(tokener);
	}
	json_object_put(object);
	if (!what)
		return true;
	look_free(look);
	snprintf(error, 512, "%s", what);
	return false;
}
