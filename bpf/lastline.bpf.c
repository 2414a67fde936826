// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last line stands first at netfilter's PREROUTING. It judges what the stack takes from a
 * firewalled device although the guard at the device's netdev hook has not.
 *
 * The other end of a veth pair, and whatever else hands this host socket buffers instead of
 * frames, can send them through an ifb. That sets tc_skip_classify, by which the next device
 * skips its netdev hooks; with redirected set, too, it skips generic XDP. Three fields show it,
 * which cannot be written from elsewhere:
 *
 *   tc_at_ingress   The netdev hook of a device that receives sets it, every transmission takes
 *                   it back. An ifb is entered by a transmission, and tc_skip_classify ends at
 *                   the next device that receives. So between the two the bit is never set:
 *                   what skipped the hook comes without it, what did not skip comes with it.
 *   skb_iif         The device that received the packet. A bridge may show its ports' packets
 *                   here before it has received them itself; its guard is still to come.
 *   from_ingress    Set where an ifb of this host sends back what the guard has passed, as for
 *                   shaping. What an ifb elsewhere transmitted comes without it.
 *
 * It reports what it drops from the network header on, as no link-layer header is there. There are
 * no look-ups of sockets here. Packets to open ports pass. Others pass if this host's own ifb sent
 * them back and their conversation is marked, which the guard did a moment ago, or if the guard
 * passes what is for others: what is not, it has dropped.
 */
#include "nf_context.h"

#include "account.h"
#include "maps.h"
#include "marks.h"
#include "parse.h"
#include "report.h"

#define DROP 0	 /* NF_DROP */
#define ACCEPT 1 /* NF_ACCEPT */

#define PACKET_LOOPBACK 5 /* if_packet.h has it for user space only */

/* What is attached has the id under which nf6_filtered has its device. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ATTACHMENT_RECORDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct attachment_record);
} nf6_attachments SEC(".maps");

/* Has a device anything at its netdev ingress hook that can be skipped? */
static __always_inline bool has_netdev_hook(const struct net_device *device)
{
	if (bpf_core_field_exists(device->tcx_ingress))
		return device->tcx_ingress;
	return device->miniq_ingress;
}

/* The firewalled device whose guard the packet skipped; NULL where it skipped none. */
static __always_inline const struct attachment_record *skipped(packet_context *ctx)
{
	const struct net_device *in = ctx->state->in;
	__u32 came_by = in->ifindex, *id;

	if ((__u32)ctx->skb->skb_iif != came_by || !has_netdev_hook(in))
		return NULL;
	id = bpf_map_lookup_elem(&nf6_filtered, &came_by);
	return id ? bpf_map_lookup_elem(&nf6_attachments, id) : NULL;
}

static __always_inline bool is_marked_conversation(packet_context *ctx, const struct packet *p)
{
	struct mark_key key;

	return read_mark_key(ctx, p, &key) && is_marked(&key, MARK_STAMP(coarse_ns()));
}

static __always_inline int last_verdict(packet_context *ctx, const struct packet *p,
					const struct attachment_record *device, bool sent_back)
{
	__u64 policy = policy_of(entry_of(p));
	__u32 slot = device->slot & SLOT_MAX;

	if (slot && policy & ENTRY_OPEN(slot))
		return REASON_OPEN_HERE;
	if (policy & ENTRY_GLOBAL && !(slot && policy & ENTRY_IGNORED(slot)))
		return REASON_OPEN_GLOBAL;
	if (sent_back && policy & ENTRY_IN_USE && !(device->flags & ATTACHED_STATELESS) &&
	    is_marked_conversation(ctx, p))
		return REASON_FLOW;
	if (sent_back && device->flags & ATTACHED_FORWARD)
		return REASON_FORWARDED;
	return REASON_CLOSED_TCP + is_udp(p->protocol);
}

/* The guard has counted what this host's own ifb sends back. */
static __always_inline int judge_last(packet_context *ctx, const struct attachment_record *device)
{
	bool sent_back = BPF_CORE_READ_BITFIELD(ctx->skb, from_ingress);
	struct packet p = packet_of(ctx);
	int parsed = parse_ipv6(ctx, &p);
	__u32 reason = parsed == PARSED ? last_verdict(ctx, &p, device, sent_back) : parsed;
	bool passes = reason < REASON_FIRST_DROP;

	if (!passes || !sent_back)
		account(reason, packet_segments(ctx), p.at.frame);
	if (passes)
		return ACCEPT;
	if (drops_matter())
		report_drop(ctx, &p, reason, true);
	return DROP;
}

SEC("netfilter")
int netfwv6_last(struct bpf_nf_ctx *ctx)
{
	const struct attachment_record *device;

	if (BPF_CORE_READ_BITFIELD(ctx->skb, tc_at_ingress))
		return ACCEPT;
	device = skipped(ctx);
	/* This host's own ifb sends back its own looped multicast, too. */
	if (!device || BPF_CORE_READ_BITFIELD(ctx->skb, pkt_type) == PACKET_LOOPBACK)
		return ACCEPT;
	return judge_last(ctx, device);
}

char netfwv6_license[] SEC("license") = "GPL";
