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
#include <stdint.h>

#include "netfwv6.h"

bool mountpoint_is_bpffs(const char *path);

/*
 * Makes sure that dir is a directory on a bpffs; *flags receives what was done
 * for it, in ROOT_* bits.
 */
netfwv6_result mountpoint_ensure(const char *dir, uint32_t *flags);

/* Takes back what the flags say. Whatever is busy stays. */
void mountpoint_remove(const char *dir, uint32_t flags);

#endif
