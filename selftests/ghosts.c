// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that believe they are connected and are never served.
 *
 * 1. overflow_cookie is their number, exactly, when clients that wait for the server to
 *    speak find the accept queue full: their SYN was answered with a cookie, so no
 *    request is left that would send its SYN-ACK again.
 * 2. Clients that are refused with a request are served later and count in
 *    overflow_ack. Without cookies all are like this, and overflow_cookie is 0.
 * 3. overflow_syn, overflow_ack and overflow_cookie add up to ListenOverflows.
 *
 * Ten clients come at once; nobody accepts before the queue of five is full. It must not
 * be full before their SYNs have come: so their ACKs come later, as they are held back
 * by the clients' kernel for 200 ms, or as the link takes 25 ms each way.
 */
#include "tlq_test.h"

#include <poll.h>

#include "tlq_drive.h"
#include "tlq_moment.h"

#define CLIENTS 10
#define BACKLOG 5
#define ROOM (BACKLOG + 1)
#define LATER_MS 25

struct crowd {
	struct tlq_target t;
	int fd[CLIENTS];
	bool late;	/* a SYN may have come after an ACK */
	bool asked;	/* no ACK is held back any more */
	struct tlq_moment since;
};

FIXTURE(ghosts) {
	struct crowd crowd;
	__u64 cookie;
};

FIXTURE_VARIANT(ghosts) {
	int family;
	bool link;	/* else each client holds its ACK back */
	int cookies;
};

FIXTURE_VARIANT_ADD(ghosts, held_without_cookies) {
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(ghosts, held) {
	.family = AF_INET,
	.cookies = 1,
};

FIXTURE_VARIANT_ADD(ghosts, held_v6) {
	.family = AF_INET6,
	.cookies = 1,
};

FIXTURE_VARIANT_ADD(ghosts, held_cookies_only) {
	.family = AF_INET,
	.cookies = 2,
};

FIXTURE_VARIANT_ADD(ghosts, link_without_cookies) {
	.family = AF_INET,
	.link = true,
};

FIXTURE_VARIANT_ADD(ghosts, link) {
	.family = AF_INET,
	.link = true,
	.cookies = 1,
};

FIXTURE_SETUP(ghosts)
{
	struct tlq_lopt opt = { .family = variant->family, .backlog = BACKLOG };
	char command[64];

	ASSERT_EQ(0, tlq_netns_enter());
	ASSERT_EQ(0, tlq_sysctl("net/ipv4/tcp_syncookies", variant->cookies));
	snprintf(command, sizeof(command),
		 "tc qdisc add dev lo root netem delay %dms 2>/dev/null",
		 LATER_MS);
	if (variant->link && system(command))
		SKIP(return, "no netem");
	ASSERT_EQ(0, tlq_target_open(&self->crowd.t, &opt, variant->family));
	self->cookie = tlq_so_cookie(self->crowd.t.lfd);
}

FIXTURE_TEARDOWN(ghosts)
{
}

/*
 * A socket that begins without quick ACKs holds its first one back for up to 200 ms.
 * tlq_connect_to() has no moment for the option, so this is a client of our own.
 */
static int slow_client(const union tlq_addr *to)
{
	int fd = socket(to->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0), no = 0;

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &no, sizeof(no)))
		return -errno;
	if (connect(fd, &to->sa, sizeof(*to)) && errno != EINPROGRESS)
		return -errno;
	return fd;
}

static bool all_connected(const int *fd)
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (!tlq_connected(fd[i]))
			return false;
	return true;
}

/* All at once; the queue is full before anybody accepts. */
static void connect_all(struct __test_metadata *_metadata, struct crowd *c,
			bool link, bool cookies)
{
	struct tlq_moment begin = tlq_moment();
	int i;

	for (i = 0; i < CLIENTS; i++) {
		c->fd[i] = link ? tlq_connect_to(&c->t.to, 0) :
				     slow_client(&c->t.to);
		ASSERT_LE(0, c->fd[i]);
		/* Timers of one moment go off in any order. */
		if (!link && i == ROOM - 1)
			ASSERT_TRUE(tlq_until(tlq_passed(begin, LATER_MS)));
	}
	c->late = tlq_passed(begin, 3 * LATER_MS);
	ASSERT_TRUE(tlq_until(tlq_queued(c->t.lfd) == ROOM));
	if (!cookies || c->late)
		return;
	/* Each believes that it is connected, and all ACKs have come. */
	ASSERT_TRUE(tlq_until(all_connected(c->fd) &&
			      tlq_tcpext("ListenOverflows") >= CLIENTS - ROOM));
}

/*
 * A client is connected from its side before its ACK has come: that may be held back, or on
 * the link. Have all send what they hold back, and let what is on the link come.
 */
static bool all_acks_came(struct crowd *c)
{
	int i, yes = 1;

	for (i = 0; i < CLIENTS && !c->asked; i++)
		setsockopt(c->fd[i], IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
	if (!c->asked)
		c->since = tlq_moment();
	c->asked = true;
	return tlq_passed(c->since, 10 * LATER_MS);
}

/*
 * Accept whoever comes, and speak first. True when nobody else will be served: all are
 * connected from their side, nobody is in the queue, and no request is left.
 */
static bool serve(struct crowd *c, int *served)
{
	const struct tlq_target *t = &c->t;
	struct pollfd p = { .fd = t->lfd, .events = POLLIN };
	int fd;

	while (poll(&p, 1, 10) == 1) {
		fd = tlq_accept(t->lfd);
		*served += fd >= 0 && send(fd, "x", 1, 0) == 1;
	}
	return all_connected(c->fd) && all_acks_came(c) &&
	       !tlq_diag_half_open(t->port) && !tlq_queued(t->lfd);
}

static int clients_served(const int *fd)
{
	int i, n = 0;
	char c;

	for (i = 0; i < CLIENTS; i++)
		n += recv(fd[i], &c, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
	return n;
}

TEST_F(ghosts, never_served)
{
	__u64 syn, ack, cookie;
	int served = 0;

	connect_all(_metadata, &self->crowd, variant->link, variant->cookies);
	ASSERT_TRUE(tlq_until(serve(&self->crowd, &served)));
	ASSERT_LE(ROOM, served);
	ASSERT_TRUE(tlq_until(clients_served(self->crowd.fd) == served));
	/* The others have not found out. */
	EXPECT_TRUE(all_connected(self->crowd.fd));
	syn = tlq_cookie_value(self->cookie, "overflow_syn");
	ack = tlq_cookie_value(self->cookie, "overflow_ack");
	cookie = tlq_cookie_value(self->cookie, "overflow_cookie");
	TH_LOG("%d served, refused: %llu SYNs, %llu ACKs, %llu cookies", served,
	       syn, ack, cookie);
	EXPECT_EQ(CLIENTS - served, cookie);
	EXPECT_EQ(tlq_tcpext("ListenOverflows"), syn + ack + cookie);
	if (!variant->cookies)
		EXPECT_EQ(CLIENTS, served);
	if (variant->cookies && !self->crowd.late)
		EXPECT_GT(CLIENTS, served);
}
