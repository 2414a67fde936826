/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A test program as process 1 of a machine of its own: with processes, mounts and a /run that
 * nobody else sees.
 */
#ifndef ATTACKS_MACHINE_H
#define ATTACKS_MACHINE_H

/* Runs main_of in it; returns what that returns. Nothing of it outlives the call. */
int on_a_machine_of_its_own(int (*main_of)(void));

#endif
