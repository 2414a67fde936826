/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Why a packet passed or was dropped. Every packet is counted under exactly one
 * reason. This table is the only place that knows them: the data plane takes
 * its numbers from it, the library its keywords and sentences.
 *
 * A number is the index into a connection's counter map, so numbers are never
 * reused. Below REASON_FIRST_DROP a packet passes, from there on it is dropped.
 */
#ifndef NETFWV6_REASONS_H
#define NETFWV6_REASONS_H

#define REASON_FIRST_DROP 32
#define REASON_COUNT 64

/* X(number, identifier, keyword, sentence) */
#define NETFWV6_REASONS(X)                                                                         \
	X(0, NOT_IPV6, "not-ipv6", "not IPv6")                                                     \
	X(1, OTHER_PROTOCOL, "other-protocol", "IPv6, but neither TCP nor UDP of this host")       \
	X(2, OPEN_HERE, "open-here", "to a port opened on this connection")                        \
	X(3, OPEN_GLOBAL, "open-global", "to a globally open port")                                \
	X(4, LATER_FRAGMENT, "later-fragment", "not the first fragment, so it holds no port")      \
	X(5, ESTABLISHED, "established", "TCP of a connection that a socket here has")             \
	X(6, UDP_REPLY, "udp-reply", "UDP to a socket here that is connected to the sender")       \
	X(7, FLOW, "flow", "of a conversation that this side began or answered")                   \
	X(8, LOOPED, "looped", "this host's own multicast, looped back")                           \
	X(9, FORWARDED, "forwarded", "not for this host, which leaves it to who filters that")     \
	X(32, CLOSED_TCP, "closed-tcp", "TCP to a closed port")                                    \
	X(33, CLOSED_UDP, "closed-udp", "UDP to a closed port")                                    \
	X(34, TRUNCATED, "truncated", "the frame ends before its headers or payload do")           \
	X(35, PAST_PAYLOAD, "past-payload", "a header beyond the end the payload length gives")    \
	X(36, MANY_HEADERS, "many-headers", "16 or more extension headers")                        \
	X(37, SHORT_FRAGMENT, "short-fragment", "first fragment without the whole header chain")   \
	X(38, HIDDEN_FRAGMENT, "hidden-fragment",                                                  \
	  "fragment header behind another than hop-by-hop")                                        \
	X(39, JUMBOGRAM, "jumbogram", "payload length 0 with a hop-by-hop header")                 \
	X(40, MANY_TAGS, "many-tags", "more than two VLAN tags")                                   \
	X(41, BAD_VERSION, "bad-version",                                                          \
	  "a frame said to be IPv6 whose header is of another version")                            \
	X(42, UNMATCHED_TCP, "unmatched-tcp",                                                      \
	  "TCP to a closed port in use, but of no conversation")                                   \
	X(43, UNMATCHED_UDP, "unmatched-udp", "UDP to a closed port in use, but of no conversation")

enum reason {
#define X(number, identifier, keyword, sentence) REASON_##identifier = number,
	NETFWV6_REASONS(X)
#undef X
};

/*
 * These are in the same counter map besides the reasons: each packet counted here is counted
 * under its reason as well. Two have the jiffy of their latest packet in the place of bytes.
 */
#define COUNT_UNSEEN_RUN 29 /* not seen by XDP since the latest one that was, on each CPU */
#define COUNT_UNSEEN 30	    /* not seen by XDP, where there is one in front of the guard */
#define COUNT_UNMARKED 31   /* passed by XDP, whose driver has no room for metadata */

#endif
