/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stranger's packet to the host, and the programs that judge it: for bpf_prog_test_run. */
#ifndef TESTS_PLAIN_PACKET_H
#define TESTS_PLAIN_PACKET_H

#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plain_packet {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	union {
		struct tcphdr tcp;
		struct udphdr udp;
	};
} __attribute__((packed));

/* A SYN or an empty datagram, from the peer's address. Returns its length. */
size_t make_plain_packet(struct plain_packet *packet, uint8_t protocol, uint16_t port);

/* The guard of a device, which drops all that is closed; the caller closes it. */
int guard_of(const char *device);

/* What a program does with a packet that it gets so many times; asserts nothing. */
enum judgement { FAILS = -1, DROPS, PASSES };
enum judgement judgement_of(int program, const struct plain_packet *packet, size_t length,
			    uint32_t times);

/*
 * Does a firewalled device let the packet in? XDP is asked, if it is there, and the guard as if
 * nothing were in front of it: the test fails unless both say the same.
 */
bool is_let_in(const char *device, const struct plain_packet *packet, size_t length);

#endif
