/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every state has pinned, and in which form: see pins.h. */
#ifndef NETFWV6_PIN_KINDS_H
#define NETFWV6_PIN_KINDS_H

#include <bpf/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* In the order of their making; "root" last, so that it says "complete". */
enum pin {
	PIN_PORTS,	     /* the port table */
	PIN_NAMES,	     /* the names of open ports */
	PIN_SLOTS,	     /* which devices have settings of their own */
	PIN_ATTACHMENTS,     /* what is attached, for users who may not see links */
	PIN_CONFIGURED,	     /* the devices that are to be firewalled, by name */
	PIN_FILTERED,	     /* the firewalled devices, for the programs at egress */
	PINS_HELD,	     /* a handle holds the descriptors of those above */
	PIN_TCP = PINS_HELD, /* flows of TCP that began here */
	PIN_TCP_ANSWERS,     /* flows of TCP whose beginning was not seen */
	PIN_UDP,	     /* flows of UDP */
	PIN_UDP_ANSWERS,     /* flows of UDP from ports that are open elsewhere */
	PIN_MARKS,	     /* which packets are worth looking for their conversation */
	PIN_SECRET,	     /* what the places of marks depend on */
	PIN_CONTROL,	     /* who wants to know of events */
	PIN_TAPSTAT,	     /* what readers of events have missed */
	PIN_TAPS,	     /* the buffers of events */
	PIN_HITS,	     /* dropped packets by port, while they are counted */
	PIN_LOGGING,	     /* what is logged, and where */
	PIN_PROTECTED,	     /* the ports that commands do not close */
	PIN_SAVED,	     /* the file that the policy is kept in */
	PIN_ROOT, /* the layout and the network namespace; the state exists while this does */
	PINS
};

/* The flow tables: PIN_TCP and the following. */
#define FLOW_TABLES 4

/* A map has one name: what it is pinned as, behind this prefix, within the kernel's 15 characters. */
#define MAP_PREFIX "nf6_"

struct pin_kind {
	const char *map;
	mode_t mode;
	bool shared; /* with the group that may change ports */
	enum bpf_map_type type;
	uint32_t key, value, entries, flags;
};

extern const struct pin_kind pin_kinds[PINS];

static inline const char *pin_name(enum pin pin)
{
	return pin_kinds[pin].map + sizeof(MAP_PREFIX) - 1;
}

/* A pin that is no map of the state, or none that always is. */
#define PIN_COUNTS "counts"
#define COUNTS_MAP MAP_PREFIX PIN_COUNTS
#define EVENTS_MAP MAP_PREFIX "events" /* a reader's own, pinned nowhere */
#define PIN_LOGRING "logring"
#define PIN_LOGWATCH "logwatch"
#define PIN_LASTLINE "lastline"
#define LOCK_OF_LOG "log"
#define LOCK_OF_NAMES "lock"
#define LOCK_OF_STATE "links" /* a directory that is root's alone in every state */

struct pinned_directory {
	const char *pin;
	mode_t mode;
};

#define PINNED_DIRECTORIES 4
extern const struct pinned_directory pinned_directories[PINNED_DIRECTORIES];

/* The end of the name of what is about to take a pin's place. */
#define PIN_NEW "-new"

/* Room for the path of every pin. */
#define PIN_PATH_SIZE 512

#endif
