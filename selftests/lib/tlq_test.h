/* SPDX-License-Identifier: GPL-2.0 */
/* Included by every harness test */
#ifndef TLQ_TEST_H
#define TLQ_TEST_H

#include <unistd.h>

#include "../../kselftest_harness.h"

#include <fcntl.h>

#include "tlq_diag.h"
#include "tlq_mod.h"
#include "tlq_net.h"
#include "tlq_sys.h"
#include "tlq_table.h"

/* The default suits fast machines; a condition has a deadline of its own. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 480

/* Load the namespace's table, or stop the test. */
#define TLQ_LOAD(t) ASSERT_EQ(0, tlq_load(&(t), TLQ_PROC))

/* The line of a listener of ours, in a table loaded now. */
static inline struct tlq_line tlq_line_of(struct __test_metadata *_metadata,
					  struct tlq_table *t, int lfd)
{
	struct tlq_line line;

	TLQ_LOAD(*t);
	line = tlq_find_u64(t, "cookie", tlq_so_cookie(lfd));
	ASSERT_NE(NULL, line.cell);
	return line;
}

/* A value in that line */
static inline __u64 tlq_value_of(struct __test_metadata *_metadata, int lfd,
				 const char *column)
{
	struct tlq_table t;
	__u64 v = tlq_u64(tlq_line_of(_metadata, &t, lfd), column);

	tlq_free(&t);
	return v;
}

/* The table of the namespace has that many listeners. */
static inline void tlq_listeners_are(struct __test_metadata *_metadata,
				     size_t want)
{
	struct tlq_table t;

	TLQ_LOAD(t);
	ASSERT_EQ(want, t.nlines);
	tlq_free(&t);
}

/* All of a file; the caller frees it. */
static inline char *tlq_text_of(struct __test_metadata *_metadata,
				const char *path, size_t chunk)
{
	char *text;
	size_t len;

	ASSERT_EQ(0, tlq_read_file(path, chunk, &text, &len));
	return text;
}

/* Parent and child take turns over a pair of sockets. */
static inline void tlq_turn(struct __test_metadata *_metadata, int sock)
{
	char c = 0;

	ASSERT_EQ(1, write(sock, &c, 1));
}

static inline void tlq_await(struct __test_metadata *_metadata, int sock)
{
	char c;

	ASSERT_EQ(1, read(sock, &c, 1));
}

/* Without the module the whole program is skipped, with a reason. */
int main(int argc, char **argv)
{
	const char *why = tlq_mod_need();

	if (why)
		ksft_exit_skip("%s\n", why);
	return test_harness_run(argc, argv);
}

#endif
