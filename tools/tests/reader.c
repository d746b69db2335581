// SPDX-License-Identifier: GPL-2.0
/*
 * reader - what the reader of tables makes of whole, old, mangled and cut ones; groups,
 * growth between looks, filters, text. No process, no network, no files. For reader.sh,
 * whose checks these are: prints "ok NAME" or "not ok NAME: WHY", and counts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../source/source.h"
#include "reader.h"

static unsigned int passed, failed;

void result(const char *name, bool good, const char *why)
{
	if (good) {
		printf("ok reader.%s\n", name);
		passed++;
	} else {
		printf("not ok reader.%s: %s\n", name, why);
		failed++;
	}
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool same_and_free(char *a, const char *b)
{
	bool is_same = same(a, b);

	if (!is_same)
		fprintf(stderr, "'%s', not '%s'\n", a, b);
	free(a);
	return is_same;
}

/* Bytes at the very end of their memory, so that ASan sees a read beyond */
static bool parse_bytes(const char *text, size_t size, struct look *look, size_t *broken,
			char error[512])
{
	char *copy = memcpy(xcalloc(size, 1), text, size);
	bool good;

	memset(look, 0, sizeof(*look));
	good = table_parse(copy, size, look, broken, error);
	free(copy);
	return good;
}

bool parse(const char *text, struct look *look, size_t *broken)
{
	char error[512] = "";

	return parse_bytes(text, strlen(text), look, broken, error);
}

static bool refuses(const char *text, size_t size, const char *why)
{
	char error[512] = "";
	struct look look;
	size_t broken;
	bool good = parse_bytes(text, size, &look, &broken, error);

	look_free(&look);
	return !good && strstr(error, why);
}

static void test_text(void)
{
	char octal[] = "a\\040b\\134c\\777\\04";
	uint64_t n = 0;

	CHECK("clean_plain",
	      same_and_free(clean_text("nginx \xc3\xa9 \xf0\x9f\x90\xa7", 13),
			    "nginx \xc3\xa9 \xf0\x9f\x90\xa7"));
	CHECK("clean_control",
	      same_and_free(clean_text("a\033[1m\n\0b\x7f", 9), "a\\033[1m\\012\\000b\\177"));
	CHECK("clean_c1", same_and_free(clean_text("\xc2\x9b", 2), "\\302\\233"));
	CHECK("clean_bidi",
	      same_and_free(clean_text("\xe2\x80\xae\xe2\x81\xa6", 6),
			    "\\342\\200\\256\\342\\201\\246"));
	CHECK("clean_cut", same_and_free(clean_text("\xf0\x9f\x90", 3), "\\360\\237\\220"));
	CHECK("clean_overlong",
	      same_and_free(clean_text("\xc0\xaf\xe0\x80\xaf", 5), "\\300\\257\\340\\200\\257"));
	CHECK("clean_surrogate", same_and_free(clean_text("\xed\xa0\x80", 3), "\\355\\240\\200"));
	CHECK("clean_backslash", same_and_free(clean_text("\\012", 4), "\\134012"));
	CHECK("unescape", unescape_octal(octal) == 12 && same(octal, "a b\\c\\777\\04"));
	CHECK("number_64", parse_number("18446744073709551615", &n) && n == UINT64_MAX);
	CHECK("number_beyond", !parse_number("18446744073709551616", &n));
	CHECK("number_sign", !parse_number("-1", &n) && !parse_number("+1", &n) &&
	      !parse_number(" 1", &n));
	CHECK("number_empty", !parse_number("", &n) && !parse_number("1x", &n));
	CHECK("human_ms", same_and_free(human_ms(340), "340ms") &&
	      same_and_free(human_ms(4999), "4s") && same_and_free(human_ms(120000), "2m") &&
	      same_and_free(human_ms(86400000 * 5ull), "5d"));
	CHECK("human_most", same_and_free(human_ms(UINT64_MAX), ">27y"));
	CHECK("human_us", same_and_free(human_us(80), "80us") &&
	      same_and_free(human_us(1500), "1.5ms") && same_and_free(human_us(4000000), "4s"));
}

