// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading.
 *
 * 1. 200 loads and unloads (12 on a slow machine) under four readers and 100,000
 *    refused connections (a twentieth) leave nothing: no file, no directory, no
 *    symbol, no slab cache, no growing memory. Clients do not notice: as many are
 *    refused as without the module.
 * 2. A load shows the listeners of all namespaces at once.
 * 3. Unloading is refused with EAGAIN while the file in debugfs is open, and
 *    allowed while the one in /proc is; a descriptor of it then gives an error or
 *    end of file.
 * 4. A second load gives EEXIST and changes nothing.
 *
 * In the end the module is loaded again.
 */
#include "tlq_test.h"

#include <sched.h>
#include <sys/wait.h>

#include "tlq_drive.h"
#include "tlq_hooks.h"

#define CYCLES 200
/* Caches grow once: memory counts after so many cycles, or half of them. */
#define WARM_UP 10
/* Other growth was 176 kB. Two pages lost in each of 190 loads are more. */
#define SLAB_NOISE_KB 800
/* Finds leaks better than SUnreclaim; KASAN, beside it, keeps freed memory. */
#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define READERS 4
#define SENDERS 2
#define LISTENERS 50
#define REFUSED 100000

static char file[4096];

/* Shared with the senders: how many SYNs each has to send, and has sent */
struct traffic {
	unsigned long step;	/* in each cycle */
	unsigned long due;
	unsigned long sent[SENDERS];
};

FIXTURE(load) {
};

/* Begins unloaded; skips when somebody else holds the module. */
FIXTURE_SETUP(load)
{
	struct tlq_lopt opt = { .port = 100 };
	const char *found = tlq_mod_file();
	int err;

	if (!found)
		SKIP(return, "no file to load the module from: set TLQ_KO");
	snprintf(file, sizeof(file), "%s", found);
	err = tlq_mod_unload();
	if (err)
		SKIP(return, "cannot unload: %s", strerror(-err));
	ASSERT_EQ(0, tlq_netns_enter());
	for (; opt.port < 100 + LISTENERS; opt.port++)
		ASSERT_LE(0, tlq_listen(&opt));
}

FIXTURE_TEARDOWN(load)
{
	if (!tlq_mod_live())
		ASSERT_EQ(0, tlq_mod_load(file));
}

static void nothing_there(struct __test_metadata *_metadata)
{
	const char *left = tlq_left_file();

	ASSERT_EQ(NULL, left)
		TH_LOG("left: %s", left);
}

/*
 * Seldom the file in debugfs: open, it holds the module. The pauses grow with the
 * time of a read: readers are to meet each load, and to leave it the CPUs.
 */
static void read_both(void)
{
	static const size_t chunk[] = { 100, 1000, 4096 };
	size_t len, i;
	long long ms;
	char *text;

	for (i = 0;; i++) {
		ms = tlq_now_ms();
		if (!tlq_read_file(i % 8 ? TLQ_PROC : TLQ_DEBUG,
				   chunk[i % ARRAY_SIZE(chunk)], &text, &len))
			free(text);
		ms = tlq_now_ms() - ms;
		usleep(1000 * (ms > 1 ? 4 * ms : 5));
	}
}

static void send_what_is_due(struct traffic *traffic, int me,
			     const struct tlq_target *full)
{
	for (;;) {
		if (traffic->sent[me] ==
		    __atomic_load_n(&traffic->due, __ATOMIC_RELAXED))
			usleep(1000);
		else if (tlq_knock(full, 1))
			_exit(1);
		else
			__atomic_add_fetch(&traffic->sent[me], 1,
					   __ATOMIC_RELAXED);
	}
}

static bool all_sent(const struct traffic *traffic)
{
	int i;

	for (i = 0; i < SENDERS; i++)
		if (__atomic_load_n(&traffic->sent[i], __ATOMIC_RELAXED) !=
		    traffic->due)
			return false;
	return true;
}

/* Arming hooks takes most of the time of a load: every fourth does it. */
static void cycle(struct __test_metadata *_metadata, int n,
		  struct traffic *traffic)
{
	long long start = tlq_now_ms();
	int times = n;

	while (n--) {
		__atomic_add_fetch(&traffic->due, traffic->step,
				   __ATOMIC_RELAXED);
		ASSERT_EQ(0, tlq_mod_load_args(file,
					       n % 4 ? "counters=0 netstat_sendq=N" : ""));
		tlq_listeners_are(_metadata, LISTENERS + 1);
		ASSERT_TRUE(tlq_until(tlq_mod_unload() != -EAGAIN));
		nothing_there(_metadata);
		ASSERT_TRUE(tlq_until(all_sent(traffic)));
	}
	TH_LOG("%d times: %lld ms", times, tlq_now_ms() - start);
}

