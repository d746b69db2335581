// SPDX-License-Identifier: GPL-2.0
/*
 * Many listeners.
 *
 * 1. With 50,000 listeners, with 10,000 at one port of as many addresses, and
 *    with 10,000 in one reuseport group (one bucket of the hash), there are
 *    exactly that many rows. On a slow machine a twentieth, at least 2,000.
 * 2. They are the listeners inet_diag knows, each with its own values.
 * 3. The file in debugfs has all of them, too.
 * 4. Listeners older than the module have numbers soon after the load, all of them.
 */
#include "tlq_test.h"

#include "tlq_hooks.h"

#define KB_PER_LISTENER 8

FIXTURE(scale) {
	int nr;
};

FIXTURE_VARIANT(scale) {
	int nr;
	int addresses;
	bool reuseport;
};

FIXTURE_VARIANT_ADD(scale, listeners_50000) {
	.nr = 50000,
	.addresses = 500,
};

FIXTURE_VARIANT_ADD(scale, one_port_10000) {
	.nr = 10000,
	.addresses = 10000,
};

FIXTURE_VARIANT_ADD(scale, group_10000) {
	.nr = 10000,
	.addresses = 1,
	.reuseport = true,
};

/* Backlogs differ, so that a row mixed up with another one is noticed. */
static int open_one(int i, int addresses, bool reuseport)
{
	int a = i % addresses;
	struct tlq_lopt opt = {
		.port = reuseport ? 1000 : 1000 + i / addresses,
		.backlog = i % 4000,
		.reuseport = reuseport,
	};
	char addr[32];

	snprintf(addr, sizeof(addr), "127.%d.%d.%d", 1 + a / 40000,
		 a / 200 % 200, 1 + a % 200);
	opt.addr = addr;
	return tlq_listen(&opt);
}

FIXTURE_SETUP(scale)
{
	long need;
	int i;

	self->nr = tlq_scaled(variant->nr, 2000);
	need = (long)self->nr * KB_PER_LISTENER;
	if (tlq_meminfo_kb("MemAvailable") < need)
		SKIP(return, "needs %ld MB of free memory", need / 1024);
	if (tlq_nofile(self->nr + 100))
		SKIP(return, "may not open %d files", self->nr);
	ASSERT_EQ(0, tlq_netns_enter());
	for (i = 0; i < self->nr; i++)
		ASSERT_LE(0, open_one(i, variant->addresses,
				      variant->reuseport));
}

FIXTURE_TEARDOWN(scale)
{
}

/* Values that tell listeners apart */
struct identity {
	__u64 cookie;
	__u64 inode;
	__u64 max;
	__u64 port;
};

static int by_cookie(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static struct identity *from_table(const struct tlq_table *t)
{
	struct identity *id = calloc(t->nlines, sizeof(*id));
	struct tlq_line line;
	size_t i;

	for (i = 0; i < t->nlines; i++) {
		line = tlq_line(t, i);
		id[i].cookie = tlq_u64(line, "cookie");
		id[i].inode = tlq_u64(line, "inode");
		id[i].max = tlq_u64(line, "max_ack_backlog");
		id[i].port = atoi(strrchr(tlq_str(line, "local"), ':') + 1);
	}
	qsort(id, t->nlines, sizeof(*id), by_cookie);
	return id;
}

static struct identity *from_diag(const struct tlq_diags *d)
{
	struct identity *id = calloc(d->n, sizeof(*id));
	size_t i;

	for (i = 0; i < d->n; i++) {
		id[i].cookie = d->v[i].cookie;
		id[i].inode = d->v[i].inode;
		id[i].max = d->v[i].wqueue;
		id[i].port = d->v[i].port;
	}
	qsort(id, d->n, sizeof(*id), by_cookie);
	return id;
}

static void check_reads(struct __test_metadata *_metadata, size_t chunk,
			const struct tlq_diags *d)
{
	struct identity *ours, *theirs = from_diag(d);
	long long start = tlq_now_ms();
	int fd = open(TLQ_PROC, O_RDONLY);
	struct tlq_table t;
	size_t i;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, tlq_load_fd(&t, fd, chunk));
	TH_LOG("%zu rows in reads of %zu: %lld ms", t.nlines, chunk,
	       tlq_now_ms() - start);
	ASSERT_EQ(d->n, t.nlines);
	ours = from_table(&t);
	for (i = 0; i < d->n; i++) {
		ASSERT_EQ(0, memcmp(ours + i, theirs + i, sizeof(*ours)))
			TH_LOG("cookie %llu", theirs[i].cookie);
	}
	free(ours);
	free(theirs);
	tlq_free(&t);
	close(fd);
}

static void check_debugfs(struct __test_metadata *_metadata, size_t want)
{
	__u64 inode = tlq_netns_inode();
	struct tlq_table t;
	size_t i, n = 0;

	if (access(TLQ_DEBUG, R_OK))
		return;
	ASSERT_EQ(0, tlq_load(&t, TLQ_DEBUG));
	for (i = 0; i < t.nlines; i++)
		n += tlq_u64(tlq_line(&t, i), "netns") == inode;
	EXPECT_EQ(want, n);
	tlq_free(&t);
}

TEST_F(scale, all_there)
{
	struct tlq_diags d;

	ASSERT_EQ(0, tlq_diag_dump(&d, TLQ_LISTEN));
	ASSERT_EQ(self->nr, d.n);
	check_reads(_metadata, 65536, &d);
	check_reads(_metadata, 500, &d);
	check_debugfs(_metadata, self->nr);
}

TEST_F(scale, older_than_the_module)
{
	ASSERT_EQ(0, tlq_mod_renew());
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") >= self->nr));
}
