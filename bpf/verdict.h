/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on a packet's destination: one load from the port table, whatever the
 * number of rules and connections.
 */
#ifndef NETFWV6_VERDICT_H
#define NETFWV6_VERDICT_H

#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include "layout.h"
#include "parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORT_ENTRIES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} netfwv6_ports SEC(".maps");

/* This connection's constants; the JIT folds them into the code. */
const volatile struct connection_config netfwv6_config = {};

static __always_inline enum reason verdict(const struct packet *p)
{
	bool udp = p->protocol == IPPROTO_UDP;
	__u32 key = p->port + (udp ? PORTS_PER_PROTOCOL : 0);
	const volatile __u64 *entry = bpf_map_lookup_elem(&netfwv6_ports, &key);
	__u64 policy = entry ? *entry : 0; /* never null: key < PORT_ENTRIES */

	if (policy & netfwv6_config.own)
		return REASON_OPEN_HERE;
	if (policy & ENTRY_GLOBAL && !(policy & netfwv6_config.ignored))
		return REASON_OPEN_GLOBAL;
	return udp ? REASON_CLOSED_UDP : REASON_CLOSED_TCP;
}

#endif
