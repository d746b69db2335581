// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and networks that a user asks for.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "network.h"

#define MAPPED_BITS 96		/* of ::ffff:0:0/96, where IPv4 is */

/* Also without what follows "%", "]" or "/"; BITS: of the family */
static bool parse_address(const char *text, size_t length, struct in6_addr *address,
			  unsigned int *bits)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char copy[INET6_ADDRSTRLEN];

	if (!length || length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	*bits = 128;
	if (inet_pton(AF_INET6, copy, address) == 1)
		return true;
	*bits = 32;
	memcpy(address->s6_addr, mapped, sizeof(mapped));
	return inet_pton(AF_INET, copy, address->s6_addr + sizeof(mapped)) == 1;
}

static bool parse_prefix(struct network *network, const char *text, unsigned int bits)
{
	uint64_t prefix = bits;

	if (text && (!parse_number(text, &prefix) || prefix > bits))
		return false;
	network->prefix = prefix + 128 - bits;
	return true;
}

static bool parse_parts(struct network *network, char *text)
{
	char *slash = strrchr(text, '/'), *percent;
	unsigned int bits;
	size_t length;

	if (slash)
		*slash++ = '\0';
	length = strlen(text);
	if (*text == '[') {
		if (text[length - 1] != ']')
			return false;
		text[length - 1] = '\0';
		text++;
	}
	percent = strchr(text, '%');
	if (percent) {
		*percent++ = '\0';
		if (!*percent)
			return false;
		network->device = xstrdup(percent);
	}
	return parse_address(text, strlen(text), &network->address, &bits) &&
	       parse_prefix(network, slash, bits);
}

bool network_parse(struct network *network, const char *text)
{
	char *copy;
	bool good;

	memset(network, 0, sizeof(*network));
	if (!strcmp(text, "*")) {
		network->any = true;
		return true;
	}
	copy = xstrdup(text);
	good = parse_parts(network, copy);
	free(copy);
	if (!good)
		network_free(network);
	return good;
}

void network_free(struct network *network)
{
	free(network->device);
	network->device = NULL;
}

static bool within(const struct network *network, const struct in6_addr *address)
{
	unsigned int bytes = network->prefix / 8, rest = network->prefix % 8;

	if (memcmp(network->address.s6_addr, address->s6_addr, bytes))
		return false;
	return !rest ||
	       !((network->address.s6_addr[bytes] ^ address->s6_addr[bytes]) >> (8 - rest));
}

static bool is_mapped(const struct in6_addr *address)
{
	return IN6_IS_ADDR_V4MAPPED(address);
}

/* Nothing of the address is asked for: 0.0.0.0/0 or ::/0 */
static bool takes_all(const struct network *network)
{
	return !network->prefix || (network->prefix == MAPPED_BITS && is_mapped(&network->address));
}

static bool is_any(const struct in6_addr *address)
{
	return IN6_IS_ADDR_UNSPECIFIED(address) ||
	       (is_mapped(address) && !address->s6_addr32[3]);
}

bool network_has(const struct network *network, const char *address)
{
	size_t length = strcspn(address, "%");
	struct in6_addr parsed;
	unsigned int bits;

	if (network->device && (!address[length] || strcmp(network->device, address + length + 1)))
		return false;
	if (length == 1 && address[0] == '*')
		return network->any || takes_all(network);
	if (!parse_address(address, length, &parsed, &bits))
		return false;
	if (network->any)
		return is_any(&parsed);
	/* An IPv4 address is not in an IPv6 network, though it is written as one here. */
	if (network->prefix < MAPPED_BITS && is_mapped(&parsed))
		return false;
	return within(network, &parsed);
}
