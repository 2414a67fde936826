/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parser goes from the link-layer header to the destination port, and sees it exactly as
 * the Linux stack will: only headers that Linux itself skips are walked, any other next-header
 * value is final, and nothing behind the end that the payload length gives exists. What could
 * hide a port is dropped, with its reason.
 *
 * Every function returns PARSED when the packet's destination is known, or the
 * reason that already decides the packet.
 */
#ifndef NETFWV6_PARSE_H
#define NETFWV6_PARSE_H

#include <stddef.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include "cursor.h"
#include "layout.h"
#include "ports.h"
#include "vlan.h"

#define PARSED (-1)

#define MAX_TAGS 2
#define MAX_EXT_HEADERS 15

/* in6.h spells these for user space only. */
#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AUTH 51
#define NEXT_DEST_OPTS 60

#define TCP_THROUGH_FLAGS 14

/* A packet while it is read, and where it wants to go once it is PARSED. */
struct packet {
	struct cursor at;
	__u32 ip;      /* where the IPv6 header starts */
	__u32 l4;      /* where the transport header starts */
	__u16 port;    /* destination, host byte order */
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP; before: the next header's type */
	__u8 has_ip;   /* ip is set */
	__u8 routed;   /* not 0: a routing header sends it on from its destination */
};

/* As struct bpf_sock_tuple has it for IPv6, which is also the packet's order. */
struct tuple {
	struct in6_addr source, destination;
	struct l4_ports ports;
};

/* The first eight bytes of an IPv6 header: all but the addresses. */
struct ipv6_start {
	__u8 version; /* in the upper half */
	__u8 flow[3];
	__be16 payload;
	__u8 next;
	__u8 hop_limit;
};

/* The first eight bytes of any extension header. */
struct ext_header {
	__u8 next;
	__u8 length; /* its unit depends on the header; a fragment header's is reserved */
	union {
		__be16 frag_offset; /* of a fragment header: offset, two reserved bits, "more" */
		struct {
			__u8 type, segments_left; /* of a routing header */
		};
	};
	__be32 rest;
};

#define FRAGMENT_OFFSET 0xfff8

/* Parses the transport header, of which a first fragment has at least ports and TCP flags. */
static __always_inline int parse_l4(packet_context *ctx, struct packet *p, bool fragment)
{
	__u32 need = p->protocol == IPPROTO_UDP ? UDP_HEADER :
		     fragment			? TCP_THROUGH_FLAGS :
						  TCP_HEADER;
	struct l4_ports ports;

	if (!cursor_has(&p->at, need) || !cursor_peek(ctx, &p->at, &ports, sizeof(ports)))
		return fragment ? REASON_SHORT_FRAGMENT : cursor_cut(&p->at, need);
	p->l4 = p->at.pos;
	p->port = bpf_ntohs(ports.destination);
	return PARSED;
}

/* The headers that Linux skips on its way to the transport header. */
static __always_inline bool is_ext_header(__u8 type)
{
	return type == NEXT_HOP_BY_HOP || type == NEXT_ROUTING || type == NEXT_FRAGMENT ||
	       type == NEXT_AUTH || type == NEXT_DEST_OPTS;
}

static __always_inline __u32 ext_header_size(__u8 type, __u8 length)
{
	if (type == NEXT_FRAGMENT)
		return 8;
	return type == NEXT_AUTH ? (length + 2) * 4 : (length + 1) * 8;
}

/* All bits or none, without a branch that the verifier would follow both ways. */
static __always_inline __u32 only_if(bool condition)
{
	__u32 mask = condition;

	barrier_var(mask);
	return -mask;
}

/*
 * Walks the extension headers, up to the transport header or to another protocol. It is not
 * inlined, so that the verifier reads it once and not for each way here. The loop must close
 * with a jump, which kernel 6.1 asks for: with a switch in it, clang lets it fall through.
 */
