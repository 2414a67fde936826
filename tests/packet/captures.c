// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the guard tells of a packet that it drops: the frame as the device would show it, from
 * the header that is its own.
 */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "events.h"
#include "programs.h"

#define SNAPLEN 100

static const struct variant to_closed = { IPPROTO_UDP, CLOSED_PORT, OPEN_PORT };

struct told {
	struct event event;
	uint8_t bytes[SNAPLEN];
	int times;
};

static int take(void *context, void *data, size_t size)
{
	struct told *told = context;

	assert_true(size >= sizeof(told->event));
	memset(told->bytes, 0, sizeof(told->bytes));
	memcpy(told, data,
	       size < sizeof(told->event) + SNAPLEN ? size : sizeof(told->event) + SNAPLEN);
	told->times++;
	return 0;
}

struct listener {
	const struct programs *programs;
	struct ring_buffer *ring;
	struct told told;
	int map;
};

static void set_control(const struct programs *programs, const struct control *control)
{
	uint32_t key = 0;

	assert_int_equal(
		bpf_map_update_elem(map_of(programs, "nf6_control"), &key, control, BPF_ANY), 0);
}

static void listen_to(struct listener *l, const struct programs *programs)
{
	const struct control control = {
		.on_drop = 1u << TAP_LOG,
		.tap[TAP_LOG] = { .lease = LEASE_FOREVER, .rate = ~0u, .snaplen = SNAPLEN },
	};
	uint32_t key = TAP_LOG;

	l->programs = programs;
	l->map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, 65536, NULL);
	assert_true(l->map >= 0);
	assert_int_equal(bpf_map_update_elem(map_of(programs, "nf6_taps"), &key, &l->map, BPF_ANY),
			 0);
	l->ring = ring_buffer__new(l->map, take, &l->told, NULL);
	assert_non_null(l->ring);
	set_control(programs, &control);
}

static void listen_no_more(struct listener *l)
{
	const struct control silent = {};

	set_control(l->programs, &silent);
	ring_buffer__free(l->ring);
	close(l->map);
}

/* One drop was told of: so many bytes of the frame, of which the event shows the first. */
static void expect_told(struct listener *l, const uint8_t *frame, size_t length, uint32_t known)
{
	size_t captured = length < SNAPLEN ? length : SNAPLEN;

	assert_int_equal(ring_buffer__consume(l->ring), 1);
	assert_int_equal(l->told.event.kind, EVENT_DROP);
	assert_int_equal(l->told.event.reason, REASON_CLOSED_UDP);
	assert_int_equal(l->told.event.length, length);
	assert_int_equal(l->told.event.captured, captured);
	assert_int_equal(l->told.event.known, known | EVENT_HAS_ADDRESSES | EVENT_HAS_PORTS);
	assert_int_equal(be16toh(l->told.event.destination_port), CLOSED_PORT);
	assert_memory_equal(l->told.bytes, frame, captured);
}

static struct lane *guarded(const struct programs *programs, enum link_type type,
			    enum lane_kind kind)
{
	struct lane *lane = lane_make(type, kind);

	lane_guard(lane, program_of_guard(programs->alone, type));
	return lane;
}

static struct listener *begin_listening(void)
{
	static struct listener l;
	struct firewall *fw = usual_firewall();

	firewall_sum_up(fw);
	l = (struct listener){};
	listen_to(&l, firewall_programs(fw));
	return &l;
}

static void of_an_ethernet_frame(void **state)
{
	struct listener *l = begin_listening();
	struct lane *whole = guarded(l->programs, LINK_ETHERNET, LANE_WHOLE);
	struct lane *pieces = guarded(l->programs, LINK_ETHERNET, LANE_PIECES);
	static struct frame frame;

	(void)state;
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, DEST(0), L4, DATA(8)), &to_closed);
	assert_int_equal(lane_send(whole, frame.bytes, frame.length, ALL_LINEAR), 0);
	expect_told(l, frame.bytes, frame.length, 0);
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, DEST(0), L4, DATA(800)), &to_closed);
	assert_int_equal(lane_send(pieces, frame.bytes, frame.length, 30), 0);
	expect_told(l, frame.bytes, frame.length, 0);
	lane_free(whole);
	lane_free(pieces);
	listen_no_more(l);
}

/* The tag that the kernel took off is in none of its hands. */
/* The kernel takes the tag off; it is told of as it was on the wire. */
static void of_a_tagged_frame(void **state)
{
	struct listener *l = begin_listening();
	struct lane *lane = guarded(l->programs, LINK_ETHERNET, LANE_WHOLE);
	static struct frame frame;

	(void)state;
	link_build(&frame, LINK_TAGGED, PIECES(IPV6, L4, DATA(200)), &to_closed);
	assert_int_equal(lane_send(lane, frame.bytes, frame.length, ALL_LINEAR), 0);
	expect_told(l, frame.bytes, frame.length, 0);
	link_build(&frame, LINK_TAGGED, PIECES(IPV6, L4), &to_closed);
	assert_int_equal(lane_send(lane, frame.bytes, frame.length, ALL_LINEAR), 0);
	expect_told(l, frame.bytes, frame.length, 0);
	lane_free(lane);
	listen_no_more(l);
}

static void of_a_bare_packet(void **state)
{
	struct listener *l = begin_listening();
	struct lane *lane = guarded(l->programs, LINK_RAW_IP, LANE_WHOLE);
	static struct frame frame;

	(void)state;
	link_build(&frame, LINK_RAW, PIECES(IPV6, L4, DATA(200)), &to_closed);
	assert_int_equal(lane_send(lane, frame.bytes, frame.length, ALL_LINEAR), 0);
	expect_told(l, frame.bytes, frame.length, EVENT_RAW_IP);
	lane_free(lane);
	listen_no_more(l);
}

/* As behind IPsec: the device has no such header, but the packet still has one in front. */
static void of_a_bare_packet_behind_a_stale_header(void **state)
{
	struct listener *l = begin_listening();
	struct lane *from = lane_make(LINK_ETHERNET, LANE_WHOLE);
	struct lane *to = guarded(l->programs, LINK_RAW_IP, LANE_WHOLE);
	static struct frame frame;
	char command[256];

	(void)state;
	snprintf(command, sizeof(command),
		 "tc qdisc add dev %s ingress && tc filter add dev %s ingress protocol all u32 "
		 "match u32 0 0 action mirred ingress redirect dev %s",
		 lane_device(from), lane_device(from), lane_device(to));
	assert_int_equal(system(command), 0);
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, L4, DATA(200)), &to_closed);
	assert_int_equal(lane_send(from, frame.bytes, frame.length, ALL_LINEAR), 0);
	expect_told(l, frame.bytes + ETH_HLEN, frame.length - ETH_HLEN, EVENT_RAW_IP);
	assert_int_equal(lane_observed(to).packets, 0);
	lane_free(from);
	lane_free(to);
	listen_no_more(l);
}

void captures(struct table *t)
{
	table_add(t, "a drop is told of: an Ethernet frame", of_an_ethernet_frame, NULL);
	table_add(t, "a drop is told of: a tagged frame", of_a_tagged_frame, NULL);
	table_add(t, "a drop is told of: a bare packet", of_a_bare_packet, NULL);
	table_add(t, "a drop is told of: a bare packet behind a stale header",
		  of_a_bare_packet_behind_a_stale_header, NULL);
}
