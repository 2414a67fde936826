// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Next headers that Linux does not skip are final. They pass, also if what they hold
 * has the shape of an extension header in front of a closed port.
 */
#include <stdbool.h>
#include <stdio.h>
#include "rows.h"

struct protocol {
	uint8_t number;
	const char *name;
};

static const struct protocol protocols[] = {
	{ IPPROTO_ICMP, "ICMP" },
	{ IPPROTO_IGMP, "IGMP" },
	{ IPPROTO_IPIP, "IPv4 in IPv6" },
	{ IPPROTO_DCCP, "DCCP" },
	{ IPPROTO_IPV6, "IPv6 in IPv6" },
	{ IPPROTO_GRE, "GRE" },
	{ IPPROTO_ESP, "ESP" },
	{ IPPROTO_ICMPV6, "ICMPv6" },
	{ IPPROTO_NONE, "no next header" },
	{ 61, "any host internal protocol" },
	{ 89, "OSPF" },
	{ IPPROTO_PIM, "PIM" },
	{ IPPROTO_COMP, "IPComp" },
	{ 112, "VRRP" },
	{ 115, "L2TP" },
	{ IPPROTO_SCTP, "SCTP" },
	{ IPPROTO_MH, "the mobility header" },
	{ IPPROTO_UDPLITE, "UDP-Lite" },
	{ IPPROTO_MPLS, "MPLS in IPv6" },
	{ 139, "the host identity protocol" },
	{ 140, "Shim6" },
	{ 143, "Ethernet in IPv6" },
	{ 253, "the experimental protocol 253" },
	{ 254, "the experimental protocol 254" },
	{ IPPROTO_RAW, "the reserved protocol 255" },
};

static void add_protocol(struct table *t, const struct protocol *p)
{
	const struct row rows[] = {
		{ p->name, PASS(OTHER_PROTOCOL), PACKET(IPV6, HEADER(p->number, 0), L4, DATA(64)) },
		{ table_format(t, "%s that holds ports at once", p->name), PASS(OTHER_PROTOCOL),
		  PACKET(IPV6, NEXT(p->number), L4, DATA(64)) },
		{ table_format(t, "%s with nothing in it", p->name), PASS(OTHER_PROTOCOL),
		  PACKET(IPV6, NEXT(p->number)) },
		{ table_format(t, "%s behind hop-by-hop", p->name), PASS(OTHER_PROTOCOL),
		  PACKET(IPV6, HOP(0), HEADER(p->number, 0), L4, DATA(64)) },
		{ table_format(t, "%s behind destination options and AH", p->name),
		  PASS(OTHER_PROTOCOL),
		  PACKET(IPV6, DEST(1), AUTH(4), HEADER(p->number, 1), L4, DATA(64)) },
		{ table_format(t, "%s in a first fragment", p->name), PASS(OTHER_PROTOCOL),
		  PACKET(IPV6, FRAGMENT(0, MORE), HEADER(p->number, 0), L4, DATA(64)) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct row row = rows[i];

		row.links = ON(LINK_PLAIN) | ON(LINK_RAW);
		table_add_copy(t, row);
	}
}

static const struct row tunnels[] = {
	{ "an IPv6 packet in IPv6", PASS(OTHER_PROTOCOL), PACKET(IPV6, IPV6, L4, DATA(64)) },
	{ "an IPv6 packet in IPv6 behind routing", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, ROUTING(2), IPV6, L4, DATA(64)) },
	{ "an IPv4 packet in IPv6", PASS(OTHER_PROTOCOL), PACKET(IPV6, IPV4, L4, DATA(64)) },
	{ "an IPv6 packet in GRE in IPv6", PASS(OTHER_PROTOCOL),
	  PACKET(IPV6, NEXT(IPPROTO_GRE), DATA(4), IPV6, L4, DATA(64)) },
};

static bool is_final(int number)
{
	switch (number) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
		return false;
	default:
		return true;
	}
}

static void every_other_next_header_is_final(void **state)
{
	static struct frame frame;
	const struct variant v = { IPPROTO_TCP, CLOSED_PORT, CLOSED_PORT };
	struct firewall *fw = usual_firewall();

	(void)state;
	for (int number = 0; number < 256; number++) {
		char where[32];

		if (!is_final(number))
			continue;
		snprintf(where, sizeof(where), "next header %d: ", number);
		link_build(&frame, LINK_PLAIN, PIECES(IPV6, HEADER(number, 0), L4, DATA(64)), &v);
		expect_outcome(link_run(fw, LINK_PLAIN, &frame),
			       (struct outcome)PASS(OTHER_PROTOCOL), frame.bytes, frame.length,
			       where);
	}
}

void rows_other(struct table *t)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		add_protocol(t, &protocols[i]);
	table_add_rows(t, ROWS(tunnels));
	table_add(t, "every next header that Linux does not skip is final",
		  every_other_next_header_is_final, NULL);
}
