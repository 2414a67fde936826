/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Events, as they lie in the ring buffers, and what controls them. A stream of events is
 * a "tap": a ring buffer of its own, with a rate and a lease. Fixed-width types only.
 */
#ifndef NETFWV6_EVENTS_H
#define NETFWV6_EVENTS_H

#include <linux/in6.h>
#include <linux/types.h>

#define EVENT_VERSION 1

enum event_kind {
	EVENT_DROP = 1,
	EVENT_OPEN = 2,
	EVENT_OPEN_INBOUND = 3,
	EVENT_CLOSE = 4,
};

/* Every field is written each time; the first bytes of the frame follow. */
struct event {
	__u16 version; /* EVENT_VERSION; stays first for all time */
	__u8 kind;
	__u8 reason;	/* of a drop */
	__u32 ifindex;	/* of the device; 0 for connections */
	__u64 time;	/* CLOCK_MONOTONIC, nanoseconds */
	__u32 length;	/* of the frame */
	__u32 captured; /* how many of its bytes follow */
	struct in6_addr source, destination;
	__be16 source_port, destination_port;
	__u8 protocol;
	__u8 tcp_flags;
	__be16 tcp_window;
	__be32 tcp_sequence, tcp_acknowledgement;
	__u32 known; /* EVENT_* */
	__u32 zero;
};
#define EVENT_HAS_ADDRESSES (1u << 0)
#define EVENT_HAS_PORTS (1u << 1) /* protocol and ports, and what TCP has */
#define EVENT_RAW_IP (1u << 2)	  /* the frame starts with the IP header */

#define EVENT_SNAPLEN_MAX 16384u

/* One tap is the log's; the others serve programs that watch. */
#define TAPS 8u
#define TAP_LOG 0u

struct tap {
	__u64 lease;			  /* until then it is alive: CLOCK_MONOTONIC, nanoseconds */
	__u32 rate;			  /* events a second and CPU; UINT32_MAX: no limit */
	__u32 snaplen;			  /* bytes of a frame to keep */
	__u64 told_suppressed, told_lost; /* of its state's, what the reader has reported */
};
#define LEASE_FOREVER (~0ULL)

/* Programs read this one record, which everything else depends on, and root maps it. */
struct control {
	__u32 on_drop;	  /* taps by bit, and ON_DROP_COUNT_PORTS; 0: a drop costs nothing more */
	__u32 generation; /* of the port table; odd while it is being replaced, or removed */
	struct tap tap[TAPS];
};
#define ON_DROP_TAPS ((1u << TAPS) - 1)
#define ON_DROP_COUNT_PORTS (1u << 31)

/* What an instance that tells of connections knows at load time (rodata). */
struct watch_config {
	__u64 netns_cookie;
	__u32 tap; /* whose events it makes */
	__u32 zero;
};

/* The settings of the log. */
#define LOG_PATH_SIZE 256
struct log_record {
	__u32 flags; /* LOG_* */
	__u32 rate;
	__u64 maximum_size;
	char path[LOG_PATH_SIZE]; /* NUL-padded */
};
#define LOG_DROPPED (1u << 0)
#define LOG_CONNECTIONS (1u << 1)
#define LOG_SIZE_MIN 4096u
#define LOG_DEFAULTS                                                                               \
	{                                                                                          \
		.rate = 1000, .maximum_size = 4194304, .path = "/var/log/netfwv6.log"              \
	}

/* Each tap has one on each CPU, in each program. */
struct tap_state {
	__u64 until; /* that the tokens are for: CLOCK_MONOTONIC, nanoseconds */
	__u32 tokens;
	__u32 idle_jiffy; /* lower half: in it the tokens were spent, and are not asked for */
	__u64 delivered, suppressed, lost;
};
#define TAP_STATES (2u * TAPS) /* the second half is the connections' */

_Static_assert(sizeof(struct event) == 80, "layout");
_Static_assert(sizeof(struct tap) == 32, "layout");
_Static_assert(sizeof(struct control) == 8 + 32 * TAPS, "layout");
_Static_assert(sizeof(struct watch_config) == 16, "layout");
_Static_assert(sizeof(struct log_record) == 272, "layout");
_Static_assert(sizeof(struct tap_state) == 40, "layout");

#endif
