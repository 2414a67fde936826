/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stranger's packet to the host, and the program that judges it: for bpf_prog_test_run. */
#ifndef TESTS_PLAIN_PACKET_H
#define TESTS_PLAIN_PACKET_H

#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
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

/* The program that is attached to a device; the caller closes it. */
int attached_program(const char *device);

#endif
