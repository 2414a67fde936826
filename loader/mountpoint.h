/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bpffs under a state root.
 *
 * A mount made in a mount namespace of a command's own (`ip netns exec`, a
 * service with PrivateMounts=) would vanish with the command, and the firewall
 * with it. So the file system is mounted where it lasts as well: in the mount
 * namespace of this process's topmost ancestor.
 */
#ifndef NETFWV6_MOUNTPOINT_H
#define NETFWV6_MOUNTPOINT_H

#include <stdbool.h>

#include "netfwv6.h"

bool mountpoint_is_bpffs(const char *path);

/* Makes sure that dir is a directory on a bpffs: makes it, mounts one. */
netfwv6_result mountpoint_ensure(const char *dir);

/*
 * Unmounts what mountpoint_ensure() mounted, whichever process that was: the
 * mount carries our name. Then removes the directory under it. Whatever is busy or
 * somebody else's stays.
 */
void mountpoint_remove(const char *dir);

#endif
