/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that ingress finds for a tuple in its direction: sender first. */
#ifndef NETFWV6_SOCKET_LOOKUP_H
#define NETFWV6_SOCKET_LOOKUP_H

#include "parse.h"

#define NO_SOCKET 0 /* no TCP state has this number */

/*
 * The state of the TCP socket that would get the segment: also TIME_WAIT, SYN_RECV. With
 * free_only, sockets that are bound to a device do not count: ingress does not find them
 * where frames come in by a member of the device, as with a bond.
 */
static __always_inline __u32 tcp_socket_state(packet_context *ctx, struct tuple *t, bool free_only)
{
	struct bpf_sock *sk = bpf_skc_lookup_tcp(ctx, (struct bpf_sock_tuple *)t, sizeof(*t),
						 BPF_F_CURRENT_NETNS, 0);
	__u32 state;

	if (!sk)
		return NO_SOCKET;
	state = free_only && sk->bound_dev_if ? NO_SOCKET : sk->state;
	bpf_sk_release(sk);
	return state;
}

/* Would the datagram get to a socket that is connected to exactly its sender? */
static __always_inline bool udp_socket_connected(packet_context *ctx, struct tuple *t,
						 bool free_only)
{
	struct bpf_sock *sk = bpf_sk_lookup_udp(ctx, (struct bpf_sock_tuple *)t, sizeof(*t),
						BPF_F_CURRENT_NETNS, 0);
	bool connected;

	if (!sk)
		return false;
	connected = sk->dst_port == t->ports.source && sk->dst_ip6[0] == t->source.s6_addr32[0] &&
		    sk->dst_ip6[1] == t->source.s6_addr32[1] &&
		    sk->dst_ip6[2] == t->source.s6_addr32[2] &&
		    sk->dst_ip6[3] == t->source.s6_addr32[3] && !(free_only && sk->bound_dev_if);
	bpf_sk_release(sk);
	return connected;
}

#endif
