/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dropped packets are reported to the taps that want them, on the drop path alone, and behind
 * one test of a flag.
 */
#ifndef NETFWV6_REPORT_H
#define NETFWV6_REPORT_H

#include <bpf/bpf_endian.h>
#include "config.h"
#include "parse.h"
#include "taps.h"

/* The device that received the packet. */
#ifndef device_index
#define device_index(ctx) netfwv6_config.ifindex
#endif

/* Counts drops by port, for all devices together. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORT_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} nf6_hits SEC(".maps");

/* It is too large for the stack. */
struct report {
	struct event event;
	__u8 data[EVENT_SNAPLEN_MAX + sizeof(struct vlan_tag)];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct report);
} nf6_report SEC(".maps");

static __always_inline bool is_for_closed_port(__u32 reason)
{
	return reason == REASON_CLOSED_TCP || reason == REASON_CLOSED_UDP ||
	       reason == REASON_UNMATCHED_TCP || reason == REASON_UNMATCHED_UDP;
}

static __always_inline void count_hit(__u32 entry)
{
	__u64 *hits = bpf_map_lookup_elem(&nf6_hits, &entry);

	if (hits)
		__sync_fetch_and_add(hits, 1);
}

static __always_inline void describe_addresses(packet_context *ctx, const struct packet *p,
					       struct event *event)
{
	struct ipv6hdr ip;

	if (!p->has_ip || !packet_load(ctx, p->ip, &ip, sizeof(ip)) || ip.version != 6)
		return;
	event->source = ip.saddr;
	event->destination = ip.daddr;
	event->known |= EVENT_HAS_ADDRESSES;
}

/* As much of a TCP header as the log has columns for; a fragment may end with the flags. */
struct tcp_start {
	struct l4_ports ports;
	__be32 sequence, acknowledgement;
	__u8 offset, flags;
	__be16 window;
};

static __always_inline void describe_ports(packet_context *ctx, const struct packet *p,
					   struct event *event)
{
	bool tcp = p->protocol == IPPROTO_TCP;
	struct tcp_start l4 = {};

	if (tcp ? !packet_load(ctx, p->l4, &l4, sizeof(l4)) &&
			    !packet_load(ctx, p->l4, &l4, TCP_THROUGH_FLAGS) :
		  !packet_load(ctx, p->l4, &l4.ports, sizeof(l4.ports)))
		return;
	event->source_port = l4.ports.source;
	event->destination_port = l4.ports.destination;
	event->protocol = p->protocol;
	event->tcp_flags = l4.flags;
	event->tcp_window = l4.window;
	event->tcp_sequence = l4.sequence;
	event->tcp_acknowledgement = l4.acknowledgement;
	event->known |= EVENT_HAS_PORTS;
}

static __always_inline void describe_drop(packet_context *ctx, const struct packet *p, __u32 reason,
					  bool raw_ip, struct event *event)
{
	*event = (struct event){
		.version = EVENT_VERSION,
		.kind = EVENT_DROP,
		.reason = reason,
		.ifindex = device_index(ctx),
		.time = bpf_ktime_get_ns(),
		.length = frame_length(ctx, raw_ip),
		.known = raw_ip ? EVENT_RAW_IP : 0,
	};
	describe_addresses(ctx, p, event);
	if (is_for_closed_port(reason))
		describe_ports(ctx, p, event);
}

/* Appends the first bytes of the frame on the wire: the size of the whole. */
static __always_inline __u64 capture(packet_context *ctx, struct report *report, __u32 snaplen,
				     bool raw_ip)
{
	__u32 length = report->event.length < snaplen ? report->event.length : snaplen;
	__u32 tag = length < TAGGED_HEADER ? 0 : tag_length(ctx, raw_ip);
	__u64 last = (__u64)length - tag - 1;

	report->event.captured = 0;
	/* The barriers keep one test on one register: the verifier of 6.1 follows no copies. */
	barrier_var(last);
	if (last >= EVENT_SNAPLEN_MAX)
		return sizeof(report->event);
	barrier_var(last);
	if (!frame_copy(ctx, raw_ip, report->data + tag, last + 1))
		return sizeof(report->event);
	if (tag)
		restore_tag(ctx, report->data);
	report->event.captured = last + 1 + tag;
	return sizeof(report->event) + last + 1 + tag;
}

static __always_inline bool wants_event(volatile struct control *c, __u32 tap)
{
	struct tap_state *state = tap_state_of(tap);
	__u64 now;

	if (!state)
		return false; /* never: the map has it */
	if (is_idle(state)) {
		state->suppressed++;
		return false;
	}
	now = coarse_ns();
	if (now <= c->tap[tap].lease)
		return take_token(state, c->tap[tap].rate, now);
	/* Its reader was killed; one that lives sets the bit again. */
	__sync_fetch_and_and(&c->on_drop, ~(1u << tap));
	return false;
}

/* Which of the taps have a rate that allows an event? */
static __always_inline __u32 those_who_want_it(volatile struct control *c, __u32 taps)
{
	__u32 want = 0;

	for (__u32 i = 0; i < TAPS && taps >> i; i++)
		if (taps & 1u << i && wants_event(c, i))
			want |= 1u << i;
	return want;
}

/*
 * Counts a drop where that is switched on, and returns the taps to tell of it, by bit. It is not
 * inlined, so that the drop path stays short while no tap is open.
 */
__noinline int netfwv6_note_drop(__u32 entry, __u32 reason)
{
	volatile struct control *c = control();
	__u32 on_drop;

	if (!c)
		return 0;
	on_drop = c->on_drop;
	if (on_drop & ON_DROP_COUNT_PORTS && is_for_closed_port(reason))
		count_hit(entry);
	on_drop &= ON_DROP_TAPS;
	return on_drop ? those_who_want_it(c, on_drop) : 0;
}

__noinline int netfwv6_tell_drop(packet_context *ctx, const struct packet *p, __u32 reason,
				 bool raw_ip, __u32 taps)
{
	volatile struct control *c = control();
	struct report *report;
	__u32 key = 0;

	report = bpf_map_lookup_elem(&nf6_report, &key);
	if (!p || !c || !report)
		return 0;
	describe_drop(ctx, p, reason, raw_ip, &report->event);
	for (__u32 i = 0; i < TAPS && taps >> i; i++) {
		struct tap_state *state = tap_state_of(i);
		__u64 size;

		if (!state || !(taps & 1u << i))
			continue;
		size = capture(ctx, report, c->tap[i].snaplen, raw_ip);
		if (size <= sizeof(*report))
			tap_put(i, state, report, size);
	}
	return 0;
}

static __always_inline void report_drop(packet_context *ctx, const struct packet *p, __u32 reason,
					bool raw_ip)
{
	__u32 taps = netfwv6_note_drop(entry_of(p), reason);
	struct packet told;

	if (!taps)
		return;
	told = *p; /* a copy, so that the original stays in registers */
	netfwv6_tell_drop(ctx, &told, reason, raw_ip, taps);
}

#endif
