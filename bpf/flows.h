/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys and lifetimes of flows, which are the same at ingress and egress. */
#ifndef NETFWV6_FLOWS_H
#define NETFWV6_FLOWS_H

#include <bpf/bpf_endian.h>
#include "maps.h"
#include "parse.h"

#define SECOND 1000000000ULL

static __always_inline bool is_link_local(const struct in6_addr *a)
{
	return (a->s6_addr32[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

static __always_inline bool is_multicast(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xff;
}

/* Is the scope interface-local or link-local? */
static __always_inline bool stays_on_link(const struct in6_addr *group)
{
	return (group->s6_addr[1] & 0xf) <= 2;
}

/* The key of a packet that arrives, or of the answer to one that leaves. */
static __always_inline struct flow_key flow_key_of(const struct tuple *arriving, __u32 ifindex)
{
	bool on_link = is_link_local(&arriving->source) || is_link_local(&arriving->destination);

	return (struct flow_key){
		.local = arriving->destination,
		.remote = arriving->source,
		.local_port = arriving->ports.destination,
		.remote_port = arriving->ports.source,
		.ifindex = on_link ? ifindex : 0,
	};
}

/* Anyone may answer a query to a group, from the port that was asked. */
static __always_inline void widen_to_group(struct flow_key *key, bool on_link, __u32 ifindex)
{
	key->remote = (struct in6_addr){};
	key->ifindex = on_link ? ifindex : 0;
}

/* Where the group does not reach beyond the link, a neighbour may answer from any port. */
static __always_inline void widen_to_neighbours(struct flow_key *key, __u32 ifindex)
{
	widen_to_group(key, true, ifindex);
	key->remote_port = 0;
}

/*
 * Does the sender seem to be on the link? One of the two addresses is of use on the link alone, or
 * both are of one subnet.
 */
static __always_inline bool is_neighbours(const struct tuple *arriving)
{
	const struct in6_addr *from = &arriving->source, *to = &arriving->destination;

	return is_link_local(from) || is_link_local(to) ||
	       (from->s6_addr32[0] == to->s6_addr32[0] && from->s6_addr32[1] == to->s6_addr32[1]);
}

static __always_inline bool is_closed(__u32 seen)
{
	return (seen & (FLOW_FIN_OUT | FLOW_FIN_IN)) == (FLOW_FIN_OUT | FLOW_FIN_IN);
}

static __always_inline __u64 tcp_lifetime(__u32 seen)
{
	if (seen & FLOW_RESET_OUT)
		return FLOW_SECONDS_RESET * SECOND;
	if (is_closed(seen))
		return FLOW_SECONDS_CLOSED * SECOND;
	if (seen & FLOW_ESTABLISHED && !(seen & FLOW_RESET_IN))
		return FLOW_SECONDS_ESTABLISHED * SECOND;
	return FLOW_SECONDS_HALF_OPEN * SECOND;
}

/* It writes only what has moved by a second, so that the line stays shared among CPUs. */
static __always_inline void flow_update(struct flow *flow, __u32 seen, __u64 expires)
{
	if (flow->seen != seen)
		flow->seen = seen;
	if (expires > flow->expires + SECOND || expires < flow->expires)
		flow->expires = expires;
}

#endif
