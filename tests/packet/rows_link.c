// SPDX-License-Identifier: LGPL-2.1-or-later
/* What stands in front of IPv6, and what is not IPv6 at all. */
#include "rows.h"

#define CTAG(vid) TAG(ETH_P_8021Q, vid)
#define STAG(vid) TAG(ETH_P_8021AD, vid)
#define PRIORITY(p) ((p) << 13)

static const struct row whole_frames[] = {
	{ "a plain packet", BY_PORT, PACKET(ETHERNET, IPV6, L4, DATA(64)) },
	{ "VID 0 is walked", BY_PORT, PACKET(ETHERNET, CTAG(0), IPV6, L4, DATA(64)) },
	{ "VID 0 with a priority is walked", BY_PORT,
	  PACKET(ETHERNET, CTAG(PRIORITY(7)), IPV6, L4, DATA(64)) },
	{ "VID 1 is walked", BY_PORT, PACKET(ETHERNET, CTAG(1), IPV6, L4, DATA(64)) },
	{ "VID 4095 is walked", BY_PORT, PACKET(ETHERNET, CTAG(4095), IPV6, L4, DATA(64)) },
	{ "a tag whose TCI spells IPv6 is walked", BY_PORT,
	  PACKET(ETHERNET, CTAG(ETH_P_IPV6), IPV6, L4, DATA(64)) },
	{ "an 802.1ad tag alone is walked", BY_PORT,
	  PACKET(ETHERNET, STAG(5), IPV6, L4, DATA(64)) },
	{ "802.1ad with VID 0 alone is walked", BY_PORT,
	  PACKET(ETHERNET, STAG(0), IPV6, L4, DATA(64)) },
	{ "802.1ad and 802.1Q are walked", BY_PORT,
	  PACKET(ETHERNET, STAG(5), CTAG(6), IPV6, L4, DATA(64)) },
	{ "802.1Q and 802.1ad are walked", BY_PORT,
	  PACKET(ETHERNET, CTAG(5), STAG(6), IPV6, L4, DATA(64)) },
	{ "two 802.1Q tags are walked", BY_PORT,
	  PACKET(ETHERNET, CTAG(5), CTAG(6), IPV6, L4, DATA(64)) },
	{ "two 802.1ad tags are walked", BY_PORT,
	  PACKET(ETHERNET, STAG(5), STAG(6), IPV6, L4, DATA(64)) },
	{ "two tags with VID 0 are walked", BY_PORT,
	  PACKET(ETHERNET, CTAG(0), CTAG(0), IPV6, L4, DATA(64)) },
	{ "two tags, then extension headers, are walked", BY_PORT,
	  PACKET(ETHERNET, STAG(5), CTAG(0), IPV6, HOP(0), DEST(2), L4, DATA(64)) },

	{ "three tags", DROP(MANY_TAGS),
	  PACKET(ETHERNET, CTAG(1), CTAG(2), CTAG(3), IPV6, L4, DATA(64)) },
	{ "three tags with VID 0", DROP(MANY_TAGS),
	  PACKET(ETHERNET, CTAG(0), CTAG(0), CTAG(0), IPV6, L4, DATA(64)) },
	{ "three tags, the third of 802.1ad", DROP(MANY_TAGS),
	  PACKET(ETHERNET, CTAG(1), CTAG(2), STAG(3), IPV6, L4, DATA(64)) },
	{ "three tags in front of an ICMPv6 packet", DROP(MANY_TAGS),
	  PACKET(ETHERNET, STAG(1), CTAG(2), CTAG(3), IPV6, NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "three tags in front of ARP", DROP(MANY_TAGS),
	  PACKET(ETHERNET, CTAG(1), CTAG(2), CTAG(3), TYPE(ETH_P_ARP), DATA(28)) },
	{ "three tags, the third cut off", DROP(MANY_TAGS),
	  PACKET(ETHERNET, CTAG(1), CTAG(2), CTAG(3), KEEP(0)) },
	{ "four tags", DROP(MANY_TAGS),
	  PACKET(ETHERNET, CTAG(0), CTAG(0), CTAG(0), CTAG(0), IPV6, L4, DATA(64)) },
	{ "five tags", DROP(MANY_TAGS),
	  PACKET(ETHERNET, STAG(0), STAG(0), CTAG(0), CTAG(0), CTAG(0), IPV6, L4, DATA(64)) },

	{ "nothing but an Ethernet header that announces IPv6", DROP(TRUNCATED),
	  PACKET(ETHERNET, IPV6, KEEP(0)) },
	{ "nothing but an Ethernet header that announces a tag", DROP(TRUNCATED),
	  PACKET(ETHERNET, CTAG(1), KEEP(0)) },
	{ "a tag cut behind its TCI", DROP(TRUNCATED), PACKET(ETHERNET, CTAG(1), KEEP(2)) },
	{ "a tag cut in its ethertype", DROP(TRUNCATED), PACKET(ETHERNET, CTAG(1), KEEP(3)) },
	{ "nothing behind one tag that announces IPv6", DROP(TRUNCATED),
	  PACKET(ETHERNET, CTAG(1), IPV6, KEEP(0)) },
	{ "nothing behind one tag that announces a tag", DROP(TRUNCATED),
	  PACKET(ETHERNET, CTAG(1), STAG(1), KEEP(0)) },
	{ "a second tag cut in its ethertype", DROP(TRUNCATED),
	  PACKET(ETHERNET, CTAG(1), CTAG(1), KEEP(3)) },
	{ "nothing behind two tags that announce IPv6", DROP(TRUNCATED),
	  PACKET(ETHERNET, CTAG(1), CTAG(1), IPV6, KEEP(0)) },

	{ "IPv4", PASS(NOT_IPV6), PACKET(ETHERNET, IPV4, L4, DATA(64)) },
	{ "IPv4 behind one tag", PASS(NOT_IPV6), PACKET(ETHERNET, CTAG(1), IPV4, L4, DATA(64)) },
	{ "IPv4 behind two tags", PASS(NOT_IPV6),
	  PACKET(ETHERNET, STAG(1), CTAG(1), IPV4, L4, DATA(64)) },
	{ "an IPv6 packet whose ethertype is that of IPv4", PASS(NOT_IPV6),
	  PACKET(ETHERNET, TYPE(ETH_P_IP), IPV6, L4, DATA(64)) },
	{ "an IPv6 packet whose ethertype has its bytes swapped", PASS(NOT_IPV6),
	  PACKET(ETHERNET, TYPE(0xdd86), IPV6, L4, DATA(64)) },
	{ "ARP", PASS(NOT_IPV6), PACKET(ETHERNET, TYPE(ETH_P_ARP), DATA(28)) },
	{ "ARP behind one tag", PASS(NOT_IPV6),
	  PACKET(ETHERNET, CTAG(0), TYPE(ETH_P_ARP), DATA(28)) },
	{ "ARP behind two tags", PASS(NOT_IPV6),
	  PACKET(ETHERNET, CTAG(0), CTAG(0), TYPE(ETH_P_ARP), DATA(28)) },
	{ "an LLC frame with a length for a type", PASS(NOT_IPV6),
	  PACKET(ETHERNET, TYPE(60), IPV6, L4, DATA(64)) },
	{ "a PPPoE session frame", PASS(NOT_IPV6),
	  PACKET(ETHERNET, TYPE(ETH_P_PPP_SES), DATA(8), IPV6, L4, DATA(64)) },
	{ "a PPPoE discovery frame", PASS(NOT_IPV6),
	  PACKET(ETHERNET, TYPE(ETH_P_PPP_DISC), DATA(28)) },
	{ "MPLS", PASS(NOT_IPV6), PACKET(ETHERNET, TYPE(ETH_P_MPLS_UC), DATA(4), IPV6, L4) },
	{ "the old stacking ethertype 0x9100, which Linux does not walk", PASS(NOT_IPV6),
	  PACKET(ETHERNET, TAG(ETH_P_QINQ1, 1), IPV6, L4, DATA(64)) },
	{ "the old stacking ethertype 0x9100 behind a tag", PASS(NOT_IPV6),
	  PACKET(ETHERNET, CTAG(1), TAG(ETH_P_QINQ1, 1), IPV6, L4, DATA(64)) },
	{ "nothing but an Ethernet header that announces IPv4", PASS(NOT_IPV6),
	  PACKET(ETHERNET, IPV4, KEEP(0)) },

	{ "version 0", DROP(BAD_VERSION), PACKET(ETHERNET, IPV6_VERSION(0), L4, DATA(64)) },
	{ "version 4", DROP(BAD_VERSION), PACKET(ETHERNET, IPV6_VERSION(4), L4, DATA(64)) },
	{ "version 5", DROP(BAD_VERSION), PACKET(ETHERNET, IPV6_VERSION(5), L4, DATA(64)) },
	{ "version 7", DROP(BAD_VERSION), PACKET(ETHERNET, IPV6_VERSION(7), L4, DATA(64)) },
	{ "version 14", DROP(BAD_VERSION), PACKET(ETHERNET, IPV6_VERSION(14), L4, DATA(64)) },
	{ "version 15", DROP(BAD_VERSION), PACKET(ETHERNET, IPV6_VERSION(15), L4, DATA(64)) },
	{ "version 4 with an extension header", DROP(BAD_VERSION),
	  PACKET(ETHERNET, IPV6_VERSION(4), DEST(0), L4, DATA(64)) },
	{ "version 4 with another protocol inside", DROP(BAD_VERSION),
	  PACKET(ETHERNET, IPV6_VERSION(4), NEXT(IPPROTO_ICMPV6), DATA(64)) },
	{ "version 4 behind one tag", DROP(BAD_VERSION),
	  PACKET(ETHERNET, CTAG(0), IPV6_VERSION(4), L4, DATA(64)) },
	{ "version 4 behind two tags", DROP(BAD_VERSION),
	  PACKET(ETHERNET, STAG(0), CTAG(0), IPV6_VERSION(4), L4, DATA(64)) },
	{ "version 4 with a frame shorter than an IPv6 header", DROP(TRUNCATED),
	  PACKET(ETHERNET, IPV6_VERSION(4), KEEP(39)) },
};

static const struct row raw_packets[] = {
	{ "a plain packet", BY_PORT, PACKET(IPV6, L4, DATA(64)) },
	{ "IPv4", PASS(NOT_IPV6), PACKET(IPV4, L4, DATA(64)) },
	{ "version 0", PASS(NOT_IPV6), PACKET(IPV6_VERSION(0), L4, DATA(64)) },
	{ "version 5", PASS(NOT_IPV6), PACKET(IPV6_VERSION(5), L4, DATA(64)) },
	{ "version 7", PASS(NOT_IPV6), PACKET(IPV6_VERSION(7), L4, DATA(64)) },
	{ "version 14", PASS(NOT_IPV6), PACKET(IPV6_VERSION(14), L4, DATA(64)) },
	{ "an Ethernet frame", PASS(NOT_IPV6), PACKET(ETHERNET, IPV6, L4, DATA(64)) },
	{ "an IPv4 packet that is cut off", PASS(NOT_IPV6), PACKET(IPV4, KEEP(14)) },
	{ "an IPv6 header that is cut off", DROP(TRUNCATED), PACKET(IPV6, KEEP(14)) },
};

static void add_on(struct table *t, const struct row *rows, size_t count, enum link link)
{
	for (size_t i = 0; i < count; i++) {
		struct row row = rows[i];

		row.links = ON(link);
		table_add_copy(t, row);
	}
}

void rows_link(struct table *t)
{
	add_on(t, ROWS(whole_frames), LINK_WHOLE);
	add_on(t, ROWS(raw_packets), LINK_RAW);
}
