/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where top shows its screens: a terminal, or plain text one below the other. */
#ifndef NETFWV6_CLI_SCREEN_H
#define NETFWV6_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct screen {
	bool terminal;	       /* else plain text, of any size */
	bool keys;	       /* are read from standard input */
	size_t rows, columns;  /* of the terminal */
	struct termios before; /* of standard input */
};

/* Takes the terminal, if standard output is one: the alternate screen, keys unechoed. */
void screen_open(struct screen *screen);

/* Gives it back as it was; takes it again. */
void screen_leave(struct screen *screen);
void screen_enter(struct screen *screen);

/* Asks for the terminal's size again. */
void screen_measure(struct screen *screen);

/* Shows a text of lines, cut to the terminal's size. False when the output is broken. */
bool screen_show(const struct screen *screen, const char *text);

/* The next key; 0 when there is none. */
char screen_key(struct screen *screen);

#endif
