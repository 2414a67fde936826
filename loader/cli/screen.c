// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Control sequences of ECMA-48, with the private modes that every terminal emulator has. */
#define ENTER "\033[?1049h\033[?25l" /* the alternate screen, no cursor */
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"

static bool is_terminal(void)
{
	const char *kind = getenv("TERM");

	return isatty(STDOUT_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0;
}

void screen_measure(struct screen *screen)
{
	struct winsize size;
	bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;

	screen->rows = known ? size.ws_row : 24;
	screen->columns = known ? size.ws_col : 80;
}

/* Keys come without Enter and echo; signals by keys stay. */
static bool take_keys(struct screen *screen)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &screen->before))
		return false;
	raw = screen->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void screen_open(struct screen *screen)
{
	*screen = (struct screen){ .terminal = is_terminal() };
	if (!screen->terminal)
		return;
	/* Output goes a screen at a time; complaints wait for the normal screen. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	setvbuf(stderr, NULL, _IOFBF, 1 << 12);
	screen_enter(screen);
}

void screen_enter(struct screen *screen)
{
	if (!screen->terminal)
		return;
	screen->keys = take_keys(screen);
	screen_measure(screen);
	fputs(ENTER, stdout);
	fflush(stdout);
}

void screen_leave(struct screen *screen)
{
	if (!screen->terminal)
		return;
	fputs(LEAVE, stdout);
	fflush(stdout);
	if (screen->keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->before);
}

/* Prints what fits of a line. A character of UTF-8 takes a column. */
static void print_line(const struct screen *screen, const char *line, size_t length)
{
	size_t used = 0, bytes = 0;

	for (; bytes < length; bytes++) {
		bool begins = ((unsigned char)line[bytes] & 0xc0) != 0x80;

		if (begins && used == screen->columns)
			break;
		used += begins;
	}
	fwrite(line, 1, bytes, stdout);
	/* Behind the last column the cursor still stands on it. */
	if (used < screen->columns)
		fputs(CLEAR_LINE, stdout);
}

/* Overwrites what is there line by line: nothing is cleared first, so nothing flickers. */
static void show_on_terminal(const struct screen *screen, const char *text)
{
	size_t row = 0;

	fputs(HOME, stdout);
	for (; *text && row < screen->rows; row++) {
		size_t length = strcspn(text, "\n");

		fputs(row ? "\r\n" : "", stdout);
		print_line(screen, text, length);
		text += length + (text[length] == '\n');
	}
	if (row < screen->rows)
		fputs(row ? "\r\n" CLEAR_REST : CLEAR_REST, stdout);
}

bool screen_show(const struct screen *screen, const char *text)
{
	if (screen->terminal)
		show_on_terminal(screen, text);
	else
		fputs(text, stdout);
	return fflush(stdout) == 0 && !ferror(stdout);
}

char screen_key(struct screen *screen)
{
	char key = 0;

	return screen->keys && read(STDIN_FILENO, &key, 1) == 1 ? key : 0;
}
