// SPDX-License-Identifier: GPL-2.0
/* The loop. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/text.h"
#include "exporter.h"

struct server {
	const struct options *options;
	struct watch watch;
	struct http *http;		/* NULL: none */
	int signals;
	double due;			/* of the next file; CLOCK_MONOTONIC, seconds */
	bool written;			/* there is a file of ours */
	struct trouble writing;
};

static int open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A failure is counted in what is written next. */
static void write_file(struct server *server)
{
	struct exposition *exposition = exposition_open(&server->watch);
	char why[512] = "";

	if (textfile_write(server->options->textfile, exposition, why)) {
		server->written = true;
		trouble_is(&server->writing, "writes the file", NULL);
	} else {
		server->watch.health.write_errors++;
		trouble_is(&server->writing, "writes the file", why);
	}
	exposition_close(exposition);
	server->due = seconds_now() + server->options->interval;
}

/* A look that owes nothing to the ones before but the counts. */
static void reload(struct server *server)
{
	struct timespec now;
	char *state;

	clock_gettime(CLOCK_MONOTONIC, &now);
	state = xasprintf("RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
			  (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	sd_notify(0, state);
	free(state);
	watch_forget(&server->watch);
	watch_look(&server->watch);
	if (server->options->textfile)
		write_file(server);
	sd_notify(0, "READY=1");
}

/* False: it is to end. */
static bool take_signals(struct server *server)
{
	struct signalfd_siginfo info;

	while (read(server->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			return false;
		reload(server);
	}
	return true;
}

static int timeout_ms(const struct server *server)
{
	int http = server->http ? http_timeout_ms(server->http) : -1, file;
	double left;

	if (!server->options->textfile)
		return http;
	left = (server->due - seconds_now()) * 1000;
	file = left < 0 ? 0 : (int)left + 1;
	return http < 0 || file < http ? file : http;
}

static void loop(struct server *server)
{
	struct pollfd wait[2] = {
		{ .fd = server->signals, .events = POLLIN },
		{ .fd = server->http ? http_fd(server->http) : -1, .events = POLLIN },
	};

	while (take_signals(server)) {
		if (server->options->textfile && seconds_now() >= server->due)
			write_file(server);
		if (server->http)
			http_run(server->http);
		if (poll(wait, ARRAY_SIZE(wait), timeout_ms(server)) < 0 && errno != EINTR)
			break;
	}
}

/* False after saying why there is no HTTP where there should be. */
static bool start_http(struct server *server)
{
	int fd;

	if (!passed_socket(&fd))
		return false;
	if (server->options->no_http || (fd < 0 && !server->options->http))
		return true;
	if (fd < 0)
		fd = listen_on(server->options->listen);
	if (fd < 0)
		return false;
	server->http = http_start(&server->watch, fd);
	return server->http;
}

int serve(const struct options *options)
{
	struct server server = { .options = options, .signals = open_signals() };
	int status = EXIT_FAILURE;

	watch_open(&server.watch, options);
	if (start_http(&server)) {
		/* What is counted from now on is not lost, whenever the first scraper comes. */
		watch_look(&server.watch);
		sd_notify(0, "READY=1");
		loop(&server);
		sd_notify(0, "STOPPING=1");
		status = 0;
	}
	http_stop(server.http);
	/* Numbers that nobody updates would look like health. */
	if (server.written)
		unlink(options->textfile);
	watch_close(&server.watch);
	free(server.writing.said);
	close(server.signals);
	return status;
}
