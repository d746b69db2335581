// SPDX-License-Identifier: GPL-2.0
/*
 * record - a line of JSON for each look, until a signal or --count ends it. Lines are
 * whole: signals are taken between them, and a line that does not fit on the disk is
 * taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/text.h"
#include "../names/names.h"
#include "../output/output.h"
#include "verbs.h"

#define NS_PER_S 1000000000LL

struct recorder {
	struct options *options;
	struct names *names;
	int fd;
	const char *path;	/* for messages */
	sigset_t ends;		/* signals that end it */
};

/* take_signals - those that whoever started us did not have ignored: nohup(1) does */
static void take_signals(struct recorder *recorder)
{
	static const int number[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action;
	size_t i;

	sigemptyset(&recorder->ends);
	for (i = 0; i < ARRAY_SIZE(number); i++)
		if (!sigaction(number[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(&recorder->ends, number[i]);
	sigprocmask(SIG_BLOCK, &recorder->ends, NULL);
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/*
 * waited - until the next look is due, by the clock, that looks do not drift;
 * false: a signal came
 */
static bool waited(const struct recorder *recorder, long long *next, double interval)
{
	struct timespec rest;
	long long left;

	*next += (long long)(interval * NS_PER_S);
	left = *next - now_ns();
	/* Who was stopped does not catch up on all that it missed. */
	if (left < 0) {
		*next -= left;
		left = 0;
	}
	rest.tv_sec = left / NS_PER_S;
	rest.tv_nsec = left % NS_PER_S;
	return sigtimedwait(&recorder->ends, NULL, &rest) < 0;
}

static bool failed(const struct recorder *recorder)
{
	say_unwritten(recorder->path);
	return false;
}

/* write_line - false after saying why, and then nothing of the line is in a file */
static bool write_line(const struct recorder *recorder, const char *line, size_t size)
{
	struct stat before;
	bool regular = !fstat(recorder->fd, &before) && S_ISREG(before.st_mode);
	size_t done = 0;
	ssize_t n;
	int error;

	while (done < size) {
		n = write(recorder->fd, line + done, size - done);
		if (n >= 0) {
			done += n;
			continue;
		}
		if (errno == EINTR)
			continue;
		error = errno;
		if (regular && done && ftruncate(recorder->fd, before.st_size))
			say_error(false, "%s: its last line is cut", recorder->path);
		errno = error;
		return failed(recorder);
	}
	return true;
}

/* end_last_line - of a file that something else left without a newline */
static bool end_last_line(const struct recorder *recorder)
{
	struct stat file;
	char last = '\n';
	int fd;

	if (fstat(recorder->fd, &file) || !S_ISREG(file.st_mode) || !file.st_size)
		return true;
	fd = open(recorder->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &last, 1, file.st_size - 1) != 1)
		last = '\n';
	if (fd >= 0)
		close(fd);
	return last == '\n' || write_line(recorder, "\n", 1);
}

static bool open_output(struct recorder *recorder)
{
	const char *path = recorder->options->output;

	recorder->fd = STDOUT_FILENO;
	recorder->path = STANDARD_OUTPUT;
	if (!path || !strcmp(path, "-"))
		return true;
	recorder->path = path;
	recorder->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
	if (recorder->fd < 0)
		return failed(recorder);
	return end_last_line(recorder);
}

/* keep_trouble - groups that have a member in trouble, whole */
static void keep_trouble(struct look *look)
{
	bool *keep = xcalloc(look->nr, sizeof(*keep));
	struct groups groups;
	size_t i, j, nr = 0;

	groups_make(&groups, look, true);
	for (i = 0; i < groups.nr; i++)
		for (j = 0; j < groups.group[i].nr; j++)
			keep[groups.group[i].members[j] - look->listeners] =
				group_in_trouble(&groups.group[i]);
	groups_free(&groups);
	for (i = 0; i < look->nr; i++) {
		if (keep[i])
			look->listeners[nr++] = look->listeners[i];
		else
			listener_free(&look->listeners[i]);
	}
	look->nr = nr;
	look_changed(look);
	free(keep);
}

static bool record_look(const struct recorder *recorder, struct look *look)
{
	char *text, *line;
	bool written;

	if (recorder->options->trouble)
		keep_trouble(look);
	text = record_json(look);
	line = xasprintf("%s\n", text);
	free(text);
	written = write_line(recorder, line, strlen(line));
	free(line);
	return written;
}

/* still_unreadable - after one look failed and that was said: it is not said each second */
static bool still_unreadable(const struct recorder *recorder)
{
	struct source_said said;
	struct look look;
	bool unreadable = source_look(&recorder->options->source, &look, &said) != SOURCE_OK;

	look_free(&look);
	return unreadable;
}

/*
 * record - the exit status. What cannot be read later is looked at again: the module may be
 * loaded anew. Where it ends so, the record has no end.
 */
static int record(struct recorder *recorder)
{
	const struct options *options = recorder->options;
	double interval = options->interval > 0 ? options->interval : 1;
	long long next = now_ns();
	unsigned long looks;
	bool readable = true, good = true;
	struct look look;

	for (looks = 1; good; looks++) {
		if (readable || !still_unreadable(recorder)) {
			memset(&look, 0, sizeof(look));
			readable = take_look(recorder->options, &look, recorder->names);
			if (readable)
				good = record_look(recorder, &look);
			look_free(&look);
			if (!readable && looks == 1)
				return EXIT_WRONG;
		}
		if (!good || (options->count && looks >= options->count) ||
		    !waited(recorder, &next, interval))
			break;
	}
	if (!good)
		return EXIT_FAILURE;
	return readable ? EXIT_SUCCESS : EXIT_WRONG;
}

int verb_record(struct options *options)
{
	struct recorder recorder = { .options = options, .fd = -1 };
	int status = EXIT_WRONG;

	options->source.waits = true;
	if (!open_output(&recorder))
		return EXIT_FAILURE;
	take_signals(&recorder);
	recorder.names = names_new(options->source.root);
	status = record(&recorder);
	names_free(recorder.names);
	if (recorder.fd != STDOUT_FILENO && close(recorder.fd) && status == EXIT_SUCCESS)
		status = failed(&recorder) ? EXIT_SUCCESS : EXIT_FAILURE;
	return status;
}
