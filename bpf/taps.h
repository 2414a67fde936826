/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands events to taps, off the path of every packet that no tap asked for. */
#ifndef NETFWV6_TAPS_H
#define NETFWV6_TAPS_H

#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include "events.h"

#define NANOSECONDS 1000000000ULL

/* Of any time in this jiffy. */
#ifndef coarse_ns
#define coarse_ns bpf_ktime_get_coarse_ns
#endif

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, TAPS);
	__type(key, __u32);
	__array(values, struct ring);
} nf6_taps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct control);
} nf6_control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TAP_STATES);
	__type(key, __u32);
	__type(value, struct tap_state);
} nf6_tapstat SEC(".maps");

static __always_inline volatile struct control *control(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&nf6_control, &key);
}

/* Does any tap, or the count by port, want to know of a dropped packet? */
static __always_inline bool drops_matter(void)
{
	const volatile struct control *c = control();

	return c && c->on_drop;
}

/* A tap's events are counted here; the second half is the connections'. */
static __always_inline struct tap_state *tap_state_of(__u32 index)
{
	return bpf_map_lookup_elem(&nf6_tapstat, &index);
}

/* Were its tokens spent in this jiffy? Then nothing else need be asked, not even the time. */
static __always_inline bool is_idle(const struct tap_state *state)
{
	return state->idle_jiffy == (__u32)bpf_jiffies64() && state->until; /* not a new one */
}

/* Takes one event's worth of the tap's rate. A second begins with its first event. */
static __always_inline bool take_token(struct tap_state *state, __u32 rate, __u64 now)
{
	if (now >= state->until) {
		state->until = now + NANOSECONDS;
		state->tokens = rate;
	}
	if (!state->tokens) {
		state->idle_jiffy = bpf_jiffies64();
		state->suppressed++;
		return false;
	}
	if (rate != ~0u)
		state->tokens--;
	return true;
}

static __always_inline void tap_put(__u32 tap, struct tap_state *state, void *event, __u64 size)
{
	void *ring = bpf_map_lookup_elem(&nf6_taps, &tap);

	if (ring && bpf_ringbuf_output(ring, event, size, 0) == 0)
		state->delivered++;
	else
		state->lost++;
}

#endif
