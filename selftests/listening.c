// SPDX-License-Identifier: GPL-2.0
/*
 * What listen(2) has the module remember.
 *
 * 1. A listen(2) that fails leaves nothing behind, also where it fails late: when the
 *    socket is in state LISTEN already, and the module has seen that.
 * 2. One that takes long: the socket gets numbers once it listens.
 */
#include "tlq_test.h"

#include "tlq_drive.h"
#include "tlq_hooks.h"

#define RIVALS 20

FIXTURE(listening) { };

FIXTURE_SETUP(listening)
{
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
}

FIXTURE_TEARDOWN(listening)
{
	tlq_mod_helper_end("tlq_slow");
	EXPECT_EQ(0, tlq_mod_renew());
}

/* Twenty sockets with one address; only the first of them may listen. */
static void rivals(struct __test_metadata *_metadata, int *fd)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(4711),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int one = 1, i;

	for (i = 0; i < RIVALS; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd[i]);
		ASSERT_EQ(0, setsockopt(fd[i], SOL_SOCKET, SO_REUSEADDR, &one,
					sizeof(one)));
		ASSERT_EQ(0, bind(fd[i], (struct sockaddr *)&a, sizeof(a)));
	}
}

static void rivals_listen(struct __test_metadata *_metadata, const int *fd)
{
	long long before = tlq_stat("listeners_tracked");
	int i;

	ASSERT_EQ(0, listen(fd[0], 1));
	for (i = 1; i < RIVALS; i++)
		ASSERT_EQ(-1, listen(fd[i], 1));
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before + 1));
	for (i = 0; i < RIVALS; i++)
		close(fd[i]);
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before));
}

TEST_F(listening, fails)
{
	int fd[RIVALS];

	rivals(_metadata, fd);
	rivals_listen(_metadata, fd);
}

static const char *slow(const char *args)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return "the work item needs a CPU of its own";
	if (tlq_mod_helper("tlq_slow", args))
		return "cannot load tlq_slow; is it there? make -C test_modules";
	return NULL;
}

/* The work item sees the socket in state LISTEN, in which it never gets a packet. */
TEST_F(listening, fails_late)
{
	const char *why_not;
	int fd[RIVALS];

	rivals(_metadata, fd);
	why_not = slow("at=inet_csk_get_port");
	if (why_not)
		SKIP(return, "%s", why_not);
	rivals_listen(_metadata, fd);
	tlq_mod_helper_end("tlq_slow");
}

/* The work item sees the socket before it listens, and must come back. */
TEST_F(listening, takes_long)
{
	long long before = tlq_stat("listeners_tracked");
	const char *why_not = slow("");
	struct tlq_lopt opt = { };
	int fd;

	if (why_not)
		SKIP(return, "%s", why_not);
	fd = tlq_listen(&opt);
	tlq_mod_helper_end("tlq_slow");
	ASSERT_LE(0, fd);
	EXPECT_TRUE(tlq_until(tlq_stat("listeners_tracked") == before + 1));
}
