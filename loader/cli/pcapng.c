// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pcapng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "printable.h"

enum block_type {
	SECTION_HEADER = 0x0A0D0D0A,
	INTERFACE_DESCRIPTION = 1,
	INTERFACE_STATISTICS = 5,
	ENHANCED_PACKET = 6,
};

enum option_code {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_TEXT = 3,
	INTERFACE_TIME_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	STATISTICS_LOST_BY_OS = 7,
	STATISTICS_DELIVERED = 8,
};

#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define LINK_ETHERNET 1
#define LINK_RAW_IP 101
#define NANOSECONDS 9 /* a negative power of ten */
#define INBOUND 1u

/* ---- Blocks --------------------------------------------------------------------- */

static void put_u16(struct bytes *out, uint16_t number)
{
	bytes_put(out, &number, sizeof(number));
}

static void put_u32(struct bytes *out, uint32_t number)
{
	bytes_put(out, &number, sizeof(number));
}

/* Times have their upper half first, whatever the byte order. */
static void put_time(struct bytes *out, int64_t time_ns)
{
	put_u32(out, (uint32_t)((uint64_t)time_ns >> 32));
	put_u32(out, (uint32_t)time_ns);
}

/* Data fills whole words. */
static void put_padded(struct bytes *out, const void *data, size_t size)
{
	static const char zeros[4];

	bytes_put(out, data, size);
	bytes_put(out, zeros, -size % 4);
}

static void put_option(struct bytes *out, enum option_code code, const void *value, size_t size)
{
	put_u16(out, (uint16_t)code);
	put_u16(out, (uint16_t)size);
	put_padded(out, value, size);
}

static void put_text_option(struct bytes *out, enum option_code code, const char *text)
{
	put_option(out, code, text, strlen(text));
}

/* Returns where the block begins, for end_block(). */
static size_t begin_block(struct bytes *out, enum block_type type)
{
	size_t start = out->used;

	put_u32(out, type);
	put_u32(out, 0);
	return start;
}

/* The length stands at both ends. */
static void end_block(struct bytes *out, size_t start)
{
	uint32_t length;

	put_option(out, OPTION_END, NULL, 0);
	length = (uint32_t)(out->used - start + sizeof(length));
	put_u32(out, length);
	if (out->failed)
		out->used = start; /* whole blocks, or nothing */
	else
		memcpy(out->data + start + sizeof(uint32_t), &length, sizeof(length));
}

/* ---- The section and its interfaces ---------------------------------------------- */

void pcapng_begin(struct pcapng *pcapng, struct bytes *out, uint32_t snaplen)
{
	size_t start = begin_block(out, SECTION_HEADER);
	const uint64_t unknown_length = UINT64_MAX;
	struct utsname system;
	char text[160];

	*pcapng = (struct pcapng){ .out = out, .snaplen = snaplen };
	put_u32(out, BYTE_ORDER_MAGIC);
	put_u16(out, 1);
	put_u16(out, 0);
	bytes_put(out, &unknown_length, sizeof(unknown_length));
	if (uname(&system) == 0) {
		snprintf(text, sizeof(text), "%s %s", system.sysname, system.release);
		put_text_option(out, SECTION_OS, text);
	}
	snprintf(text, sizeof(text), "netfwv6 %s", netfwv6_version());
	put_text_option(out, SECTION_APPLICATION, text);
	end_block(out, start);
}

static void put_interface(struct pcapng *pcapng, const struct pcapng_interface *interface)
{
	size_t start = begin_block(pcapng->out, INTERFACE_DESCRIPTION);
	const uint8_t resolution = NANOSECONDS;
	char name[PRINTABLE_SIZE], text[64];

	put_u16(pcapng->out, interface->raw_ip ? LINK_RAW_IP : LINK_ETHERNET);
	put_u16(pcapng->out, 0);
	put_u32(pcapng->out, pcapng->snaplen);
	make_printable(interface->name, name);
	if (*name)
		put_text_option(pcapng->out, INTERFACE_NAME, name);
	snprintf(text, sizeof(text), "index %u%s", interface->ifindex,
		 *name ? "" : ", gone when it was read");
	if (interface->ifindex)
		put_text_option(pcapng->out, INTERFACE_TEXT, text);
	put_option(pcapng->out, INTERFACE_TIME_RESOLUTION, &resolution, sizeof(resolution));
	end_block(pcapng->out, start);
}

