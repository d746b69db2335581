// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal: see terminal.h.
 * Signals only write a byte into a pipe that terminal_wait() polls, so that nothing is
 * drawn in a handler. When that does not help (a write that hangs behind Ctrl-S, a second
 * signal, a crash), emergency() gives the terminal back with nothing but tcsetattr() and
 * write() and the program ends by the signal.
 */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "../common/text.h"
#include "terminal.h"

#define PATIENCE_SECONDS 2	/* for a normal end after a signal */

static SCREEN *screen;
static bool open_now, unicode, colours_on;
static int wake[2] = { -1, -1 };
static volatile sig_atomic_t ending, resized, stopping, continued;
static struct termios before;
static char restore[256];
static size_t restore_size;

/* In a signal handler. */
static void emergency(int signal_number)
{
	static const struct sigaction by_default = { .sa_handler = SIG_DFL };
	struct termios flowing = before;
	ssize_t rc;

	/* Output that Ctrl-S stopped starts again when the terminal no longer knows Ctrl-S. */
	flowing.c_iflag &= ~IXON;
	tcsetattr(STDIN_FILENO, TCSANOW, &flowing);
	rc = write(STDOUT_FILENO, restore, restore_size);
	(void)rc;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	sigaction(signal_number, &by_default, NULL);
	raise(signal_number);
}

static void poke(void)
{
	int saved = errno;
	ssize_t rc = write(wake[1], "", 1);

	(void)rc;	/* full: it will wake up anyway */
	errno = saved;
}

static void on_end(int signal_number)
{
	if (ending) {
		emergency(signal_number);
		return;
	}
	ending = signal_number;
	alarm(PATIENCE_SECONDS);
	poke();
}

static void on_alarm(int signal_number)
{
	emergency(ending ? ending : signal_number);
}

static void on_change(int signal_number)
{
	if (signal_number == SIGWINCH)
		resized = 1;
	else if (signal_number == SIGTSTP)
		stopping = 1;
	else
		continued = 1;
	poke();
}

static const struct {
	int number;
	void (*handler)(int number);
	bool crash;	/* only where nobody else (a sanitizer) handles it */
} handled[] = {
	{ SIGINT, on_end, false }, { SIGTERM, on_end, false }, { SIGHUP, on_end, false },
	{ SIGQUIT, on_end, false }, { SIGALRM, on_alarm, false }, { SIGTSTP, on_change, false },
	{ SIGCONT, on_change, false }, { SIGWINCH, on_change, false },
	{ SIGSEGV, emergency, true }, { SIGBUS, emergency, true }, { SIGFPE, emergency, true },
	{ SIGILL, emergency, true }, { SIGABRT, emergency, true },
};

static struct sigaction old_action[ARRAY_SIZE(handled)];

static void take_signals(void)
{
	struct sigaction action;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(handled); i++) {
		memset(&action, 0, sizeof(action));
		action.sa_handler = handled[i].handler;
		sigaction(handled[i].number, NULL, &old_action[i]);
		/* What our parent had ignored (nohup, SIGTSTP without job control) stays so. */
		if (old_action[i].sa_handler == SIG_IGN && !handled[i].crash)
			continue;
		if (old_action[i].sa_handler != SIG_DFL && handled[i].crash)
			continue;
		sigaction(handled[i].number, &action, NULL);
	}
}

static void give_signals_back(void)
{
	size_t i;

	alarm(0);
	for (i = 0; i < ARRAY_SIZE(handled); i++)
		sigaction(handled[i].number, &old_action[i], NULL);
}

static void add_restore(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t length = text && text != (char *)-1 ? strlen(text) : 0;

	if (!length || restore_size + length > sizeof(restore))
		return;
	memcpy(restore + restore_size, text, length);
	restore_size += length;
}

static bool can_show(const char *term, char error[256])
{
	bool good;
	int rc;

	if (!term || !*term) {
		snprintf(error, 256, "TERM is not set; it names the kind of terminal");
		return false;
	}
	if (setupterm(term, STDOUT_FILENO, &rc) != OK) {
		snprintf(error, 256, "TERM=%.64s: no such kind of terminal is known here; try TERM=xterm",
			 term);
		return false;
	}
	good = tigetstr("cup") && tigetstr("cup") != (char *)-1 &&
	       tigetstr("clear") && tigetstr("clear") != (char *)-1;
	del_curterm(cur_term);
	if (!good)
		snprintf(error, 256, "TERM=%.64s: it cannot show a screen; see listenq show -w",
			 term);
	return good;
}

