// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A routing header with segments left sends a packet on from the address that it shows: it
 * belongs to no conversation of that address, and only an open port passes it.
 */
#include "rows.h"

#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include "programs.h"

#define SOURCE_AT 8
#define DESTINATION_AT 24
#define SECONDS 1000000000ULL

#define ROUTING_LEFT(left) ROUTING(2), SEGMENTS_LEFT(left)

static const struct routing_row {
	const char *sentence;
	const struct piece *packet;
	bool routed;
} rows[] = {
	{ "no routing header", PIECES(IPV6, L4), false },
	{ "a routing header with no segments left", PIECES(IPV6, ROUTING_LEFT(0), L4), false },
	{ "two routing headers with no segments left",
	  PIECES(IPV6, ROUTING_LEFT(0), ROUTING_LEFT(0), L4), false },
	{ "destination options", PIECES(IPV6, DEST(0), L4), false },
	{ "a routing header with one segment left", PIECES(IPV6, ROUTING_LEFT(1), L4), true },
	{ "a routing header with 2 segments left", PIECES(IPV6, ROUTING_LEFT(2), L4), true },
	{ "a routing header with 128 segments left", PIECES(IPV6, ROUTING_LEFT(128), L4), true },
	{ "a routing header with 255 segments left", PIECES(IPV6, ROUTING_LEFT(255), L4), true },
	{ "a segment left behind hop-by-hop", PIECES(IPV6, HOP(0), ROUTING_LEFT(1), L4), true },
	{ "a segment left in front of destination options",
	  PIECES(IPV6, ROUTING_LEFT(1), DEST(0), L4), true },
	{ "a segment left in the first of two headers",
	  PIECES(IPV6, ROUTING_LEFT(1), ROUTING_LEFT(0), L4), true },
	{ "a segment left in the second of two headers",
	  PIECES(IPV6, ROUTING_LEFT(0), ROUTING_LEFT(1), L4), true },
};

struct routing_test {
	const struct routing_row *row;
	enum link link;
	uint8_t protocol;
};

/* The conversation that the packet would belong to. */
static struct flow_key key_of(const struct frame *frame, uint8_t protocol)
{
	const uint8_t *l4 = frame->bytes + frame->length - (protocol == IPPROTO_TCP ? 20 : 8);
	struct flow_key key = {};

	memcpy(&key.local, frame->bytes + frame->ip + DESTINATION_AT, sizeof(key.local));
	memcpy(&key.remote, frame->bytes + frame->ip + SOURCE_AT, sizeof(key.remote));
	memcpy(&key.remote_port, l4, sizeof(key.remote_port));
	memcpy(&key.local_port, l4 + 2, sizeof(key.local_port));
	return key;
}

static int flow_table(struct firewall *fw, uint8_t protocol)
{
	return map_of(firewall_programs(fw), protocol == IPPROTO_TCP ? "nf6_tcp" : "nf6_udp");
}

static void begin_conversation(struct firewall *fw, const struct frame *frame, uint8_t protocol)
{
	const struct flow_key key = key_of(frame, protocol);
	struct flow flow = { .seen = protocol == IPPROTO_TCP ? FLOW_SYN_OUT : 0 };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	flow.expires = (now.tv_sec + 100) * SECONDS;
	assert_int_equal(bpf_map_update_elem(flow_table(fw, protocol), &key, &flow, BPF_ANY), 0);
}

static void end_conversation(struct firewall *fw, const struct frame *frame, uint8_t protocol)
{
	const struct flow_key key = key_of(frame, protocol);

	assert_int_equal(bpf_map_delete_elem(flow_table(fw, protocol), &key), 0);
}

/* So everything is worth a question, in a flood, too. */
static void mark_everything(struct firewall *fw)
{
	static struct mark_line lines[MARK_LINES];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	memset(lines, MARK_STAMP(now.tv_sec * SECONDS), sizeof(lines));
	firewall_set_marks(fw, lines);
}

static void set_port(struct firewall *fw, const struct routing_test *test, uint64_t entry)
{
	firewall_ports(fw)[entry_of(test->protocol, CLOSED_PORT)] = entry;
	firewall_sum_up(fw);
}

static void expect(struct firewall *fw, const struct routing_test *test, const struct frame *frame,
		   struct outcome expected, const char *where)
{
	expect_outcome(link_run(fw, test->link, frame), expected, frame->bytes, frame->length,
		       where);
}

static void run_routing(void **state)
{
	static struct frame frame;
	const struct routing_test *test = *state;
	const struct variant v = { test->protocol, CLOSED_PORT, OPEN_PORT };
	const struct outcome unmatched = test->protocol == IPPROTO_TCP ?
						 (struct outcome)DROP(UNMATCHED_TCP) :
						 (struct outcome)DROP(UNMATCHED_UDP);
	struct firewall *fw = usual_firewall();

	link_build(&frame, test->link, test->row->packet, &v);
	mark_everything(fw);
	set_port(fw, test, ENTRY_IN_USE);
	expect(fw, test, &frame, unmatched, "without a conversation: ");
	begin_conversation(fw, &frame, test->protocol);
	expect(fw, test, &frame, test->row->routed ? unmatched : (struct outcome)PASS(FLOW),
	       "in a conversation: ");
	set_port(fw, test, ENTRY_GLOBAL);
	expect(fw, test, &frame, (struct outcome)PASS(OPEN_GLOBAL), "to an open port: ");
	end_conversation(fw, &frame, test->protocol);
}

void rows_routing(struct table *t)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	static const enum link links[] = { LINK_PLAIN, LINK_TAGGED, LINK_SPLIT, LINK_RAW };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) * 8; i++) {
		struct routing_test *test = table_alloc(t, sizeof(*test));

		test->row = &rows[i / 8];
		test->link = links[i / 2 % 4];
		test->protocol = protocols[i % 2];
		table_add(t,
			  table_format(t, "a conversation and %s (%s, %s)", test->row->sentence,
				       protocol_name(test->protocol), link_name(test->link)),
			  run_routing, test);
	}
}
