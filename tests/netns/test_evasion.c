// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Frames that try to get past the firewall, sent to the real stack behind it.
 *
 * Each row is sent three times: without the firewall, to learn whether this kernel
 * delivers such frames at all; to a closed port, where nothing may arrive; and to an
 * open one, where exactly that must arrive which is delivered without the firewall and
 * which the parser walks. Every frame carries a valid UDP datagram, or a TCP SYN with
 * data for a listener that takes it without a handshake (TCP Fast Open). Bytes without
 * another meaning spell the one port that is always open.
 *
 * A marker behind them on the same wire tells when they have been dealt with.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockets.h"
#include "world.h"

#define TARGET 5000
#define MARKER 0x0611 /* spelled twice, it is the start of an extension header */
#define STRANGER "2001:db8::"
#define GROUP "ff02::1"

#define DEFAULT_SEED 20010917
#define DEFAULT_ROUNDS 20000
#define LISTENS_TO 4 /* connections that nobody has accepted yet */

#define FRAME_SIZE 9014
#define TEXT_SIZE 64 /* of the datagram, and of the SYN */

/* ---- Rows -------------------------------------------------------------------- */

enum verdict {
	WALKED,	  /* its port decides */
	PASSED,	  /* holds no TCP or UDP of this host, so no socket may get it */
	DROPPED,  /* whatever its port */
	UNJUDGED, /* a known hole: what segment routing takes out has no device of its own */
};

/* An extension header, n times; type 0 of n 0 ends a list. */
struct header {
	uint8_t n, type, length, routing, left;
};

#define HEADERS(count, number, l)                                                                  \
	{                                                                                          \
		.n = (count), .type = (number), .length = (l)                                      \
	}
#define HOP(l) HEADERS(1, IPPROTO_HOPOPTS, l)
#define DEST(l) HEADERS(1, IPPROTO_DSTOPTS, l)
#define AUTH(l) HEADERS(1, IPPROTO_AH, l)
#define OTHER(number) HEADERS(1, number, 0)
#define ROUTINGS(count, kind, l, segments)                                                         \
	{                                                                                          \
		.n = (count), .type = IPPROTO_ROUTING, .length = (l), .routing = (kind),           \
		.left = (segments)                                                                 \
	}
#define ROUTING(kind, l, segments) ROUTINGS(1, kind, l, segments)
#define FRAGMENT(reserved) HEADERS(1, IPPROTO_FRAGMENT, reserved) /* an atomic one */
#define INNER_IPV6 HEADERS(1, IPPROTO_IPV6, 0)
#define JUMBO HEADERS(1, JUMBO_TYPE, 0) /* hop-by-hop, with a jumbo option */
#define JUMBO_TYPE 0xff

/* One fragment: bytes from..to of the fragmentable part; to 0 is its end. */
struct cut {
	uint16_t from, to;
	uint8_t reserved, bits; /* the header's reserved byte and bits */
	bool decoy;		/* this one names the marker's port */
	bool more;		/* says that more follow, though it is the end */
};

#define CUT(first, end)                                                                            \
	{                                                                                          \
		.from = (first), .to = (end)                                                       \
	}
#define ALL CUT(0, 0)
#define RESERVED(byte)                                                                             \
	{                                                                                          \
		.reserved = (byte)                                                                 \
	}
#define DECOY(first, end)                                                                          \
	{                                                                                          \
		.from = (first), .to = (end), .decoy = true                                        \
	}

struct row {
	const char *sentence;
	enum verdict verdict;
	struct header before[24], behind[24]; /* of the fragment header, if there are cuts */
	struct cut cuts[8];		      /* fragments in the order of their sending */
	size_t n_cuts;
	uint16_t tags[5];   /* ethertypes, all with VID 0 */
	uint16_t ethertype; /* instead of IPv6 */
	int plus;	    /* is added to the payload length */
	bool no_length;	    /* the payload length is 0 */
	uint16_t trailing;  /* bytes behind the payload */
	uint8_t version;    /* instead of 6 */
	bool to_group, broadcast;
	bool short_for_tcp; /* of TCP it is dropped */
};

#define BEFORE(...) .before = { __VA_ARGS__ }
#define BEHIND(...) .behind = { __VA_ARGS__ }
#define N_CUTS(...) (sizeof((struct cut[]){ __VA_ARGS__ }) / sizeof(struct cut))
#define CUTS(...) .cuts = { __VA_ARGS__ }, .n_cuts = N_CUTS(__VA_ARGS__)
#define TAGS(...) .tags = { __VA_ARGS__ }

#define CHAIN(n, verdict)                                                                          \
	{                                                                                          \
#n " destination options", verdict, BEFORE(HEADERS(n, 60, 0))                      \
	}
#define Q ETH_P_8021Q
#define AD ETH_P_8021AD

