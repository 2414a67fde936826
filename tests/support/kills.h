/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIGKILL at every moment of the command under test that differs from outside. */
#ifndef TESTS_KILLS_H
#define TESTS_KILLS_H

#include <stdbool.h>
#include <stddef.h>

/* Around a system call that changes something: memory is written between two of them. */
enum moment { BEFORE_CHANGE, AFTER_CHANGE };

/*
 * Runs the command with these arguments, NULL at their end, and kills it before or after
 * its nth change, counted from 0. False when it ended without so many; it succeeded then.
 */
bool kill_at_change(int n, enum moment moment, const char *const *arguments);

/*
 * Which moments a run meets, so that it ends in time: every nth one from another first one in each
 * run; with FULL=1 all of them.
 */
struct kills {
	int first, step;
};
struct kills kills_each(int nth);

/*
 * Runs the command to its end. Returns the number of its changes, and says of each whether
 * memory that is shared was written to between it and the next one. Where nothing was, a
 * kill after the one differs in nothing from a kill before the other.
 */
size_t find_written(const char *const *arguments, bool *written, size_t max);

#endif
