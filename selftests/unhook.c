// SPDX-License-Identifier: GPL-2.0
/*
 * Unloading when ftrace does not take the hooks away.
 *
 * 1. As long as unregister_ftrace_function() fails, unloading does not end, as the
 *    kernel would call what is no longer there. The log says so once.
 * 2. Meanwhile packets, listeners and namespaces come and go as ever, a read of the
 *    file in /proc ends, and netstat_sendq can be written.
 * 3. When it does not fail any more, unloading ends within seconds, with success,
 *    and leaves nothing.
 * 4. That holds for each group of hooks (on a slow machine for every other one).
 *
 * The module tlq_unhook, of test_modules/, makes it fail.
 */
#include "tlq_test.h"

#include <sys/wait.h>

#include "tlq_drive.h"
#include "tlq_hooks.h"
#include "tlq_tcp_lines.h"

#define HELPER "tlq_unhook"
#define FAILED "/sys/module/" HELPER "/parameters/failed"

/* A function of each group, as they are unhooked one after the other */
static const char *const all[] = {
	"tcp_seq_next", "tcp_v4_reqsk_destructor",
	"subflow_v4_req_destructor", "__inet_accept", "inet_child_forget",
	"inet_csk_listen_start", "tcp_get_cookie_sock", "tcp_check_req",
	"tcp_v6_conn_request", "tcp_v4_conn_request",
	"inet_csk_listen_stop"
};

/* Those that this kernel has */
static const char *function[ARRAY_SIZE(all)];
static int groups;

FIXTURE(unhook) {
	struct tlq_hook hook[TLQ_MAX_HOOKS];
	int hooks;
	struct tlq_target t;
};

FIXTURE_SETUP(unhook)
{
	struct tlq_lopt opt = { .backlog = 1 };
	size_t i;

	if (tlq_mod_helper(HELPER, ""))
		SKIP(return, "no module " HELPER ": make -C test_modules");
	tlq_mod_helper_end(HELPER);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_fresh());
	self->hooks = tlq_hooks(self->hook);
	ASSERT_LT(0, self->hooks);
	for (i = 0, groups = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(tlq_hook_state(all[i]), "armed"))
			function[groups++] = all[i];
	ASSERT_EQ(0, tlq_target_full(&self->t, &opt));
}

FIXTURE_TEARDOWN(unhook)
{
	tlq_mod_helper_end(HELPER);
	EXPECT_EQ(0, tlq_mod_renew());
}

static int failures(void)
{
	char *text;
	size_t len;
	int n;

	if (tlq_read_file(FAILED, 64, &text, &len))
		return -1;
	n = atoi(text);
	free(text);
	return n;
}

static bool ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

/* The exit status of a child that calls @fn, or -1 if it does not end */
static int in_child(struct __test_metadata *_metadata, int (*fn)(void))
{
	pid_t pid = tlq_fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(fn());
	if (!tlq_until(ended(pid, &status)))
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* In a namespace that goes when the process ends */
static int visit(void)
{
	struct tlq_lopt opt = { };
	struct tlq_target t;

	return tlq_netns_enter() || tlq_target_full(&t, &opt) ||
	       tlq_refuse(&t, 5);
}

static int write_switch(void)
{
	return tlq_write_file(TLQ_SENDQ, "Y") || tlq_write_file(TLQ_SENDQ, "N");
}

static int read_files(void)
{
	char *text;
	size_t len;

	if (!tlq_read_file(TLQ_PROC, 4096, &text, &len))
		free(text);
	return tlq_read_file(TLQ_TCP, 4096, &text, &len) ? 1 : 0;
}

static void live_on(struct __test_metadata *_metadata, struct tlq_target *t)
{
	struct tlq_lopt opt = { .backlog = 2 };
	struct tlq_target other;
	int i;

	ASSERT_EQ(0, tlq_refuse(t, 20));
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, tlq_target_full(&other, &opt));
		ASSERT_EQ(0, tlq_refuse(&other, 2));
		close(other.lfd);
	}
	EXPECT_EQ(0, in_child(_metadata, visit));
	EXPECT_EQ(0, in_child(_metadata, read_files));
	EXPECT_EQ(0, in_child(_metadata, write_switch));
}

/* The groups from @at on are hooked, the others no more. */
static void hooked_from(struct __test_metadata *_metadata, int at)
{
	struct tlq_hook hook[ARRAY_SIZE(all)] = { };
	bool traced[ARRAY_SIZE(all)];
	int i;

	for (i = 0; i < groups; i++)
		snprintf(hook[i].function, sizeof(hook[i].function), "%s",
			 function[i]);
	tlq_traced_of(hook, groups, traced);
	for (i = 0; i < groups; i++) {
		EXPECT_EQ(i >= at, traced[i])
			TH_LOG("%s", function[i]);
	}
}

/* Unload while group @at stays hooked; @again: until that has been tried again */
static void keep(struct __test_metadata *_metadata, struct tlq_target *t, int at,
		 bool again)
{
	int log = tlq_log_from_now(), lines = 0, status;
	char args[32], words[128];
	pid_t pid;

	ASSERT_LE(0, log);
	snprintf(args, sizeof(args), "pass=%d", at);
	snprintf(words, sizeof(words), "cannot unhook %s (error -19)",
		 function[at]);
	ASSERT_EQ(0, tlq_mod_helper(HELPER, args));
	pid = tlq_fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(tlq_mod_gone() ? 1 : 0);
	ASSERT_TRUE(tlq_until((lines += tlq_logged(log, words)) > 0))
		TH_LOG("not in the log: %s", words);
	hooked_from(_metadata, at);
	live_on(_metadata, t);
	ASSERT_TRUE(!again || tlq_until(failures() > 1));
	live_on(_metadata, t);
	EXPECT_LE(1 + again, failures());
	EXPECT_FALSE(ended(pid, &status));
	EXPECT_EQ(1, lines + tlq_logged(log, "cannot unhook"));
	tlq_mod_helper_end(HELPER);
	ASSERT_TRUE(tlq_until(ended(pid, &status)));
	EXPECT_EQ(0, status);
	close(log);
}

TEST_F(unhook, each_group)
{
	int i, step = tlq_machine_slow() ? 2 : 1;
	const char *left;

	for (i = 0; i < groups; i += step) {
		keep(_metadata, &self->t, i, !i);
		left = tlq_left(self->hook, self->hooks);
		ASSERT_EQ(NULL, left)
			TH_LOG("left after %s: %s", function[i], left);
		ASSERT_EQ(0, tlq_mod_reload(""));
	}
}