static const struct row rows[] = {
	{ "no extension header", WALKED, .trailing = 0 },
	{ "bytes behind the payload", WALKED, .trailing = 40 },
	{ "a broadcast frame", WALKED, .broadcast = true },
	{ "a packet to all nodes", WALKED, .to_group = true },

	CHAIN(1, WALKED),
	CHAIN(2, WALKED),
	CHAIN(3, WALKED),
	CHAIN(4, WALKED),
	CHAIN(5, WALKED),
	CHAIN(6, WALKED),
	CHAIN(7, WALKED),
	CHAIN(8, WALKED),
	CHAIN(9, WALKED),
	CHAIN(10, WALKED),
	CHAIN(11, WALKED),
	CHAIN(12, WALKED),
	CHAIN(13, WALKED),
	CHAIN(14, WALKED),
	CHAIN(15, WALKED),
	CHAIN(16, DROPPED),
	CHAIN(17, DROPPED),
	CHAIN(18, DROPPED),
	CHAIN(19, DROPPED),
	CHAIN(20, DROPPED),
	{ "long destination options", WALKED, BEFORE(DEST(255)) },
	{ "three long destination options", WALKED, BEFORE(DEST(255), DEST(255), DEST(254)) },
	{ "hop-by-hop", WALKED, BEFORE(HOP(0)) },
	{ "long hop-by-hop", WALKED, BEFORE(HOP(255)) },
	{ "hop-by-hop twice", WALKED, BEFORE(HOP(0), HOP(1)) },
	{ "hop-by-hop behind destination options", WALKED, BEFORE(DEST(0), HOP(0)) },
	{ "hop-by-hop, destination options, routing", WALKED,
	  BEFORE(HOP(0), DEST(1), ROUTING(0, 2, 0)) },
	{ "hop-by-hop and 15 destination options", DROPPED, BEFORE(HOP(0), HEADERS(15, 60, 0)) },
	{ "routing of type 0, at its end", WALKED, BEFORE(ROUTING(0, 0, 0)) },
	{ "routing of type 0, with an address left", WALKED, BEFORE(ROUTING(0, 2, 1)) },
	{ "routing of type 2, at its end", WALKED, BEFORE(ROUTING(2, 2, 0)) },
	{ "routing of type 3, at its end", WALKED, BEFORE(ROUTING(3, 2, 0)) },
	{ "routing of type 4, at its end", WALKED, BEFORE(ROUTING(4, 2, 0)) },
	{ "routing of type 4, one segment left", WALKED, BEFORE(ROUTING(4, 2, 1)) },
	{ "routing of type 253, long", WALKED, BEFORE(ROUTING(253, 255, 0)) },
	{ "routing between destination options", WALKED,
	  BEFORE(DEST(0), ROUTING(0, 4, 0), DEST(2)) },
	{ "14 routing headers and a hop-by-hop", WALKED, BEFORE(HOP(0), ROUTINGS(14, 0, 0, 0)) },
	{ "15 routing headers and a hop-by-hop", DROPPED, BEFORE(HOP(0), ROUTINGS(15, 0, 0, 0)) },
	{ "AH", WALKED, BEFORE(AUTH(4)) },
	{ "AH of 8 bytes behind destination options", WALKED, BEFORE(DEST(0), AUTH(0)) },

	{ "no next header, and more behind it", PASSED, BEFORE(OTHER(IPPROTO_NONE)) },
	{ "ESP", PASSED, BEFORE(OTHER(IPPROTO_ESP)) },
	{ "mobility", PASSED, BEFORE(OTHER(IPPROTO_MH)) },
	{ "the host identity protocol", PASSED, BEFORE(OTHER(139)) },
	{ "shim6", PASSED, BEFORE(OTHER(140)) },
	{ "an experiment", PASSED, BEFORE(OTHER(253)) },
	{ "another experiment", PASSED, BEFORE(OTHER(254)) },
	{ "IPv6 in IPv6", PASSED, BEFORE(INNER_IPV6) },
	{ "IPv6 behind routing of type 0", PASSED, BEFORE(ROUTING(0, 2, 0), INNER_IPV6) },
	{ "IPv6 behind routing of type 3", UNJUDGED, BEFORE(ROUTING(3, 2, 0), INNER_IPV6) },
	{ "IPv6 behind routing of type 4", UNJUDGED, BEFORE(ROUTING(4, 2, 0), INNER_IPV6) },

	{ "an atomic fragment", WALKED, CUTS(ALL) },
	{ "an atomic fragment, reserved byte 1", WALKED, CUTS(RESERVED(1)) },
	{ "an atomic fragment, reserved byte 2", WALKED, CUTS(RESERVED(2)) },
	{ "an atomic fragment, reserved byte 255", WALKED, CUTS(RESERVED(255)) },
	{ "an atomic fragment, reserved bits", WALKED, CUTS({ .bits = 6 }) },
	{ "an atomic fragment in front of destination options", WALKED, BEHIND(DEST(1)),
	  CUTS(RESERVED(1)) },
	{ "an atomic fragment behind hop-by-hop", WALKED, BEFORE(HOP(2)), CUTS(ALL) },
	{ "an atomic fragment behind destination options", DROPPED, BEFORE(DEST(0)), CUTS(ALL) },
	{ "an atomic fragment behind routing", DROPPED, BEFORE(ROUTING(0, 0, 0)), CUTS(ALL) },
	{ "an atomic fragment behind AH", DROPPED, BEFORE(AUTH(4)), CUTS(ALL) },
	{ "an atomic fragment behind hop-by-hop and routing", DROPPED,
	  BEFORE(HOP(0), ROUTING(0, 0, 0)), CUTS(ALL) },
	{ "two atomic fragments", DROPPED, BEFORE(FRAGMENT(0)), CUTS(ALL) },
	{ "two atomic fragments, reserved bytes", DROPPED, BEFORE(FRAGMENT(1)), CUTS(RESERVED(1)) },
	{ "14 destination options in an atomic fragment", WALKED, BEHIND(HEADERS(14, 60, 0)),
	  CUTS(ALL) },
	{ "15 destination options in an atomic fragment", DROPPED, BEHIND(HEADERS(15, 60, 0)),
	  CUTS(ALL) },
	{ "two fragments", WALKED, CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "two fragments, the last one first", WALKED, CUTS(CUT(24, 0), CUT(0, 24)) },
	{ "three fragments, shuffled", WALKED, CUTS(CUT(24, 40), CUT(40, 0), CUT(0, 24)) },
	{ "two fragments with reserved bytes and bits", WALKED,
	  CUTS({ .to = 24, .reserved = 1, .bits = 6 }, { .from = 24, .reserved = 7, .bits = 2 }) },
	{ "two fragments behind hop-by-hop", WALKED, BEFORE(HOP(0)), CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "two fragments with destination options in the first", WALKED, BEHIND(DEST(0)),
	  CUTS(CUT(0, 32), CUT(32, 0)) },
	{ "two fragments behind destination options", DROPPED, BEFORE(DEST(0)),
	  CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "two fragments behind destination options, the last one first", DROPPED, BEFORE(DEST(0)),
	  CUTS(CUT(24, 0), CUT(0, 24)) },
	{ "two fragments behind routing", DROPPED, BEFORE(ROUTING(0, 2, 0)),
	  CUTS(CUT(0, 24), CUT(24, 0)) },
	{ "a first fragment of eight bytes", WALKED, CUTS(CUT(0, 8), CUT(8, 0)),
	  .short_for_tcp = true },
	{ "a first fragment of eight bytes, the last one first", WALKED, CUTS(CUT(8, 0), CUT(0, 8)),
	  .short_for_tcp = true },
	{ "a first fragment through the flags", WALKED, CUTS(CUT(0, 16), CUT(16, 0)) },
	{ "a first fragment of destination options alone", DROPPED, BEHIND(DEST(0)),
	  CUTS(CUT(0, 8), CUT(8, 0)) },
	{ "a first fragment of destination options alone, at last", DROPPED, BEHIND(DEST(0)),
	  CUTS(CUT(8, 0), CUT(0, 8)) },
	{ "a first fragment that ends within destination options", DROPPED, BEHIND(DEST(2)),
	  CUTS(CUT(0, 8), CUT(8, 0)) },
	{ "the headers in three fragments", DROPPED, BEHIND(DEST(0), ROUTING(0, 0, 0)),
	  CUTS(CUT(0, 8), CUT(8, 16), CUT(16, 0)) },
	{ "a fragment within a fragment", DROPPED, BEHIND(FRAGMENT(0)),
	  CUTS(CUT(0, 32), CUT(32, 0)) },
	{ "the first fragment twice", WALKED, CUTS(CUT(0, 24), CUT(0, 24), CUT(24, 0)) },
	{ "the first fragment to another port, then the real one", WALKED,
	  CUTS(DECOY(0, 24), CUT(0, 24), CUT(24, 0)) },
	{ "the real first fragment, then one to another port", WALKED,
	  CUTS(CUT(0, 24), DECOY(0, 24), CUT(24, 0)) },
	{ "a whole packet to another port over the tail", WALKED,
	  CUTS(CUT(24, 0), DECOY(0, 0), CUT(0, 24)) },
	{ "ports overwritten by an overlapping fragment", WALKED, BEHIND(DEST(0)),
	  CUTS(DECOY(0, 32), CUT(8, 0)) },
	{ "ports overwritten before they come", WALKED, BEHIND(DEST(0)),
	  CUTS(CUT(8, 0), DECOY(0, 32)) },
	{ "overlapping by eight bytes", WALKED, CUTS(CUT(0, 32), CUT(24, 0)) },
	{ "an end that is none", WALKED, CUTS(CUT(0, 24), { .from = 24, .more = true }) },

	{ "a payload length of 0", DROPPED, .no_length = true },
	{ "a payload length of 0 and hop-by-hop", DROPPED, BEFORE(HOP(0)), .no_length = true },
	{ "a payload length of 0, hop-by-hop and destination options", DROPPED,
	  BEFORE(HOP(1), DEST(0)), .no_length = true },
	{ "a payload length of 0 and hop-by-hop in front of a fragment", DROPPED, BEFORE(HOP(0)),
	  CUTS(ALL), .no_length = true },
	{ "a jumbogram", DROPPED, BEFORE(JUMBO), .no_length = true },
	{ "a jumbo option beside a payload length", WALKED, BEFORE(JUMBO) },
	{ "a payload that ends in front of the ports", DROPPED, .plus = -TEXT_SIZE - 20 },
	{ "a payload that ends behind the ports", DROPPED, .plus = -TEXT_SIZE - 4 },
	{ "a payload that ends in front of the ports, and more bytes", DROPPED,
	  .plus = -TEXT_SIZE - 20, .trailing = 80 },
	{ "a payload that ends within destination options", DROPPED, BEFORE(DEST(2)),
	  .plus = -TEXT_SIZE - 30, .trailing = 80 },
	{ "a payload that ends behind destination options", DROPPED, BEFORE(DEST(0)),
	  .plus = -TEXT_SIZE - 20, .trailing = 80 },
	{ "a payload that ends early", WALKED, .plus = -8, .trailing = 40 },
	{ "a payload that ends behind the frame", DROPPED, .plus = 1 },
	{ "a payload that ends far behind the frame", DROPPED, .plus = 4000 },
	{ "a payload that ends behind the transport's", WALKED, .plus = 8, .trailing = 40 },

	{ "a tag of VID 0", WALKED, TAGS(Q) },
	{ "a service tag of VID 0", WALKED, TAGS(AD) },
	{ "two tags of VID 0", WALKED, TAGS(Q, Q) },
	{ "a service tag and a tag of VID 0", WALKED, TAGS(AD, Q) },
	{ "a tag and a service tag of VID 0", WALKED, TAGS(Q, AD) },
	{ "three tags of VID 0", DROPPED, TAGS(Q, Q, Q) },
	{ "three service tags of VID 0", DROPPED, TAGS(AD, AD, AD) },
	{ "four tags of VID 0", DROPPED, TAGS(AD, Q, AD, Q) },
	{ "two tags of VID 0 and 15 destination options", WALKED, TAGS(Q, Q),
	  BEFORE(HEADERS(15, 60, 0)) },
	{ "a tag of VID 0 and a hidden fragment", DROPPED, TAGS(Q), BEFORE(DEST(0)), CUTS(ALL) },
	{ "a tag of VID 0 and a payload length of 0", DROPPED, TAGS(Q), BEFORE(HOP(0)),
	  .no_length = true },
	{ "a tag of the old type 0x9100", PASSED, TAGS(0x9100) },

	{ "version 0", DROPPED, .version = 16 },
	{ "version 4", DROPPED, .version = 4 },
	{ "version 5", DROPPED, .version = 5 },
	{ "version 7", DROPPED, .version = 7 },
	{ "version 15", DROPPED, .version = 15 },
	{ "version 4 in an IPv4 frame", PASSED, .version = 4, .ethertype = ETH_P_IP },
	{ "an IPv4 frame", PASSED, .ethertype = ETH_P_IP },
	{ "a frame of IEEE 802.3", PASSED, .ethertype = 100 },
	{ "a frame of another protocol", PASSED, .ethertype = 0x88b5 },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

/* ---- Frames ------------------------------------------------------------------ */

struct frame {
	size_t length;
	uint8_t bytes[FRAME_SIZE];
};

struct burst {
	size_t n;
	struct frame frames[8];
};

/* What is the same in all frames of a burst, and what makes it different from others. */
struct address {
	uint8_t protocol;
	uint16_t port;
	uint32_t id;
};

static struct {
	uint8_t host[6], peer[6];
	struct in6_addr address, group, stranger;
} world_of_frames;

struct buffer {
	size_t length;
	uint8_t bytes[FRAME_SIZE];
	uint8_t *next; /* where the type of what follows belongs */
};

static uint8_t *add(struct buffer *b, size_t size)
{
	uint8_t *at = b->bytes + b->length;

	assert_true(b->length + size <= sizeof(b->bytes));
	for (size_t i = 0; i < size; i++)
		at[i] = (b->length + i) & 1 ? MARKER & 0xff : MARKER >> 8;
	b->length += size;
	return at;
}

/* Options that every host skips, around the decoy; Linux takes eight of them. */
static void fill_options(uint8_t *at, size_t size)
{
	while (size) {
		size_t option = size < 257 ? size : 257;

		at[0] = option > 1 ? 0x1e : 0;
		if (option > 1)
			at[1] = option - 2;
		at += option;
		size -= option;
	}
}

static size_t size_of(const struct header *h)
{
	switch (h->type) {
	case IPPROTO_AH:
		return (h->length + 2) * 4;
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_IPV6:
		return 40;
	default:
		return (h->length + 1) * 8;
	}
}

static const struct in6_addr *destination_of(const struct row *row)
{
	return row->to_group ? &world_of_frames.group : &world_of_frames.address;
}

static void put_ipv6(uint8_t *at, const struct row *row, size_t payload)
{
	struct ip6_hdr ip = { .ip6_src = world_of_frames.stranger,
			      .ip6_dst = *destination_of(row) };

	ip.ip6_flow = htonl(6u << 28);
	ip.ip6_plen = htons(payload);
	ip.ip6_hlim = 64;
	memcpy(at, &ip, sizeof(ip));
}

/* behind: how many bytes follow, for those headers that say it. */
static void add_header(struct buffer *b, const struct row *row, const struct header *h,
		       size_t behind)
{
	uint8_t *at = add(b, size_of(h));

	*b->next = h->type == JUMBO_TYPE ? IPPROTO_HOPOPTS : h->type;
	b->next = at;
	at[1] = h->length;
	switch (h->type) {
	case JUMBO_TYPE:
		memcpy(at + 2, "\xc2\x04\x00\x00", 4);
		at[6] = (8 + behind) >> 8;
		at[7] = 8 + behind;
		break;
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
		fill_options(at + 2, size_of(h) - 2);
		break;
	case IPPROTO_ROUTING:
		at[2] = h->routing;
		at[3] = h->left;
		if (h->length >= 2) { /* one segment: this host */
			memset(at + 4, 0, 4);
			memcpy(at + 8, destination_of(row), 16);
		}
		break;
	case IPPROTO_FRAGMENT:
		memset(at + 2, 0, 2);
		break;
	case IPPROTO_IPV6:
		put_ipv6(at, row, behind);
		b->next = at + offsetof(struct ip6_hdr, ip6_nxt);
		break;
	}
}

static size_t add_headers(struct buffer *b, const struct row *row, const struct header *headers,
			  size_t behind)
{
	size_t size = 0, before = b->length;

	for (const struct header *h = headers; h->n; h++)
		size += h->n * size_of(h);
	for (const struct header *h = headers; h->n; h++)
		for (int i = 0; i < h->n; i++)
			add_header(b, row, h, size - (b->length - before) - size_of(h) + behind);
	return size;
}

static uint16_t checksum(const struct row *row, uint8_t protocol, const uint8_t *bytes, size_t size)
{
	uint32_t sum = htons(size) + htons(protocol);
	const void *addresses[] = { &world_of_frames.stranger, destination_of(row) };
	uint16_t word;

	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < 16; j += 2) {
			memcpy(&word, (const char *)addresses[i] + j, 2);
			sum += word;
		}
	for (size_t i = 0; i < size; i += 2) {
		memcpy(&word, bytes + i, 2);
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16)) & 0xffff;
	return sum ?: 0xffff;
}

