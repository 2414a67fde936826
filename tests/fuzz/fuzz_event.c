// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records of arbitrary bytes and sizes through the event decoder, and what it makes of them
 * through every way that an event is shown: text, JSON, pcapng. The first bytes of the input
 * are the device's name.
 */
#include <jansson.h>
#include <string.h>

#include "event/event_decode.h"
#include "event_json.h"
#include "event_text.h"
#include "fuzz.h"
#include "pcapng.h"

#define NAME_BYTES (NETFWV6_DEVICE_SIZE - 1)

/* One line, nothing in it that a terminal would obey. */
static void check_line(const struct bytes *out)
{
	require(!out->failed && out->used > 1 && out->data[out->used - 1] == '\n');
	for (size_t i = 0; i < out->used - 1; i++)
		require(out->data[i] >= 0x20 && out->data[i] != 0x7f);
	for (size_t i = 0; i + 1 < out->used; i++)
		require(out->data[i] != 0xc2 || out->data[i + 1] >= 0xa0); /* U+0080..U+009F */
}

static void check_text(const struct netfwv6_event *event)
{
	struct bytes out = {};

	put_event_text(&out, event);
	check_line(&out);
	free(out.data);
}

static void check_json(const struct netfwv6_event *event)
{
	struct bytes out = {};
	json_error_t error;
	json_t *object;

	put_event_json(&out, event);
	check_line(&out);
	object = json_loadb((const char *)out.data, out.used, JSON_REJECT_DUPLICATES, &error);
	require(json_is_object(object) && json_object_size(object) == 15);
	require(json_is_string(json_object_get(object, "device")) == (*event->device != '\0'));
	json_decref(object);
	free(out.data);
}

static uint32_t u32(const uint8_t *data)
{
	uint32_t number;

	memcpy(&number, data, sizeof(number));
	return number;
}

static size_t pad(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* The options of a block fill it to its end mark. */
static void check_options(const uint8_t *options, size_t size)
{
	for (;;) {
		require(size >= 4);
		uint32_t code = u32(options) & 0xffff, length = u32(options) >> 16;

		if (!code) {
			require(size == 4 && length == 0);
			return;
		}
		require(size - 4 >= pad(length));
		options += 4 + pad(length);
		size -= 4 + pad(length);
	}
}

static void check_packet(const uint8_t *block, size_t size, const struct netfwv6_event *event)
{
	require(u32(block + 20) == event->captured && u32(block + 24) == event->length);
	require(size >= 28 + pad(event->captured) + 4);
	require(!event->captured || memcmp(block + 28, event->data, event->captured) == 0);
	require(((uint64_t)u32(block + 12) << 32 | u32(block + 16)) == (uint64_t)event->time_ns);
	check_options(block + 28 + pad(event->captured), size - 28 - pad(event->captured) - 4);
}

/* A section, an interface, two packets of it, one of statistics. */
static void check_pcapng(const struct netfwv6_event *event)
{
	static const uint32_t wanted[] = { 0x0A0D0D0A, 1, 6, 6, 5 };
	static const size_t fixed[] = { 24, 16, 28, 28, 20 };
	struct netfwv6_missed_events missed = { .sz = sizeof(missed), .lost = event->ifindex };
	struct bytes out = {};
	struct pcapng pcapng;
	size_t at = 0;

	pcapng_begin(&pcapng, &out, NETFWV6_SNAPLEN_MAX);
	pcapng_put(&pcapng, event);
	pcapng_put(&pcapng, event);
	pcapng_end(&pcapng, event->time_ns, &missed);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		const uint8_t *block = out.data + at;
		size_t size;

		require(out.used - at >= 12);
		size = u32(block + 4);
		require(u32(block) == wanted[i] && size % 4 == 0 && size <= out.used - at);
		require(u32(block + size - 4) == size);
		if (wanted[i] == 6)
			check_packet(block, size, event);
		else
			check_options(block + fixed[i], size - fixed[i] - 4);
		at += size;
	}
	require(at == out.used && !out.failed);
	free(out.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netfwv6_event event = { .sz = sizeof(event) };
	int64_t offset = 0;

	fuzz_begin();
	if (size < NAME_BYTES)
		return 0;
	memcpy(&offset, data, sizeof(offset) - 1); /* clocks are positive */
	if (event_decode(data + NAME_BYTES, size - NAME_BYTES, offset, &event) != NETFWV6_S_OK)
		return 0;
	fuzz_accepted = true;
	require(event.sz == sizeof(event) && event.captured <= event.length);
	require(event.captured ? event.data >= data && event.data + event.captured <= data + size :
				 !event.data);
	memcpy(event.device, data, NAME_BYTES);
	check_text(&event);
	check_json(&event);
	check_pcapng(&event);
	return 0;
}
