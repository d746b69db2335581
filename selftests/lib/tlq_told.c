// SPDX-License-Identifier: GPL-2.0
/*
 * What the trace event listen_drop tells, in a buffer of our own
 */
#include "tlq_told.h"
#include "tlq_sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE "/sys/kernel/tracing/instances/tlq_told/"
#define KB_PER_CPU "16384"

const char *const tlq_why_name[TLQ_WHYS] = {
	"accept_queue_syn", "accept_queue_ack", "accept_queue_cookie",
	"syn_queue_drop", "syn_queue_cookie", "other",
};

int tlq_told_switch(bool on)
{
	return tlq_write_file(INSTANCE TLQ_EVENT "/enable", on ? "1" : "0");
}

int tlq_told_begin(void)
{
	char filter[64];
	int err;

	if (mkdir(INSTANCE, 0700) && errno != EEXIST)
		return -errno;
	snprintf(filter, sizeof(filter), "netns == %llu",
		 (unsigned long long)tlq_netns_inode());
	err = tlq_write_file(INSTANCE "buffer_size_kb", KB_PER_CPU);
	if (!err)
		err = tlq_write_file(INSTANCE "trace_clock", "mono");
	if (!err)
		err = tlq_write_file(INSTANCE TLQ_EVENT "/filter", filter);
	close(open(INSTANCE "trace", O_WRONLY | O_TRUNC | O_CLOEXEC));
	return err ? err : tlq_told_switch(true);
}

void tlq_told_end(void)
{
	tlq_told_switch(false);
	rmdir(INSTANCE);
}

/* \tfield:TYPE NAME;\toffset:N;..., and of an array NAME[SIZE] */
int tlq_told_offset(const char *field)
{
	int err, offset = -ENOENT;
	char *text, *at, name[64];
	size_t len;

	err = tlq_read_file(INSTANCE TLQ_EVENT "/format", 1 << 16, &text, &len);
	if (err)
		return err;
	snprintf(name, sizeof(name), " %s", field);
	for (at = text; (at = strstr(at, name)); at++)
		if (at[strlen(name)] == ';' || at[strlen(name)] == '[') {
			if (sscanf(strchr(at, ';'), "; offset:%d;", &offset) != 1)
				offset = -EBADMSG;
			break;
		}
	free(text);
	return offset;
}

static bool find_why(const char *name, enum tlq_why *why)
{
	int i;

	for (i = 0; i < TLQ_WHYS; i++)
		if (!strcmp(name, tlq_why_name[i]))
			*why = i;
	return *why < TLQ_WHYS;
}

/* TASK-PID [CPU] FLAGS SECONDS.MICROSECONDS: listen_drop: FIELD=VALUE... */
static bool parse(const char *line, struct tlq_event *e)
{
	const char *text = strstr(line, ": listen_drop: "), *at = text;
	long long seconds, us;
	char why[32];
	int got;

	if (!text)
		return false;
	while (at > line && at[-1] != ' ')
		at--;
	if (sscanf(at, "%lld.%lld", &seconds, &us) != 2)
		return false;
	e->told_ns = (seconds * 1000000 + us) * 1000;
	e->why = TLQ_WHYS;
	got = sscanf(text,
		     ": listen_drop: netns=%llu cookie=%llu family=%d sport=%d dport=%d saddr=%15s daddr=%15s saddrv6=%47s daddrv6=%47s reason=%31s ack_backlog=%u max_ack_backlog=%u when=%lld",
		     &e->netns, &e->cookie, &e->family, &e->sport, &e->dport,
		     e->saddr, e->daddr, e->saddr_v6, e->daddr_v6, why,
		     &e->ack_backlog, &e->max_ack_backlog, &e->when);
	return got == 13 && find_why(why, &e->why);
}

static int add(struct tlq_told *t, const char *line)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->v = realloc(t->v, t->cap * sizeof(*t->v));
		if (!t->v)
			return -ENOMEM;
	}
	if (!parse(line, &t->v[t->n])) {
		printf("# not as expected: %s", line);
		return -EBADMSG;
	}
	t->n++;
	return 0;
}

