// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells of TCP connections that this host's sockets open and close. The kernel's own state
 * machine reports them, so each is told once. Each stream that wants to know has an instance.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/socket.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include "taps.h"

#define AF_INET6 10

/* The part of the kernel's structures that is needed; the loader finds where it lies. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct net {
	__u64 net_cookie;
};
typedef struct {
	struct net *net;
} possible_net_t;
struct sock_common {
	unsigned short skc_family;
	__be16 skc_dport;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};
struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};
struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};
#pragma clang attribute pop

/* Whose connections these are, and which tap wants them. */
const volatile struct watch_config netfwv6_watch = {};

static __always_inline bool is_mapped(const struct in6_addr *a)
{
	return !a->s6_addr32[0] && !a->s6_addr32[1] && a->s6_addr32[2] == bpf_htonl(0xffff);
}

static __always_inline bool is_loopback(const struct in6_addr *a)
{
	return !a->s6_addr32[0] && !a->s6_addr32[1] && !a->s6_addr32[2] &&
	       a->s6_addr32[3] == bpf_htonl(1);
}

/* The kind of event that a change of state is; 0 is none that is logged. */
static __always_inline __u8 kind_of(int before, int after)
{
	if (after == BPF_TCP_ESTABLISHED)
		return before == BPF_TCP_SYN_SENT ? EVENT_OPEN :
		       before == BPF_TCP_SYN_RECV ? EVENT_OPEN_INBOUND :
						    0;
	/* A connection that was never established does not close. */
	return after == BPF_TCP_CLOSE && before != BPF_TCP_SYN_SENT && before != BPF_TCP_SYN_RECV &&
			       before != BPF_TCP_NEW_SYN_RECV && before != BPF_TCP_LISTEN &&
			       before != BPF_TCP_CLOSE ?
		       EVENT_CLOSE :
		       0;
}

/* The source is the end that opened it; this host is, where one closes. */
static __always_inline void describe_connection(const struct sock *sk, __u8 kind,
						struct event *event)
{
	const struct sock_common *common = &sk->__sk_common;
	/* A socket that closes has lost skc_num already, so that is not read. */
	__be16 local_port = BPF_CORE_READ((const struct inet_sock *)sk, inet_sport);
	__be16 remote_port = BPF_CORE_READ(common, skc_dport);
	bool inbound = kind == EVENT_OPEN_INBOUND;

	event->version = EVENT_VERSION;
	event->kind = kind;
	event->time = bpf_ktime_get_ns();
	event->protocol = IPPROTO_TCP;
	event->known = EVENT_HAS_ADDRESSES | EVENT_HAS_PORTS;
	event->source_port = inbound ? remote_port : local_port;
	event->destination_port = inbound ? local_port : remote_port;
	BPF_CORE_READ_INTO(inbound ? &event->destination : &event->source, common,
			   skc_v6_rcv_saddr);
	BPF_CORE_READ_INTO(inbound ? &event->source : &event->destination, common, skc_v6_daddr);
}

static __always_inline bool is_watched(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6 &&
	       BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP &&
	       BPF_CORE_READ(sk, __sk_common.skc_net.net, net_cookie) == netfwv6_watch.netns_cookie;
}

SEC("tp_btf/inet_sock_set_state")
int netfwv6_state(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	int before = (int)ctx[1], after = (int)ctx[2];
	const volatile struct control *c = control();
	__u32 tap = netfwv6_watch.tap;
	__u8 kind = kind_of(before, after);
	struct event event = {};
	struct tap_state *state;

	if (!kind || !c || tap >= TAPS || !is_watched(sk))
		return 0;
	describe_connection(sk, kind, &event);
	if (is_mapped(&event.source) || is_mapped(&event.destination) ||
	    is_loopback(&event.destination))
		return 0;
	state = tap_state_of(TAPS + tap);
	if (state && take_token(state, c->tap[tap].rate, event.time))
		tap_put(tap, state, &event, sizeof(event));
	return 0;
}

char netfwv6_license[] SEC("license") = "GPL";
