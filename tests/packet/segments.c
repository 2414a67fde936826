// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is several segments on the wire is counted as so many, with the headers of each. */
#include "rows.h"

#include <errno.h>
#include <string.h>
#include <linux/virtio_net.h>
#include "counts.h"
#include "programs.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define IPV6_HEADER 40

static const struct buffer {
	const char *what;
	uint8_t protocol;
	const struct piece *link, *packet;
	size_t headers; /* of each frame */
	uint16_t size, payload;
	uint64_t packets;
} buffers[] = {
	{ "three full segments of TCP", IPPROTO_TCP, PIECES(ETHERNET), PIECES(IPV6, L4, DATA(3000)),
	  74, 1000, 3000, 3 },
	{ "TCP whose last segment is short", IPPROTO_TCP, PIECES(ETHERNET),
	  PIECES(IPV6, L4, DATA(3001)), 74, 1000, 3001, 4 },
	{ "TCP that is one segment", IPPROTO_TCP, PIECES(ETHERNET), PIECES(IPV6, L4, DATA(999)), 74,
	  1000, 999, 1 },
	{ "TCP behind a tag", IPPROTO_TCP, PIECES(ETHERNET, TAG(ETH_P_8021Q, 0)),
	  PIECES(IPV6, L4, DATA(3000)), 78, 1000, 3000, 3 },
	{ "TCP behind an extension header", IPPROTO_TCP, PIECES(ETHERNET),
	  PIECES(IPV6, DEST(0), L4, DATA(3000)), 82, 1000, 3000, 3 },
	{ "a large buffer of TCP", IPPROTO_TCP, PIECES(ETHERNET), PIECES(IPV6, L4, DATA(60000)), 74,
	  1428, 60000, 43 },
	{ "UDP", IPPROTO_UDP, PIECES(ETHERNET), PIECES(IPV6, L4, DATA(2500)), 62, 1000, 2500, 3 },
};

struct segments_test {
	const struct buffer *buffer;
	uint16_t port;
};

/* With what a virtual machine says of it, in front. */
static size_t build(uint8_t *bytes, const struct buffer *b, const struct frame *frame)
{
	struct virtio_net_hdr header = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = b->protocol == IPPROTO_TCP ? VIRTIO_NET_HDR_GSO_TCPV6 :
							 VIRTIO_NET_HDR_GSO_UDP_L4,
		.hdr_len = b->headers,
		.gso_size = b->size,
		.csum_start = b->headers - (b->protocol == IPPROTO_TCP ? 20 : 8),
		.csum_offset = b->protocol == IPPROTO_TCP ? 16 : 6,
	};

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), frame->bytes, frame->length);
	return sizeof(header) + frame->length;
}

static void send_buffer(struct lane *lane, const struct segments_test *test)
{
	static uint8_t bytes[sizeof(struct virtio_net_hdr) + FRAME_MAX];
	static struct frame frame;
	const struct variant v = { test->buffer->protocol, test->port, test->port };
	size_t length;
	int err;

	frame_build(&frame, test->buffer->link, test->buffer->packet, &v);
	assert_int_equal(frame.length, test->buffer->headers + test->buffer->payload);
	length = build(bytes, test->buffer, &frame);
	err = lane_send(lane, bytes, length, length);
	if (err == -EINVAL) {
		lane_free(lane);
		print_message("# this kernel takes no such buffers\n");
		skip();
	}
	assert_int_equal(err, 0);
}

static void counted_as_segments(void **state)
{
	const struct segments_test *test = *state;
	const struct buffer *b = test->buffer;
	struct firewall *fw = usual_firewall();
	const struct programs *programs = firewall_programs(fw);
	struct lane *lane = lane_make(LINK_ETHERNET, LANE_OFFLOAD);
	struct counts before = read_counts(counts_alone(programs)), now, moved;
	struct outcome expected = port_outcome(b->protocol, test->port);

	firewall_sum_up(fw);
	lane_guard(lane, program_of_guard(programs->alone, LINK_ETHERNET));
	send_buffer(lane, test);
	now = read_counts(counts_alone(programs));
	moved = counts_between(&before, &now);
	assert_int_equal(moved.of[expected.reason].packets, b->packets);
	assert_int_equal(moved.of[expected.reason].bytes, b->packets * b->headers + b->payload);
	assert_int_equal(lane_observed(lane).packets, expected.action == XDP_PASS);
	lane_free(lane);
}

void segments(struct table *t)
{
	for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++) {
		for (int open = 0; open < 2; open++) {
			struct segments_test *test = table_alloc(t, sizeof(*test));

			test->buffer = &buffers[i];
			test->port = open ? OPEN_PORT : CLOSED_PORT;
			table_add(t,
				  table_format(t, "segments: %s (%s)", buffers[i].what,
					       open ? "open" : "closed"),
				  counted_as_segments, test);
		}
	}
}
