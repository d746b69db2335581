// SPDX-License-Identifier: GPL-2.0
/*
 * Many packets for many listeners, at random: the processes of a storm
 *
 * One has the listeners, four send, some look on. All choices come from one
 * seed; the order in which processes run does not.
 */
#include "tlq_storm.h"
#include "tlq_storm_work.h"
#include "tlq_sys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The longest storm; a millisecond for each refusal is added. */
#define RAGE_MS 20000
/* The same while some counter of every_kind is still missing */
#define EVERY_KIND_MS 120000
/* Passes of a process beside the storm, on the slowest machine */
#define LEAST_PASSES 5

/* A process of the storm: @body's result is its exit status. */
static int spawn(struct tlq_storm *s, int (*body)(struct tlq_storm *s))
{
	pid_t pid;

	if (s->pids == TLQ_STORM_MAX)
		return -EMFILE;
	fflush(stdout);
	pid = tlq_fork();
	if (pid < 0)
		return -errno;
	s->me = s->pids;
	if (!pid) {
		s->rnd = (s->seed + 1) * 0x9e3779b97f4a7c15UL + 77 * s->pids;
		pid = body(s);
		fflush(stdout);
		_exit(pid ? 1 : 0);
	}
	s->pid[s->pids++] = pid;
	return 0;
}

/*
 * MPTCP, if asked for, is the last kind. Without it each attempt would make the
 * kernel look for a module.
 */
static void drop_missing_protocol(struct tlq_storm *s)
{
	int fd, protocol = s->kind[s->kinds - 1].protocol;

	if (!protocol)
		return;
	fd = socket(AF_INET, SOCK_STREAM, protocol);
	if (fd < 0) {
		printf("# this kernel has no MPTCP: %d kinds\n", --s->kinds);
		return;
	}
	close(fd);
}

int tlq_storm_start(struct tlq_storm *s, unsigned long goal)
{
	const char *seed = getenv("TLQ_SEED");
	int i, err;

	s->seed = seed ? strtoul(seed, NULL, 0) : tlq_now_ms() ^ getpid() << 20;
	s->goal = tlq_scaled(goal, 100);
	printf("# TLQ_SEED=%lu, %lu of %lu to be refused\n", s->seed, s->goal,
	       goal);
	drop_missing_protocol(s);
	/* Many: clients come faster than the kernel forgets old ports. */
	if (tlq_write_file("/proc/sys/net/ipv4/ip_local_port_range",
			   "1024 65000"))
		return -EIO;
	s->sh = mmap(NULL, sizeof(*s->sh), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->sh == MAP_FAILED)
		return -errno;
	err = spawn(s, tlq_storm_server);
	if (err)
		return err;
	if (!tlq_until(__atomic_load_n(&s->sh->ready, __ATOMIC_ACQUIRE)) ||
	    s->sh->ready != s->kinds)
		return -EPROTO;
	for (i = 0; i < TLQ_STORM_SENDERS && !err; i++)
		err = spawn(s, tlq_storm_sender);
	return err;
}

static int beside(struct tlq_storm *s)
{
	unsigned long *passes = &s->sh->passes[s->me];
	unsigned long times = s->times[s->me];

	while (!is_set(&s->sh->senders_stop) || get(passes) < times) {
		if (s->pass[s->me](s) < 0)
			return 1;
		add(passes, 1);
		tlq_storm_wait(s, s->goal / (2 * times));
	}
	return 0;
}

int tlq_storm_beside(struct tlq_storm *s, tlq_storm_pass pass,
		     unsigned long times)
{
	s->pass[s->pids] = pass;
	s->times[s->pids] = tlq_scaled(times, LEAST_PASSES);
	return spawn(s, beside);
}

static bool enough_passes(struct tlq_storm *s)
{
	int i;

	for (i = 0; i < s->pids; i++)
		if (get(&s->sh->passes[i]) < s->times[i])
			return false;
	return true;
}

/* Each counter is above a thousandth of the goal. */
static bool enough_of_each(const struct tlq_storm *s,
			   const struct tlq_mibs *now)
{
	int i;

	for (i = 0; s->every_kind && i < TLQ_MIBS; i++)
		if (now->v[i] <= s->goal / 1000)
			return false;
	return true;
}

int tlq_storm_rage(struct tlq_storm *s)
{
	long long start = tlq_now_ms(), ms;
	struct tlq_mibs now;
	bool each;

	do {
		usleep(20000);
		if (tlq_netstat(&now))
			return -EIO;
		each = enough_of_each(s, &now);
		if (each && now.v[TLQ_DROPS] >= s->goal && enough_passes(s))
			return 0;
		ms = (each ? RAGE_MS : EVERY_KIND_MS) + s->goal;
	} while (tlq_now_ms() - start < ms);
	printf("# time is up: %llu of %lu refused in %lld s\n",
	       now.v[TLQ_DROPS], s->goal, ms / 1000);
	tlq_mibs_print("netstat", &now);
	return each ? 0 : -ETIMEDOUT;
}

static int reap(struct tlq_storm *s, int i)
{
	int status;

	if (!s->pid[i])
		return 0;
	if (waitpid(s->pid[i], &status, 0) != s->pid[i])
		return -errno;
	s->pid[i] = 0;
	if (status)
		printf("# process %d ended with status %#x\n", i, status);
	return status ? -ECHILD : 0;
}

/* The first process is the server's. */
int tlq_storm_calm(struct tlq_storm *s)
{
	int i, err = 0;

	set(&s->sh->senders_stop);
	for (i = 1; i < s->pids; i++)
		err = reap(s, i) ?: err;
	if (!tlq_until(is_set(&s->sh->server_idle)))
		err = -ETIMEDOUT;
	printf("# %lu attempts, %lu acts of the server\n", s->sh->attempts,
	       s->sh->ops);
	return err;
}

int tlq_storm_end(struct tlq_storm *s)
{
	set(&s->sh->server_stop);
	return reap(s, 0);
}
