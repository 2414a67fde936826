/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * What the data plane and the library share: the layout of all pinned state.
 * Fixed-width types only. A change that an older reader would misread raises
 * LAYOUT_VERSION, which the pinned state records and every library checks.
 */
#ifndef NETFWV6_LAYOUT_H
#define NETFWV6_LAYOUT_H

#include <linux/in6.h>
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
 *
 * Behind the entries lie three bitmaps, one bit for each entry. A bit is set before what it
 * tells of happens for the first time, and never cleared.
 *
 *   summary       anything was stored in the entry: where it is 0, the entry is 0
 *   settings      a setting was made: where it is 0, the entry is 0 or "in use"
 *   named         a name was stored: where it is 0, the port has none in any scope
 *
 * Behind them one word counts changes of settings: who compares it sees that somebody else made
 * one. Nothing but that relies on it.
 *
 * The first two bitmaps fit into the first-level cache, as the table does not, so a flood to random
 * ports costs no more than one to a single port. A process killed between the two leaves a
 * summary without a setting, which reads as "in use", and so closed, too.
 */
#define PORTS_PER_PROTOCOL 65536u
#define PORT_ENTRIES (2u * PORTS_PER_PROTOCOL)
#define BITMAP_WORDS (PORT_ENTRIES / 64)
#define SUMMARY_WORD(entry) (PORT_ENTRIES + (entry) / 64)
#define SETTINGS_WORD(entry) (SUMMARY_WORD(entry) + BITMAP_WORDS)
#define NAMED_WORD(entry) (SUMMARY_WORD(entry) + 2 * BITMAP_WORDS)
#define BITMAP_BIT(entry) (1ULL << ((entry) % 64))
#define CHANGES_WORD (PORT_ENTRIES + 3 * BITMAP_WORDS)
#define TABLE_ENTRIES (CHANGES_WORD + 1)
#define SLOT_MAX 31u /* slots are 1..SLOT_MAX; 0 means: no settings of its own */

#define ENTRY_GLOBAL (1ULL << 0)
#define ENTRY_OPEN_ANYWHERE 0xffffffffULL /* globally or on any connection */
#define ENTRY_OPEN(slot) (1ULL << (slot))
#define ENTRY_IN_USE (1ULL << 32)
#define ENTRY_IGNORED(slot) (1ULL << (32 + (slot)))

/*
 * Port 0 of TCP is no port; its entry tells writers that this table is retired, for
 * good: they open the state anew and repeat the change. It is an "ignored" bit, which
 * opens nothing, so packets to port 0 stay closed.
 */
#define RETIRED_ENTRY 0u
#define ENTRY_RETIRED ENTRY_IGNORED(1)

/* Packets and bytes under one reason; one such value per CPU and reason. */
struct count {
	__u64 packets;
	union {
		__u64 bytes; /* whole frames, link-layer header included */
		__u64 jiffy; /* of COUNT_UNSEEN_RUN and COUNT_UNMARKED */
	};
};

/* A connection's program instance knows this at load time (rodata). */
struct connection_config {
	__u64 own;     /* ENTRY_OPEN(slot), 0 without a slot */
	__u64 ignored; /* ENTRY_IGNORED(slot), 0 without a slot */
	__u64 secret;  /* that XDP leaves in a packet it passed; in the guard 0: no XDP in front */
	__u32 stateless; /* not 0: no conversations, a bare port filter */
	__u32 ifindex;	 /* the device's: frames of a bond come in by another */
	__u32 sealed;	 /* not 0: nobody but its driver puts packets into the device */
	__u32 alone;	 /* not 0: what XDP passes can skip the guard, and nothing else stops it */
	__u32 forward;	 /* not 0: the program passes what is for others */
	__u32 zero;
};

/*
 * XDP leaves this in the metadata of a packet that it let pass, for the guard behind it. The
 * secret, 64 random bits of this pair of programs, keeps others from making it.
 */
