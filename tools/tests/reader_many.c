// SPDX-License-Identifier: GPL-2.0
/*
 * What is made of many listeners: groups, growth between looks, filters. Part of reader.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "../listener/filter.h"
#include "../listener/group.h"
#include "../listener/history.h"
#include "reader.h"

#define GROUPS "local netns cookie ack_backlog max_ack_backlog peak_ack_backlog syns overflow_syn last_overflow_ms " \
	"oldest_ms uid reuseport_group flags\n"

static void test_groups(void)
{
	const struct listener *sum;
	struct groups groups;
	struct look look;
	size_t broken;

	CHECK("groups_parse", parse(GROUPS
		"*:22 1 1 0 128 0 5 0 - - 0 - -\n"
		"*:443 1 2 1 10 4 5 3 90 - 33 0 reuseport\n"
		"*:443 2 3 1 10 4 5 3 90 - 33 0 reuseport\n"
		"*:443 1 4 7 10 9 6 2 30 12 33 0 defer,reuseport\n"
		"*:443 1 5 2 - 1 7 0 - 15 33 0 reuseport\n"
		"*:443 1 6 2 10 1 7 0 - 15 33 1 reuseport\n"
		"*:443 1 7 2 10 1 7 0 - 15 33 - -\n", &look, &broken) && !broken);
	groups_make(&groups, &look, true);
	CHECK("groups", groups.nr == 5 && groups.group[1].nr == 3 && groups.group[0].nr == 1);
	CHECK("group_order", groups.group[1].members[0] == &look.listeners[3] &&
	      groups.group[1].members[2] == &look.listeners[1] &&
	      groups.group[2].members[0] == &look.listeners[2]);
	sum = &groups.group[1].sum;
	CHECK("sum", sum->value[COL_ack_backlog] == 10 && sum->value[COL_syns] == 18 &&
	      sum->value[COL_overflow_syn] == 5);
	CHECK("sum_peak", sum->value[COL_peak_ack_backlog] == 9);
	CHECK("sum_age", sum->value[COL_last_overflow_ms] == 30 && sum->value[COL_oldest_ms] == 15);
	CHECK("sum_unknown", !knows(sum, COL_max_ack_backlog) && !knows(sum, COL_cookie) &&
	      sum->value[COL_uid] == 33);
	groups_free(&groups);
	groups_make(&groups, &look, false);
	CHECK("unfolded", groups.nr == 7 && groups.group[6].members[0] == &look.listeners[6]);
	groups_free(&groups);
	look.source = LOOK_INET_DIAG;
	groups_make(&groups, &look, true);
	CHECK("by_address", groups.nr == 5 && groups.group[4].nr == 1);
	groups_free(&groups);
	look_free(&look);
}

static void test_history(void)
{
	static const char *const text[] = {
		"local cookie syns accepts\n*:80 1 5 9\n*:81 2 5 9\n*:82 3 5 9\n",
		"local cookie syns accepts\n*:80 1 7 9\n*:81 2 1 -\n",
		"local cookie syns accepts\n*:80 1 18446744073709551615 9\n*:81 2 9 10\n*:82 4 6 9\n*:83 - 1 1\n",
	};
	struct looks looks = { .nr = 3 };
	struct course course;
	struct look look[3];
	double seconds = -1;
	uint64_t growth = 0;
	size_t broken, i;

	for (i = 0; i < 3; i++) {
		parse(text[i], &look[i], &broken);
		look[i].mono_ns = i * UINT64_C(2500000000);
		looks.look[i] = &look[i];
	}
	course_make(&course, &looks, &look[2].listeners[0]);
	CHECK("growth", course_growth(&course, COL_syns, &growth, &seconds) &&
	      growth == UINT64_MAX - 5 && seconds == 5);
	CHECK("growth_none", course_growth(&course, COL_accepts, &growth, &seconds) && !growth);
	CHECK("growth_absent", !course_growth(&course, COL_overflow_syn, &growth, &seconds));
	course_make(&course, &looks, &look[2].listeners[1]);
	CHECK("growth_fell", !course_growth(&course, COL_syns, &growth, &seconds));
	CHECK("growth_unknown", !course_growth(&course, COL_accepts, &growth, &seconds));
	course_make(&course, &looks, &look[2].listeners[2]);
	CHECK("another_socket", !course.at[0] && !course.at[1] && course.at[2] &&
	      !course_growth(&course, COL_syns, &growth, &seconds));
	course_make(&course, &looks, &look[2].listeners[3]);
	CHECK("no_cookie", !course_growth(&course, COL_syns, &growth, &seconds));
	for (i = 0; i < 3; i++)
		look_free(&look[i]);
}

static const char listeners[] = "local netns cookie\n127.0.0.1:80 1 1\n10.1.2.3:8080 2 2\n*:443 1 3\n0.0.0.0%eth0:22 1 4\n"
	"[fe80::1]%eth0:8443 1 5\n[::ffff:10.0.0.1]:9000 1 6\n[::1]:25 1 7\n- - -\n";

/* Which cookies pass, as digits */
static bool takes(const char *(*add)(struct filter *, const char *), const char *text,
		  const char *second, const char *wanted)
{
	struct filter *filter = filter_new();
	char cookies[16] = "";
	const char *wrong;
	struct look look;
	size_t broken, i;

	parse(listeners, &look, &broken);
	look.listeners[0].owner.unit = xstrdup("nginx.service");
	look.listeners[1].owner.container = xstrdup("lxc:web");
	look.listeners[2].owner.acceptor.pid = 812;
	look.listeners[3].owner.netns_name = xstrdup("host");
	wrong = add(filter, text);
	if (!wrong && second)
		wrong = add(filter, second);
	filter_apply(filter, &look);
	for (i = 0; i < look.nr; i++)
		cookies[i] = '0' + look.listeners[i].value[COL_cookie];
	if (look.nr && !look_find(&look, look.listeners[look.nr - 1].value[COL_cookie]))
		wrong = "an index that is old";
	look_free(&look);
	filter_free(filter);
	if (wrong || strcmp(cookies, wanted))
		fprintf(stderr, "'%s': %s pass, not %s\n", text, cookies, wanted);
	return !wrong && !strcmp(cookies, wanted);
}