static void start_colours(bool colour)
{
	colours_on = colour && has_colors() && start_color() == OK;
	if (!colours_on)
		return;
	use_default_colors();
	init_pair(1, COLOR_RED, -1);
	init_pair(2, COLOR_YELLOW, -1);
	init_pair(3, COLOR_CYAN, -1);
	init_pair(4, COLORS > 8 ? 8 : COLOR_BLACK, -1);
}

bool terminal_open(bool colour, char error[256])
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		snprintf(error, 256, "top needs a terminal; without one see listenq show -w 1");
		return false;
	}
	if (!can_show(term, error))
		return false;
	setlocale(LC_CTYPE, "");
	unicode = !strcmp(nl_langinfo(CODESET), "UTF-8") && strcmp(term, "linux");
	if (tcgetattr(STDIN_FILENO, &before) || pipe2(wake, O_CLOEXEC | O_NONBLOCK)) {
		snprintf(error, 256, "the terminal: %s", strerror(errno));
		return false;
	}
	/* Before newterm(), which takes those that nobody handles. */
	take_signals();
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		give_signals_back();
		snprintf(error, 256, "TERM=%.64s: ncurses cannot use it", term);
		return false;
	}
	open_now = true;
	atexit(terminal_close);
	add_restore("rmkx");
	add_restore("sgr0");
	add_restore("cnorm");
	add_restore("rmcup");
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(100);
	start_colours(colour);
	return true;
}

/* Ended in the background, the terminal is the shell's already: to touch it would stop us. */
static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(STDIN_FILENO);

	return group < 0 || group == getpgrp();
}

void terminal_close(void)
{
	if (!open_now)
		return;
	open_now = false;
	if (in_foreground()) {
		endwin();
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	}
	give_signals_back();
	delscreen(screen);
	close(wake[0]);
	close(wake[1]);
}

static void resize(void)
{
	struct winsize size;

	resized = 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

static void stop(void)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL }, ours;

	stopping = 0;
	endwin();
	sigaction(SIGTSTP, &by_default, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	continued = 1;
}

static void go_on(void)
{
	continued = 0;
	reset_prog_mode();
	resize();
	refresh();
	curs_set(0);
}

/* Nothing to read though poll(2) says so: end of file. */
static bool at_eof(void)
{
	int waiting = 0;

	return ioctl(STDIN_FILENO, FIONREAD, &waiting) || !waiting;
}

unsigned int terminal_wait(int timeout_ms)
{
	struct pollfd fds[3] = {
		{ .fd = wake[0], .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = STDOUT_FILENO, .events = 0 },
	};
	unsigned int events = 0;
	char bytes[64];

	if (poll(fds, 3, timeout_ms) < 0 && errno != EINTR)
		return TERMINAL_END;
	while (read(wake[0], bytes, sizeof(bytes)) > 0)
		;
	if (ending || ((fds[1].revents | fds[2].revents) & (POLLHUP | POLLERR | POLLNVAL)))
		return TERMINAL_END;
	if (stopping)
		stop();
	if (ending)
		return TERMINAL_END;
	if (continued) {
		go_on();
		return TERMINAL_REDRAW;
	}
	if (resized) {
		resize();
		events |= TERMINAL_REDRAW;
	}
	if (fds[1].revents & POLLIN) {
		if (at_eof())
			return TERMINAL_END;
		events |= TERMINAL_KEYS;
	}
	return events;
}

bool terminal_key(unsigned int *key, bool *special)
{
	wint_t c;
	int rc = get_wch(&c);

	if (rc == ERR)
		return false;
	*special = rc == KEY_CODE_YES;
	*key = c;
	return true;
}

int terminal_signal(void)
{
	return ending;
}

void terminal_die(void)
{
	if (!ending)
		return;
	fflush(NULL);
	signal(ending, SIG_DFL);
	raise(ending);
}

bool terminal_unicode(void)
{
	return unicode;
}

bool terminal_colours(void)
{
	return colours_on;
}