struct seen {
	__u64 secret; /* the guard makes it 0, so that it holds once, unless the device is sealed */
};

/*
 * Flows are conversations that no socket of this host shows at ingress: those of machines
 * behind it, of unconnected UDP sockets, of sockets bound to another device. Egress writes them.
 * One with a beginner only says that the conversation may be: connection tracking has to have it.
 */
struct flow_key {
	struct in6_addr local, remote; /* remote is :: for a query to a multicast group */
	__be16 local_port,
		remote_port; /* remote_port is 0: a link's group was asked, any may answer */
	__u32 ifindex;	     /* where an address is only unique on its link, else 0 */
};

struct flow {
	__u64 expires;	/* CLOCK_MONOTONIC_COARSE, nanoseconds */
	__u32 seen;	/* FLOW_*; 0 for UDP */
	__u32 beginner; /* of a translated conversation: who began it; else 0 */
};

#define FLOW_SYN_OUT (1u << 0)	   /* began here, not answered yet */
#define FLOW_ESTABLISHED (1u << 1) /* segments went both ways */
#define FLOW_FIN_OUT (1u << 2)
#define FLOW_FIN_IN (1u << 3)
#define FLOW_RESET_OUT (1u << 4)
#define FLOW_RESET_IN (1u << 5)

/*
 * How long a flow lives after its last packet, in seconds. UDP: the time that RFC
 * 4787 (REQ-5) recommends, counted from the last packet that left (REQ-6). TCP: RFC
 * 5382 (REQ-5) asks for at least 4 minutes half open and 2 hours 4 minutes
 * established, so that a keepalive after 2 hours still meets it. After its end: as
 * long as a FIN may be retransmitted, and after a reset of this side as long as segments
 * that crossed it are on their way; both as the kernel's connection tracking has them. A
 * reset that arrives may be anybody's, as its sequence number is not checked: the flow
 * lives on as if it were half open, and as before once this side talks on.
 */
#define FLOW_SECONDS_UDP 300
#define FLOW_SECONDS_MULTICAST 30
#define FLOW_SECONDS_HALF_OPEN 240
#define FLOW_SECONDS_ESTABLISHED 7440
#define FLOW_SECONDS_CLOSED 120
#define FLOW_SECONDS_RESET 10

/*
 * These tables evict the least recently used, so a full one never refuses. What strangers may
 * have begun has a table of its own, so that they cannot push out what this side began.
 */
#define FLOWS_TCP 32768
#define FLOWS_UDP 65536
#define FLOWS_ANSWERED 16384

/* The one record that describes the state root. What is marked "stays" does so for all time. */
#define STATE_DIR_SIZE 512
struct root_record {
	__u32 layout;		  /* LAYOUT_VERSION; stays */
	__u32 reserved;		  /* 0 */
	__u64 netns_cookie;	  /* the network namespace that this state serves */
	__u64 netns;		  /* its inode number; stays */
	__u64 serial;		  /* random; tells this state's filters from others' */
	__u64 mount_ns;		  /* inode number of the mount namespace of dir; stays */
	char dir[STATE_DIR_SIZE]; /* the state directory, resolved, NUL-padded; stays */
};
#define ROOT_KEPT (1u << 0) /* an administrator made it, so it stays when it is empty */

#define DEVICE_NAME_SIZE 16

/* Which connection a slot's bits in the port table belong to. Slot 0 is never used. */
#define SLOT_RECORDS (SLOT_MAX + 1)
struct slot_record {
	char device[DEVICE_NAME_SIZE]; /* NUL-padded; empty: the slot is free */
	__u32 unsure; /* not 0: programs may run that do not know of it; root mends that */
	__u32 zero;
};

/*
 * The devices that are to be firewalled, here or not, by name, NUL-padded. Keys that begin with a
 * zero byte, which older readers pass over, are about every device with hardware behind it: all
 * zeros, the wish for those that have none of their own; else a device that is left out, whose name
 * is behind that byte.
 */
