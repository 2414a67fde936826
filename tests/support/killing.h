/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command that is killed at each moment that differs: every change is a system call. */
#ifndef TESTS_KILLING_H
#define TESTS_KILLING_H

#include <stdbool.h>

/*
 * Runs netfwv6 with these arguments, NULL behind the last, and kills it before its nth
 * change. False when it ended before that.
 */
bool kill_before_change(const char *const *arguments, int n);

#endif
