// SPDX-License-Identifier: GPL-2.0
/*
 * The listeners that have closed, and how they do it
 */
#include "tlq_closed.h"
#include "tlq_drive.h"
#include "tlq_sys.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_sum(const struct tlq_table *t, size_t i, const char *which)
{
	return !strcmp(tlq_str(tlq_line(t, i), "local"), which);
}

int tlq_closed_load(struct tlq_table *t, size_t *records)
{
	int err = tlq_load(t, TLQ_CLOSED);

	if (err)
		return err;
	if (t->nlines < 2 || !is_sum(t, t->nlines - 2, "-") ||
	    !is_sum(t, t->nlines - 1, "*"))
		return -EPROTO;
	*records = t->nlines - 2;
	return 0;
}

int tlq_closed_records(void)
{
	struct tlq_table t;
	size_t records;
	int err = tlq_closed_load(&t, &records);

	tlq_free(&t);
	return err ? err : (int)records;
}

__u64 tlq_closed_sum(const char *which, const char *column)
{
	__u64 value = TLQ_BAD;
	struct tlq_table t;
	size_t records;

	if (!tlq_closed_load(&t, &records))
		value = tlq_u64(tlq_find(&t, "local", which), column);
	tlq_free(&t);
	return value;
}

/* The newest one stands first. */
__u64 tlq_closed_value(__u64 cookie, const char *column)
{
	__u64 value = TLQ_BAD;
	struct tlq_table t;
	size_t records;

	if (!tlq_closed_load(&t, &records))
		value = tlq_u64(tlq_find_u64(&t, "cookie", cookie), column);
	tlq_free(&t);
	return value;
}

/* The work item that has noted who called listen(2) has got the record before. */
static bool is_noted(__u64 cookie)
{
	struct tlq_table t;
	bool noted = false;
	const char *by;

	if (!tlq_load(&t, TLQ_DEBUG)) {
		by = tlq_str(tlq_find_u64(&t, "cookie", cookie), "listener_by");
		noted = *by && strcmp(by, "-");
	}
	tlq_free(&t);
	return noted;
}

bool tlq_closed_ready(int lfd)
{
	__u64 cookie = tlq_so_cookie(lfd);

	return tlq_until(is_noted(cookie));
}

int tlq_close_good(int n)
{
	int lfd[TLQ_CLOSED_MAX], i, err = 0;

	for (i = 0; i < n && !err; i++) {
		lfd[i] = tlq_listen(&(struct tlq_lopt){ });
		if (lfd[i] < 0)
			err = lfd[i];
		else if (!tlq_closed_ready(lfd[i]))
			err = -ETIMEDOUT;
	}
	while (i--)
		if (lfd[i] >= 0)
			close(lfd[i]);
	return err;
}

int tlq_close_bad(int n, __u64 *cookie)
{
	struct tlq_lopt opt = { };
	struct tlq_target t;
	int err = tlq_target_full(&t, &opt);

	if (!err)
		err = tlq_refuse(&t, n);
	if (!err && !tlq_closed_ready(t.lfd))
		err = -ETIMEDOUT;
	if (cookie)
		*cookie = tlq_so_cookie(t.lfd);
	close(t.lfd);
	return err;
}

bool tlq_was_reset(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET;
}
