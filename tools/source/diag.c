// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners by inet_diag: sockets in state LISTEN only, whatever the number of
 * connections.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/text.h"
#include "diag.h"

#define MAX_TRIES 5		/* dumps that the kernel calls inconsistent */
#define BIT(column) (UINT64_C(1) << COL_##column)

/* Not the flags: of them inet_diag tells some only, so that none of them does not mean none. */
static const uint64_t diag_has = BIT(local) | BIT(ack_backlog) | BIT(max_ack_backlog) | BIT(uid) |
				 BIT(inode) | BIT(cookie) | BIT(cgroup);

/* What follows a message, by its type; kernels leave out what they do not know */
struct attributes {
	const void *of[INET_DIAG_MAX + 1];
	size_t size[INET_DIAG_MAX + 1];
};

struct dump {
	int fd;
	struct look *look;
	size_t room;
	bool inconsistent;
	int error;
};

static void parse_attributes(const struct nlmsghdr *message, struct attributes *attributes)
{
	const struct inet_diag_msg *diag = NLMSG_DATA(message);
	const struct rtattr *a = (const struct rtattr *)(diag + 1);
	int rest = (int)message->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*diag));

	memset(attributes, 0, sizeof(*attributes));
	for (; RTA_OK(a, rest); a = RTA_NEXT(a, rest)) {
		if (a->rta_type > INET_DIAG_MAX)
			continue;
		attributes->of[a->rta_type] = RTA_DATA(a);
		attributes->size[a->rta_type] = RTA_PAYLOAD(a);
	}
}

static bool is_v6only(const struct attributes *attributes)
{
	return attributes->size[INET_DIAG_SKV6ONLY] &&
	       *(const __u8 *)attributes->of[INET_DIAG_SKV6ONLY];
}

/* In the namespace of the socket FD */
static char *device_name(int fd, unsigned int index)
{
	struct ifreq request = { .ifr_ifindex = (int)index };

	if (!index)
		return xstrdup("");
	if (ioctl(fd, SIOCGIFNAME, &request))
		return xasprintf("%%if%u", index);
	return xasprintf("%%%.*s", IFNAMSIZ, request.ifr_name);
}

/* As the module writes it */
static void take_local(int fd, struct listener *l, const struct inet_diag_msg *diag, bool v6only)
{
	char *device = device_name(fd, diag->id.idiag_if), *raw;
	char address[INET6_ADDRSTRLEN] = "";
	bool v6 = diag->idiag_family == AF_INET6;

	inet_ntop(diag->idiag_family, diag->id.idiag_src, address, sizeof(address));
	if (v6 && !v6only && IN6_IS_ADDR_UNSPECIFIED((const struct in6_addr *)diag->id.idiag_src))
		raw = xasprintf("*%s:%u", device, ntohs(diag->id.idiag_sport));
	else
		raw = xasprintf(v6 ? "[%s]%s:%u" : "%s%s:%u", address, device,
				ntohs(diag->id.idiag_sport));
	set_local(l, clean_text(raw, strlen(raw)));
	free(raw);
	free(device);
}

/* Of the module's flags those that inet_diag tells */
static void take_flags(struct listener *l, const struct attributes *attributes)
{
	struct inet_diag_sockopt options = { 0 };
	char *flags;

	if (attributes->size[INET_DIAG_SOCKOPT] >= sizeof(options))
		memcpy(&options, attributes->of[INET_DIAG_SOCKOPT], sizeof(options));
	flags = xasprintf("%s%s%s", is_v6only(attributes) ? "v6only," : "",
			  options.transparent ? "transparent," : "",
			  options.freebind ? "freebind," : "");
	if (*flags) {
		flags[strlen(flags) - 1] = '\0';
		set_text(l, COL_flags, flags);
	} else {
		free(flags);
	}
}

