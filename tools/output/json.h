/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON of a look: one format for show --json and for records.
 * docs/listenq.schema.json is what it promises.
 */
#ifndef LISTENQ_JSON_H
#define LISTENQ_JSON_H

#include <json-c/json.h>
#include <stdio.h>

#include "output.h"

#define JSON_VERSION 1

/* A group of a record is not told apart from its listeners: NO_GROUP. */
#define NO_GROUP SIZE_MAX

/*
 * write_json - without a newline.
 * GROUPS NULL: the listeners as they come, each without a group. 0, or -1
 */
int write_json(FILE *out, const struct groups *groups, const struct look *look,
	       const struct verdict *verdicts);

/*
 * in_json - whether the column is a key of each listener: those of closed ones only where
 * they are
 */
bool in_json(enum column column, const struct look *look);

/* put - KEY is a constant, and not there yet */
void put(struct json_object *object, const char *key, struct json_object *value);

/* text_json - NULL is null */
struct json_object *text_json(const char *text);

/* processes_json - that hold the socket, as far as known */
struct json_object *processes_json(const struct owner *owner);

/* write_object - without its last CUT bytes, and free it */
void write_object(FILE *out, struct json_object *object, size_t cut);

/* severity_name - "ok", "info", "warning", "critical" */
const char *severity_name(enum severity severity);

#endif
