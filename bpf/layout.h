/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * What the data plane and the library share: the layout of all pinned state.
 * Fixed-width types only. A change that an older reader would misread raises
 * LAYOUT_VERSION, which the pinned state records and every library checks.
 */
#ifndef NETFWV6_LAYOUT_H
#define NETFWV6_LAYOUT_H

#include <linux/types.h>

#define LAYOUT_VERSION 1

/*
 * The port table: one 64-bit entry, in host byte order, for each protocol and
 * port, TCP first. An entry holds the whole policy of its port:
 *
 *   bit  0        open globally
 *   bit  1 .. 31  open on the connection of this slot
 *   bit 32        in use: this side has sent from the local port
 *   bit 33 .. 63  the connection of slot (bit - 32) ignores the global setting
 *
 * Every change is one atomic OR or AND, so no writer can undo another's.
 */
#define PORTS_PER_PROTOCOL 65536u
#define PORT_ENTRIES (2u * PORTS_PER_PROTOCOL)
#define SLOT_MAX 31u /* slots are 1..SLOT_MAX; 0 means: no settings of its own */

#define ENTRY_GLOBAL (1ULL << 0)
#define ENTRY_OPEN(slot) (1ULL << (slot))
#define ENTRY_IN_USE (1ULL << 32)
#define ENTRY_IGNORED(slot) (1ULL << (32 + (slot)))

/*
 * Port 0 of TCP is no port; its entry tells writers that this table is retired:
 * they open the state anew and repeat the change. It is an "ignored" bit, which
 * opens nothing, so packets to port 0 stay closed.
 */
#define RETIRED_ENTRY 0u
#define ENTRY_RETIRED ENTRY_IGNORED(1)

/* Packets and bytes under one reason; one such value per CPU and reason. */
struct count {
	__u64 packets;
	__u64 bytes; /* whole frames, link-layer header included */
};

/* What a connection's program instance knows at load time (rodata). */
struct connection_config {
	__u64 own;     /* ENTRY_OPEN(slot), 0 without a slot */
	__u64 ignored; /* ENTRY_IGNORED(slot), 0 without a slot */
};

/* The one record that describes the state root. */
struct root_record {
	__u32 layout; /* LAYOUT_VERSION; stays first for all time */
	__u32 zero;
	__u64 netns_cookie; /* the network namespace that this state serves */
};

/* What is attached, by the id of its link: for those who may not open links. */
#define DEVICE_NAME_SIZE 16
#define ATTACHMENT_RECORDS 1024
struct attachment_record {
	char device[DEVICE_NAME_SIZE]; /* its name when it was attached, NUL-padded */
	__u32 program_id;
	__u32 mode;	/* enum netfwv6_mode, never "auto" */
	__u64 since_ns; /* CLOCK_REALTIME, nanoseconds */
};

/* The name given to an open port. It informs only: no verdict reads it. */
#define NAME_SIZE 64		  /* bytes, NUL included */
#define NAME_RECORDS PORT_ENTRIES /* every global port can have one */
struct name_key {
	__u32 entry; /* index into the port table */
	__u32 slot;  /* 0: the global setting */
};

_Static_assert(sizeof(struct count) == 16, "layout");
_Static_assert(sizeof(struct connection_config) == 16, "layout");
_Static_assert(sizeof(struct root_record) == 16, "layout");
_Static_assert(sizeof(struct attachment_record) == 32, "layout");
_Static_assert(sizeof(struct name_key) == 8, "layout");
_Static_assert(ENTRY_IGNORED(SLOT_MAX) == 1ULL << 63, "31 slots fill the entry");

#endif
