/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NETFWV6_NETNS_H
#define NETFWV6_NETNS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Is there a process in the network namespace of that inode number, or a mount of it? A new
 * one may have the number of one that is gone. Another that is not found may be held open.
 */
bool netns_exists(ino_t number);

#endif