/* The transport header with its data, which begins with the id. */
static void add_l4(struct buffer *b, const struct row *row, const struct address *to)
{
	bool udp = to->protocol == IPPROTO_UDP;
	size_t header = udp ? sizeof(struct udphdr) : sizeof(struct tcphdr);
	uint8_t *at = add(b, header + TEXT_SIZE);
	uint16_t source = htons(1024 + to->id % 60000);

	*b->next = to->protocol;
	memcpy(at + header, &to->id, sizeof(to->id));
	if (udp) {
		struct udphdr h = { .uh_sport = source, .uh_dport = htons(to->port) };

		h.uh_ulen = htons(header + TEXT_SIZE);
		memcpy(at, &h, sizeof(h));
		h.uh_sum = checksum(row, to->protocol, at, header + TEXT_SIZE);
		memcpy(at, &h, sizeof(h));
	} else {
		struct tcphdr h = { .th_sport = source, .th_dport = htons(to->port) };

		h.th_seq = htonl(to->id * 1000);
		h.th_off = sizeof(h) / 4;
		h.th_flags = TH_SYN;
		h.th_win = htons(1024);
		memcpy(at, &h, sizeof(h));
		h.th_sum = checksum(row, to->protocol, at, header + TEXT_SIZE);
		memcpy(at, &h, sizeof(h));
	}
}

