// SPDX-License-Identifier: GPL-2.0
/*
 * The column "local" against ss(8) and inet_ntop(3).
 *
 * 1. The values are, letter by letter, the local addresses that ss prints,
 *    wherever the zeros are in an IPv6 address.
 * 2. A value is the address of inet_diag as inet_ntop(3) prints it.
 */
#include "tlq_test.h"

static const char * const v4[] = {
	"0.0.0.0", "127.0.0.1", "1.0.0.0", "10.20.30.40", "100.99.9.200",
	"192.168.255.254",
};

static const char * const v6[] = {
	"::", "::1", "::2", "1::", "::ffff", "::1:0", "::1:2:3",
	"2001:db8::1", "2001:db8::1:0:0:1", "2001:db8:0:0:1::",
	"2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "1:0:0:2:0:0:3:0",
	"0:1:0:2:0:3:0:4", "1:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:8", "0:0:3::8",
	"1:2:3:4:5:6::", "1:0:3:0:0:6:0:0", "64:ff9b::1.2.3.4",
	"::ffff:0:1.2.3.4", "::1.2.3.4", "::0.1.2.3", "::ffff:127.0.0.1",
	"::ffff:255.1.0.0", "fd00:abcd:ef01:2345:6789:abcd:ef01:2345",
	"abcd:ef01:2345:6789:abcd:ef01:2345:6789",
};

FIXTURE(address) {
};

FIXTURE_SETUP(address)
{
	ASSERT_EQ(0, tlq_netns_enter());
}

FIXTURE_TEARDOWN(address)
{
}

static void open_one(struct __test_metadata *_metadata, int family,
		     const char *addr, int port, const char *dev)
{
	struct tlq_lopt opt = {
		.family = family, .addr = addr, .port = port, .dev = dev,
		.freebind = true,
		.dual = !strncmp(addr, "::ffff:", 7),
	};

	ASSERT_LE(0, tlq_listen(&opt))
		TH_LOG("%s port %d", addr, port);
	opt.dual = family == AF_INET6;
	opt.port++;
	ASSERT_LE(0, tlq_listen(&opt))
		TH_LOG("%s port %d", addr, port + 1);
}

static void open_all(struct __test_metadata *_metadata)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v4); i++) {
		open_one(_metadata, AF_INET, v4[i], 10 + 10 * i, NULL);
		open_one(_metadata, AF_INET, v4[i], 1000 + 10 * i, "lo");
	}
	for (i = 0; i < ARRAY_SIZE(v6); i++) {
		open_one(_metadata, AF_INET6, v6[i], 20000 + 10 * i, NULL);
		open_one(_metadata, AF_INET6, v6[i], 65000 + 10 * i, "lo");
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char * const *)a, *(const char * const *)b);
}

static size_t ss_locals(char **local, size_t max)
{
	FILE *p = popen("ss -tlnH", "re");
	char line[512], text[256];
	size_t n = 0;

	while (p && n < max && fgets(line, sizeof(line), p))
		if (sscanf(line, "%*s %*s %*s %255s", text) == 1)
			local[n++] = strdup(text);
	if (p)
		pclose(p);
	return n;
}

TEST_F(address, as_ss_prints_it)
{
	char *ours[512], *theirs[512];
	struct tlq_table t;
	size_t i, n;

	open_all(_metadata);
	TLQ_LOAD(t);
	n = ss_locals(theirs, ARRAY_SIZE(theirs));
	if (!n)
		SKIP(return, "no ss to compare with");
	ASSERT_EQ(n, t.nlines);
	for (i = 0; i < n; i++)
		ours[i] = (char *)tlq_str(tlq_line(&t, i), "local");
	qsort(ours, n, sizeof(*ours), by_text);
	qsort(theirs, n, sizeof(*theirs), by_text);
	for (i = 0; i < n; i++)
		EXPECT_STREQ(theirs[i], ours[i]);
}

TEST_F(address, as_inet_ntop_prints_it)
{
	char local[128];
	struct tlq_diags d;
	struct tlq_table t;
	struct tlq_line line;
	size_t i;

	open_all(_metadata);
	TLQ_LOAD(t);
	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	ASSERT_EQ(2 * 2 * (ARRAY_SIZE(v4) + ARRAY_SIZE(v6)), d.n);
	ASSERT_EQ(d.n, t.nlines);
	for (i = 0; i < d.n; i++) {
		line = tlq_find_u64(&t, "cookie", d.v[i].cookie);
		ASSERT_NE(NULL, line.cell);
		tlq_diag_local(d.v + i, local, sizeof(local));
		EXPECT_STREQ(local, tlq_str(line, "local"));
	}
}