#define CONFIGURED_RECORDS 1024
struct configured_record {
	__u32 mode;  /* enum netfwv6_mode, as it was asked for */
	__u32 flags; /* CONFIGURED_* */
	__u32 got;   /* the mode that it has had since, where "auto" was asked for */
};
#define CONFIGURED_STATELESS (1u << 0)
#define CONFIGURED_LEARN_ONLY (1u << 1)
#define CONFIGURED_FORWARD (1u << 2) /* what is for others passes */
#define CONFIGURED_BY_ALL (1u << 3)  /* not by its name, but as every device is */

/* Where a program sits at a device, in the order of its being taken off. */
enum hook {
	HOOK_XDP,
	HOOK_GUARD, /* netdev ingress: the verdict on what the stack takes in */
	HOOK_LEARN, /* netdev egress */
	HOOKS
};

/* What is attached, by an id that none had before; links are not open to all readers. */
#define ATTACHMENT_RECORDS (2 * CONFIGURED_RECORDS)
struct attachment_record {
	char device[DEVICE_NAME_SIZE]; /* the name whose settings are in force, NUL-padded */
	char next[DEVICE_NAME_SIZE];   /* once its programs are replaced, as is about to happen */
	__u32 program[HOOKS];	       /* their ids; 0 for none */
	__u32 ifindex;
	__u32 mode;	/* enum netfwv6_mode, never "auto" */
	__u32 flags;	/* ATTACHED_* */
	__u64 since_ns; /* CLOCK_REALTIME, nanoseconds */
	__u32 slot;	/* whose settings are in force */
	__u32 known;	/* SLOT_BIT of each slot that one of the programs may know */
};
#define SLOT_BIT(slot) (1u << (slot))
#define ATTACHED_STATELESS (1u << 0)
#define ATTACHED_LEARN_ONLY (1u << 1) /* HOOK_LEARN alone */
#define ATTACHED_BY_FILTER (1u << 2)  /* only its own network namespace can tell of it */
#define ATTACHED_SEALED (1u << 3)     /* nobody but its driver puts packets into the device */
#define ATTACHED_FORWARD (1u << 4)    /* what is for others passes */

/* The name given to an open port, or to an ignored one. It informs only: no verdict reads it. */
#define NAME_SIZE 64 /* bytes, NUL included */
#define NAME_RECORDS PORT_ENTRIES
struct name_key {
	__u32 entry; /* index into the port table */
	__u32 scope; /* the slot, 0: the global setting; NAME_IGNORED: of the exception to that */
};
#define NAME_IGNORED (1u << 31)

/* The ports that commands do not close, a bit for each entry of the port table. */
struct protected_ports {
	__u64 words[BITMAP_WORDS];
};

/* The file that the policy is kept in, and how it was when it said what the state is. */
#define SAVED_PATH_SIZE 256
struct saved_record {
	char path[SAVED_PATH_SIZE]; /* NUL-padded; empty: none */
	__u64 inode;		    /* 0: it never said that */
	__u64 size;
	__u64 modified_ns; /* as the file has it */
};

_Static_assert(sizeof(struct saved_record) == 24 + SAVED_PATH_SIZE, "layout");
_Static_assert(sizeof(struct count) == 16, "layout");
_Static_assert(sizeof(struct connection_config) == 48, "layout");
_Static_assert(sizeof(struct flow_key) == 40, "layout");
_Static_assert(sizeof(struct flow) == 16, "layout");
_Static_assert(sizeof(struct root_record) == 40 + STATE_DIR_SIZE, "layout");
_Static_assert(sizeof(struct slot_record) == 24, "layout");
_Static_assert(sizeof(struct configured_record) == 12, "layout");
_Static_assert(sizeof(struct attachment_record) == 72, "layout");
_Static_assert(sizeof(struct name_key) == 8, "layout");
_Static_assert(ENTRY_IGNORED(SLOT_MAX) == 1ULL << 63, "31 slots fill the entry");

#endif
