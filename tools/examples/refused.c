// SPDX-License-Identifier: GPL-2.0
/* A line each time ten connections are refused here within a second; gcc refused.c -o refused */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/tcp_listenq.h>

int main(void)
{
	struct tcp_listenq_watch watch = {
		.eventfd = eventfd(0, 0), .counter = TCP_LISTENQ_OVERFLOWS,
		.threshold = 10, .window_ms = 1000,
	};
	int file = open("/proc/net/tcp_listenq", O_RDONLY);
	uint64_t times;
	char byte;

	if (file < 0 || ioctl(file, TCP_LISTENQ_WATCH, &watch)) {
		perror("/proc/net/tcp_listenq");
		return 2;
	}
	while (read(watch.eventfd, &times, sizeof(times)) > 0) {
		if (pread(file, &byte, 1, 0) < 0)
			return 1;	/* the module or the namespace has gone */
		puts("refused");
		fflush(stdout);
	}
}
