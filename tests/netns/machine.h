/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine's files of a test's own: a mount namespace whose process 1 is the test, with a /run
 * of its own. So it does not matter what is mounted outside, and everything goes with the test.
 */
#ifndef NETNS_MACHINE_H
#define NETNS_MACHINE_H

#include <stdbool.h>

/* Runs the tests there, with or without a bpffs on /sys/fs/bpf; what they return. */
int on_a_machine(bool bpffs, int (*tests)(void));

#define KEPT "/sys/fs/bpf/netfwv6" /* where states are kept */

/* Nothing is mounted or kept of any state, whose directory is gone. */
void assert_nothing_left(void);

/* How many states are kept. */
int kept(void);

/* How many times something is mounted on the path. */
int mounts_on(const char *path);

#endif
