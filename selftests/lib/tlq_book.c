// SPDX-License-Identifier: GPL-2.0
/*
 * Connections to one listener: what the program's own clock says of each
 *
 * A connection waits from some moment between the call of connect(2) and when it is
 * there, until some moment in accept(2). The kernel sets its time before its state is
 * ESTABLISHED.
 */
#include "tlq_book.h"
#include "tlq_diag.h"
#include "tlq_sys.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <unistd.h>

int tlq_book_open(struct tlq_book *b, const struct tlq_lopt *opt, int client)
{
	struct tlq_lopt o = *opt;
	struct tlq_table table;
	int err;

	memset(b, 0, sizeof(*b));
	b->taken = mmap(NULL, sizeof(*b->taken), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b->taken == MAP_FAILED)
		return -errno;
	o.backlog = 2 * TLQ_DIALS;
	err = tlq_target_open(&b->t, &o, client);
	/* Not each kernel has MPTCP, nor MPTCP each option of TCP. */
	if (err == -EPROTONOSUPPORT || err == -EOPNOTSUPP || err == -EINVAL)
		err = -ENOPROTOOPT;
	if (err)
		return err;
	b->cookie = tlq_u64(tlq_target_line(&b->t, &table), "cookie");
	tlq_free(&table);
	return b->cookie < TLQ_BAD ? 0 : -ENOENT;
}

struct tlq_dial *tlq_dial_begin(struct tlq_book *b, int how)
{
	struct tlq_dial *d = &b->dial[b->dialled++];

	d->begin = tlq_moment();
	d->fd = tlq_connect_to(&b->t.to, how);
	d->there.ns = LLONG_MAX / 2;
	return d;
}

int tlq_established(const struct tlq_book *b)
{
	return tlq_diag_count(b->t.port, TLQ_ESTABLISHED);
}

int tlq_dial(struct tlq_book *b, int how)
{
	struct tlq_dial *d = tlq_dial_begin(b, how);

	if (d->fd < 0)
		return d->fd;
	if (!tlq_until(tlq_connected(d->fd) &&
		       tlq_established(b) == b->dialled))
		return -ETIMEDOUT;
	d->there = tlq_moment();
	return 0;
}

void tlq_take(struct tlq_book *b, int (*how)(int lfd), int lfd)
{
	b->taken->begin = tlq_moment();
	b->taken->fd = how(lfd);
	b->taken->end = tlq_moment();
}

static bool wait_fits(const struct tlq_dial *d, const struct tlq_taken *a,
		      long long us)
{
	/* Both ends are cut to microseconds. */
	long long least = (a->begin.ns - d->there.ns) / 1000 - 1;
	long long most = (a->end.ns - d->begin.ns) / 1000 + 1;

	if (MAX(least, 0) <= us && us <= most)
		return true;
	printf("# waited for %lld us, not between %lld and %lld\n", us, least,
	       most);
	return false;
}

static bool same(const struct tlq_waits *want, const struct tlq_waits *shown)
{
	if (tlq_waits_equal(want, shown))
		return true;
	tlq_waits_print("expected", want);
	tlq_waits_print("shown", shown);
	return false;
}

bool tlq_book_shown(const struct tlq_book *b)
{
	struct tlq_waits now;

	return !tlq_waits(&now, b->cookie) && same(&b->w, &now);
}

bool tlq_account(struct tlq_book *b)
{
	const struct tlq_dial *d = &b->dial[b->accepted++];
	const struct tlq_taken *a = b->taken;
	struct tlq_waits now;
	bool right;
	__u64 us;
	int err = tlq_waits(&now, b->cookie);

	if (a->fd < 0 || err) {
		printf("# accept: %s, file: %s\n",
		       strerror(a->fd < 0 ? -a->fd : 0), strerror(-err));
		return false;
	}
	us = now.sum - b->w.sum;
	right = wait_fits(d, a, us);
	tlq_waits_add(&b->w, us);
	return same(&b->w, &now) && right &&
	       tlq_shows_since(b->cookie, "last_accept_ms", a->begin, a->end);
}

bool tlq_take_all(struct tlq_book *b, int (*how)(int lfd), int lfd)
{
	while (b->accepted < b->dialled) {
		if (!tlq_until(tlq_passed(b->dial[b->accepted].there,
					  15 * b->accepted)))
			return false;
		tlq_take(b, how, lfd);
		if (!tlq_account(b))
			return false;
	}
	return true;
}

bool tlq_syns_right(const struct tlq_book *b)
{
	__u64 syns = tlq_cookie_value(b->cookie, "syns"), sent = b->dialled;
	__u64 again = tlq_tcpext("TCPSynRetrans");

	if (sent <= syns && syns <= sent + again)
		return true;
	printf("# %lld SYNs, %lld clients, %lld sent again\n", syns, sent,
	       again);
	return false;
}
