// SPDX-License-Identifier: GPL-2.0
/*
 * HTTP for scrapers, by libmicrohttpd without threads: /metrics and a page that links to it.
 * Whoever neither sends nor reads for five seconds is cut off.
 */
#include <microhttpd.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "exporter.h"

#define CONNECTIONS 16u
#define TIMEOUT_SECONDS 5u
#define CONNECTION_BYTES ((size_t)49152)
#define PIECE 32768u

struct http {
	struct MHD_Daemon *daemon;
	struct watch *watch;
};

static const char front_page[] =
	"<!DOCTYPE html>\n<title>" PROGRAM "</title>\n"
	"<h1>" PROGRAM "</h1>\n<p><a href=\"/metrics\">Metrics</a></p>\n";

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      struct MHD_Response *response, const char *name, const char *value)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, name, value);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned int status,
				   const char *text, const char *name, const char *value)
{
	return answer(connection, status,
		      MHD_create_response_from_buffer(strlen(text), (void *)text,
						      MHD_RESPMEM_PERSISTENT), name, value);
}

static ssize_t read_more(void *exposition, uint64_t position, char *bytes, size_t size)
{
	size_t got = exposition_read(exposition, bytes, size);

	return got ? (ssize_t)got : MHD_CONTENT_READER_END_OF_STREAM;
}

static void let_go(void *exposition)
{
	exposition_close(exposition);
}

static enum MHD_Result answer_metrics(struct http *http, struct MHD_Connection *connection)
{
	struct exposition *exposition = exposition_open(http->watch);
	struct MHD_Response *response;

	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_more,
						     exposition, let_go);
	if (!response)
		exposition_close(exposition);
	return answer(connection, MHD_HTTP_OK, response, MHD_HTTP_HEADER_CONTENT_TYPE,
		      "text/plain; version=0.0.4; charset=utf-8");
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **state)
{
	struct http *http = cls;

	/* At the first call, before a body: what we refuse, we refuse to read, too. */
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only\n",
				   MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (!strcmp(url, "/metrics"))
		return answer_metrics(http, connection);
	if (!strcmp(url, "/"))
		return answer_text(connection, MHD_HTTP_OK, front_page,
				   MHD_HTTP_HEADER_CONTENT_TYPE, "text/html; charset=utf-8");
	return answer_text(connection, MHD_HTTP_NOT_FOUND, "not here; see /metrics\n",
			   MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
}

struct http *http_start(struct watch *watch, int fd)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->watch = watch;
	http->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL,
					on_request, http,
					MHD_OPTION_LISTEN_SOCKET, fd,
					MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
					MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_SECONDS,
					MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
					MHD_OPTION_END);
	if (http->daemon)
		return http;
	say("cannot serve HTTP");
	free(http);
	return NULL;
}

void http_stop(struct http *http)
{
	if (!http)
		return;
	MHD_stop_daemon(http->daemon);
	free(http);
}

int http_fd(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int http_timeout_ms(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES)
		return -1;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

void http_run(struct http *http)
{
	MHD_run(http->daemon);
}
