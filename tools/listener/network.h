/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and networks that a user asks for. */
#ifndef LISTENQ_NETWORK_H
#define LISTENQ_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>

struct network {
	bool any;		/* "*": all listeners that are bound to no address */
	struct in6_addr address;	/* of IPv4: mapped, ::ffff:127.0.0.1 */
	unsigned int prefix;	/* bits, of the 128 */
	char *device;		/* behind "%", or NULL */
};

/* network_parse - "10.0.0.0/8", "127.0.0.1", "::1", "[fe80::1%eth0]", "*"; false if it is none */
bool network_parse(struct network *network, const char *text);
void network_free(struct network *network);

/*
 * network_has - whether ADDRESS, as in struct listener, is within.
 * "*" is in both families' 0.0.0.0/0 and ::/0.
 */
bool network_has(const struct network *network, const char *address);

#endif
