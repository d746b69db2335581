// SPDX-License-Identifier: GPL-2.0
/*
 * Compare the module's counters with another method's, listener by listener
 */
#include "tlq_crosscheck.h"
#include "tlq_mib.h"
#include "tlq_mod.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNTS "/sys/kernel/debug/tlq_cross/counts"

const char *tlq_crosscheck_need(void)
{
	if (!access(COUNTS, R_OK))
		return NULL;
	if (tlq_mod_helper("tlq_cross", ""))
		return "no module tlq_cross: make -C test_modules";
	return access(COUNTS, R_OK) ? "tlq_cross loaded without its file" : NULL;
}

void tlq_crosscheck_unload(void)
{
	tlq_mod_helper_end("tlq_cross");
}

/* The counts for a cookie in that table, by MIB */
static struct tlq_mibs find(const struct tlq_table *t, const char *cookie)
{
	struct tlq_mibs m = { };
	struct tlq_line line;
	size_t r;
	int i;

	for (r = 0; r < t->nlines; r++) {
		line = tlq_line(t, r);
		if (strcmp(tlq_str(line, "cookie"), cookie))
			continue;
		for (i = 0; i < TLQ_MIBS; i++)
			if (!strcmp(tlq_str(line, "counter"), tlq_mib_name[i]))
				m.v[i] = tlq_u64(line, "value");
	}
	return m;
}

static bool reliable(const struct tlq_table *t)
{
	bool good = true;
	struct tlq_line line;
	size_t r;

	for (r = 0; r < 3; r++) {
		line = tlq_line(t, r);
		if (tlq_u64(line, "cookie") || tlq_u64(line, "value")) {
			printf("# tlq_cross: %s %s\n", tlq_str(line, "counter"),
			       tlq_str(line, "value"));
			good = false;
		}
	}
	return good;
}

/* 1 when they differ, else 0 */
static int compare(struct tlq_line line, const struct tlq_table *cross,
		   int *listeners)
{
	static const struct tlq_mibs none;
	struct tlq_cols c = tlq_cols(line);
	struct tlq_mibs ours = { }, theirs;

	theirs = find(cross, tlq_str(line, "cookie"));
	*listeners += !tlq_mibs_equal(&theirs, &none);
	if (tlq_cols_add(&ours, &c) && tlq_mibs_equal(&ours, &theirs))
		return 0;
	printf("# %s cookie %s:\n", tlq_str(line, "local"),
	       tlq_str(line, "cookie"));
	tlq_mibs_print("tcp_listenq", &ours);
	tlq_mibs_print("tlq_cross", &theirs);
	return 1;
}

int tlq_crosscheck_compare(int *listeners)
{
	struct tlq_table t, cross;
	int err, bad = 0;
	size_t i;

	*listeners = 0;
	err = tlq_load(&cross, COUNTS);
	if (err)
		return err;
	err = tlq_load(&t, TLQ_PROC);
	for (i = 0; !err && i < t.nlines; i++)
		bad += compare(tlq_line(&t, i), &cross, listeners);
	if (!err && bad && !reliable(&cross))
		err = -ENODATA;
	tlq_free(&t);
	tlq_free(&cross);
	return err ? err : bad;
}
