// SPDX-License-Identifier: LGPL-2.1-or-later
/* Somebody else's program in front of the guard changes packets: it judges what the stack gets. */
#include "rows.h"

#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/ipv6.h>
#include <netinet/tcp.h>
#include "counts.h"
#include "guard.skel.h"
#include "programs.h"

struct inner {
	struct ipv6hdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

/* Where the outer header was, its first bytes look like ports, and the second one is open. */
static struct inner to_closed(void)
{
	struct inner inner = { .tcp = { .doff = sizeof(inner.tcp) / 4, .syn = 1 } };

	inner.ip.version = 6;
	inner.ip.flow_lbl[1] = OPEN_PORT >> 8;
	inner.ip.flow_lbl[2] = OPEN_PORT & 0xff;
	inner.ip.payload_len = htons(sizeof(inner.tcp));
	inner.ip.nexthdr = IPPROTO_TCP;
	inner.tcp.dest = htons(CLOSED_PORT);
	return inner;
}

static void what_was_decapsulated_is_judged(void **state)
{
	static const struct variant unused = { IPPROTO_TCP, OPEN_PORT, OPEN_PORT };
	struct firewall *fw = usual_firewall();
	const struct programs *programs = firewall_programs(fw);
	struct lane *lane = lane_make(LINK_ETHERNET, LANE_WHOLE);
	const struct inner inner = to_closed();
	const int decapsulator = load_decapsulator();
	struct counts before, after, moved;
	static struct frame frame;

	(void)state;
	firewall_sum_up(fw);
	lane_guard(lane, program_of_guard(programs->alone, LINK_ETHERNET));
	lane_in_front(lane, decapsulator);
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, NEXT(IPPROTO_IPV6), DATA(sizeof(inner))),
		   &unused);
	memcpy(frame.bytes + frame.length - sizeof(inner), &inner, sizeof(inner));
	before = read_counts(bpf_map__fd(programs->alone->maps.nf6_counts));
	assert_int_equal(lane_send(lane, frame.bytes, frame.length, ALL_LINEAR), 0);
	after = read_counts(bpf_map__fd(programs->alone->maps.nf6_counts));
	moved = counts_between(&before, &after);
	assert_int_equal(moved.of[REASON_CLOSED_TCP].packets, 1);
	assert_int_equal(lane_observed(lane).packets, 0);
	lane_free(lane);
	close(decapsulator);
}

void in_front(struct table *t)
{
	table_add(t, "what was decapsulated in front is judged", what_was_decapsulated_is_judged,
		  NULL);
}
