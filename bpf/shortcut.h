/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shortcut for floods: a plain packet to a port that is closed here, in a jiffy whose
 * questions are spent. It ends here after one load from the port table; after a
 * second one from the marks where the port is in use. The long way would say the same.
 */
#ifndef NETFWV6_SHORTCUT_H
#define NETFWV6_SHORTCUT_H

#include "account.h"
#include "budget.h"
#include "dropped.h"
#include "maps.h"
#include "marks.h"
#include "plain.h"

/* Not inlined, so that the way of packets to unused ports stays short. */
__noinline int netfwv6_is_marked(packet_context *ctx)
{
	struct mark_key key = {};
	struct plain plain;

	if (!read_plain(ctx, &plain))
		return true; /* never: it was read before */
	key.remote[0] = PLAIN_LOAD(__u64, plain.frame, PLAIN_SOURCE);
	key.remote[1] = PLAIN_LOAD(__u64, plain.frame, PLAIN_SOURCE + 8);
	key.ports = PLAIN_LOAD(__u32, plain.frame, PLAIN_L4);
	key.protocol = plain.protocol;
	return is_marked(&key, netfwv6_budget.quiet_stamp);
}

/* Is the packet dropped, and counted? */
static __always_inline bool drop_at_once(packet_context *ctx)
{
	const volatile __u64 *entry;
	struct plain plain;
	__u64 policy;
	__u32 key;

	if (!is_quiet() || !read_plain(ctx, &plain))
		return false;
	key = port_entry(plain.protocol, plain.port);
	entry = bpf_map_lookup_elem(&netfwv6_ports, &key);
	if (!entry)
		return false; /* never: key < PORT_ENTRIES */
	policy = *entry;
	if (policy && (is_own(policy) || is_global(policy)))
		return false;
	if (!(policy & ENTRY_IN_USE) || netfwv6_config.stateless) {
		account(closed_reason(plain.protocol), plain.length);
		return true;
	}
	if (netfwv6_is_marked(ctx))
		return false;
	account(unmatched_reason(plain.protocol), plain.length);
	return true;
}

#endif
