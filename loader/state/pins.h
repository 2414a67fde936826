/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lies in a state root, by name, mode and layout.
 *
 *   DIR/root         0644  map: the root record; the state exists while this does
 *   DIR/ports        0644  map: the port table
 *   DIR/names        0644  map: names of open ports
 *   DIR/slots        0644  map: which connection a slot of the port table belongs to
 *   DIR/attachments  0644  map: what is attached, for those who may not see links
 *   DIR/configured   0644  map: the devices that are to be firewalled, by name
 *   DIR/filtered     0644  map: the firewalled devices by ifindex, for the egress programs
 *   DIR/tcp, answer, udp, udpanswer
 *                    0600  maps: the flow tables
 *   DIR/marks        0600  map: which conversations are worth a look into those
 *   DIR/control      0644  map: who wants to know of events, mapped by root
 *   DIR/taps, tapstat
 *                    0600  maps: ring buffers of events, and what was missed of them
 *   DIR/hits         0644  map: dropped packets by closed port, when they are counted
 *   DIR/logging      0644  map: what is logged, and where to
 *   DIR/logring      0600  map: the log's ring buffer, once something was to be logged
 *   DIR/logwatch     0600  link: the program that tells the log of connections
 *   DIR/lastline     0600  link: the program that judges what skipped a guard
 *   DIR/lock         0700  directory, flock()ed by those who open ports
 *   DIR/log          0700  directory, flock()ed by the one who reads the log
 *   DIR/links/ID-xdp, ID-guard, ID-learn
 *                    0600  an attachment's links by its id, in a directory of mode 0700
 *   DIR/counts/ID    0644  map: the counters of that attachment
 *   DIR/counts/lastline
 *                    0644  map: those of the last line
 *
 * ports, names and slots are 0664 and lock is 0750 where a group may change ports; the
 * pins' group is the only place that says which.
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

const char *pin_map_name(enum pin pin);
uint32_t pin_map_capacity(enum pin pin);

/*
 * Opens a pinned map. S_FALSE: there is no such pin. E_UNEXPECTED: it is no map of this
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
int pin_make_ring(uint32_t size);

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

/* A pin that is no map of the state, or none that always is. */
#define PIN_LOGRING "logring"
#define PIN_LOGWATCH "logwatch"
#define PIN_LASTLINE "lastline"
#define LOCK_OF_LOG "log"
#define LOCK_OF_NAMES "lock"
#define LOCK_OF_STATE "links" /* a directory that is root's alone in every state */

/* Is anything pinned that filters? It does so until it is unpinned or unmounted. */
bool pins_have_links(const char *dir);

/* Does it filter a device that there still is? */
bool pins_filter(const char *dir);

/* Unpins what filters no device any more. */
void pins_remove_links(const char *dir);

/*
 * Unpins a state that has no links; "root" first: from then on there is none. The second form
 * removes its directories, too, of which one is the state's lock.
 */
void pins_clear(const char *dir);
void pins_remove(const char *dir);

#endif