static void test_columns(void)
{
	struct listener *l;
	struct look look;
	size_t broken;

	CHECK("any_order", parse("flags cookie new_one ack_backlog local\n"
				 "reuseport,defer 18446744073709551615 x\\040y 7 [fe80::1%eth0]:80\n"
				 "- - - - -\n", &look, &broken));
	l = look.listeners;
	CHECK("lines", look.nr == 2 && !broken);
	CHECK("whole_64", l->value[COL_cookie] == UINT64_MAX && look_find(&look, UINT64_MAX) == l);
	CHECK("flags", has_flag(l, "defer") && has_flag(l, "reuseport") && !has_flag(l, "reuse"));
	CHECK("address", same(l->address, "fe80::1%eth0") && l->port == 80 && l->v6 && !l->v4);
	CHECK("unknown_column", look.nr_extra == 1 && same(look.extra_names[0], "new_one") &&
	      same(l->extra[0], "x y"));
	CHECK("missing_column", !knows(l, COL_syns) && !(look.has & (UINT64_C(1) << COL_syns)));
	CHECK("has", look.has & (UINT64_C(1) << COL_ack_backlog));
	CHECK("dash", !l[1].known && !l[1].extra && !l[1].address &&
	      !listener_text(&l[1], COL_local));
	look_free(&look);

	CHECK("twice_parses",
	      parse("local cookie "
		    "cookie new_one new_one\n*:80 1 2 a b\n", &look, &broken));
	CHECK("twice_first", look.nr == 1 && look.listeners->value[COL_cookie] == 1 &&
	      look.nr_extra == 1 && same(look.listeners->extra[0], "a"));
	look_free(&look);
	CHECK("names_only", parse("local syns\n", &look, &broken) && !look.nr && !broken);
	look_free(&look);
	CHECK("names_cut", !parse("local syns", &look, &broken));
	look_free(&look);
}

static void test_local(void)
{
	static const struct {
		const char *local, *address;
		unsigned int port;
		bool v4, v6;
	} cases[] = {
		{ "127.0.0.1:80", "127.0.0.1", 80, true, false },
		{ "*:65535", "*", 65535, true, true },
		{ "*%eth0:1", "*%eth0", 1, true, true },
		{ "0.0.0.0%lo:5432", "0.0.0.0%lo", 5432, true, false },
		{ "[::]:80", "::", 80, false, true },
		{ "[fe80::1]%eth0:80", "fe80::1%eth0", 80, false, true },
		{ "[::1]%a]b:80", "::1%a]b", 80, false, true },
		{ "[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1", 80, true, false },
		{ "*", "*", 0, false, false },
	};
	struct listener l = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		result(cases[i].local,
		       set_local(&l, xstrdup(cases[i].local)) &&
		       same(l.address, cases[i].address) && l.port == cases[i].port &&
		       l.v4 == cases[i].v4 && l.v6 == cases[i].v6,
		       "address, port or family");
	CHECK("no_port", !set_local(&l, xstrdup("127.0.0.1")) && !l.address &&
	      same(l.text[0], "127.0.0.1"));
	CHECK("port_beyond", !set_local(&l, xstrdup("127.0.0.1:65536")) && !l.address);
	listener_free(&l);
}

