// SPDX-License-Identifier: GPL-2.0
/* The programs' own settings. docs/knobs.md says what of this was read where, and what was run. */
#include <fnmatch.h>
#include <string.h>

#include "../common/text.h"
#include "knobs.h"

static const struct knob knobs[] = {
	{ .comm = "nginx", .how = "nginx: backlog=N behind the listen directive (511 by default)" },
	{ .comm = "apache2", .how = "Apache: ListenBackLog (511 by default)" },
	{ .comm = "httpd", .how = "if it is Apache: ListenBackLog (511 by default)" },
	{ .comm = "haproxy",
	  .how = "HAProxy: backlog of the frontend or of its bind line (maxconn by default)" },
	{ .comm = "redis-server", .how = "Redis: tcp-backlog (511 by default)" },
	{ .comm = "postgres",
	  .how = "PostgreSQL: it asks for twice its number of server processes, so raise max_connections",
	},
	{ .comm = "java",
	  .how = "Java: the number given to new ServerSocket(port, N) (50 by default); Tomcat: acceptCount (100 by default)",
	},
	{ .comm = "node", .how = "Node.js: backlog of server.listen() (511 by default)" },
	{ .comm = "gunicorn*", .how = "gunicorn: --backlog (2048 by default)" },
	{ .comm = "uwsgi*", .how = "uWSGI: --listen (100 by default)" },
	{ .comm = "php-fpm*",
	  .how = "php-fpm: listen.backlog of the pool (by default -1: the most that the kernel allows)",
	},
	{ .comm = "python*",
	  .how = "Python: the number given to socket.listen() (128 by default), request_queue_size of socketserver and "
		 "http.server (5), backlog of asyncio (100), --backlog of gunicorn (2048)",
	},
	{ .comm = "memcached", .how = "memcached: -b (1024 by default)" },
	{ .comm = "lighttpd", .how = "lighttpd: server.listen-backlog (1024 by default)" },
	{ .comm = "sshd", .how = "sshd always asks for 128", .fixed = true },
	{ .comm = "caddy",
	  .how = "Caddy is written in Go, which asks for the most that the kernel allows when the program starts",
	},
};

/* The listen(2) of a socket that systemd passed on was systemd's. */
static const struct knob systemd_knob = {
	.comm = "systemd",
	.how = "systemd: Backlog= of the .socket unit (by default the most that the kernel allows)",
};

static const struct knob *knob_named(const char *comm)
{
	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++)
		if (!fnmatch(knobs[i].comm, comm, 0))
			return &knobs[i];
	return NULL;
}

static bool is_systemd(const struct process *p)
{
	return p->comm && !strcmp(p->comm, systemd_knob.comm);
}

const struct knob *knob_for(const struct owner *owner)
{
	const struct knob *knob;

	if (owner->listener_by.pid && is_systemd(&owner->listener_by))
		return &systemd_knob;
	for (size_t i = 0; i < owner->nr_processes; i++)
		if (is_systemd(&owner->processes[i]))
			return &systemd_knob;
	for (size_t i = 0; i < owner->nr_processes; i++) {
		knob = owner->processes[i].comm ? knob_named(owner->processes[i].comm) : NULL;
		if (knob)
			return knob;
	}
	if (owner->acceptor.comm)
		return knob_named(owner->acceptor.comm);
	return NULL;
}
