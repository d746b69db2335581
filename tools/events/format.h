/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of the trace event tcp_listenq:listen_drop -> a refusal, by the event's file
 * "format".
 */
#ifndef LISTENQ_FORMAT_H
#define LISTENQ_FORMAT_H

#include "refusal.h"

enum event_field {
	FIELD_when, FIELD_cookie, FIELD_netns, FIELD_ack_backlog, FIELD_max_ack_backlog,
	FIELD_sport, FIELD_dport, FIELD_reason, FIELD_saddr_v6, FIELD_daddr_v6,
	NR_FIELDS
};

struct event_format {
	struct { size_t offset, size; } field[NR_FIELDS];
};

/*
 * format_parse - where each field is, of the text of "format". False if one is missing, or has
 * another size than we can read.
 */
bool format_parse(const char *text, struct event_format *format);

/* format_read - all but time. False if the event of SIZE bytes is too short. */
bool format_read(const struct event_format *format, const unsigned char *event, size_t size,
		 struct refusal *refusal);

#endif
