/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an outsider puts on the peer's wire: any segment or datagram, from anyone. */
#ifndef CONVERSATIONS_WIRE_H
#define CONVERSATIONS_WIRE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define PSH 0x08
#define ACK 0x10
#define URG 0x20

struct crafted {
	struct in6_addr source, destination;
	uint16_t source_port, destination_port; /* host byte order, as all here */
	uint8_t protocol;			/* IPPROTO_TCP or IPPROTO_UDP */
	uint8_t flags;				/* of TCP */
	uint32_t sequence, acknowledgement;
};

/* From the peer's address to the host's. */
struct crafted crafted_tcp(uint16_t source_port, uint16_t destination_port, uint8_t flags);
struct crafted crafted_udp(uint16_t source_port, uint16_t destination_port);

/* The same from or to another address. */
void set_source(struct crafted *packet, const char *address);
void set_destination(struct crafted *packet, const char *address);

/*
 * Opens the wire behind a device of a namespace, whose frames go to the link-layer
 * address of the host's device. A datagram's text is "crafted".
 */
struct wire {
	int fd;
	uint8_t to[6], from[6];
};
#define CRAFTED_TEXT "crafted"

struct wire open_wire(const char *netns, const char *device, const char *host_device);

/* The same to a device of another namespace than the host's. */
struct wire open_wire_to(const char *netns, const char *device, const char *to_netns,
			 const char *to_device);
void close_wire(struct wire *wire);

void put(struct wire *wire, const struct crafted *packets, size_t n);

#endif