/* The link layer and the IPv6 header, whose payload length is set at the end. */
static uint8_t *begin_frame(struct buffer *b, const struct row *row)
{
	uint16_t type = htons(row->ethertype ?: ETH_P_IPV6);
	uint8_t *at = add(b, 12);

	memcpy(at, world_of_frames.host, 6);
	if (row->broadcast)
		memset(at, 0xff, 6);
	if (row->to_group)
		memcpy(at, "\x33\x33\0\0\0\x01", 6);
	memcpy(at + 6, world_of_frames.peer, 6);
	for (const uint16_t *tag = row->tags; *tag; tag++) {
		uint16_t fields[] = { htons(*tag), 0 };

		memcpy(add(b, 4), fields, 4);
	}
	memcpy(add(b, 2), &type, 2);
	at = add(b, sizeof(struct ip6_hdr));
	put_ipv6(at, row, 0);
	if (row->version)
		at[0] = row->version << 4;
	b->next = at + offsetof(struct ip6_hdr, ip6_nxt);
	return at;
}

static void end_frame(struct buffer *b, const struct row *row, uint8_t *ip, struct frame *frame)
{
	size_t payload = b->bytes + b->length - ip - sizeof(struct ip6_hdr) + row->plus;
	uint16_t length = row->no_length ? 0 : htons(payload);

	memcpy(ip + offsetof(struct ip6_hdr, ip6_plen), &length, sizeof(length));
	add(b, row->trailing);
	frame->length = b->length;
	memcpy(frame->bytes, b->bytes, b->length);
}

