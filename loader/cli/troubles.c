// SPDX-License-Identifier: LGPL-2.1-or-later
#include "troubles.h"

#include <netfwv6.h>

const struct trouble troubles[TROUBLES] = {
	{ NETFWV6_TROUBLE_GUARD_GONE, "guard-gone",
	  "NOT firewalled: somebody took the guard off, so packets come in unjudged" },
	{ NETFWV6_TROUBLE_XDP_GONE, "xdp-gone",
	  "somebody took the XDP program off: the guard judges alone" },
	{ NETFWV6_TROUBLE_XDP_BLIND, "xdp-blind",
	  "XDP sees no packets any more, as when a driver forgets its program: the guard judges "
	  "alone" },
	{ NETFWV6_TROUBLE_IN_FRONT, "in-front",
	  "somebody else's program stands in front, and may take packets before they are judged or "
	  "learned from" },
	{ NETFWV6_TROUBLE_NOT_LEARNING, "not-learning",
	  "egress program missing, so answers to this host may be dropped" },
};

const struct trouble blind_spots[BLIND_SPOTS] = {
	{ NETFWV6_BLIND_IPSEC_TRANSPORT, "ipsec-transport",
	  "what ESP carries in transport mode is not judged: filter it at the peers, or use tunnel "
	  "mode with an xfrm interface" },
	{ NETFWV6_BLIND_SEG6LOCAL, "seg6local",
	  "what seg6local routes decapsulate is not judged: filter it where it goes" },
	{ NETFWV6_BLIND_FOU, "fou",
	  "what FOU and GUE decapsulate is not judged on the device that it comes in by: enable "
	  "the "
	  "tunnel's own device" },
	{ NETFWV6_BLIND_IPSEC_LEARNING, "ipsec-learning",
	  "answers that come in by an IPsec tunnel without an interface reach connected sockets "
	  "alone: use an xfrm interface, or open the port" },
	{ NETFWV6_BLIND_TRANSLATION, "translation",
	  "the kernel does not describe its connection tracking (BTF), so what this host "
	  "translates "
	  "for others gets no answers through a firewalled device: use a kernel with "
	  "CONFIG_DEBUG_INFO_BTF, and enable the device again" },
};
