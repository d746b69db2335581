// SPDX-License-Identifier: GPL-2.0
/*
 * events FORMAT - bytes of the trace event, and refusals of two looks, for events.sh. FORMAT is
 * the event's file "format". Each value put into the bytes comes out of them; what is cut is
 * refused; what is told of two looks adds up to the growth of their columns.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../events/format.h"

#define EVENT_BYTES 128

static int failures;

static void check(bool good, const char *name)
{
	if (!good)
		failures++;
	printf("%s %s\n", good ? "ok" : "not ok", name);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = xcalloc(1, 8192);

	if (!file || !fread(text, 1, 8191, file))
		exit(2);
	fclose(file);
	return text;
}

static void put(unsigned char *event, const struct event_format *format, enum event_field field,
		uint64_t number)
{
	uint32_t of_4 = number;
	uint16_t of_2 = number;
	uint8_t of_1 = number;
	const void *from = &number;
	size_t size = format->field[field].size;

	if (size == 4)
		from = &of_4;
	else if (size == 2)
		from = &of_2;
	else if (size == 1)
		from = &of_1;
	memcpy(event + format->field[field].offset, from, size);
}

static void put_address(unsigned char *event, const struct event_format *format,
			enum event_field field, const char *address)
{
	if (inet_pton(AF_INET6, address, event + format->field[field].offset) != 1)
		exit(2);
}

static void check_bytes(const struct event_format *format)
{
	unsigned char event[EVENT_BYTES] = { 0 };
	struct refusal read;
	size_t size, whole = 0;
	bool cut_refused = true;
	int i;

	put(event, format, FIELD_when, UINT64_C(0x0123456789abcdef));
	put(event, format, FIELD_cookie, UINT64_MAX);
	put(event, format, FIELD_netns, 4026531840u);
	put(event, format, FIELD_ack_backlog, 129);
	put(event, format, FIELD_max_ack_backlog, UINT32_MAX);
	put(event, format, FIELD_sport, 65535);
	put(event, format, FIELD_dport, 1);
	put(event, format, FIELD_reason, REFUSED_SYN_QUEUE_COOKIE);
	put_address(event, format, FIELD_saddr_v6, "::ffff:10.1.2.3");
	put_address(event, format, FIELD_daddr_v6, "2001:db8::1");
	check(format_read(format, event, sizeof(event), &read), "bytes.read");
	check(read.when == UINT64_C(0x0123456789abcdef) && read.cookie == UINT64_MAX, "bytes.64");
	check(read.netns == 4026531840u && read.ack_backlog == 129 &&
	      read.max_ack_backlog == UINT32_MAX && read.knows_queue, "bytes.32");
	check(!strcmp(read.local, "10.1.2.3:65535"), "bytes.ipv4");
	check(!strcmp(read.peer, "[2001:db8::1]:1"), "bytes.ipv6");
	check(!strcmp(reason_name(read.reason), "syn_queue_cookie") && read.count == 1, "bytes.reason");
	put(event, format, FIELD_reason, NR_REASONS);
	check(format_read(format, event, sizeof(event), &read) &&
	      !strcmp(reason_name(read.reason), "?"), "bytes.reason.newer");
	for (i = 0; i < NR_FIELDS; i++)
		if (format->field[i].offset + format->field[i].size > whole)
			whole = format->field[i].offset + format->field[i].size;
	for (size = 0; size < whole; size++) {
		/* On the heap, that a read beyond it is seen. */
		unsigned char *cut = xcalloc(1, size ? size : 1);

		memcpy(cut, event, size);
		cut_refused &= !format_read(format, cut, size, &read);
		free(cut);
	}
	check(cut_refused, "bytes.cut");
}

static void check_format(char *text)
{
	size_t length = strlen(text), taken = 0;
	struct event_format format;

	check(format_parse(text, &format), "format.whole");
	check_bytes(&format);
	while (length--) {
		text[length] = '\0';
		taken += format_parse(text, &format);
	}
	/* The last field is followed by how it is printed, and by its sign. */
	check(taken > 0 && taken < 200, "format.cut");
}

/* A listener whose columns that count refusals are these; UINT64_MAX: not known */
static struct listener with(uint64_t cookie, const uint64_t values[NR_REASONS])
{
	static const enum column column[NR_REASONS] = {
		COL_overflow_syn, COL_overflow_ack, COL_overflow_cookie,
		COL_reqq_full_drop, COL_reqq_full_cookies, COL_listen_drops,
	};
	struct listener l = { .known = 0 };
	int i;

	set_value(&l, COL_cookie, cookie);
	for (i = 0; i < NR_REASONS; i++)
		if (values[i] != UINT64_MAX)
			set_value(&l, column[i], values[i]);
	return l;
}

static void check_between(const char *name, const struct listener *was, struct listener *now,
			  const uint64_t wanted[NR_REASONS])
{
	struct look before = { .listeners = xcalloc(1, sizeof(*now)) }, after = before;
	uint64_t told[NR_REASONS] = { 0 };
	struct refusal *refusals;
	bool good = true;
	size_t i, nr;

	if (was)
		before.listeners[before.nr++] = *was;
	after.listeners = xcalloc(1, sizeof(*now));
	after.listeners[after.nr++] = *now;
	nr = refusals_between(&before, &after, &refusals);
	for (i = 0; i < nr; i++) {
		told[refusals[i].reason] += refusals[i].count;
		good &= refusals[i].count && refusals[i].cookie == now->value[COL_cookie] &&
			!*refusals[i].peer && !refusals[i].knows_queue;
	}
	check(good && !memcmp(told, wanted, sizeof(told)), name);
	free(refusals);
	look_free(&before);
	look_free(&after);
}

static void check_looks(void)
{
	static const uint64_t none[NR_REASONS] = { 0 },
		was[NR_REASONS] = { 10, 20, 30, 40, 50, 107 },
		now[NR_REASONS] = { 11, 22, 33, 44, 55, 120 },
		grown[NR_REASONS] = { 1, 2, 3, 4, 5, 3 },
		first[NR_REASONS] = { 11, 22, 33, 44, 55, 10 },
		unknown[NR_REASONS] = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
					UINT64_MAX, UINT64_MAX };
	struct listener before = with(7, was), after = with(7, now), other = with(8, was),
			blind = with(7, unknown);

	check_between("looks.growth", &before, &after, grown);
	check_between("looks.same", &after, &after, none);
	check_between("looks.new", NULL, &after, first);
	check_between("looks.other_cookie", &other, &after, first);
	check_between("looks.fell", &after, &before, none);
	check_between("looks.was_unknown", &blind, &after, none);
	check_between("looks.is_unknown", &before, &blind, none);
}

int main(int argc, char **argv)
{
	char *text = argc == 2 ? read_file(argv[1]) : NULL;

	if (!text)
		return 2;
	check_format(text);
	free(text);
	check_looks();
	return failures > 0;
}
