// SPDX-License-Identifier: GPL-2.0
/*
 * The two sums of each namespace at the end of the table of closed listeners,
 * in words and as JSON.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "closed_sums.h"

bool is_sum_of_closed(const struct listener *l)
{
	return l->address && !strcmp(l->address, "*") && !l->v4 && !l->v6;
}

bool is_sum(const struct listener *l)
{
	return !listener_text(l, COL_local) || is_sum_of_closed(l);
}

bool was_refused(const struct listener *l, uint64_t *packets)
{
	static const enum column part[] = {
		COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie, COL_reqq_full_drop
	};
	size_t i;

	*packets = 0;
	for (i = 0; i < ARRAY_SIZE(part); i++) {
		if (!knows(l, part[i]))
			return false;
		*packets += l->value[part[i]];
	}
	return true;
}

bool sum_is_nothing(const struct listener *l)
{
	int column;

	for (column = 0; column < NR_COLUMNS; column++)
		if (columns[column].kind == KIND_COUNT && value_or(l, column, 0))
			return false;
	return true;
}

/* add_part - ", 12 packets refused"; nothing of 0 */
static void add_part(char **words, bool known, uint64_t number, const char *one, const char *what)
{
	char *longer;

	if (!known || !number)
		return;
	longer = xasprintf("%s%s%" PRIu64 " %s%s %s", *words ? *words : "", *words ? ", " : "",
			   number, one, number == 1 ? "" : "s", what);
	free(*words);
	*words = longer;
}

static void add_count(char **words, const struct listener *l, enum column of, const char *one,
		      const char *what)
{
	add_part(words, knows(l, of), l->value[of], one, what);
}

static char *namespace_words(const struct listener *l)
{
	if (!knows(l, COL_netns))
		return xstrdup("");
	if (l->owner.netns_name)
		return xasprintf(" in %s (%" PRIu64 ")", l->owner.netns_name, l->value[COL_netns]);
	return xasprintf(" in namespace %" PRIu64, l->value[COL_netns]);
}

char *sum_words(const struct listener *l, bool namespaces)
{
	char *words = NULL, *where = namespaces ? namespace_words(l) : xstrdup(""), *sentence;
	uint64_t packets;
	bool known = was_refused(l, &packets);

	add_count(&words, l, COL_reset_at_close, "connection", "reset at close");
	add_part(&words, known, packets, "packet", "refused");
	add_count(&words, l, COL_listen_drops, "drop", "in all");
	add_count(&words, l, COL_syncookies_sent, "SYN", "answered with a cookie");
	add_count(&words, l, COL_accepts, "connection", "accepted");
	sentence = xasprintf("%s%s: %s.",
			     is_sum_of_closed(l) ? "All that closed since the module was loaded" :
						   "Charged to no listener",
			     where, words ? words : "nothing");
	free(words);
	free(where);
	return sentence;
}

static struct json_object *sum_json(const struct look *look, const struct listener *l)
{
	struct json_object *object = json_object_new_object();
	const char *of = is_sum_of_closed(l) ? "closed" : "no listener";
	int column;

	json_object_object_add(object, "of", json_object_new_string(of));
	json_object_object_add(object, "netns", knows(l, COL_netns) ?
			       json_object_new_uint64(l->value[COL_netns]) : NULL);
	for (column = 0; column < NR_COLUMNS; column++)
		if (columns[column].kind == KIND_COUNT && (look->has & (UINT64_C(1) << column)))
			json_object_object_add(object, columns[column].name, knows(l, column) ?
					       json_object_new_uint64(l->value[column]) : NULL);
	return object;
}

char *sums_json(const struct look *sums)
{
	struct json_object *array = json_object_new_array();
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	char *text;
	size_t i;

	for (i = 0; i < sums->nr; i++)
		json_object_array_add(array, sum_json(sums, &sums->listeners[i]));
	text = xstrdup(json_object_to_json_string_ext(array, flags));
	json_object_put(array);
	return text;
}
