/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where states are kept: each in a directory of its own, /sys/fs/bpf/netfwv6/SERIAL, of the
 * bpffs that the init system has mounted in the mount namespace that lasts. The state directory
 * is a bind mount of that. So the unmount of either takes nothing away, and no pin has to be
 * there twice.
 *
 * Who makes or removes one holds the lock of all, which is that of the directory around them,
 * besides the administration lock. So a directory without a root record is what somebody left
 * who was killed.
 */
#ifndef NETFWV6_ANCHOR_H
#define NETFWV6_ANCHOR_H

#include <stdbool.h>

#include "state/mountpoint.h"
#include "state/state.h"

/* Fills in where the state of the state directory dir is kept; false: nowhere here. For root. */
bool anchor_find(const char *dir, char *path);

/* Fills in the directory around all, which is the lock of all; false: there is none for us. */
bool anchor_base(bool to_make, char *path);

/*
 * Makes the place of a new state, by whose serial number it is called, and notes in its record
 * by what it is found. With the lock held.
 */
netfwv6_result anchor_make(const char *dir, struct root_record *record, char *path);

/*
 * Removes what is nobody's: directories without a root record, and states that are shown
 * nowhere, filter no device, and whose network namespace is gone. With the lock held.
 */
void anchor_sweep(void);

/* Is what lies in dir on the file system in which states are kept? */
bool anchor_holds(const char *dir);

#endif
