// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far one gets with a packet to a closed port: the first steps of the firewall's own
 * way, each program with one more. What they cost is the least that any program can that
 * finds the port, asks a table about it, and counts.
 */
#include "../../bpf/xdp_context.h"

#include "../../bpf/account.h"
#include "../../bpf/plain.h"
#include "../../bpf/verdict.h"

SEC("xdp/parse")
int step_parse(struct xdp_md *packet)
{
	struct plain plain = {};

	return read_plain(packet, &plain) && plain.port ? XDP_DROP : XDP_PASS;
}

SEC("xdp/table")
int step_table(struct xdp_md *packet)
{
	struct plain plain;

	return read_plain(packet, &plain) && is_unused(plain_entry(&plain)) ? XDP_DROP : XDP_PASS;
}

SEC("xdp/count")
int step_count(struct xdp_md *packet)
{
	struct plain plain;

	if (!read_plain(packet, &plain) || !is_unused(plain_entry(&plain)))
		return XDP_PASS;
	account(closed_reason(plain.udp, false), 1, plain.length);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
