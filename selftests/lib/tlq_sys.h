/* SPDX-License-Identifier: GPL-2.0 */
/* Time, namespaces, sysctls, counters, cgroups */
#ifndef TLQ_SYS_H
#define TLQ_SYS_H

#include <stdbool.h>
#include <linux/types.h>
#include <sys/types.h>
#include <unistd.h>

/* How long a condition may take on a slow, loaded machine before it fails. */
#define TLQ_DEADLINE_MS 30000

/* tlq_until(cond) - poll @cond until it holds; false when time is up */
#define tlq_until(cond) ({						\
	long long __start = tlq_now_ms();				\
	bool __met;							\
	while (!(__met = !!(cond)) && tlq_pause(__start))		\
		;							\
	__met; })

long long tlq_now_ms(void);
/* Sleep a tenth of the time since @start, 1 to 20 ms; false when time is up */
bool tlq_pause(long long start);

/* KSFT_MACHINE_SLOW is in the environment, as on the kernel's own test machines */
bool tlq_machine_slow(void);
/* It is "very", as on kernels that watch themselves */
bool tlq_machine_very_slow(void);
/*
 * The part of a full load for this machine: with KSFT_MACHINE_SLOW a twentieth,
 * with KSFT_MACHINE_SLOW=very a two-hundredth, but not less than @least.
 */
int tlq_scaled(int full, int least);

/* fork(2); the child dies with its parent, so that a failed test leaves none. */
pid_t tlq_fork(void);

/* From now on this process stays on CPU @n, modulo the number of those online. */
void tlq_use_cpu(int n);
/* CPUs that may ever be there, online or not */
int tlq_possible_cpus(void);

/* Bytes of a page; arm64 has kernels with 4, 16 and 64 kB */
size_t tlq_page_size(void);

/* Set the loopback device up or down. */
int tlq_lo(bool up);
/* Namespaces and sysctls of the calling process. */
int tlq_netns_enter(void);
__u64 tlq_netns_inode(void);
int tlq_write_file(const char *path, const char *text);
int tlq_sysctl(const char *name, long value);
int tlq_nofile(unsigned long want);

/* A TcpExt counter of /proc/net/netstat; -1 when the kernel has none. */
long long tlq_tcpext(const char *name);
/* Several at once; an error unless all are there */
int tlq_tcpext_all(const char *const *name, int n, __u64 *value);
/* A counter of the group Tcp in /proc/net/snmp; -1 when the kernel has none. */
long long tlq_tcp(const char *name);

/* A line of /proc/meminfo; -1 when there is none. */
long tlq_meminfo_kb(const char *name);

/* The kernel's log from now on; how many of its records have @words since the last call */
int tlq_log_from_now(void);
int tlq_logged(int log, const char *words);

/* A cgroup v2 of our own */
struct tlq_cgroup {
	char mnt[32];
	char dir[64];
	__u64 id;
};

int tlq_cgroup_enter(struct tlq_cgroup *cg);
void tlq_cgroup_leave(struct tlq_cgroup *cg);
/* A number from one of its files, -1 when there is none. */
long long tlq_cgroup_get(const struct tlq_cgroup *cg, const char *name);

#endif