static void build_fragment(struct frame *frame, const struct row *row, const struct cut *cut,
			   const struct address *to)
{
	static struct buffer part, b;
	size_t end, size;
	uint8_t type = 0, *ip, *fragment;
	struct address decoy = *to;
	uint16_t field;

	part.length = b.length = 0;
	part.next = &type;
	if (cut->decoy)
		decoy.port = MARKER;
	add_headers(&part, row, row->behind, 0);
	add_l4(&part, row, &decoy);
	end = cut->to && cut->to < part.length ? cut->to : part.length;
	size = end > cut->from ? end - cut->from : 0;

	ip = begin_frame(&b, row);
	add_headers(&b, row, row->before, 8 + size);
	fragment = add(&b, 8);
	*b.next = IPPROTO_FRAGMENT;
	fragment[0] = type;
	fragment[1] = cut->reserved;
	field = htons((cut->from & ~7) | cut->bits | (end < part.length || cut->more));
	memcpy(fragment + 2, &field, 2);
	memcpy(fragment + 4, &to->id, 4);
	memcpy(add(&b, size), part.bytes + cut->from, size);
	end_frame(&b, row, ip, frame);
}

static void build(struct burst *burst, const struct row *row, const struct address *to)
{
	static struct buffer b;
	size_t l4 = TEXT_SIZE + (to->protocol == IPPROTO_UDP ? 8 : 20);
	uint8_t *ip;

	burst->n = row->n_cuts;
	for (size_t i = 0; i < row->n_cuts; i++)
		build_fragment(&burst->frames[i], row, &row->cuts[i], to);
	if (burst->n)
		return;
	burst->n = 1;
	b.length = 0;
	ip = begin_frame(&b, row);
	add_headers(&b, row, row->before, l4);
	add_l4(&b, row, to);
	end_frame(&b, row, ip, &burst->frames[0]);
}

