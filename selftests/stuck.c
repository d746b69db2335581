// SPDX-License-Identifier: GPL-2.0
/*
 * A reader that is stuck.
 *
 * 1. While a read waits in a page fault, which can be for ever, listeners open
 *    and close, others read, and namespaces come and go.
 * 2. Also when its own namespace goes meanwhile: that read returns the text it
 *    had, the next ones nothing.
 * 3. Descriptors left open in the middle of a read keep no namespace.
 * 4. Unloading does not wait for such a reader either: it is refused or done,
 *    and does not delay the making of a namespace.
 */
#include "tlq_test.h"

#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct reader {
	int uffd;
	int fd;
	char *page;
	pthread_t thread;
	ssize_t result;
};

FIXTURE(stuck) {
	struct reader reader;
	int home;
};

/* The number of namespaces can be limited in a user namespace of our own. */
FIXTURE_SETUP(stuck)
{
	self->reader.uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (self->reader.uffd < 0)
		SKIP(return, "no userfaultfd");
	if (unshare(CLONE_NEWUSER))
		SKIP(return, "no user namespaces");
	ASSERT_EQ(0, tlq_netns_enter());
	self->home = open("/proc/self/ns/net", O_RDONLY);
	ASSERT_LE(0, self->home);
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ .port = 80 }));
}

FIXTURE_TEARDOWN(stuck)
{
}

/* A page whose first use waits for finish() */
static char *waiting_page(int uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *page = mmap(NULL, tlq_page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	reg.range.start = (unsigned long)page;
	reg.range.len = tlq_page_size();
	if (page == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg))
		return NULL;
	return page;
}

static void *read_into_page(void *arg)
{
	struct reader *r = arg;

	r->result = read(r->fd, r->page, 4096);
	return NULL;
}

static void start(struct __test_metadata *_metadata, struct reader *r)
{
	struct uffd_msg msg;

	r->fd = open(TLQ_PROC, O_RDONLY);
	ASSERT_LE(0, r->fd);
	r->page = waiting_page(r->uffd);
	ASSERT_NE(NULL, r->page);
	ASSERT_EQ(0, pthread_create(&r->thread, NULL, read_into_page, r));
	ASSERT_EQ(sizeof(msg), read(r->uffd, &msg, sizeof(msg)));
}

static void finish(struct __test_metadata *_metadata, struct reader *r)
{
	struct uffdio_zeropage zero = {
		.range = {
			.start = (unsigned long)r->page,
			.len = tlq_page_size(),
		},
	};

	ASSERT_EQ(0, ioctl(r->uffd, UFFDIO_ZEROPAGE, &zero));
	ASSERT_EQ(0, pthread_join(r->thread, NULL));
}

static void others_go_on(struct __test_metadata *_metadata, int home)
{
	int i, lfd, fd;
	char c;

	tlq_listeners_are(_metadata, 1);
	lfd = tlq_listen(&(struct tlq_lopt){ .port = 81 });
	ASSERT_LE(0, lfd);
	tlq_listeners_are(_metadata, 2);
	close(lfd);
	tlq_listeners_are(_metadata, 1);
	/* At most four: for each new one an old one must have gone for good. */
	ASSERT_EQ(0, tlq_sysctl("user/max_net_namespaces", 4));
	for (i = 0; i < 12; i++) {
		ASSERT_TRUE(tlq_until(unshare(CLONE_NEWNET) == 0));
		/* Left open: a descriptor does not keep a namespace. */
		fd = open(TLQ_PROC, O_RDONLY);
		ASSERT_EQ(1, read(fd, &c, 1));
		ASSERT_EQ(0, setns(home, CLONE_NEWNET));
	}
}

TEST_F(stuck, in_a_living_namespace)
{
	struct reader *r = &self->reader;

	start(_metadata, r);
	others_go_on(_metadata, self->home);
	finish(_metadata, r);
	ASSERT_LT(0, r->result);
	EXPECT_EQ(0, memcmp("local", r->page, 5));
}

TEST_F(stuck, in_a_dead_namespace)
{
	struct reader *r = &self->reader;
	int lfd;

	ASSERT_EQ(0, tlq_netns_enter());
	lfd = tlq_listen(&(struct tlq_lopt){ .port = 82 });
	ASSERT_LE(0, lfd);
	start(_metadata, r);
	close(lfd);
	ASSERT_EQ(0, setns(self->home, CLONE_NEWNET));
	others_go_on(_metadata, self->home);
	finish(_metadata, r);
	ASSERT_LT(0, r->result);
	EXPECT_EQ(0, memcmp("local", r->page, 5));
	ASSERT_TRUE(tlq_until(pread(r->fd, r->page, 1, 0) <= 0));
}

FIXTURE(stuck_unload) {
	struct reader reader;
};

FIXTURE_SETUP(stuck_unload)
{
	self->reader.uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (self->reader.uffd < 0)
		SKIP(return, "no userfaultfd");
	if (!tlq_mod_file())
		SKIP(return, "no file to load the module from: set TLQ_KO");
	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_LE(0, tlq_listen(&(struct tlq_lopt){ }));
}

FIXTURE_TEARDOWN(stuck_unload)
{
	if (!tlq_mod_live())
		ASSERT_EQ(0, tlq_mod_load(tlq_mod_file()));
}

static bool ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

TEST_F(stuck_unload, nobody_waits)
{
	struct reader *r = &self->reader;
	bool unloaded, entered;
	pid_t unloader, enterer;
	int status = 0, err;

	start(_metadata, r);
	unloader = tlq_fork();
	if (!unloader) {
		err = tlq_mod_unload();
		_exit(err && err != -EAGAIN && err != -EBUSY);
	}
	unloaded = tlq_until(ended(unloader, &status));
	EXPECT_EQ(0, status);
	enterer = tlq_fork();
	if (!enterer)
		_exit(tlq_netns_enter() != 0);
	entered = tlq_until(ended(enterer, &status));
	EXPECT_EQ(0, status);
	/* Let the reader go before the verdict, or the machine may hang. */
	finish(_metadata, r);
	EXPECT_TRUE(unloaded);
	EXPECT_TRUE(entered);
	EXPECT_TRUE(unloaded || tlq_until(ended(unloader, &status)));
	EXPECT_TRUE(entered || tlq_until(ended(enterer, &status)));
}
