/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lies in a state root. A map of the state is stated once: what it holds at its number in
 * enum pin, its name, mode and layout in the table of pin_kinds.c. What else is pinned stands here;
 * directories are made as the second table there says. netfwv6(8) takes its list from both.
 *
 *   logring          0600  the log's buffer, while something is to be logged
 *   logwatch         0600  the link of the program that tells the log of connections
 *   lastline         0600  the link of the last line
 *   counts           0755  a directory for counters
 *   counts/ID        0644  the counters of one device, by an id that the state gives out once
 *   counts/lastline  0644  the counters of the last line
 *   links            0700  a directory for links, locked by who makes, attaches, detaches or removes
 *   links/ID-xdp, links/ID-guard, links/ID-learn
 *                    0600  the links of one device: XDP, the guard, and what learns at egress
 *   lock             0700, with a group 0750
 *                          a directory, locked by those who open or ignore ports
 *   log              0700  a directory, locked by the reader of the log
 *
 * Maps that are shared with a group are 0664 then; the pins' group is the only place that says
 * which it is.
 */
#ifndef NETFWV6_PINS_H
#define NETFWV6_PINS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "netfwv6.h"
#include "state/pin_kinds.h"

struct bpf_object;

/* DIR/a, or DIR/a/b. The buffer has PIN_PATH_SIZE bytes, enough for every pin. */
char *pin_path(const char *dir, char *path, const char *a, const char *b);

/*
 * Opens a pinned map; *fd is -1 where there is no such pin. E_UNEXPECTED: it is no map of this
 * layout. The second form opens for writing, or where that is not allowed for reading.
 */
netfwv6_result pin_open(const char *dir, enum pin pin, uint32_t flags, int *fd);
netfwv6_result pin_open_as_allowed(const char *dir, enum pin pin, int *fd);

/* The same of a state that is there, so that a pin which is missing is E_UNEXPECTED, too. */
netfwv6_result pin_open_existing(const char *dir, enum pin pin, uint32_t flags, int *fd);

/* The same for whatever is pinned there, of any layout. */
netfwv6_result pin_open_raw(const char *dir, enum pin pin, uint32_t flags, int *fd);

/* Makes a map of this layout that is pinned nowhere. */
netfwv6_result pin_make_map(enum pin pin, int *fd);

/* A ring buffer of events, of a size that is a power of two; -1 and errno. */
int pin_make_ring(const char *map, uint32_t size);

/* Pins a map, in the place of what is pinned there; group 0 means: of root alone. */
netfwv6_result pin_put(const char *dir, enum pin pin, int fd, gid_t group);

/*
 * Lets a program that is not loaded yet use the state's maps: those that it has by name. held
 * are the descriptors of the first PINS_HELD.
 */
netfwv6_result pins_share(struct bpf_object *object, const char *dir, const int *held);

netfwv6_result pins_make_directories(const char *dir);

/* Puts a new lock in the place of one that somebody may hold. */
netfwv6_result pins_renew_lock(const char *dir, gid_t group);

/* Who may change ports besides root, 0 for nobody; and the change of that. */
netfwv6_result pins_get_group(const char *dir, gid_t *group);
netfwv6_result pins_set_group(const char *dir, gid_t group);

#endif