/* ---- Sending and receiving --------------------------------------------------- */

static int wire, sockets[2], marker; /* sockets: the target's, UDP and TCP */
static uint32_t last_id;

static void send_frame(const struct frame *frame)
{
	assert_int_equal(send(wire, frame->bytes, frame->length, 0), frame->length);
}

static void send_burst(const struct burst *burst)
{
	for (size_t i = 0; i < burst->n; i++)
		send_frame(&burst->frames[i]);
}

/* The id of what a socket got, or 0. */
static uint32_t receive(int fd, bool tcp)
{
	const struct linger reset = { .l_onoff = 1 };
	uint32_t id = 0;
	int from = tcp ? accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : fd;

	if (from < 0)
		return 0;
	if (recv(from, &id, sizeof(id), 0) != sizeof(id))
		id = tcp ? UINT32_MAX : 0;
	if (tcp) {
		setsockopt(from, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(from);
	}
	return id;
}

static bool marker_arrived(void *id)
{
	uint32_t got;

	while ((got = receive(marker, false)))
		if (got == *(uint32_t *)id)
			return true;
	return false;
}

/* Everything sent before has been dealt with. */
static void wait_for_wire(void)
{
	static const struct row plain;
	const struct address to = { IPPROTO_UDP, MARKER, ++last_id };
	static struct burst burst;

	build(&burst, &plain, &to);
	send_burst(&burst);
	wait_until(marker_arrived, (void *)&to.id, "the marker arrived");
}

static void take_address(const char *text, struct in6_addr *address)
{
	assert_int_equal(inet_pton(AF_INET6, text, address), 1);
}

static void take_mac(int fd, const char *device, uint8_t mac[6])
{
	struct ifreq request = {};

	strcpy(request.ifr_name, device);
	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
}

static void open_wire(void)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = 0 };

	enter_peer();
	address.sll_ifindex = if_nametoindex(PEER_DEVICE);
	wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	enter_host();
	assert_true(wire >= 0);
	assert_int_equal(bind(wire, (struct sockaddr *)&address, sizeof(address)), 0);
	take_mac(wire, PEER_DEVICE, world_of_frames.peer);
}

/* Frames of one processor stay in their order. */
static void stay_on_one_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/*
 * Fragments that came without the firewall must not be completed by later ones, even
 * if some bits are flipped. Answers go nowhere and wait for nobody.
 */
static void become_another_stranger(void)
{
	static uint8_t n;
	char text[INET6_ADDRSTRLEN];

	memset(&world_of_frames.stranger.s6_addr[8], ++n, 8);
	inet_ntop(AF_INET6, &world_of_frames.stranger, text, sizeof(text));
	must("ip neigh add %s lladdr 02:00:00:00:00:66 dev " HOST_DEVICE, text);
}

static int setup(void **unused)
{
	world_setup(unused);
	stay_on_one_processor();
	/* Fast Open for all listeners, without a cookie. */
	must("echo 0x602 >/proc/sys/net/ipv4/tcp_fastopen");
	must("echo 100000000 >/proc/sys/net/ipv6/ip6frag_high_thresh");
	must("ip -n %s link set " HOST_DEVICE " mtu 9000", world.host);
	must("ip -n %s link set " PEER_DEVICE " mtu 9000", world.peer);
	take_address(HOST_ADDRESS, &world_of_frames.address);
	take_address(GROUP, &world_of_frames.group);
	take_address(STRANGER, &world_of_frames.stranger);
	sockets[0] = host_udp(TARGET);
	sockets[1] = host_listen(TARGET);
	marker = host_udp(MARKER);
	take_mac(marker, HOST_DEVICE, world_of_frames.host);
	open_wire();
	return 0;
}

static int teardown(void **unused)
{
	close(wire);
	close(sockets[0]);
	close(sockets[1]);
	close(marker);
	return world_teardown(unused);
}

/* ---- The tests --------------------------------------------------------------- */

static const uint8_t protocols[] = { IPPROTO_UDP, IPPROTO_TCP };

static void show(const struct burst *burst)
{
	for (size_t i = 0; i < burst->n; i++) {
		const struct frame *frame = &burst->frames[i];

		fprintf(stderr, "frame %zu of %zu: ", i + 1, burst->n);
		for (size_t j = 0; j < frame->length; j++)
			fprintf(stderr, "%02x", frame->bytes[j]);
		fputc('\n', stderr);
	}
}

/* Does the target's socket get what the row carries? */
static bool arrives(const struct row *row, size_t protocol, struct burst *burst)
{
	struct address to = { protocols[protocol], TARGET, ++last_id };
	uint32_t got, other;

	build(burst, row, &to);
	send_burst(burst);
	wait_for_wire();
	got = receive(sockets[protocol], protocol);
	other = receive(sockets[!protocol], !protocol);
	if ((got && got != to.id) || other)
		fail_msg("%s: something else arrived: %u, %u", row->sentence, got, other);
	return got;
}

/* Without the firewall. */
static void learn(bool delivered[ROWS][2])
{
	static struct burst burst;
	size_t n = 0;

	world_reset(NULL);
	become_another_stranger();
	for (size_t i = 0; i < ROWS; i++)
		for (size_t p = 0; p < 2; p++)
			n += delivered[i][p] = arrives(&rows[i], p, &burst);
	print_message("# without the firewall the stack delivers %zu of %zu\n", n, 2 * ROWS);
	assert_true(n > ROWS); /* there is something to be protected from */
}

