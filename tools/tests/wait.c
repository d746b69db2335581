// SPDX-License-Identifier: GPL-2.0
/*
 * wait - `listenq wait` without the module, for wait.sh: looks and signals are made up here.
 * What grew is counted once: with that threshold it happens, and with one more it does not.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/text.h"
#include "../events/watch.h"
#include "../verbs/verbs.h"

#define MOST_STEPS 5
#define NEVER 99	/* it does not end with an outcome */

enum { HAPPENED, TIMED_OUT, NOT_SEEN, GONE };

/* A row, and a record: cookie, counts */
#define L(cookie, overflows) "*:80 " #cookie " " #overflows "\n"
#define R(cookie, overflows, resets) "*:80 " #cookie " " #overflows " 9 " #resets "\n"
#define NONE ""

struct step {
	const char *live, *closed;	/* live NULL: that look fails */
};

static const struct scene {
	const char *name;
	struct step step[MOST_STEPS];	/* a look each; the last one stays */
	uint64_t grows;			/* in all */
	int counter;
	int outcome;			/* if another than that it grew, or not */
	bool one;			/* of one listener: OUTCOME it is */
	uint64_t signals;		/* that the one gets */
	const char *table;		/* what the open file has then */
	const char *says;		/* on standard error, with that */
} scenes[] = {
#include "wait_scenes.h"
};

static const struct scene *scene;
static size_t step;
static char said[512];
static bool begun;	/* the first one was seen */

static void parse(const char *header, const char *rows, struct look *look)
{
	char *text = xasprintf("%s\n%s", header, rows), error[512];
	size_t broken;

	memset(look, 0, sizeof(*look));
	if (!table_parse(text, strlen(text), look, &broken, error) || broken)
		exit(NEVER);
	free(text);
}

static bool is_last(void)
{
	return step + 1 == MOST_STEPS || !scene->step[step + 1].closed;
}

bool take_look(struct options *options, struct look *look, struct names *names)
{
	if (begun && !is_last())
		step++;
	begun = true;
	if (!scene->step[step].live)
		return false;
	parse("local cookie overflow_syn", scene->step[step].live, look);
	return true;
}

enum source_result source_closed(const struct source *source, struct look *look,
				 struct source_said *source_said)
{
	parse("local cookie overflow_syn closed_ms reset_at_close", scene->step[step].closed, look);
	return SOURCE_OK;
}

bool source_look_open(int file, struct look *look)
{
	memset(look, 0, sizeof(*look));
	if (scene->table)
		parse("local cookie overflow_syn", scene->table, look);
	return scene->table;
}

bool watches_open(struct watches *watches, const struct source *source, char error[512])
{
	return true;
}

void watches_close(struct watches *watches)
{
}

/* The namespace's is signalled at once, and the first of one listener. */
int watches_add(const struct watches *watches, struct tcp_listenq_watch *what, char error[512])
{
	static bool signalled;
	uint64_t signals = what->cookie ? scene->signals : 1;

	if (what->cookie && signalled)
		signals = 0;
	signalled |= what->cookie;
	/* What was seen before is not what is counted from. */
	if (!what->cookie)
		begun = false;
	return eventfd(signals, EFD_NONBLOCK);
}

bool watches_gone(const struct watches *watches)
{
	return false;
}

const char *watches_meaning(int error)
{
	return strerror(error);
}

uint64_t signals_taken(int fd)
{
	uint64_t nr;

	return read(fd, &nr, sizeof(nr)) == sizeof(nr) ? nr : 0;
}

void say_error(bool json, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
}

static int outcome_of(uint64_t threshold)
{
	char port[] = "80", *argument = port;
	struct options options = {
		.filter = filter_new(), .counter = scene->counter, .threshold = threshold,
		.within = 4, .timeout = 3, .argument = &argument, .nr_arguments = 1,
	};
	int outcome = verb_wait(&options);

	filter_free(options.filter);
	return scene->says && !strstr(said, scene->says) ? NEVER : outcome;
}

/* wanted - where so much happened as is waited for, or one less */
static int wanted(const struct scene *of, bool enough)
{
	if (of->outcome || of->one)
		return of->outcome;
	return enough && of->grows ? HAPPENED : TIMED_OUT;
}

/* In a process of its own, that all wait at a time */
static pid_t start(const struct scene *of, uint64_t threshold)
{
	pid_t child = fork();

	if (child)
		return child;
	scene = of;
	if (!freopen("/dev/null", "w", stdout))
		exit(NEVER);
	exit(outcome_of(threshold));
}

static int ended(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return NEVER;
	return WEXITSTATUS(status);
}

int main(void)
{
	pid_t enough[ARRAY_SIZE(scenes)], more[ARRAY_SIZE(scenes)];
	int failures = 0, first, second;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		enough[i] = start(&scenes[i], scenes[i].grows ? scenes[i].grows : 1);
		more[i] = start(&scenes[i], scenes[i].grows + 1);
	}
	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		first = ended(enough[i]);
		second = ended(more[i]);
		if (first == wanted(&scenes[i], true) && second == wanted(&scenes[i], false)) {
			printf("ok %s\n", scenes[i].name);
		} else {
			printf("not ok %s: exit status %d, and with one more %d\n", scenes[i].name,
			       first, second);
			failures++;
		}
	}
	return failures > 0;
}
