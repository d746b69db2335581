// SPDX-License-Identifier: GPL-2.0
/* The socket at which scrapers come: our own, or one that systemd listens at. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "../common/text.h"
#include "exporter.h"

#define BACKLOG 16

/* "127.0.0.1:10099", "[::1]:10099", "*:10099"; ADDRESS and PORT point into COPY */
static bool split(char *copy, char **address, char **port)
{
	char *colon = strrchr(copy, ':');
	uint64_t number;
	size_t length;

	/* getaddrinfo(3) takes 65537 for 1. */
	if (!colon || !parse_number(colon + 1, &number) || number > UINT16_MAX)
		return false;
	*colon = '\0';
	*port = colon + 1;
	*address = copy;
	length = strlen(copy);
	if (*copy == '[') {
		if (copy[length - 1] != ']')
			return false;
		copy[length - 1] = '\0';
		(*address)++;
	} else if (strchr(copy, ':')) {
		return false;
	}
	return **address;
}

static int open_socket(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, failed;

	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !bind(fd, at->ai_addr, at->ai_addrlen) && !listen(fd, BACKLOG))
		return fd;
	failed = errno;
	close(fd);
	errno = failed;
	return -1;
}

/* "*" is IPv6's any address, that takes IPv4, too; IPv4's where there is no IPv6. */
static int open_at(const char *address, const char *port, const char **why)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
	}, *list;
	bool any = !strcmp(address, "*");
	int rc, fd = -1;

	rc = getaddrinfo(any ? "::" : address, port, &hints, &list);
	if (rc) {
		*why = gai_strerror(rc);
		return -1;
	}
	fd = open_socket(list);
	*why = strerror(errno);
	freeaddrinfo(list);
	return fd < 0 && any && errno == EAFNOSUPPORT ? open_at("0.0.0.0", port, why) : fd;
}

int listen_on(const char *where)
{
	char *copy = xstrdup(where), *address, *port;
	const char *why = "not ADDRESS:PORT, with [] around an IPv6 address";
	int fd = -1;

	if (split(copy, &address, &port))
		fd = open_at(address, port, &why);
	if (fd < 0)
		say("cannot listen at %s: %s", where, why);
	free(copy);
	return fd;
}

bool passed_socket(int *fd)
{
	int nr = sd_listen_fds(1);

	*fd = -1;
	if (nr <= 0)
		return true;
	if (nr > 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
		say("systemd passed %d descriptors: one listening stream socket is needed", nr);
		return false;
	}
	*fd = SD_LISTEN_FDS_START;
	fcntl(*fd, F_SETFL, fcntl(*fd, F_GETFL) | O_NONBLOCK);
	return true;
}
