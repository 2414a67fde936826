/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Marks of conversations: "this side has sent from that port to that remote end", kept as a
 * time stamp of one byte where a hash of both says. So a packet to a port in use needs no
 * exact look-up unless its own conversation is marked, or another that shares the byte. A
 * mark proves nothing and its lack forbids nothing: it only says whether asking is worth it.
 *
 * The data plane writes them, and the library for sockets that exist already.
 */
#ifndef NETFWV6_MARKS_LAYOUT_H
#define NETFWV6_MARKS_LAYOUT_H

#include <linux/in6.h>
#include <linux/types.h>

#define MARK_BITS 19
#define MARKS_PER_LINE 64 /* bytes, as a cache line has */
#define MARK_LINES ((1u << MARK_BITS) / MARKS_PER_LINE)

struct mark_line {
	__u8 stamps[MARKS_PER_LINE];
};

/*
 * A stamp is the time, CLOCK_MONOTONIC_COARSE, in units of 2^36 ns (69 s), modulo 256 and
 * made odd, as 0 means: never. It counts for 112 units, 7,557 seconds at least: longer than
 * any flow lives. After 256 units it seems new again, which costs a look-up, no more. The
 * next stamp counts already: the time of a quiet jiffy is a little old.
 */
#define MARK_TIME_SHIFT 36
#define MARK_LIFETIME 112
#define MARK_STEP 2 /* from one stamp to the next */

#define MARK_STAMP(ns) ((__u8)((ns) >> MARK_TIME_SHIFT | 1))

static inline __attribute__((always_inline)) int mark_is_alive(__u8 stamp, __u8 now)
{
	return stamp && (__u8)(now + MARK_STEP - stamp) < MARK_LIFETIME + MARK_STEP;
}

/* Of an arriving packet: its sender, and its ports in the packet's order. */
struct mark_key {
	__u64 remote[2]; /* the address as it lies in memory; zeros: anybody */
	__u32 ports;	 /* source and destination as they lie in memory */
	__u32 protocol;
};

/* The number of the key's mark, below 1 << MARK_BITS. Any good mixing would do. */
static inline __attribute__((always_inline)) __u32 mark_index(const struct mark_key *key)
{
	__u64 hash = key->remote[0] * 0x9e3779b97f4a7c15ULL +
		     key->remote[1] * 0xc2b2ae3d27d4eb4fULL +
		     ((__u64)key->protocol << 32 | key->ports) * 0x165667b19e3779f9ULL;

	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93ULL;
	return hash >> (64 - MARK_BITS);
}

_Static_assert(sizeof(struct mark_line) == 64, "layout");

#endif
