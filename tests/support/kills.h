/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIGKILL at every moment of the command under test that differs from outside. */
#ifndef TESTS_KILLS_H
#define TESTS_KILLS_H

#include <stdbool.h>

/* Around a system call that changes something: memory is written between two of them. */
enum moment { BEFORE_CHANGE, AFTER_CHANGE };

/*
 * Runs the command with these arguments, NULL at their end, and kills it before or after
 * its nth change, counted from 0. False when it ended without so many; it succeeded then.
 */
bool kill_at_change(int n, enum moment moment, const char *const *arguments);

#endif
