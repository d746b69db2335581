/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal: taken over by ncurses, given back on every way out. There is but one, so
 * its state is static in terminal.c.
 */
#ifndef LISTENQ_TERMINAL_H
#define LISTENQ_TERMINAL_H

#include <stdbool.h>

/* What terminal_wait() saw: bits. */
enum terminal_event {
	TERMINAL_KEYS = 1,	/* something to read */
	TERMINAL_REDRAW = 2,	/* resized, or continued after a stop */
	TERMINAL_END = 4,	/* a signal, or the terminal has gone */
};

/*
 * terminal_open - take over standard input and output. COLOUR: if it has any. False, and
 * one line in ERROR, if these are no terminal or one that cannot show a screen.
 */
bool terminal_open(bool colour, char error[256]);

/* terminal_close - give it back; does nothing if it is not taken. Also called at exit(3). */
void terminal_close(void);

/*
 * terminal_wait - for TIMEOUT_MS (-1: for ever) or until something happens.
 * Stops the program itself on SIGTSTP.
 */
unsigned int terminal_wait(int timeout_ms);

/*
 * terminal_key - the next key as wget_wch(3) has it, or false if there is none. SPECIAL: it
 * is a KEY_ constant of curses.h, no character.
 */
bool terminal_key(unsigned int *key, bool *special);

/* terminal_signal - that ended it, for the exit status; 0: none */
int terminal_signal(void);

/*
 * terminal_die - after terminal_close(): end by that signal,
 * so that who waits for us sees it. Returns if there was none.
 */
void terminal_die(void);

/* terminal_unicode - whether it shows UTF-8 and block characters */
bool terminal_unicode(void);

/*
 * terminal_colours - whether colour pairs 1 (red), 2 (yellow),
 * 3 (cyan) and, of over 8 colours, 4 (grey) may be used
 */
bool terminal_colours(void);

#endif