TEST_F(load, cycles)
{
	struct traffic *traffic = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int cycles = tlq_scaled(CYCLES, 12), first = cycles / 2;
	struct tlq_lopt opt = { .backlog = 4 };
	pid_t child[READERS + SENDERS];
	struct tlq_target full;
	long before, after;
	int i, status;

	ASSERT_NE(MAP_FAILED, traffic);
	traffic->step = tlq_scaled(REFUSED, 2000) / cycles / SENDERS;
	ASSERT_EQ(0, tlq_target_full(&full, &opt));
	for (i = 0; i < READERS + SENDERS; i++) {
		child[i] = tlq_fork();
		if (!child[i] && i < READERS)
			read_both();
		if (!child[i])
			send_what_is_due(traffic, i - READERS, &full);
		ASSERT_LT(0, child[i]);
	}
	if (first > WARM_UP)
		first = WARM_UP;
	cycle(_metadata, first, traffic);
	before = tlq_meminfo_kb("SUnreclaim");
	cycle(_metadata, cycles - first, traffic);
	after = tlq_meminfo_kb("SUnreclaim");
	for (i = 0; i < READERS + SENDERS; i++) {
		kill(child[i], SIGKILL);
		ASSERT_EQ(child[i], waitpid(child[i], &status, 0));
	}
	EXPECT_TRUE(tlq_until(tlq_tcpext("ListenOverflows") ==
			      (long long)traffic->due * SENDERS));
	TH_LOG("unreclaimable slab: %ld kB before, %ld kB after", before,
	       after);
	if (access(KMEMLEAK, F_OK))
		EXPECT_GT(before + SLAB_NOISE_KB, after);
	EXPECT_FALSE(tlq_has_word("/proc/kallsyms", "*" TLQ_MODULE "*", 3));
	EXPECT_EQ(NULL, tlq_left(NULL, 0));
}

TEST_F(load, all_namespaces)
{
	int before = open("/proc/self/ns/net", O_RDONLY);

	ASSERT_LE(0, before);
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_mod_load(file));
	tlq_listeners_are(_metadata, 0);
	ASSERT_EQ(0, setns(before, CLONE_NEWNET));
	tlq_listeners_are(_metadata, LISTENERS);
	ASSERT_EQ(0, tlq_netns_enter());
	tlq_listeners_are(_metadata, 0);
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
	tlq_listeners_are(_metadata, 1);
}

TEST_F(load, twice)
{
	ASSERT_EQ(0, tlq_mod_load(file));
	EXPECT_EQ(-EEXIST, tlq_mod_load(file));
	tlq_listeners_are(_metadata, LISTENERS);
	EXPECT_EQ(0, tlq_mod_unload());
	EXPECT_EQ(-ENOENT, tlq_mod_unload());
	nothing_there(_metadata);
}

TEST_F(load, proc_file_open)
{
	int fresh, half_read;
	char buf[100];

	ASSERT_EQ(0, tlq_mod_load(file));
	fresh = open(TLQ_PROC, O_RDONLY);
	half_read = open(TLQ_PROC, O_RDONLY);
	ASSERT_LE(0, fresh);
	ASSERT_EQ(sizeof(buf), read(half_read, buf, sizeof(buf)));
	ASSERT_EQ(0, tlq_mod_unload());
	EXPECT_GE(0, read(fresh, buf, sizeof(buf)));
	EXPECT_GE(0, read(half_read, buf, sizeof(buf)));
	EXPECT_GE(0, pread(half_read, buf, sizeof(buf), 0));
	/* The next load does not revive it. */
	ASSERT_EQ(0, tlq_mod_load(file));
	EXPECT_GE(0, pread(half_read, buf, sizeof(buf), 0));
	EXPECT_EQ(0, close(fresh));
	EXPECT_EQ(0, close(half_read));
	tlq_listeners_are(_metadata, LISTENERS);
}

TEST_F(load, debugfs_file_open)
{
	char buf[100];
	int fd;

	ASSERT_EQ(0, tlq_mod_load(file));
	fd = open(TLQ_DEBUG, O_RDONLY);
	if (fd < 0)
		SKIP(return, "no " TLQ_DEBUG);
	EXPECT_EQ(-EAGAIN, tlq_mod_unload());
	EXPECT_EQ(sizeof(buf), read(fd, buf, sizeof(buf)));
	EXPECT_EQ(-EAGAIN, tlq_mod_unload());
	tlq_listeners_are(_metadata, LISTENERS);
	close(fd);
	ASSERT_TRUE(tlq_until(tlq_mod_unload() == 0));
	nothing_there(_metadata);
}
