// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#define IPV6_HEADER 40
#define MOST_TAGS 2
#define MOST_HEADERS 15

struct view {
	const uint8_t *bytes;
	size_t length;	/* of the frame */
	size_t payload; /* where the payload ends */
	const uint64_t *ports;
	unsigned int slot;
};

static unsigned int read16(const uint8_t *from)
{
	return from[0] << 8 | from[1];
}

static uint32_t read32(const uint8_t *from)
{
	return (uint32_t)read16(from) << 16 | read16(from + 2);
}

static enum reason port_reason(const struct view *v, uint8_t protocol, unsigned int port)
{
	uint64_t entry = v->ports[entry_of(protocol, port)];
	bool global = entry & 1;

	if (v->slot != 0) {
		if (entry >> v->slot & 1)
			return REASON_OPEN_HERE;
		if (entry >> (32 + v->slot) & 1)
			global = false;
	}
	if (global)
		return REASON_OPEN_GLOBAL;
	/* Here is no conversation that a port in use could belong to. */
	if (entry >> 32 & 1)
		return protocol == IPPROTO_TCP ? REASON_UNMATCHED_TCP : REASON_UNMATCHED_UDP;
	return protocol == IPPROTO_TCP ? REASON_CLOSED_TCP : REASON_CLOSED_UDP;
}

/* A header that does not lie in the payload as a whole. */
static enum reason missing(const struct view *v, size_t header_end, bool first_fragment)
{
	if (first_fragment)
		return REASON_SHORT_FRAGMENT;
	if (header_end > v->length)
		return REASON_TRUNCATED;
	return REASON_PAST_PAYLOAD;
}

static bool can_be_skipped(uint8_t type)
{
	return type == IPPROTO_HOPOPTS || type == IPPROTO_ROUTING || type == IPPROTO_FRAGMENT ||
	       type == IPPROTO_AH || type == IPPROTO_DSTOPTS;
}

static size_t header_size(uint8_t type, const uint8_t *header)
{
	switch (type) {
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_AH:
		return 4 * header[1] + 8;
	default:
		return 8 * header[1] + 8;
	}
}

static enum reason transport(const struct view *v, size_t at, uint8_t type, bool first_fragment)
{
	size_t needed;

	if (type == IPPROTO_UDP)
		needed = 8;
	else if (first_fragment)
		needed = 14;
	else
		needed = 20;
	if (at + needed > v->payload)
		return missing(v, at + needed, first_fragment);
	return port_reason(v, type, read16(v->bytes + at + 2));
}

static enum reason chain(const struct view *v, size_t at, uint8_t type)
{
	bool first_fragment = false;
	bool may_fragment = true;
	int headers = 0;

	while (can_be_skipped(type)) {
		const uint8_t *header = v->bytes + at;
		size_t size;

		if (++headers > MOST_HEADERS)
			return REASON_MANY_HEADERS;
		if (at + 8 > v->payload)
			return missing(v, at + 8, first_fragment);
		size = header_size(type, header);
		if (at + size > v->payload)
			return missing(v, at + size, first_fragment);
		if (type == IPPROTO_FRAGMENT) {
			if (!may_fragment)
				return REASON_HIDDEN_FRAGMENT;
			if (read16(header + 2) / 8 != 0)
				return REASON_LATER_FRAGMENT;
			first_fragment = true;
		}
		if (type != IPPROTO_HOPOPTS)
			may_fragment = false;
		type = header[0];
		at += size;
	}
	if (type == IPPROTO_TCP || type == IPPROTO_UDP)
		return transport(v, at, type, first_fragment);
	return REASON_OTHER_PROTOCOL;
}

/* The kernel's own super-packet: at is where its hop-by-hop header should be. */
static bool is_super_packet(const struct view *v, size_t at)
{
	size_t ipv6_length = v->length - at + IPV6_HEADER;
	const uint8_t *hop = v->bytes + at;

	return ipv6_length > 65575 && hop[1] == 0 && hop[2] == 0xc2 && hop[3] == 4 &&
	       read32(hop + 4) == ipv6_length - IPV6_HEADER;
}

static enum reason ipv6(struct view *v, size_t at)
{
	const uint8_t *ip = v->bytes + at;
	size_t payload = at + IPV6_HEADER;
	unsigned int given;

	if (payload > v->length)
		return REASON_TRUNCATED;
	if (ip[0] >> 4 != 6)
		return REASON_BAD_VERSION;
	given = read16(ip + 4);
	if (given == 0 && ip[6] == IPPROTO_HOPOPTS) {
		if (!is_super_packet(v, payload))
			return REASON_JUMBOGRAM;
		v->payload = v->length;
	} else {
		v->payload = payload + given;
	}
	if (v->payload > v->length)
		return REASON_TRUNCATED;
	return chain(v, payload, ip[6]);
}

static bool is_tag(unsigned int type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

static enum reason ethernet(struct view *v)
{
	size_t at = ETH_HLEN;
	unsigned int type;
	int tags = 0;

	if (v->length < ETH_HLEN)
		return REASON_TRUNCATED;
	type = read16(v->bytes + 12);
	while (is_tag(type)) {
		if (++tags > MOST_TAGS)
			return REASON_MANY_TAGS;
		if (at + 4 > v->length)
			return REASON_TRUNCATED;
		type = read16(v->bytes + at + 2);
		at += 4;
	}
	return type == ETH_P_IPV6 ? ipv6(v, at) : REASON_NOT_IPV6;
}

static enum reason raw_ip(struct view *v)
{
	if (v->length == 0)
		return REASON_TRUNCATED;
	return v->bytes[0] >> 4 == 6 ? ipv6(v, 0) : REASON_NOT_IPV6;
}

struct outcome model_outcome(const uint8_t *bytes, size_t length, enum link_type type,
			     const uint64_t *ports, unsigned int slot)
{
	struct view v = { .bytes = bytes, .length = length, .ports = ports, .slot = slot };
	enum reason reason = type == LINK_ETHERNET ? ethernet(&v) : raw_ip(&v);

	switch (reason) {
	case REASON_NOT_IPV6:
	case REASON_OTHER_PROTOCOL:
	case REASON_OPEN_HERE:
	case REASON_OPEN_GLOBAL:
	case REASON_LATER_FRAGMENT:
		return (struct outcome){ XDP_PASS, reason };
	default:
		return (struct outcome){ XDP_DROP, reason };
	}
}