static bool refused(const char *(*add)(struct filter *, const char *), const char *text)
{
	struct filter *filter = filter_new();
	const char *wrong = add(filter, text);
	bool good = wrong && !strpbrk(wrong, "\n\033");

	filter_free(filter);
	return good;
}

static void test_filter_addresses(void)
{
	CHECK("network", takes(filter_address, "10.0.0.0/8", NULL, "26"));
	CHECK("all_v4", takes(filter_address, "0.0.0.0/0", NULL, "12346"));
	CHECK("all_v6", takes(filter_address, "::/0", NULL, "357"));
	CHECK("any", takes(filter_address, "*", NULL, "34"));
	CHECK("exact", takes(filter_address, "::1", "127.0.0.1", "17"));
	CHECK("device", takes(filter_address, "[fe80::1%eth0]", NULL, "5") &&
	      takes(filter_address, "fe80::/10", NULL, "5") &&
	      takes(filter_address, "fe80::1%eth1", NULL, ""));
	CHECK("bad_address", refused(filter_address, "10.0.0.0/33") &&
	      refused(filter_address, "\033[1m\n") && refused(filter_address, "") &&
	      refused(filter_address, "10.0.0.1:80") && refused(filter_address, "["));
}

static void test_filters(void)
{
	struct filter *filter = filter_new();
	struct look look;
	size_t broken;

	CHECK("ports", takes(filter_ports, "80,8000-8999", NULL, "125"));
	CHECK("ports_twice", takes(filter_ports, "22", "443", "34"));
	CHECK("bad_port", refused(filter_ports, "65536") && refused(filter_ports, "80-70") &&
	      refused(filter_ports, "80,") && refused(filter_ports, "no such"));
	CHECK("unit", takes(filter_unit, "ngin?", NULL, "1") &&
	      takes(filter_unit, "nginx.service", NULL, "1") &&
	      takes(filter_unit, "lxc:*", "web", "2"));
	CHECK("pid", takes(filter_pid, "812", NULL, "3") && refused(filter_pid, "0") &&
	      refused(filter_pid, "x"));
	CHECK("netns", takes(filter_netns, "2", NULL, "2") &&
	      takes(filter_netns, "host", NULL, "4"));

	parse(listeners, &look, &broken);
	filter_ports(filter, "1-1024");
	filter_address(filter, "*");
	CHECK("different", !filter_takes(filter, &look.listeners[0]) &&
	      filter_takes(filter, &look.listeners[2]) && !filter_needs_owner(filter));
	filter_family(filter, false, true);
	CHECK("family", filter_takes(filter, &look.listeners[2]) &&
	      !filter_takes(filter, &look.listeners[3]));
	filter_unit(filter, "*");
	CHECK("needs_owner", filter_needs_owner(filter));
	look_free(&look);
	filter_free(filter);
}

void test_many(void)
{
	test_groups();
	test_history();
	test_filter_addresses();
	test_filters();
}
