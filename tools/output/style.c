// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output.h"

static bool wants_colour(const char *when, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!strcmp(when, "always"))
		return true;
	if (!strcmp(when, "never") || !isatty(fd))
		return false;
	return !(no_color && *no_color) && term && strcmp(term, "dumb");
}

void style_decide(struct style *style, const char *when, int fd)
{
	struct winsize size;

	style->colour = wants_colour(when, fd);
	style->width = 0;
	if (isatty(fd))
		style->width = ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col ? 80 : size.ws_col;
}
