/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's objects that belong to the world's state: maps, programs and links that are
 * pinned there, and the maps of these programs. Others on this machine have their own, so
 * nobody is counted: each is known by its id, which the kernel gives only once.
 */
#ifndef TESTS_OBJECTS_H
#define TESTS_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

/* Notes those that are there now; returns how many are noted by now. */
size_t objects_note(void);

/* For wait_until(): none that was noted exists any more. Frees nothing. */
bool objects_are_gone(void *unused);

void objects_forget(void);

#endif
