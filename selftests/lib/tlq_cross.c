// SPDX-License-Identifier: GPL-2.0
/*
 * Compare the module's counters with another method's, listener by listener
 */
#include "tlq_cross.h"
#include "tlq_mib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNTS "/sys/kernel/debug/tlq_cross/counts"

const char *tlq_cross_need(void)
{
	if (!access(COUNTS, R_OK))
		return NULL;
	if (system("modprobe -q tlq_cross 2>/dev/null") &&
	    system("insmod test_modules/tlq_cross.ko 2>/dev/null"))
		return "no module tlq_cross: make -C test_modules";
	return access(COUNTS, R_OK) ? "tlq_cross loaded without its file" : NULL;
}

void tlq_cross_unload(void)
{
	syscall(SYS_delete_module, "tlq_cross", O_NONBLOCK);
}

/* The counts for a cookie in that table, by MIB */
static struct tlq_mibs find(const struct tlq_table *t, const char *cookie)
{
	struct tlq_mibs m = { };
	struct tlq_row row;
	size_t r;
	int i;

	for (r = 0; r < t->nrows; r++) {
		row = tlq_row(t, r);
		if (strcmp(tlq_str(row, "cookie"), cookie))
			continue;
		for (i = 0; i < TLQ_MIBS; i++)
			if (!strcmp(tlq_str(row, "counter"), tlq_mib_name[i]))
				m.v[i] = tlq_u64(row, "value");
	}
	return m;
}

static bool reliable(const struct tlq_table *t)
{
	bool good = true;
	struct tlq_row row;
	size_t r;

	for (r = 0; r < 3; r++) {
		row = tlq_row(t, r);
		if (tlq_u64(row, "cookie") || tlq_u64(row, "value")) {
			printf("# tlq_cross: %s %s\n", tlq_str(row, "counter"),
			       tlq_str(row, "value"));
			good = false;
		}
	}
	return good;
}

/* 1 when they differ, else 0 */
static int compare(struct tlq_row row, const struct tlq_table *cross, int *rows)
{
	static const struct tlq_mibs none;
	struct tlq_cols c = tlq_cols(row);
	struct tlq_mibs ours = { }, theirs;

	theirs = find(cross, tlq_str(row, "cookie"));
	*rows += !tlq_mibs_equal(&theirs, &none);
	if (tlq_cols_add(&ours, &c) && tlq_mibs_equal(&ours, &theirs))
		return 0;
	printf("# %s cookie %s:\n", tlq_str(row, "local"),
	       tlq_str(row, "cookie"));
	tlq_mibs_print("tcp_listenq", &ours);
	tlq_mibs_print("tlq_cross", &theirs);
	return 1;
}

int tlq_cross_compare(int *rows)
{
	struct tlq_table t, cross;
	int err, bad = 0;
	size_t i;

	*rows = 0;
	err = tlq_load(&cross, COUNTS);
	if (err)
		return err;
	err = tlq_load(&t, TLQ_PROC);
	for (i = 0; !err && i < t.nrows; i++)
		bad += compare(tlq_row(&t, i), &cross, rows);
	if (!err && bad && !reliable(&cross))
		err = -ENODATA;
	tlq_free(&t);
	tlq_free(&cross);
	return err ? err : bad;
}
