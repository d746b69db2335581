// SPDX-License-Identifier: GPL-2.0
/*
 * bench crowd PROCESSES DESCRIPTORS LISTENERS COMMAND... - that many processes with that
 *	many descriptors each, among them LISTENERS in all; run the command meanwhile
 * bench measure ROUNDS "COMMAND WORDS..." ... - run each ROUNDS times, in turn, and print
 *	a line for each: CPU (user and system) in seconds, median, lowest and highest; the
 *	most memory in MB, highest; the command. For bench.sh.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ROUNDS 101
#define MAX_COMMANDS 8
#define MAX_WORDS 32

struct measured {
	const char *text;
	char *words[MAX_WORDS + 1];
	double cpu[MAX_ROUNDS], mb[MAX_ROUNDS];
};

static void one_listener(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) || listen(fd, 128))
		err(1, "a listener");
}

/* It says so by closing READY and then waits to be killed. */
static void one_process(long descriptors, long listeners, int ready)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		err(1, "prctl");
	for (long i = 0; i < descriptors; i++) {
		int fd = 0;

		if (i < listeners)
			one_listener();
		else if (i % 2)
			fd = open("/dev/null", O_RDONLY);
		else
			fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (fd < 0)
			err(1, "a descriptor");
	}
	if (write(ready, "r", 1) != 1)
		err(1, "pipe");
	close(ready);
	for (;;)
		pause();
}

static int run_crowd(char **argv)
{
	long processes = atol(argv[0]), descriptors = atol(argv[1]), listeners = atol(argv[2]);
	int ready[2], status;
	char one;

	if (processes < 1 || listeners / processes > descriptors || pipe2(ready, O_CLOEXEC))
		errx(1, "crowd: wrong numbers");
	for (long i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			close(ready[0]);
			one_process(descriptors,
				    listeners / processes + (i < listeners % processes), ready[1]);
		}
	}
	close(ready[1]);
	for (long i = 0; i < processes; i++)
		if (read(ready[0], &one, 1) != 1)
			errx(1, "crowd: a process failed");
	close(ready[0]);
	if (!fork()) {
		execvp(argv[3], argv + 3);
		err(1, "%s", argv[3]);
	}
	/* The first child to end is the command, or one that should not have ended. */
	if (wait(&status) < 0 || !WIFEXITED(status))
		errx(1, "crowd: a process died");
	return WEXITSTATUS(status);
}

static void run_once(struct measured *measured, int round)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(127);
		execvp(measured->words[0], measured->words);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "failed: %s", measured->text);
	measured->cpu[round] = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
			       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	measured->mb[round] = usage.ru_maxrss / 1024.0;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void take_command(struct measured *measured, const char *text)
{
	char *copy = strdup(text), *word;
	int nr = 0;

	measured->text = text;
	for (word = strtok(copy, " "); word && nr < MAX_WORDS; word = strtok(NULL, " "))
		measured->words[nr++] = word;
	if (!nr)
		errx(1, "measure: an empty command");
}

static int measure_all(char **argv)
{
	static struct measured measured[MAX_COMMANDS];
	int rounds = atoi(argv[0]), nr = 0;

	if (rounds < 1 || rounds > MAX_ROUNDS)
		errx(1, "measure: 1 to %d rounds", MAX_ROUNDS);
	for (nr = 0; argv[nr + 1] && nr < MAX_COMMANDS; nr++)
		take_command(&measured[nr], argv[nr + 1]);
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < nr; i++)
			run_once(&measured[i], round);
	for (int i = 0; i < nr; i++) {
		qsort(measured[i].cpu, rounds, sizeof(double), ascending);
		qsort(measured[i].mb, rounds, sizeof(double), ascending);
		printf("%.3f %.3f %.3f %.1f %s\n", measured[i].cpu[rounds / 2], measured[i].cpu[0],
		       measured[i].cpu[rounds - 1], measured[i].mb[rounds - 1], measured[i].text);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 6 && !strcmp(argv[1], "crowd"))
		return run_crowd(argv + 2);
	if (argc >= 4 && !strcmp(argv[1], "measure"))
		return measure_all(argv + 2);
	fputs("bench: see the head of bench.c\n", stderr);
	return 2;
}