static void enable(const char *mode, bool open)
{
	struct netfwv6_mgr *mgr;

	world_reset(NULL);
	become_another_stranger();
	mgr = open_mgr();
	for (size_t p = 0; p < 2; p++) {
		assert_ok(netfwv6_mgr_open_global_port(mgr, MARKER, protocols[p], NULL));
		if (open)
			assert_ok(netfwv6_mgr_open_global_port(mgr, TARGET, protocols[p], NULL));
	}
	netfwv6_mgr_close(mgr);
	must("%s -q enable --mode %s " HOST_DEVICE, netfwv6(), mode);
}

static bool is_walked(const struct row *row, size_t protocol)
{
	return row->verdict == WALKED &&
	       !(row->short_for_tcp && protocols[protocol] == IPPROTO_TCP);
}

/* Sends all rows: how many arrive where they may not, or do not where they must. */
static size_t compare(bool delivered[ROWS][2], bool open)
{
	static struct burst burst;
	size_t wrong = 0, unjudged = 0;

	for (size_t i = 0; i < ROWS; i++)
		for (size_t p = 0; p < 2; p++) {
			bool wanted = open && delivered[i][p] && is_walked(&rows[i], p);

			if (arrives(&rows[i], p, &burst) == wanted)
				continue;
			if (rows[i].verdict == UNJUDGED) {
				unjudged++;
				continue;
			}
			print_error("%s of %s: %s at %s port\n", p ? "TCP" : "UDP",
				    rows[i].sentence, wanted ? "does not arrive" : "arrives",
				    open ? "an open" : "a closed");
			show(&burst);
			wrong++;
		}
	if (unjudged && !open)
		print_message("# known: %zu inner packets of segment routing reach a closed port\n",
			      unjudged);
	return wrong;
}

static size_t compare_all(const char *mode)
{
	static bool delivered[ROWS][2];
	size_t wrong;

	learn(delivered);
	enable(mode, false);
	wrong = compare(delivered, false);
	enable(mode, true);
	return wrong + compare(delivered, true);
}

static void no_frame_gets_past_native_mode(void **s)
{
	(void)s;
	assert_int_equal(compare_all("native"), 0);
}

static void no_frame_gets_past_generic_mode(void **s)
{
	(void)s;
	assert_int_equal(compare_all("generic"), 0);
}

/* Connection tracking reassembles fragments before the stack reads their headers. */
static void begin_connection_tracking(void)
{
	if (run("nft 'add table ip6 t; add chain ip6 t c { type filter hook prerouting priority 0; "
		"}; add rule ip6 t c ct state invalid counter'")
		    ->status) {
		print_message("# no nft with connection tracking here\n");
		skip();
	}
}

static void end_connection_tracking(void)
{
	must("nft delete table ip6 t");
}

static void no_frame_gets_past_with_connection_tracking(void **s)
{
	size_t wrong;

	(void)s;
	begin_connection_tracking();
	wrong = compare_all("native") + compare_all("generic");
	end_connection_tracking();
	assert_int_equal(wrong, 0);
}

static void set_segment_routing(int on)
{
	static const char *const names[] = { "seg6_enabled", "rpl_seg_enabled" };

	for (size_t i = 0; i < 2; i++)
		must("for d in all " HOST_DEVICE
		     "; do echo %d >/proc/sys/net/ipv6/conf/$d/%s; done",
		     on, names[i]);
}

/* Segment routing takes inner packets out of a routing header without a tunnel device. */
static void no_frame_gets_past_with_segment_routing(void **s)
{
	size_t wrong;

	(void)s;
	set_segment_routing(1);
	wrong = compare_all("native") + compare_all("generic");
	set_segment_routing(0);
	assert_int_equal(wrong, 0);
}

/* ---- Mutants ----------------------------------------------------------------- */

struct random {
	uint64_t state;
};

