// SPDX-License-Identifier: GPL-2.0
/*
 * Time, namespaces, sysctls, counters, cgroups
 */
#include "tlq_sys.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

long long tlq_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

bool tlq_pause(long long start)
{
	long long ms = tlq_now_ms() - start, pause = ms / 10;

	if (ms >= TLQ_DEADLINE_MS)
		return false;
	usleep(1000 * (pause < 1 ? 1 : pause > 20 ? 20 : pause));
	return true;
}

bool tlq_machine_slow(void)
{
	const char *slow = getenv("KSFT_MACHINE_SLOW");

	return slow && *slow;
}

bool tlq_machine_very_slow(void)
{
	return tlq_machine_slow() && !strcmp(getenv("KSFT_MACHINE_SLOW"), "very");
}

int tlq_scaled(int full, int least)
{
	if (!tlq_machine_slow())
		return full;
	if (least > full)
		return full;
	full /= tlq_machine_very_slow() ? 200 : 20;
	return full < least ? least : full;
}

pid_t tlq_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	/* 0: the parent is in another PID namespace */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
	    (getppid() && getppid() != parent))
		_exit(1);
	return 0;
}

void tlq_use_cpu(int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n % sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int tlq_lo(bool up)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = up ? IFF_UP : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	if (fd < 0)
		return -errno;
	err = ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
	close(fd);
	return err;
}

/* Enter a network namespace of our own, with the loopback device up. */
int tlq_netns_enter(void)
{
	return unshare(CLONE_NEWNET) ? -errno : tlq_lo(true);
}

__u64 tlq_netns_inode(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

int tlq_write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(text);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != len)
		err = -errno;
	close(fd);
	return err;
}

/* tlq_sysctl("net/ipv4/tcp_syncookies", 0) */
int tlq_sysctl(const char *name, long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	return tlq_write_file(path, text);
}

static long long number_in(const char *path)
{
	FILE *f = fopen(path, "re");
	long long value;

	if (!f)
		return -1;
	if (fscanf(f, "%lld", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

int tlq_nofile(unsigned long want)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return -errno;
	if (r.rlim_cur >= want)
		return 0;
	r.rlim_cur = want;
	if (r.rlim_max < want)
		r.rlim_max = want;
	return setrlimit(RLIMIT_NOFILE, &r) ? -errno : 0;
}

/* The index of @name, or -1 */
static int index_of(const char *name, const char *const *names, int n)
{
	while (n-- && strcmp(name, names[n]))
		;
	return n;
}

/* A line of names and the line of values below it; how many were found */
static int take_pair(char *names, char *values, const char *const *wanted,
		     int n, __u64 *value)
{
	char *ns, *vs, *name = strtok_r(names, "\n ", &ns);
	char *v = strtok_r(values, "\n ", &vs);
	int i, found = 0;

	while (name && v) {
		i = index_of(name, wanted, n);
		if (i >= 0) {
			value[i] = strtoull(v, NULL, 10);
			found++;
		}
		name = strtok_r(NULL, "\n ", &ns);
		v = strtok_r(NULL, "\n ", &vs);
	}
	return found;
}

/* Those in the pair of lines that begin with @group */
static int take_all(const char *path, const char *group, const char *const *name,
		    int n, __u64 *value)
{
	char names[8192], values[8192];
	FILE *f = fopen(path, "re");
	int found = 0;

	if (!f)
		return -errno;
	while (fgets(names, sizeof(names), f) &&
	       fgets(values, sizeof(values), f))
		if (!strncmp(names, group, strlen(group)))
			found += take_pair(names, values, name, n, value);
	fclose(f);
	return found == n ? 0 : -EPROTO;
}

int tlq_tcpext_all(const char *const *name, int n, __u64 *value)
{
	return take_all("/proc/self/net/netstat", "TcpExt:", name, n, value);
}

long long tlq_tcpext(const char *name)
{
	__u64 value;

	return tlq_tcpext_all(&name, 1, &value) ? -1 : (long long)value;
}

long long tlq_tcp(const char *name)
{
	__u64 value;

	return take_all("/proc/self/net/snmp", "Tcp:", &name, 1, &value) ?
	       -1 : (long long)value;
}

long tlq_meminfo_kb(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128], word[64];
	long kb, found = -1;

	while (f && found < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63[^:]: %ld", word, &kb) == 2 &&
		    !strcmp(word, name))
			found = kb;
	if (f)
		fclose(f);
	return found;
}

size_t tlq_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

int tlq_possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	int last = 0;

	/* "0-7", or "0" */
	if (f && fscanf(f, "0-%d", &last) != 1)
		last = 0;
	if (f)
		fclose(f);
	return last + 1;
}

int tlq_log_from_now(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	lseek(fd, 0, SEEK_END);
	return fd;
}

int tlq_logged(int log, const char *words)
{
	char record[8192];
	ssize_t n;
	int count = 0;

	while ((n = read(log, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		count += !!strstr(record, words);
	}
	return count;
}

/* In a mount namespace of our own */
static int mount_cgroup(char *mnt)
{
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", mnt, "cgroup2", 0, NULL))
		return -errno;
	return 0;
}

/* The inode number is only half of it where that has 32 bits. */
static __u64 kernfs_id(const char *dir, const struct stat *st)
{
	union {
		struct file_handle head;
		char bytes[sizeof(struct file_handle) + sizeof(__u64)];
	} handle = { .head.handle_bytes = sizeof(__u64) };
	__u64 id = st->st_ino;
	int mount;

	if (!name_to_handle_at(AT_FDCWD, dir, &handle.head, &mount, 0) &&
	    handle.head.handle_bytes == sizeof(id))
		memcpy(&id, handle.head.f_handle, sizeof(id));
	return id;
}

int tlq_cgroup_enter(struct tlq_cgroup *cg)
{
	char path[128];
	struct stat st;
	int err;

	*cg = (struct tlq_cgroup){ .mnt = "/tmp/tlq_XXXXXX" };
	if (!mkdtemp(cg->mnt))
		return -errno;
	err = mount_cgroup(cg->mnt);
	if (!err) {
		/* Fails where there is no memory controller. */
		snprintf(path, sizeof(path), "%s/cgroup.subtree_control",
			 cg->mnt);
		tlq_write_file(path, "+memory");
		snprintf(cg->dir, sizeof(cg->dir), "%s/tlq_test_%d", cg->mnt,
			 getpid());
		snprintf(path, sizeof(path), "%s/cgroup.procs", cg->dir);
		err = mkdir(cg->dir, 0755) || tlq_write_file(path, "0") ||
		      stat(cg->dir, &st);
	}
	if (err)
		tlq_cgroup_leave(cg);
	else
		cg->id = kernfs_id(cg->dir, &st);
	return err;
}

void tlq_cgroup_leave(struct tlq_cgroup *cg)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cg->mnt);
	tlq_write_file(path, "0");
	rmdir(cg->dir);
	umount(cg->mnt);
	rmdir(cg->mnt);
}

long long tlq_cgroup_get(const struct tlq_cgroup *cg, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", cg->dir, name);
	return number_in(path);
}
