/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dropped packets as a pcapng file: one section, an interface for each device, a comment
 * with the reason on each packet. Everything is appended to bytes, which may be written at any
 * time, as they always hold whole blocks.
 * https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/
 */
#ifndef NETFWV6_CLI_PCAPNG_H
#define NETFWV6_CLI_PCAPNG_H

#include <netfwv6.h>

#include "bytes.h"

struct pcapng_interface {
	uint32_t ifindex;
	char name[NETFWV6_DEVICE_SIZE];
	bool raw_ip;
	uint64_t packets;
};

struct pcapng {
	struct bytes *out;
	uint32_t snaplen;
	/* Of the section; an interface's number is its index. */
	struct pcapng_interface *interfaces;
	size_t n_interfaces;
	size_t last; /* the one of the last packet */
};

/* Puts the section's header. */
void pcapng_begin(struct pcapng *pcapng, struct bytes *out, uint32_t snaplen);

/* Puts a dropped packet, after its interface if that is new. */
void pcapng_put(struct pcapng *pcapng, const struct netfwv6_event *event);

/* Puts the statistics that end the section, and frees what was kept of it. */
void pcapng_end(struct pcapng *pcapng, int64_t time_ns, const struct netfwv6_missed_events *missed);

#endif
