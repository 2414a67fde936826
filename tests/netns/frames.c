// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frames.h"

#include <linux/if_ether.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

struct world_of_frames world_of_frames;

struct buffer {
	size_t length;
	uint8_t bytes[FRAME_SIZE];
	uint8_t *next; /* where the type of what follows belongs */
};

static uint8_t *add(struct buffer *b, size_t size)
{
	uint8_t *at = b->bytes + b->length;

	assert_true(b->length + size <= sizeof(b->bytes));
	for (size_t i = 0; i < size; i++)
		at[i] = (b->length + i) & 1 ? MARKER & 0xff : MARKER >> 8;
	b->length += size;
	return at;
}

/* Options that every host skips, around the decoy; Linux takes eight of them. */
static void fill_options(uint8_t *at, size_t size)
{
	while (size) {
		size_t option = size < 257 ? size : 257;

		at[0] = option > 1 ? 0x1e : 0;
		if (option > 1)
			at[1] = option - 2;
		at += option;
		size -= option;
	}
}

static size_t size_of(const struct header *h)
{
	switch (h->type) {
	case IPPROTO_AH:
		return (h->length + 2) * 4;
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_IPV6:
		return 40;
	default:
		return (h->length + 1) * 8;
	}
}

static const struct in6_addr *destination_of(const struct row *row)
{
	return row->to_group ? &world_of_frames.group : &world_of_frames.address;
}

static void put_ipv6(uint8_t *at, const struct row *row, size_t payload)
{
	struct ip6_hdr ip = { .ip6_src = world_of_frames.stranger,
			      .ip6_dst = *destination_of(row) };

	ip.ip6_flow = htonl(6u << 28);
	ip.ip6_plen = htons(payload);
	ip.ip6_hlim = 64;
	memcpy(at, &ip, sizeof(ip));
}

/* behind: how many bytes follow, for those headers that say it. */
static void add_header(struct buffer *b, const struct row *row, const struct header *h,
		       size_t behind)
{
	uint8_t *at = add(b, size_of(h));

	*b->next = h->type == JUMBO_TYPE ? IPPROTO_HOPOPTS : h->type;
	b->next = at;
	at[1] = h->length;
	switch (h->type) {
	case JUMBO_TYPE:
		memcpy(at + 2, "\xc2\x04\x00\x00", 4);
		at[6] = (8 + behind) >> 8;
		at[7] = 8 + behind;
		break;
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
		fill_options(at + 2, size_of(h) - 2);
		break;
	case IPPROTO_ROUTING:
		at[2] = h->routing;
		at[3] = h->left;
		if (h->length >= 2) { /* one segment: this host */
			memset(at + 4, 0, 4);
			memcpy(at + 8, destination_of(row), 16);
		}
		break;
	case IPPROTO_FRAGMENT:
		memset(at + 2, 0, 2);
		break;
	case IPPROTO_IPV6:
		put_ipv6(at, row, behind);
		b->next = at + offsetof(struct ip6_hdr, ip6_nxt);
		break;
	}
}

static size_t add_headers(struct buffer *b, const struct row *row, const struct header *headers,
			  size_t behind)
{
	size_t size = 0, before = b->length;

	for (const struct header *h = headers; h->n; h++)
		size += h->n * size_of(h);
	for (const struct header *h = headers; h->n; h++)
		for (int i = 0; i < h->n; i++)
			add_header(b, row, h, size - (b->length - before) - size_of(h) + behind);
	return size;
}

static uint16_t checksum(const struct row *row, uint8_t protocol, const uint8_t *bytes, size_t size)
{
	uint32_t sum = htons(size) + htons(protocol);
	const void *addresses[] = { &world_of_frames.stranger, destination_of(row) };
	uint16_t word;

	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < 16; j += 2) {
			memcpy(&word, (const char *)addresses[i] + j, 2);
			sum += word;
		}
	for (size_t i = 0; i < size; i += 2) {
		memcpy(&word, bytes + i, 2);
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16)) & 0xffff;
	return sum ?: 0xffff;
}

