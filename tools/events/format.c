// SPDX-License-Identifier: GPL-2.0
/* A line of "format" is "\tfield:__u64 when;\toffset:8;\tsize:8;\tsigned:0;". */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "format.h"

static const struct {
	const char *name;
	size_t least, most;	/* bytes */
} fields[NR_FIELDS] = {
	[FIELD_when] = { "when", 8, 8 },
	[FIELD_cookie] = { "cookie", 8, 8 },
	[FIELD_netns] = { "netns", 4, 8 },
	[FIELD_ack_backlog] = { "ack_backlog", 4, 8 },
	[FIELD_max_ack_backlog] = { "max_ack_backlog", 4, 8 },
	[FIELD_sport] = { "sport", 2, 2 },
	[FIELD_dport] = { "dport", 2, 2 },
	[FIELD_reason] = { "reason", 1, 8 },
	[FIELD_saddr_v6] = { "saddr_v6", 16, 16 },
	[FIELD_daddr_v6] = { "daddr_v6", 16, 16 },
};

/* The name is the last word before the semicolon, without the brackets of an array. */
static int field_named(const char *declaration, size_t length)
{
	size_t end = length, start;
	int i;

	if (end && declaration[end - 1] == ']')
		while (end && declaration[--end] != '[')
			;
	for (start = end; start && declaration[start - 1] != ' '; start--)
		;
	for (i = 0; i < NR_FIELDS; i++)
		if (strlen(fields[i].name) == end - start &&
		    !strncmp(fields[i].name, declaration + start, end - start))
			return i;
	return -1;
}

static void take_line(const char *line, struct event_format *format)
{
	const char *declaration = line + strlen("field:"), *semicolon = strchr(line, ';');
	size_t offset, size;
	int i;

	if (!semicolon || sscanf(semicolon, "; offset:%zu; size:%zu;", &offset, &size) != 2)
		return;
	i = field_named(declaration, semicolon - declaration);
	if (i < 0 || size < fields[i].least || size > fields[i].most || offset > UINT16_MAX)
		return;
	format->field[i].offset = offset;
	format->field[i].size = size;
}

bool format_parse(const char *text, struct event_format *format)
{
	const char *line;
	int i;

	memset(format, 0, sizeof(*format));
	for (line = text; (line = strstr(line, "field:")); line++)
		take_line(line, format);
	for (i = 0; i < NR_FIELDS; i++)
		if (!format->field[i].size)
			return false;
	return true;
}

/* In the machine's byte order, as the kernel wrote it. */
static uint64_t number(const struct event_format *format, const unsigned char *event,
		       enum event_field field)
{
	const unsigned char *at = event + format->field[field].offset;
	uint64_t of_8;
	uint32_t of_4;
	uint16_t of_2;

	switch (format->field[field].size) {
	case 8:
		memcpy(&of_8, at, 8);
		return of_8;
	case 4:
		memcpy(&of_4, at, 4);
		return of_4;
	case 2:
		memcpy(&of_2, at, 2);
		return of_2;
	default:
		return *at;
	}
}

/* As ss prints it; an address of IPv4 is there as a mapped one. */
static void endpoint(char text[ENDPOINT_SIZE], const unsigned char *address, uint64_t port)
{
	struct in6_addr v6;
	char host[INET6_ADDRSTRLEN] = "";

	memcpy(&v6, address, sizeof(v6));
	if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		inet_ntop(AF_INET, &v6.s6_addr[12], host, sizeof(host));
		snprintf(text, ENDPOINT_SIZE, "%s:%u", host, (unsigned int)port);
	} else {
		inet_ntop(AF_INET6, &v6, host, sizeof(host));
		snprintf(text, ENDPOINT_SIZE, "[%s]:%u", host, (unsigned int)port);
	}
}

bool format_read(const struct event_format *format, const unsigned char *event, size_t size,
		 struct refusal *refusal)
{
	int i;

	for (i = 0; i < NR_FIELDS; i++)
		if (format->field[i].offset + format->field[i].size > size)
			return false;
	memset(refusal, 0, sizeof(*refusal));
	refusal->count = 1;
	refusal->when = number(format, event, FIELD_when);
	refusal->reason = number(format, event, FIELD_reason);
	refusal->netns = number(format, event, FIELD_netns);
	refusal->cookie = number(format, event, FIELD_cookie);
	refusal->ack_backlog = number(format, event, FIELD_ack_backlog);
	refusal->max_ack_backlog = number(format, event, FIELD_max_ack_backlog);
	refusal->knows_queue = true;
	endpoint(refusal->local, event + format->field[FIELD_saddr_v6].offset,
		 number(format, event, FIELD_sport));
	endpoint(refusal->peer, event + format->field[FIELD_daddr_v6].offset,
		 number(format, event, FIELD_dport));
	return true;
}