/* A device that is gone has no name any more, but is the one that had its index. */
static bool is_interface_of(const struct pcapng_interface *interface,
			    const struct netfwv6_event *event)
{
	return interface->ifindex == event->ifindex && interface->raw_ip == event->raw_ip &&
	       (!*event->device || strcmp(interface->name, event->device) == 0);
}

static bool add_interface(struct pcapng *pcapng, const struct netfwv6_event *event)
{
	struct pcapng_interface *grown = reallocarray(pcapng->interfaces, pcapng->n_interfaces + 1,
						      sizeof(*pcapng->interfaces));
	struct pcapng_interface *added;

	if (!grown) {
		pcapng->out->failed = true;
		return false;
	}
	pcapng->interfaces = grown;
	pcapng->last = pcapng->n_interfaces++;
	added = &grown[pcapng->last];
	*added = (struct pcapng_interface){ .ifindex = event->ifindex, .raw_ip = event->raw_ip };
	memcpy(added->name, event->device, sizeof(added->name));
	put_interface(pcapng, added);
	return true;
}

/* Makes the event's interface the last one. The newest of a name is the one meant. */
static bool find_interface(struct pcapng *pcapng, const struct netfwv6_event *event)
{
	if (pcapng->n_interfaces && is_interface_of(&pcapng->interfaces[pcapng->last], event))
		return true;
	for (size_t i = pcapng->n_interfaces; i-- > 0;) {
		if (is_interface_of(&pcapng->interfaces[i], event)) {
			pcapng->last = i;
			return true;
		}
	}
	return add_interface(pcapng, event);
}

/* ---- Packets --------------------------------------------------------------------- */

void pcapng_put(struct pcapng *pcapng, const struct netfwv6_event *event)
{
	const uint32_t flags = INBOUND;
	char comment[256];
	size_t start;

	if (!find_interface(pcapng, event))
		return;
	pcapng->interfaces[pcapng->last].packets++;
	start = begin_block(pcapng->out, ENHANCED_PACKET);
	put_u32(pcapng->out, (uint32_t)pcapng->last);
	put_time(pcapng->out, event->time_ns);
	put_u32(pcapng->out, event->captured);
	put_u32(pcapng->out, event->length);
	put_padded(pcapng->out, event->data, event->captured);
	snprintf(comment, sizeof(comment), "%s: %s", event->reason ?: "-", event->sentence ?: "-");
	put_text_option(pcapng->out, OPTION_COMMENT, comment);
	put_option(pcapng->out, PACKET_FLAGS, &flags, sizeof(flags));
	end_block(pcapng->out, start);
}

/* ---- The end --------------------------------------------------------------------- */

/* What was missed is not known by device: the first one's statistics have all of it. */
static void put_missed_option(struct bytes *out, const struct netfwv6_missed_events *missed)
{
	const uint64_t sum = missed->suppressed + missed->lost;
	char comment[160];

	put_option(out, STATISTICS_LOST_BY_OS, &sum, sizeof(sum));
	if (!sum)
		return;
	snprintf(comment, sizeof(comment),
		 "of all devices together: %" PRIu64 " over the rate, %" PRIu64
		 " while the buffer was full",
		 missed->suppressed, missed->lost);
	put_text_option(out, OPTION_COMMENT, comment);
}

void pcapng_end(struct pcapng *pcapng, int64_t time_ns, const struct netfwv6_missed_events *missed)
{
	/* Without a packet there is no interface, but there may be something to say. */
	if (!pcapng->n_interfaces && missed->suppressed + missed->lost)
		add_interface(pcapng, &(struct netfwv6_event){ .device = "none" });
	for (size_t i = 0; i < pcapng->n_interfaces; i++) {
		const struct pcapng_interface *interface = &pcapng->interfaces[i];
		size_t start = begin_block(pcapng->out, INTERFACE_STATISTICS);

		put_u32(pcapng->out, (uint32_t)i);
		put_time(pcapng->out, time_ns);
		put_option(pcapng->out, STATISTICS_DELIVERED, &interface->packets,
			   sizeof(interface->packets));
		if (i == 0)
			put_missed_option(pcapng->out, missed);
		end_block(pcapng->out, start);
	}
	free(pcapng->interfaces);
	pcapng->interfaces = NULL;
	pcapng->n_interfaces = 0;
}