/* The transport header with its data, which begins with the id. */
static void add_l4(struct buffer *b, const struct row *row, const struct address *to)
{
	bool udp = to->protocol == IPPROTO_UDP;
	size_t header = udp ? sizeof(struct udphdr) : sizeof(struct tcphdr);
	uint8_t *at = add(b, header + TEXT_SIZE);
	uint16_t source = htons(1024 + to->id % 60000);

	*b->next = to->protocol;
	memcpy(at + header, &to->id, sizeof(to->id));
	if (udp) {
		struct udphdr h = { .uh_sport = source, .uh_dport = htons(to->port) };

		h.uh_ulen = htons(header + TEXT_SIZE);
		memcpy(at, &h, sizeof(h));
		h.uh_sum = checksum(row, to->protocol, at, header + TEXT_SIZE);
		memcpy(at, &h, sizeof(h));
	} else {
		struct tcphdr h = { .th_sport = source, .th_dport = htons(to->port) };

		h.th_seq = htonl(to->id * 1000);
		h.th_off = sizeof(h) / 4;
		h.th_flags = TH_SYN;
		h.th_win = htons(1024);
		memcpy(at, &h, sizeof(h));
		h.th_sum = checksum(row, to->protocol, at, header + TEXT_SIZE);
		memcpy(at, &h, sizeof(h));
	}
}

/* The link layer and the IPv6 header, whose payload length is set at the end. */
static uint8_t *begin_frame(struct buffer *b, const struct row *row)
{
	uint16_t type = htons(row->ethertype ?: ETH_P_IPV6);
	uint8_t *at = add(b, 12);

	memcpy(at, world_of_frames.host, 6);
	if (row->broadcast)
		memset(at, 0xff, 6);
	if (row->to_group)
		memcpy(at, "\x33\x33\0\0\0\x01", 6);
	memcpy(at + 6, world_of_frames.peer, 6);
	for (const uint16_t *tag = row->tags; *tag; tag++) {
		uint16_t fields[] = { htons(*tag), 0 };

		memcpy(add(b, 4), fields, 4);
	}
	memcpy(add(b, 2), &type, 2);
	at = add(b, sizeof(struct ip6_hdr));
	put_ipv6(at, row, 0);
	if (row->version)
		at[0] = row->version << 4;
	b->next = at + offsetof(struct ip6_hdr, ip6_nxt);
	return at;
}

static void end_frame(struct buffer *b, const struct row *row, uint8_t *ip, struct frame *frame)
{
	size_t payload = b->bytes + b->length - ip - sizeof(struct ip6_hdr) + row->plus;
	uint16_t length = row->no_length ? 0 : htons(payload);

	memcpy(ip + offsetof(struct ip6_hdr, ip6_plen), &length, sizeof(length));
	add(b, row->trailing);
	frame->length = b->length;
	memcpy(frame->bytes, b->bytes, b->length);
}

static void build_fragment(struct frame *frame, const struct row *row, const struct cut *cut,
			   const struct address *to)
{
	static struct buffer part, b;
	size_t end, size;
	uint8_t type = 0, *ip, *fragment;
	struct address decoy = *to;
	uint16_t field;

	part.length = b.length = 0;
	part.next = &type;
	if (cut->decoy)
		decoy.port = MARKER;
	add_headers(&part, row, row->behind, 0);
	add_l4(&part, row, &decoy);
	end = cut->to && cut->to < part.length ? cut->to : part.length;
	size = end > cut->from ? end - cut->from : 0;

	ip = begin_frame(&b, row);
	add_headers(&b, row, row->before, 8 + size);
	fragment = add(&b, 8);
	*b.next = IPPROTO_FRAGMENT;
	fragment[0] = type;
	fragment[1] = cut->reserved;
	field = htons((cut->from & ~7) | cut->bits | (end < part.length || cut->more));
	memcpy(fragment + 2, &field, 2);
	memcpy(fragment + 4, &to->id, 4);
	memcpy(add(&b, size), part.bytes + cut->from, size);
	end_frame(&b, row, ip, frame);
}

void build(struct burst *burst, const struct row *row, const struct address *to)
{
	static struct buffer b;
	size_t l4 = TEXT_SIZE + (to->protocol == IPPROTO_UDP ? 8 : 20);
	uint8_t *ip;

	burst->n = row->n_cuts;
	for (size_t i = 0; i < row->n_cuts; i++)
		build_fragment(&burst->frames[i], row, &row->cuts[i], to);
	if (burst->n)
		return;
	burst->n = 1;
	b.length = 0;
	ip = begin_frame(&b, row);
	add_headers(&b, row, row->before, l4);
	add_l4(&b, row, to);
	end_frame(&b, row, ip, &burst->frames[0]);
}

void show(const struct burst *burst)
{
	for (size_t i = 0; i < burst->n; i++) {
		const struct frame *frame = &burst->frames[i];

		fprintf(stderr, "frame %zu of %zu: ", i + 1, burst->n);
		for (size_t j = 0; j < frame->length; j++)
			fprintf(stderr, "%02x", frame->bytes[j]);
		fputc('\n', stderr);
	}
}
