/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netfwv6 top in the background, and what its screens of plain text say. */
#ifndef STATS_SCREENS_H
#define STATS_SCREENS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct top {
	pid_t pid;
	char path[64]; /* of its output */
};

/* Starts a command, with top's output in a file; its output is then read from there. */
struct top start_top(const char *command);

/* All of its output; valid until the next call. */
const char *output_of(const struct top *top);

/* Waits until a text is in its output. */
void wait_for_text(const struct top *top, const char *text);

/* Waits until another screen is there. */
void wait_for_screen(const struct top *top);

/* Waits until add_up_rows() says so much. */
void wait_for_rows(const struct top *top, const char *beginning, int column, double packets);

/* Sends a signal, 0 for none, waits for the end and removes the file: its exit status. */
int end_top(struct top *top, int signal);

/* What all complete screens say together: packets, by rates times seconds. */
struct told {
	unsigned int screens;
	double passed, dropped;		 /* by the head */
	uint64_t read, suppressed, lost; /* events */
	bool estimates_fit;		 /* every estimate is of what was read and missed */
};
struct told add_up(const char *output);

/* The last screen. */
const char *last_screen(const char *output);

/* The same of rows that begin so, such as "5000/udp ", and have their rate in column n. */
double add_up_rows(const char *output, const char *beginning, int column);

#endif
