/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that run while a test does something else. */
#ifndef EVENT_FOLLOWER_H
#define EVENT_FOLLOWER_H

#include <stdbool.h>
#include <sys/types.h>

/* What a command has written so far can be read at any time. */
struct follower {
	pid_t pid;
	int out, err;
};

/* Starts a shell command; begin it with exec to have its own process id. */
struct follower start(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with another standard output, which the caller closes. */
struct follower start_to(int out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starts netfwv6 with these arguments, and waits until it follows events. */
struct follower follow(const char *arguments);

/* Free them. */
char *read_out(const struct follower *follower);
char *read_err(const struct follower *follower);

/* Waits until that stands somewhere in what it has written. */
void wait_for_out(const struct follower *follower, const char *text);
void wait_for_err(const struct follower *follower, const char *text);

bool is_running(const struct follower *follower);

/* Waits until it has ended: its exit status, or 128 + signal. */
int wait_for_end(struct follower *follower);

/* Sends a signal, waits for its end. */
int end(struct follower *follower, int signal);

/* Closes what it has written to. */
void forget(struct follower *follower);

#endif
