// SPDX-License-Identifier: GPL-2.0
/*
 * The values of a row that are words, as text: flags and processes.
 */
#include <linux/bitops.h>
#include <linux/ctype.h>
#include <linux/string.h>

#include "digits.h"
#include "format.h"
#include "tlq.h"

/* @name ends in a comma; all its bytes are copied, @len count. */
struct flag {
	char name[15];
	u8 len;
};

#define FLAG(_name) { _name ",", sizeof(_name) }
static const struct flag flag_names[TLQ_NR_FLAGS] = {
	[TLQ_F_REUSEPORT] = FLAG("reuseport"),
	[TLQ_F_DEFER] = FLAG("defer"),
	[TLQ_F_V6ONLY] = FLAG("v6only"),
	[TLQ_F_TRANSPARENT] = FLAG("transparent"),
	[TLQ_F_FREEBIND] = FLAG("freebind"),
	[TLQ_F_MPTCP] = FLAG("mptcp"),
	[TLQ_F_SMC] = FLAG("smc"),
	[TLQ_F_KERNEL] = FLAG("kernel"),
	[TLQ_F_SYNFLOOD] = FLAG("synflood"),
};

/**
 * tlq_put_flags() - write the names of flags
 * @p: where to; room for TLQ_FLAGS_MAX
 * @flags: BIT(enum tlq_flag); not 0
 *
 * Return: the byte after the last one.
 */
char *tlq_put_flags(char *p, u32 flags)
{
	const struct flag *flag;

	for (; flags; flags &= flags - 1) {
		flag = &flag_names[__ffs(flags)];
		memcpy(p, flag->name, sizeof(flag->name));
		p += flag->len;
	}
	return p - 1;
}

/*
 * A process chooses its name: whatever could end a column or a line, or is no ASCII,
 * is escaped as in /proc/mounts.
 */
static char *put_name(char *p, const char *name)
{
	unsigned char c;
	int i;

	for (i = 0; i < TASK_COMM_LEN && name[i]; i++) {
		c = name[i];
		if (c > ' ' && c < 0x7f && c != '\\') {
			*p++ = c;
			continue;
		}
		*p++ = '\\';
		*p++ = '0' + (c >> 6);
		*p++ = '0' + ((c >> 3) & 7);
		*p++ = '0' + (c & 7);
	}
	return p;
}

/**
 * tlq_put_task() - write "PID/name", or "-" where there is no process
 * @p: where to; room for TLQ_TASK_MAX
 * @task: the process
 *
 * Return: the byte after the last one.
 */
char *tlq_put_task(char *p, const struct tlq_task *task)
{
	char digits[10], *first;
	unsigned int len;

	if (!task->pid) {
		*p++ = '-';
		return p;
	}
	first = tlq_put_u32_before(digits + sizeof(digits), task->pid);
	len = digits + sizeof(digits) - first;
	memcpy(p, first, len);
	p += len;
	*p++ = '/';
	return put_name(p, task->name);
}