/* splitmix64 */
static uint64_t next_random(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t below(struct random *r, uint32_t limit)
{
	return next_random(r) % limit;
}

static bool chance(struct random *r, unsigned int percent)
{
	return below(r, 100) < percent;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static struct header random_header(struct random *r)
{
	static const uint8_t types[] = { IPPROTO_DSTOPTS, IPPROTO_DSTOPTS,  IPPROTO_ROUTING,
					 IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_HOPOPTS,
					 IPPROTO_AH };
	struct header h = { .n = chance(r, 90) ? 1 : 1 + below(r, 6) };

	h.type = chance(r, 97) ? types[below(r, sizeof(types))] : below(r, 255);
	h.length = h.type == IPPROTO_FRAGMENT && chance(r, 50) ? below(r, 256) :
		   chance(r, 85)			       ? below(r, 3) :
								 below(r, 30);
	h.left = chance(r, 5);
	return h;
}

static void random_headers(struct random *r, struct header *headers)
{
	size_t n = chance(r, 40) ? 0 : below(r, 4);

	memset(headers, 0, sizeof(((struct row *)0)->before));
	for (size_t i = 0; i < n; i++)
		headers[i] = random_header(r);
	if (n && chance(r, 30))
		headers[0] = (struct header)HOP(below(r, 3));
}

/* Fragments that cover the whole, in any order, some twice, some too long. */
static void random_cuts(struct random *r, struct row *row)
{
	uint16_t from = 0;

	memset(row->cuts, 0, sizeof(row->cuts));
	row->n_cuts = 1 + below(r, 4);
	for (size_t i = 0; i < row->n_cuts; i++) {
		uint16_t to = from + 8 * (1 + below(r, 6));

		row->cuts[i] = (struct cut){ .from = from, .to = to, .decoy = chance(r, 10) };
		row->cuts[i].bits = chance(r, 10) ? 2 * below(r, 4) : 0;
		row->cuts[i].reserved = chance(r, 20) ? below(r, 256) : 0;
		if (chance(r, 10) && from)
			row->cuts[i].from -= 8;
		from = to;
	}
	row->cuts[row->n_cuts - 1].to = 0;
	for (size_t i = 0; i < row->n_cuts && chance(r, 40); i++) {
		size_t other = below(r, row->n_cuts);
		struct cut cut = row->cuts[i];

		row->cuts[i] = row->cuts[other];
		row->cuts[other] = cut;
	}
}

/* A row of the table with some of it replaced. */
static struct row random_row(struct random *r)
{
	struct row row = rows[below(r, ROWS)];

	if (chance(r, 40))
		random_headers(r, row.before);
	if (chance(r, 25))
		random_cuts(r, &row);
	if (row.n_cuts && chance(r, 30))
		random_headers(r, row.behind);
	if (chance(r, 15)) {
		memset(row.tags, 0, sizeof(row.tags));
		for (size_t i = 0, n = below(r, 5); i < n; i++)
			row.tags[i] = chance(r, 50) ? Q : AD;
	}
	if (chance(r, 10))
		row.plus = (int)below(r, 129) - 64;
	if (chance(r, 5))
		row.no_length = !row.no_length;
	if (chance(r, 15))
		row.trailing = below(r, 100);
	return row;
}

static void flip_bits(struct random *r, struct frame *frame)
{
	size_t reach = frame->length < 140 ? frame->length : 140;

	for (unsigned int n = 1 + below(r, 3); n; n--)
		frame->bytes[12 + below(r, reach - 12)] ^= 1 << below(r, 8);
	if (chance(r, 10))
		frame->length -= below(r, 40);
}

static void build_mutant(struct random *r, struct burst *burst, struct address *to)
{
	struct row row = random_row(r);

	*to = (struct address){ protocols[below(r, 2)], TARGET, ++last_id };
	build(burst, &row, to);
	for (size_t i = 0; i < burst->n; i++)
		if (chance(r, 15))
			flip_bits(r, &burst->frames[i]);
}

/* How many of n mutants reach the target's sockets. */
static size_t send_mutants(struct random *r, size_t n)
{
	static struct burst burst;
	struct address to;
	size_t arrived = 0;

	for (size_t i = 0; i < n; i++) {
		build_mutant(r, &burst, &to);
		send_burst(&burst);
	}
	wait_for_wire();
	for (size_t p = 0; p < 2; p++)
		while (receive(sockets[p], p))
			arrived++;
	return arrived;
}

/* Again, one by one, from where the random numbers stood: those that arrive, or all. */
static void show_mutants(struct random begun, size_t n)
{
	static struct burst burst;
	struct random r = begun;
	struct address to;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		build_mutant(&r, &burst, &to);
		send_burst(&burst);
		wait_for_wire();
		for (size_t p = 0; p < 2; p++)
			while (receive(sockets[p], p)) {
				any = true;
				show(&burst);
			}
	}
	for (size_t i = 0; i < n && !any; i++) {
		build_mutant(&begun, &burst, &to);
		show(&burst);
	}
}

/* How many mutants of a closed port arrive. */
static size_t send_all_mutants(const char *mode)
{
	uint64_t seed = setting("NETFWV6_SEED", DEFAULT_SEED);
	uint64_t rounds = setting("NETFWV6_ROUNDS", DEFAULT_ROUNDS);
	struct random r = { seed };
	size_t arrived = 0;

	become_another_stranger();
	/* In small groups, as a socket holds only so many. */
	for (uint64_t i = 0; i < rounds; i += LISTENS_TO)
		arrived += send_mutants(&r, LISTENS_TO);
	print_message("# NETFWV6_SEED=%" PRIu64 ": without the firewall %zu of %" PRIu64
		      " mutants arrive\n",
		      seed, arrived, rounds);
	assert_true(arrived > rounds / 8);
	enable(mode, false);
	r.state = seed;
	arrived = 0;
	for (uint64_t i = 0; i < rounds && !arrived; i += LISTENS_TO) {
		struct random begun = r;

		arrived = send_mutants(&r, LISTENS_TO);
		if (arrived)
			show_mutants(begun, LISTENS_TO);
	}
	return arrived;
}

static void no_mutant_gets_past_native_mode(void **s)
{
	(void)s;
	assert_int_equal(send_all_mutants("native"), 0);
}

static void no_mutant_gets_past_generic_mode(void **s)
{
	(void)s;
	assert_int_equal(send_all_mutants("generic"), 0);
}

static void no_mutant_gets_past_with_connection_tracking(void **s)
{
	size_t arrived;

	(void)s;
	begin_connection_tracking();
	arrived = send_all_mutants("native");
	end_connection_tracking();
	assert_int_equal(arrived, 0);
}

#define test(function) cmocka_unit_test_setup(function, world_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(no_frame_gets_past_native_mode),
		test(no_frame_gets_past_generic_mode),
		test(no_frame_gets_past_with_connection_tracking),
		test(no_frame_gets_past_with_segment_routing),
		test(no_mutant_gets_past_native_mode),
		test(no_mutant_gets_past_generic_mode),
		test(no_mutant_gets_past_with_connection_tracking),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
