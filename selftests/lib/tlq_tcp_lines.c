// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of /proc/net/tcp and tcp6, and processes that keep reading them
 */
#include "tlq_tcp_lines.h"
#include "tlq_sys.h"
#include "tlq_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define HEX "0123456789ABCDEF"
#define V4_LINE 150	/* tcp pads its lines to that, tcp6 does not */

static bool digits_end(const char *s, size_t n, char end)
{
	return strspn(s, HEX) == n && s[n] == end;
}

bool tlq_tcp_line(const char *text, struct tlq_tcp_line *line)
{
	unsigned int state, port, timer;
	unsigned long long inode;
	char buf[256], local[33];
	size_t len = strcspn(text, "\n") + 1;

	memset(line, 0, sizeof(*line));
	if (len > sizeof(buf) || !text[len - 1])
		return false;
	memcpy(buf, text, len);
	buf[len - 1] = '\0';
	line->len = len;
	if (!strncmp(buf, "  sl  local_address ", 20))
		return true;
	if (sscanf(buf, "%*d: %32[0-9A-F]:%4X %*s %2X %n%8X:%8X %2X:%n%*8X %*8X %*u %*d %llu %d",
		   local, &port, &state, &line->tx_at, &line->tx, &line->rx,
		   &timer, &line->when_at, &inode,
		   &line->refs) != 8)
		return false;
	line->state = state;
	line->port = port;
	line->timer = timer;
	line->inode = inode;
	if (strlen(local) != 32 && (strlen(local) != 8 || len != V4_LINE))
		return false;
	return digits_end(buf + line->tx_at, 8, ':') &&
	       digits_end(buf + line->tx_at + 9, 8, ' ') &&
	       digits_end(buf + line->when_at, 8, ' ');
}

bool tlq_blank(char *text, bool tx_queue, bool when)
{
	struct tlq_tcp_line l;

	for (; *text; text += l.len) {
		if (!tlq_tcp_line(text, &l))
			return false;
		if (tx_queue && l.state == TLQ_ST_LISTEN)
			memset(text + l.tx_at, '0', 8);
		if (when && l.timer)
			memset(text + l.when_at, '0', 8);
	}
	return true;
}

struct tlq_watch *tlq_watch_new(void)
{
	void *p = mmap(NULL, sizeof(struct tlq_watch), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void complain(struct tlq_watch *w, const char *what, const char *line)
{
	if (__atomic_exchange_n(&w->failed, true, __ATOMIC_SEQ_CST))
		return;
	snprintf(w->error, sizeof(w->error), "%s: %.*s", what,
		 (int)strcspn(line, "\n"), line);
}

static void check_line(struct tlq_watch *w, int nr,
		       const struct tlq_tcp_line *l, const char *text)
{
	__u32 want = w->want[l->port];

	if (l->state != TLQ_ST_LISTEN || !want)
		return;
	if (l->tx == want - 1)
		w->backlogs[nr]++;
	else if (!l->tx && w->zero_ok)
		w->zeros[nr]++;
	else
		complain(w, "wrong tx_queue", text);
}

static void compare(struct tlq_watch *w, const char *text, const char *still)
{
	struct tlq_tcp_line a, b;
	char both[340];

	while (*text && tlq_tcp_line(text, &a) && tlq_tcp_line(still, &b) &&
	       a.len == b.len && !memcmp(text, still, a.len)) {
		text += a.len;
		still += a.len;
	}
	if (!*text && !*still)
		return;
	snprintf(both, sizeof(both), "%.*s, was %.*s",
		 (int)strcspn(text, "\n"), text, (int)strcspn(still, "\n"),
		 still);
	complain(w, "other bytes differ", both);
}

static void check(struct tlq_watch *w, int nr, char *text)
{
	const char *still = w->still[nr % 2], *p;
	struct tlq_tcp_line l;

	for (p = text; *p; p += l.len) {
		if (!tlq_tcp_line(p, &l)) {
			complain(w, "malformed", p);
			return;
		}
		check_line(w, nr, &l, p);
	}
	if (still && tlq_blank(text, true, false))
		compare(w, text, still);
}

static void reader(struct tlq_watch *w, int nr, size_t chunk)
{
	const char *path = nr % 2 ? TLQ_TCP6 : TLQ_TCP;
	char *text;
	size_t len;
	int err;

	while (!__atomic_load_n(&w->stop, __ATOMIC_SEQ_CST)) {
		err = tlq_read_file(path, chunk, &text, &len);
		if (err) {
			complain(w, "cannot read", strerror(-err));
			break;
		}
		check(w, nr, text);
		free(text);
		__atomic_add_fetch(&w->passes[nr], 1, __ATOMIC_SEQ_CST);
	}
	_exit(0);
}

int tlq_watch_start(struct tlq_watch *w, const size_t *chunk, int readers)
{
	pid_t pid;
	int i;

	for (i = 0; i < readers; i++) {
		pid = tlq_fork();
		if (pid < 0)
			return -errno;
		if (!pid)
			reader(w, i, chunk[i]);
		w->pid[i] = pid;
		w->readers = i + 1;
	}
	return 0;
}

static bool all_passed(struct tlq_watch *w, const __u32 *from, __u32 n)
{
	int i;

	if (__atomic_load_n(&w->failed, __ATOMIC_SEQ_CST))
		return true;
	for (i = 0; i < w->readers; i++)
		if (__atomic_load_n(&w->passes[i], __ATOMIC_SEQ_CST) - from[i] < n)
			return false;
	return true;
}

bool tlq_watch_passes(struct tlq_watch *w, __u32 n)
{
	__u32 from[TLQ_WATCHERS];

	memcpy(from, w->passes, sizeof(from));
	return tlq_until(all_passed(w, from, n));
}

const char *tlq_watch_end(struct tlq_watch *w)
{
	int i, status;

	__atomic_store_n(&w->stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < w->readers; i++)
		if (waitpid(w->pid[i], &status, 0) < 0 || status)
			complain(w, "a reader died", "");
	return w->failed ? w->error : NULL;
}

static __u32 sum(const __u32 *v, int n)
{
	return n ? *v + sum(v + 1, n - 1) : 0;
}

__u32 tlq_watch_zeros(const struct tlq_watch *w)
{
	return sum(w->zeros, w->readers);
}

__u32 tlq_watch_backlogs(const struct tlq_watch *w)
{
	return sum(w->backlogs, w->readers);
}
