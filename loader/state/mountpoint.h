/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state directory as a mount point: of the directory in which a state is kept (anchor.h),
 * or where there is no such place of a bpffs of its own. Either is mounted in the mount
 * namespace that lasts as well as in the caller's.
 */
#ifndef NETFWV6_MOUNTPOINT_H
#define NETFWV6_MOUNTPOINT_H

#include <stdbool.h>

#include "netfwv6.h"

/* The directory of all states on a bpffs, and what each of them is called in it. */
#define ANCHOR_BASE "/netfwv6"
#define ANCHOR_SERIAL_DIGITS 16

bool mountpoint_is_bpffs(const char *path);

/*
 * Finds out whether a new state can be made in dir as it is, because that is on a bpffs; if it
 * is not there, it is made. Else something has to be mounted on it. Takes away what is left
 * there of an earlier state.
 */
netfwv6_result mountpoint_prepare(const char *dir, bool *to_mount);

/* Makes dir show the directory at path, which anchor.h has given, unless it does. */
netfwv6_result mountpoint_show(const char *path, const char *dir);

/* Mounts a bpffs on dir. */
netfwv6_result mountpoint_mount(const char *dir);

/*
 * Unmounts what the two above mounted on dir, whichever process that was, and removes dir.
 * path leads to what is shown there: other mounts stay.
 */
void mountpoint_remove(const char *dir, const char *path);

#endif