__noinline int netfwv6_chain(packet_context *ctx, struct packet *p)
{
	bool fragment = false; /* a first fragment: its chain has to end in it */
	bool only_hops = true; /* nothing but hop-by-hop headers so far */

	if (!p)
		return REASON_TRUNCATED; /* never: the verifier asks */
	for (int i = 0; i < MAX_EXT_HEADERS && is_ext_header(p->protocol); i++) {
		struct ext_header h;
		__u32 size;

		if (!cursor_peek(ctx, &p->at, &h, sizeof(h)))
			return fragment ? REASON_SHORT_FRAGMENT : cursor_cut(&p->at, sizeof(h));
		size = ext_header_size(p->protocol, h.length);
		if (!cursor_has(&p->at, size))
			return fragment ? REASON_SHORT_FRAGMENT : cursor_cut(&p->at, size);
		if (p->protocol == NEXT_FRAGMENT) {
			/* A leaving packet hides nothing, as this kernel made it. */
			if (!only_hops && !PACKET_IS_LEAVING)
				return REASON_HIDDEN_FRAGMENT;
			if (h.frag_offset & bpf_htons(FRAGMENT_OFFSET))
				return REASON_LATER_FRAGMENT;
			fragment = true;
		}
		p->routed |= h.segments_left & only_if(p->protocol == NEXT_ROUTING);
		only_hops = only_hops && p->protocol == NEXT_HOP_BY_HOP;
		p->protocol = h.next;
		p->at.pos += size;
	}
	if (is_ext_header(p->protocol))
		return REASON_MANY_HEADERS;
	if (p->protocol != IPPROTO_TCP && p->protocol != IPPROTO_UDP)
		return REASON_OTHER_PROTOCOL;
	return parse_l4(ctx, p, fragment);
}

/*
 * A super-packet that this host's own receive offload put together: too long for
 * the payload length field, so the kernel itself put a hop-by-hop header with
 * nothing but a jumbo option in front. No frame from a wire is that long.
 */
static __always_inline bool is_big_tcp(packet_context *ctx, const struct cursor *at)
{
	/* Without a value clang 19 spills a register that has none, which the verifier refuses. */
	struct {
		__u8 next, length, option, option_length;
		__be32 payload;
	} hop = {};
	__u32 room = at->frame - at->pos;

	return room > 65535 && cursor_peek(ctx, at, &hop, sizeof(hop)) && hop.length == 0 &&
	       hop.option == 0xc2 && hop.option_length == 4 && hop.payload == bpf_htonl(room);
}

static __always_inline int parse_ipv6(packet_context *ctx, struct packet *p)
{
	struct ipv6_start ip;
	__u32 payload, room;

	p->ip = p->at.pos;
	p->has_ip = true;
	if (!cursor_has(&p->at, sizeof(struct ipv6hdr)) ||
	    !cursor_peek(ctx, &p->at, &ip, sizeof(ip)))
		return REASON_TRUNCATED;
	if (ip.version >> 4 != 6)
		return REASON_BAD_VERSION;
	p->at.pos += sizeof(struct ipv6hdr);
	room = p->at.frame - p->at.pos;
	payload = bpf_ntohs(ip.payload);
	if (payload == 0 && ip.next == NEXT_HOP_BY_HOP) {
		if (!is_big_tcp(ctx, &p->at))
			return REASON_JUMBOGRAM;
		payload = room;
	}
	if (payload > room)
		return REASON_TRUNCATED;
	p->at.end = p->at.pos + payload;
	p->protocol = ip.next;
	return netfwv6_chain(ctx, p);
}

/* Parses what an EtherType announces, behind at most so many more tags. */
static __always_inline int parse_tagged(packet_context *ctx, struct packet *p, __be16 type,
					int tags)
{
	for (int i = 0; i < tags && is_vlan(type); i++) {
		struct vlan_tag tag;

		if (!cursor_take(ctx, &p->at, &tag, sizeof(tag)))
			return REASON_TRUNCATED;
		type = tag.ethertype;
	}
	if (is_vlan(type))
		return REASON_MANY_TAGS;
	if (type != bpf_htons(ETH_P_IPV6))
		return REASON_NOT_IPV6;
	return parse_ipv6(ctx, p);
}

static __always_inline struct packet packet_of(packet_context *ctx)
{
	__u32 frame = packet_length(ctx);

	return (struct packet){ .at = { .end = frame, .frame = frame } };
}

/* Where the port table has a parsed packet's destination. */
static __always_inline __u32 entry_of(const struct packet *p)
{
	return port_entry(is_udp(p->protocol), p->port);
}

/* Reads the addresses and ports of a parsed packet. */
static __always_inline bool read_tuple(packet_context *ctx, const struct packet *p,
				       struct tuple *tuple)
{
	return packet_load(ctx, p->ip + offsetof(struct ipv6hdr, saddr), tuple,
			   offsetof(struct tuple, ports)) &&
	       packet_load(ctx, p->l4, &tuple->ports, sizeof(tuple->ports));
}

#define TCP_DATA_OFFSET 12
#define TCP_FLAGS_OFFSET 13
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

static __always_inline bool read_tcp_flags(packet_context *ctx, const struct packet *p, __u8 *flags)
{
	return packet_load(ctx, p->l4 + TCP_FLAGS_OFFSET, flags, sizeof(*flags));
}

/* The first segment of a connection attempt. */
static __always_inline bool is_bare_syn(__u8 flags)
{
	return (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* The answer to one. */
static __always_inline bool is_syn_ack(__u8 flags)
{
	return (flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

#endif
