// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's counters, and the module's
 *
 * The kernel's are read from /proc/net/netstat, in which the module has no
 * part.
 */
#include "tlq_mib.h"
#include "tlq_sys.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const tlq_mib_name[TLQ_MIBS] = {
	"ListenOverflows", "TCPReqQFullDrop", "TCPReqQFullDoCookies",
	"SyncookiesSent", "ListenDrops", "EmbryonicRsts",
	"TCPFastOpenListenOverflow"
};

const char *const tlq_col_name[TLQ_COLS] = {
	"overflow_syn", "overflow_ack", "overflow_cookie", "reqq_full_drop",
	"reqq_full_cookies", "syncookies_sent", "listen_drops",
	"embryonic_rsts", "tfo_overflow"
};

int tlq_netstat(struct tlq_mibs *m)
{
	return tlq_tcpext_all(tlq_mib_name, TLQ_MIBS, m->v);
}

bool tlq_mibs_equal(const struct tlq_mibs *a, const struct tlq_mibs *b)
{
	return !memcmp(a, b, sizeof(*a));
}

void tlq_mibs_sub(struct tlq_mibs *m, const struct tlq_mibs *base)
{
	int i;

	for (i = 0; i < TLQ_MIBS; i++)
		m->v[i] -= base->v[i];
}

void tlq_mibs_print(const char *what, const struct tlq_mibs *m)
{
	int i;

	printf("# %-12s", what);
	for (i = 0; i < TLQ_MIBS; i++)
		printf(" %s %llu", tlq_mib_name[i], m->v[i]);
	putchar('\n');
}

static bool adds_up(const struct tlq_netns_totals *t, int i)
{
	return t->live.v[i] + t->gone.v[i] + t->unassigned.v[i] ==
	       t->kernel.v[i];
}

/* A line of the file, for MIB @i; 0 or a negative errno */
static int take_line(struct tlq_netns_totals *t, __u64 netns,
		     struct tlq_line line, int i)
{
	struct tlq_netns_totals here;

	here.live.v[i] = tlq_u64(line, "live");
	here.gone.v[i] = tlq_u64(line, "gone");
	here.unassigned.v[i] = tlq_u64(line, "unassigned");
	here.kernel.v[i] = tlq_u64(line, "kernel");
	if (strcmp(tlq_str(line, "counter"), tlq_mib_name[i]))
		return -EPROTO;
	if (tlq_u64(line, "netns") == netns) {
		t->live.v[i] = here.live.v[i];
		t->gone.v[i] = here.gone.v[i];
		t->unassigned.v[i] = here.unassigned.v[i];
		t->kernel.v[i] = here.kernel.v[i];
	}
	if (adds_up(&here, i))
		return 0;
	printf("# netns %s %s: live %s + gone %s + unassigned %s is not kernel %s\n",
	       tlq_str(line, "netns"), tlq_mib_name[i], tlq_str(line, "live"),
	       tlq_str(line, "gone"), tlq_str(line, "unassigned"),
	       tlq_str(line, "kernel"));
	return -ERANGE;
}

int tlq_netns_totals(struct tlq_netns_totals *t, __u64 netns)
{
	struct tlq_table table;
	size_t i;
	int err;

	memset(t, 0xff, sizeof(*t));
	err = tlq_load(&table, TLQ_TOTALS);
	for (i = 0; !err && i < table.nlines; i++)
		err = take_line(t, netns, tlq_line(&table, i), i % TLQ_MIBS);
	if (!err && (table.nlines % TLQ_MIBS || t->kernel.v[0] == TLQ_NONE))
		err = -ENOENT;
	tlq_free(&table);
	return err;
}

struct tlq_cols tlq_cols(struct tlq_line line)
{
	struct tlq_cols c;
	int i;

	for (i = 0; i < TLQ_COLS; i++)
		c.v[i] = tlq_u64(line, tlq_col_name[i]);
	return c;
}

bool tlq_cols_add(struct tlq_mibs *sum, const struct tlq_cols *c)
{
	int i;

	for (i = 0; i < TLQ_COLS; i++) {
		if (c->v[i] == TLQ_NONE || c->v[i] == TLQ_BAD)
			return false;
		sum->v[i > TLQ_COL_COOKIE ? i - TLQ_COL_COOKIE :
					    TLQ_OVERFLOWS] += c->v[i];
	}
	return true;
}

int tlq_lines_sum(struct tlq_mibs *sum)
{
	struct tlq_table t;
	struct tlq_cols c;
	size_t i;
	int err = tlq_load(&t, TLQ_PROC);

	memset(sum, 0, sizeof(*sum));
	for (i = 0; !err && i < t.nlines; i++) {
		c = tlq_cols(tlq_line(&t, i));
		if (!tlq_cols_add(sum, &c))
			err = -EDOM;
	}
	tlq_free(&t);
	return err;
}

/*
 * Run on each CPU in turn. On a busy host a CPU may stand still for long, with packets:
 * it has run, too, when this returns.
 */
static void visit_cpus(void)
{
	int cpu, nr = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t mine;

	sched_getaffinity(0, sizeof(mine), &mine);
	for (cpu = 0; cpu < nr; cpu++) {
		tlq_use_cpu(cpu);
		usleep(1000);
	}
	sched_setaffinity(0, sizeof(mine), &mine);
}

/* All CPUs finish their packets: they have when 20 visits to each change nothing. */
int tlq_freeze(struct tlq_mibs *now)
{
	struct tlq_mibs before;
	int err = tlq_lo(false), same = 0;

	if (!err)
		err = tlq_netstat(now);
	while (!err && same < 20) {
		before = *now;
		visit_cpus();
		err = tlq_netstat(now);
		same = tlq_mibs_equal(now, &before) ? same + 1 : 0;
	}
	return err;
}
