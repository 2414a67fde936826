/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Marks of conversations: "this side has sent from that port to that remote end", kept as
 * time stamps of one byte in a Bloom filter. So a packet to a port in use needs no exact
 * look-up unless its own conversation is marked, or others made the same marks by chance. A
 * mark proves nothing and its lack forbids nothing: it only says whether asking is worth it.
 *
 * The ports choose a line, which is a cache line, and the remote end four stamps in it. The
 * data plane writes them, and the library for sockets that exist already.
 */
#ifndef NETFWV6_MARKS_LAYOUT_H
#define NETFWV6_MARKS_LAYOUT_H

#include <linux/in6.h>
#include <linux/types.h>

#define MARK_LINE_BITS 14
#define MARK_LINES (1u << MARK_LINE_BITS)
#define MARK_STAMP_BITS 6
#define MARK_STAMPS (1u << MARK_STAMP_BITS)
#define MARK_STAMPS_EACH 4

#define MARK_GROUP_BITS 4
#define MARK_GROUPS (1u << MARK_GROUP_BITS)

struct mark_line {
	union {
		__u8 stamps[MARK_STAMPS];
		__u32 groups[MARK_GROUPS];
	};
};

/*
 * A stamp is the time, CLOCK_MONOTONIC_COARSE, in units of 2^36 ns (69 s), modulo 256 and
 * made odd; 0 means: never. It counts for 8,521 seconds at least: longer than any flow lives.
 * After 256 units it seems new again, which costs a look-up, no more. The next stamp counts
 * already: the time of a spent jiffy is a little old.
 */
#define MARK_TIME_SHIFT 36
#define MARK_STEP 2 /* from one stamp to the next */

#define MARK_STAMP(ns) ((__u8)((__u64)(ns) >> MARK_TIME_SHIFT | 1))

#define mark_inline static inline __attribute__((always_inline))

/* How old a stamp is, a step ahead. Several are ORed, and then asked. */
mark_inline __u8 mark_age(__u8 stamp, __u8 now)
{
	return now + MARK_STEP - stamp;
}

/* Bit 7: one is too old. Bit 0: one was never made, as two odd numbers differ by an even one. */
mark_inline int mark_ages_count(__u8 ages)
{
	return !(ages & 0x81);
}

/* An arriving packet's sender, and its ports in the packet's order. */
struct mark_key {
	__u64 remote[2]; /* the address as it lies in memory */
	__u32 ports;	 /* source and destination as they lie in memory */
	__u32 protocol;
};

/*
 * The places of marks depend on this, too, which is random for each state. Without it strangers
 * could make conversations on an open port whose marks are those of their flood.
 */
struct mark_secret {
	__u64 ports, stamps; /* odd */
	__u32 remote[4];
};
#define SECRET_SECTION ".data.secret" /* where the programs have the map nf6_secret */

/* A product's upper bits are the best. */
mark_inline __u64 mark_ports(const struct mark_secret *secret, const struct mark_key *key)
{
	return ((__u64)key->protocol << 32 | key->ports) * secret->ports;
}

mark_inline __u32 mark_line_of(const struct mark_secret *secret, const struct mark_key *key)
{
	return mark_ports(secret, key) >> (64 - MARK_LINE_BITS);
}

/* Multiplies the two halves of eight bytes, each with a secret of its own added. */
mark_inline __u64 mark_mix(__u64 bytes, const __u32 secret[2])
{
	return (__u64)((__u32)bytes + secret[0]) * ((__u32)(bytes >> 32) + secret[1]);
}

/*
 * The numbers of four stamps, from the upper end on. The sum of such products is a universal
 * hash: without the secret, there is no better way to meet it than chance.
 */
mark_inline __u32 mark_stamps_of(const struct mark_secret *secret, const struct mark_key *key)
{
	__u64 sum = mark_mix(key->remote[0], secret->remote) +
		    mark_mix(key->remote[1], secret->remote + 2) + mark_ports(secret, key);

	return sum * secret->stamps >> 32;
}

mark_inline __u32 mark_stamp_at(__u32 stamps, int i)
{
	return stamps >> (32 - MARK_STAMP_BITS * (i + 1)) & (MARK_STAMPS - 1);
}

/*
 * The mark of a query to a group is four stamps side by side, which the ports choose, as the
 * address that will answer is not known. Those bits follow the line's.
 */
mark_inline __u32 mark_group_of(const struct mark_secret *secret, const struct mark_key *key)
{
	return mark_ports(secret, key) >> (64 - MARK_LINE_BITS - MARK_GROUP_BITS) &
	       (MARK_GROUPS - 1);
}

mark_inline __u32 mark_four(__u8 stamp)
{
	return stamp * 0x01010101u;
}

/* mark_age() and mark_ages_count() of four stamps at once: no byte borrows from the next. */
mark_inline int mark_four_count(__u32 four, __u8 now)
{
	const __u32 top = 0x80808080, soon = mark_four(now + MARK_STEP);
	__u32 ages = ((soon | top) - (four & ~top)) ^ ((soon ^ ~four) & top);

	return !(ages & mark_four(0x81));
}

_Static_assert(sizeof(struct mark_line) == 64, "layout");
_Static_assert(sizeof(struct mark_secret) == 32, "layout");
_Static_assert(MARK_STAMP_BITS *MARK_STAMPS_EACH <= 32, "mark_stamps_of() has enough bits");

#endif