static void take_listener(struct dump *dump, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *diag = NLMSG_DATA(message);
	struct look *look = dump->look;
	struct attributes attributes;
	struct listener *l;
	uint64_t cgroup;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*diag)))
		return;
	if (look->nr == dump->room) {
		dump->room = dump->room ? dump->room * 2 : 64;
		look->listeners = xrealloc(look->listeners, dump->room, sizeof(*look->listeners));
	}
	l = &look->listeners[look->nr++];
	memset(l, 0, sizeof(*l));
	parse_attributes(message, &attributes);
	take_local(dump->fd, l, diag, is_v6only(&attributes));
	take_flags(l, &attributes);
	set_value(l, COL_ack_backlog, diag->idiag_rqueue);
	set_value(l, COL_max_ack_backlog, diag->idiag_wqueue);
	set_value(l, COL_uid, diag->idiag_uid);
	set_value(l, COL_cookie,
		  (uint64_t)diag->id.idiag_cookie[1] << 32 | diag->id.idiag_cookie[0]);
	if (diag->idiag_inode)
		set_value(l, COL_inode, diag->idiag_inode);
	if (attributes.size[INET_DIAG_CGROUP_ID] >= sizeof(cgroup)) {
		memcpy(&cgroup, attributes.of[INET_DIAG_CGROUP_ID], sizeof(cgroup));
		set_value(l, COL_cgroup, cgroup);
	}
}

static bool ask(int fd, int family)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.request = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1 << TCP_LISTEN,
		},
	};

	return send(fd, &message, sizeof(message), 0) == sizeof(message);
}

/* False at the end of the dump, and if it failed */
static bool take_message(struct dump *dump, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		dump->inconsistent = true;
	if (message->nlmsg_type == NLMSG_DONE)
		return false;
	if (message->nlmsg_type == NLMSG_ERROR) {
		dump->error =
			message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? EPROTO : -error->error;
		return false;
	}
	if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY)
		take_listener(dump, message);
	return true;
}

/* One family's listeners. False and dump->error */
static bool receive(struct dump *dump)
{
	static union {
		struct nlmsghdr header;
		char bytes[32768];
	} buffer;
	const struct nlmsghdr *message;
	ssize_t length;
	int rest;

	for (;;) {
		length = recv(dump->fd, &buffer, sizeof(buffer), 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0) {
			dump->error = length ? errno : EPROTO;
			return false;
		}
		rest = (int)length;
		for (message = &buffer.header; NLMSG_OK(message, rest);
		     message = NLMSG_NEXT(message, rest))
			if (!take_message(dump, message))
				return !dump->error;
	}
}

static void drop_all(struct look *look)
{
	while (look->nr)
		listener_free(&look->listeners[--look->nr]);
}

/* Without IPv6 in the kernel there are no listeners of it. */
static bool dump_families(struct dump *dump)
{
	int tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		drop_all(dump->look);
		dump->inconsistent = false;
		dump->error = 0;
		if (!ask(dump->fd, AF_INET)) {
			dump->error = errno;
			return false;
		}
		if (!receive(dump))
			return false;
		if (!ask(dump->fd, AF_INET6) || (!receive(dump) && dump->error != ENOENT)) {
			dump->error = dump->error ? dump->error : errno;
			return false;
		}
		if (!dump->inconsistent)
			break;
	}
	return true;
}

static int open_diag(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

/* All that this program does later would be in the wrong namespace. */
static void back_to(int own)
{
	if (!setns(own, CLONE_NEWNET))
		return;
	fprintf(stderr, "listenq: cannot return to the own network namespace: %s\n",
		strerror(errno));
	exit(2);
}

/* A socket stays in the namespace in which it was made. -1 and errno */
static int open_diag_of(int pid)
{
	char *path = xasprintf("/proc/%d/ns/net", pid);
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int other = open(path, O_RDONLY | O_CLOEXEC);
	int fd = -1, error = errno;

	free(path);
	if (own >= 0 && other >= 0) {
		if (!setns(other, CLONE_NEWNET)) {
			fd = open_diag();
			error = errno;
			back_to(own);
		} else {
			error = errno;
		}
	}
	if (own >= 0)
		close(own);
	if (other >= 0)
		close(other);
	errno = error;
	return fd;
}

bool diag_look(int pid, struct look *look, char error[512])
{
	struct dump dump = { .look = look };
	bool good;

	dump.fd = pid ? open_diag_of(pid) : open_diag();
	if (dump.fd < 0) {
		if (pid)
			snprintf(error, 512, "inet_diag in the namespace of process %d: %s",
				 pid, strerror(errno));
		else
			snprintf(error, 512, "inet_diag: %s", strerror(errno));
		return false;
	}
	good = dump_families(&dump);
	close(dump.fd);
	if (!good)
		snprintf(error, 512, "inet_diag: %s", strerror(dump.error));
	look->source = LOOK_INET_DIAG;
	look->has = diag_has;
	return good;
}