int tlq_told_read(struct tlq_told *t)
{
	FILE *f = fopen(INSTANCE "trace", "re");
	char line[1024];
	int err = 0;

	memset(t, 0, sizeof(*t));
	if (!f)
		return -errno;
	while (!err && fgets(line, sizeof(line), f)) {
		if (strstr(line, "[LOST"))
			err = -EOVERFLOW;
		else if (*line != '#')
			err = add(t, line);
	}
	fclose(f);
	return err;
}

void tlq_told_free(struct tlq_told *t)
{
	free(t->v);
	memset(t, 0, sizeof(*t));
}

int tlq_told_count(void)
{
	struct tlq_told t;
	int err = tlq_told_read(&t), n = t.n;

	tlq_told_free(&t);
	return err ? err : n;
}

void tlq_told_sums(const struct tlq_told *t, __u64 cookie, __u64 *by_why)
{
	size_t i;

	memset(by_why, 0, TLQ_WHYS * sizeof(*by_why));
	for (i = 0; i < t->n; i++)
		if (!cookie || t->v[i].cookie == cookie)
			by_why[t->v[i].why]++;
}

__u64 tlq_told_sum(const __u64 *by_why)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i < TLQ_WHYS; i++)
		sum += by_why[i];
	return sum;
}

void tlq_told_expected(const struct tlq_cols *c, __u64 *by_why)
{
	by_why[TLQ_WHY_ACCEPT_SYN] = c->v[TLQ_COL_SYN];
	by_why[TLQ_WHY_ACCEPT_ACK] = c->v[TLQ_COL_ACK];
	by_why[TLQ_WHY_ACCEPT_COOKIE] = c->v[TLQ_COL_COOKIE];
	by_why[TLQ_WHY_SYN_DROP] = c->v[TLQ_COL_REQQ_DROPS];
	by_why[TLQ_WHY_SYN_COOKIE] = c->v[TLQ_COL_REQQ_COOKIES];
	by_why[TLQ_WHY_OTHER] = c->v[TLQ_COL_DROPS] - c->v[TLQ_COL_SYN] -
				c->v[TLQ_COL_ACK] - c->v[TLQ_COL_COOKIE] -
				c->v[TLQ_COL_REQQ_DROPS];
}

bool tlq_told_all(struct tlq_told *t, const struct tlq_mibs *kernel)
{
	__u64 want = kernel->v[TLQ_DROPS] + kernel->v[TLQ_REQQ_COOKIES];

	tlq_told_free(t);
	return !tlq_told_read(t) && t->n >= want;
}

static bool is(const char *what, const char *name, __u64 want, __u64 got)
{
	if (want != got)
		printf("# %s, %s: %llu told, %llu counted\n", what, name, got,
		       want);
	return want == got;
}

bool tlq_told_same(const char *what, const __u64 *want, const __u64 *got)
{
	bool same = true;
	int i;

	for (i = 0; i < TLQ_WHYS; i++)
		same &= is(what, tlq_why_name[i], want[i], got[i]);
	return same;
}

bool tlq_told_kernels(const struct tlq_told *t, const struct tlq_mibs *kernel)
{
	__u64 got[TLQ_WHYS], overflows, drops;
	bool same;

	tlq_told_sums(t, 0, got);
	overflows = got[TLQ_WHY_ACCEPT_SYN] + got[TLQ_WHY_ACCEPT_ACK] +
		    got[TLQ_WHY_ACCEPT_COOKIE];
	drops = tlq_told_sum(got) - got[TLQ_WHY_SYN_COOKIE];
	same = is("the kernel", "overflows", kernel->v[TLQ_OVERFLOWS], overflows);
	same &= is("the kernel", "SYN queue full",
		   kernel->v[TLQ_REQQ_DROPS], got[TLQ_WHY_SYN_DROP]);
	same &= is("the kernel", "cookies", kernel->v[TLQ_REQQ_COOKIES],
		   got[TLQ_WHY_SYN_COOKIE]);
	return is("the kernel", "drops", kernel->v[TLQ_DROPS], drops) && same;
}
