// SPDX-License-Identifier: GPL-2.0
/*
 * Reading while listeners come and go.
 *
 * 1. A listener that exists during a whole read appears in it exactly once,
 *    whatever the size of the reads.
 * 2. That holds while others open and close at the same port, at the same
 *    address, in the same reuseport group, and while its own backlog changes.
 * 3. No listener appears twice in one read: one that is shut down and listens
 *    again at the same port appears once or not at all.
 *
 * Two processes churn until the last reader has finished, so every read meets
 * churn; the number of reads bounds the time.
 */
#include "tlq_test.h"

#include <sys/wait.h>

#define STABLE 1000
#define CHURNERS 2
#define RING 128
#define AGAIN 16
#define MIN_CHURNS 3000

/* Shared by all processes of the test */
struct control {
	bool stop;
	long churns[CHURNERS];
};

static int stable[STABLE];
static __u64 cookie[STABLE];

FIXTURE(churn) {
	struct control *control;
};

static int by_value(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Many addresses at one port, a group, many ports, IPv6. */
static int open_stable(int i)
{
	struct tlq_lopt opt = { .backlog = i };
	char addr[32];

	if (i < 500) {
		snprintf(addr, sizeof(addr), "127.1.%d.%d", i / 250, i % 250);
		opt.addr = addr;
		opt.port = 5000;
	} else if (i < 600) {
		opt.reuseport = true;
		opt.port = 6000;
	} else if (i < 900) {
		opt.port = 10000 + i;
	} else {
		opt.family = AF_INET6;
		opt.addr = i % 2 ? "::1" : "::";
		opt.port = 10000 + i;
	}
	return tlq_listen(&opt);
}

FIXTURE_SETUP(churn)
{
	int i;

	ASSERT_EQ(0, tlq_nofile(4096));
	ASSERT_EQ(0, tlq_netns_enter());
	self->control = mmap(NULL, sizeof(*self->control),
			     PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->control);
	for (i = 0; i < STABLE; i++) {
		stable[i] = open_stable(i);
		ASSERT_LE(0, stable[i]);
		cookie[i] = tlq_so_cookie(stable[i]);
	}
	qsort(cookie, STABLE, sizeof(*cookie), by_value);
}

FIXTURE_TEARDOWN(churn)
{
}

static int open_other(int who, unsigned int i)
{
	struct tlq_lopt opt = { .backlog = 1, .port = 5000 };
	char addr[32];

	switch (i % 3) {
	case 0:
		snprintf(addr, sizeof(addr), "127.%d.%d.%d", 2 + who,
			 i / 200 % 200, i % 200);
		opt.addr = addr;
		break;
	case 1:
		opt.reuseport = true;
		opt.port = 6000;
		break;
	default:
		opt.family = i & 1 ? AF_INET : AF_INET6;
		opt.port = 20000 + who * 10000 + i % 1000;
	}
	return tlq_listen(&opt);
}

static bool stopped(const struct control *control)
{
	return __atomic_load_n(&control->stop, __ATOMIC_ACQUIRE);
}

static void churn(struct __test_metadata *_metadata, struct control *control,
		  int who)
{
	int ring[RING], again[AGAIN], i, *slot;
	int least = tlq_scaled(MIN_CHURNS, 500);
	int n;

	memset(ring, -1, sizeof(ring));
	for (i = 0; i < AGAIN; i++) {
		again[i] = tlq_listen(&(struct tlq_lopt){
					.port = 3000 + who * 100 + i });
		ASSERT_LE(0, again[i]);
	}
	for (n = 0; n < least || !stopped(control); n++) {
		slot = &ring[n % RING];
		if (*slot >= 0)
			close(*slot);
		*slot = open_other(who, n);
		ASSERT_LE(0, *slot);
		i = again[n % AGAIN];
		ASSERT_EQ(0, shutdown(i, SHUT_RDWR));
		ASSERT_EQ(0, listen(i, n % 7));
		ASSERT_EQ(0, listen(stable[n * 7 % STABLE], n % 1000));
		control->churns[who] = n;
	}
}

static int compare(struct __test_metadata *_metadata, struct tlq_table *t)
{
	__u64 *seen = calloc(t->nlines, sizeof(*seen));
	size_t i, s = 0;

	for (i = 0; i < t->nlines; i++)
		seen[i] = tlq_u64(tlq_line(t, i), "cookie");
	qsort(seen, t->nlines, sizeof(*seen), by_value);
	for (i = 0; i < t->nlines; i++) {
		EXPECT_TRUE(!i || seen[i] != seen[i - 1])
			TH_LOG("cookie %llu twice", seen[i]);
		s += s < STABLE && seen[i] == cookie[s];
	}
	EXPECT_EQ(STABLE, s);
	free(seen);
	return _metadata->exit_code;
}

static void read_all(struct __test_metadata *_metadata, const char *path,
		     size_t chunk, int times)
{
	struct tlq_table t;
	int fd = open(path, O_RDONLY);

	ASSERT_LE(0, fd);
	while (times--) {
		ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
		ASSERT_EQ(0, tlq_load_fd(&t, fd, chunk));
		ASSERT_EQ(0, compare(_metadata, &t))
			TH_LOG("in reads of %zu", chunk);
		tlq_free(&t);
	}
}

static void reap(struct __test_metadata *_metadata, const pid_t *pid, int n)
{
	int status;

	while (n--) {
		ASSERT_EQ(pid[n], waitpid(pid[n], &status, 0));
		EXPECT_EQ(0, status);
	}
}

TEST_F(churn, stable_ones_once)
{
	static const struct {
		const char *path;
		size_t chunk;
		int times;
	} plan[] = {
		{ TLQ_PROC, 1, 1 }, { TLQ_PROC, 7, 2 }, { TLQ_PROC, 512, 30 },
		{ TLQ_PROC, 4095, 40 }, { TLQ_PROC, 4096, 40 },
		{ TLQ_PROC, 65536, 50 }, { TLQ_PROC, 1 << 20, 50 },
		{ TLQ_DEBUG, 4096, 40 },
	};
	pid_t churner[CHURNERS], reader[ARRAY_SIZE(plan)];
	int i;

	for (i = 0; i < CHURNERS; i++) {
		churner[i] = tlq_fork();
		if (!churner[i]) {
			churn(_metadata, self->control, i);
			_exit(_metadata->exit_code);
		}
	}
	for (i = 0; i < ARRAY_SIZE(plan); i++) {
		reader[i] = tlq_fork();
		if (!reader[i] && access(plan[i].path, R_OK))
			_exit(0);
		if (!reader[i]) {
			read_all(_metadata, plan[i].path, plan[i].chunk,
				 tlq_scaled(plan[i].times, 10));
			_exit(_metadata->exit_code);
		}
	}
	reap(_metadata, reader, ARRAY_SIZE(plan));
	__atomic_store_n(&self->control->stop, true, __ATOMIC_RELEASE);
	reap(_metadata, churner, CHURNERS);
	for (i = 0; i < CHURNERS; i++)
		TH_LOG("churner %d: %ld rounds", i, self->control->churns[i]);
	/* Once more without churn */
	read_all(_metadata, TLQ_PROC, 4096, 1);
}
