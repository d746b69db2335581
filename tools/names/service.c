// SPDX-License-Identifier: GPL-2.0
/*
 * Names of ports. getservbyport(3) reads /etc/services from its start at each call, a
 * second for 10,000 ports: so all of it is read once. A recorded folder may have its
 * own etc/services; without, ports have no names there, whatever this machine has.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "internal.h"

#define NR_PORTS 65536

/* The first one counts, as with getservbyport(3). */
static void remember(struct names *names, unsigned long port, const char *name)
{
	if (port < NR_PORTS && !names->services[port])
		names->services[port] = clean_text(name, strlen(name));
}

static void read_machine(struct names *names)
{
	struct servent *service;

	setservent(1);
	while ((service = getservent()))
		if (!strcmp(service->s_proto, "tcp"))
			remember(names, ntohs(service->s_port), service->s_name);
	endservent();
}

static void read_recorded(struct names *names)
{
	char *path = path_below(names, "/etc/services"), *line = NULL;
	FILE *file = fopen(path, "re");
	size_t room = 0;

	free(path);
	while (file && getline(&line, &room, file) > 0) {
		char name[64], protocol[8];
		unsigned int port;

		if (sscanf(line, "%63[^# \t] %u/%7[a-z]", name, &port, protocol) == 3 &&
		    !strcmp(protocol, "tcp"))
			remember(names, port, name);
	}
	free(line);
	if (file)
		fclose(file);
}

const char *service_name(struct names *names, uint16_t port)
{
	if (!names->services) {
		names->services = xcalloc(NR_PORTS, sizeof(*names->services));
		if (names->root)
			read_recorded(names);
		else
			read_machine(names);
	}
	return names->services[port];
}

void services_free(struct names *names)
{
	for (size_t i = 0; names->services && i < NR_PORTS; i++)
		free(names->services[i]);
	free(names->services);
}