static void test_mangled(void)
{
	struct look look;
	size_t broken;
	char *wide;

	CHECK("empty", refuses("", 0, "empty"));
	CHECK("no_header", refuses("0.0.0.0:80 1 2\n", 15, "does not name columns"));
	CHECK("blank_header", refuses("\x20\x20\n", 3, "does not name columns"));
	CHECK("no_local", refuses("cookie syns\n1 2\n", 16, "no column local"));
	CHECK("header_nul", refuses("local\0x y\n", 10, "does not name columns"));

	CHECK("mangled_parses", parse("local ack_backlog syns\n*:1 x 2\n*:2 5\n*:3 1 2 3\n\n*:4 -3 9\n*:5 99999999999999999999 1\n*:6 1 7",
				      &look, &broken));
	CHECK("mangled_lines", look.nr == 4 && broken == 7);
	CHECK("no_number", !knows(&look.listeners[0], COL_ack_backlog) &&
	      look.listeners[0].value[COL_syns] == 2);
	CHECK("negative", !knows(&look.listeners[1], COL_ack_backlog) &&
	      look.listeners[1].value[COL_syns] == 9);
	CHECK("too_wide", !knows(&look.listeners[2], COL_ack_backlog));
	CHECK("cut_number", knows(&look.listeners[3], COL_ack_backlog) &&
	      !knows(&look.listeners[3], COL_syns));
	look_free(&look);

	CHECK("cut_text", parse("local flags\n*:1 reusep", &look, &broken) && look.nr == 1 &&
	      !broken);
	look_free(&look);
	CHECK("nul_line", !refuses("local\n*:1\0\n*:2\n", 15, ""));
	wide = xasprintf("local flags\n*:1 %0200000d\n", 1);
	CHECK("long_line", parse(wide, &look, &broken) && look.nr == 1 &&
	      strlen(look.listeners[0].text[3]) == 200000);
	look_free(&look);
	free(wide);
}

/* Each beginning of a good table is read without a wrong number. */
static void test_cut(void)
{
	static const char text[] =
		"local cookie ack_backlog flags\n*:1234 567 891 reuseport\n*:1235 568 892 -\n";
	char error[512];
	struct look look;
	size_t size, broken, i;
	bool good = true;

	for (size = 0; size < sizeof(text); size++) {
		if (parse_bytes(text, size, &look, &broken, error))
			for (i = 0; i < look.nr; i++) {
				const struct listener *l = &look.listeners[i];

				good &= value_or(l, COL_cookie, 567 + i) == 567 + i &&
					value_or(l, COL_ack_backlog, 891 + i) == 891 + i &&
					(!l->address || l->port == 1234 + i);
			}
		look_free(&look);
	}
	CHECK("cut_anywhere", good);
}

static char *waits_table(const char *accepts)
{
	char *text = xstrdup("cookie local accepts wait_us_sum wait_us_max us_inf"), *longer;
	int i;

	for (i = 0; i < NR_BUCKETS - 1; i++) {
		longer = xasprintf("%s us_%lu", text, 1ul << i);
		free(text);
		text = longer;
	}
	longer = xasprintf("%s\n7 *:80 %s 900 77000000 1 10 80 7 2%s\n9 *:81 1\n", text, accepts,
			   " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
	free(text);
	return longer;
}

static void test_waits(void)
{
	char *text = waits_table("100"), *wrong = waits_table("x"), error[512];
	struct look look;
	const struct waits *waits;
	size_t broken;

	CHECK("waits_look", parse("local cookie\n*:80 7\n*:81 9\n", &look, &broken));
	CHECK("waits_wrong", table_parse_waits(wrong, strlen(wrong), &look, &broken, error) &&
	      broken == 2 && !look.listeners[0].waits);
	CHECK("waits_parse", table_parse_waits(text, strlen(text), &look, &broken, error));
	waits = look.listeners[0].waits;
	CHECK("waits_some", waits && !look.listeners[1].waits && broken == 1);
	CHECK("waits_values", waits && waits->accepts == 100 && waits->max_us == 77000000 &&
	      waits->bucket[0] == 10 && waits->bucket[NR_BUCKETS - 1] == 1);
	CHECK("quantiles", waits && waits_quantile_us(waits, 0) == 1 &&
	      waits_quantile_us(waits, 0.1) == 1 && waits_quantile_us(waits, 0.5) == 2 &&
	      waits_quantile_us(waits, 0.99) == 8 && waits_quantile_us(waits, 1) == 77000000);
	CHECK("waits_header", !table_parse_waits("cookie accepts\n", 15, &look, &broken, error) &&
	      strstr(error, "wait_us_sum"));
	look_free(&look);
	free(text);
	free(wrong);
}

int main(void)
{
	test_text();
	test_columns();
	test_local();
	test_mangled();
	test_cut();
	test_waits();
	test_many();
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
