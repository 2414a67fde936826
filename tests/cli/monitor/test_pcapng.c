// SPDX-License-Identifier: LGPL-2.1-or-later
/* What pcapng has to say of devices that change while packets are captured. */
#include <stdio.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "cli/pcapng.h"
#include "world.h"

#define INTERFACE 1
#define STATISTICS 5
#define PACKET 6

/* What one block says, as text: enough for what is asked here. */
struct section {
	struct bytes out;
	struct pcapng pcapng;
	char said[512];
};

static uint32_t u32(const uint8_t *data)
{
	uint32_t number;

	memcpy(&number, data, sizeof(number));
	return number;
}

static void put(struct section *section, uint32_t ifindex, const char *device, bool raw_ip)
{
	struct netfwv6_event event = { .kind = NETFWV6_EVENT_DROP,
				       .reason = "closed-udp",
				       .sentence = "UDP",
				       .ifindex = ifindex,
				       .raw_ip = raw_ip,
				       .length = 60 };

	strncpy(event.device, device, sizeof(event.device) - 1);
	pcapng_put(&section->pcapng, &event);
}

/* "I1:fw0" is an Ethernet interface, "P0" a packet of the first interface. */
static void say_block(const uint8_t *block, char *said)
{
	const uint8_t *option = block + 16;

	switch (u32(block)) {
	case INTERFACE:
		sprintf(said, "I%u:%.*s ", u32(block + 8) & 0xffff,
			(u32(option) & 0xffff) == 2 ? (int)(u32(option) >> 16) : 0,
			(const char *)option + 4);
		break;
	case PACKET:
		sprintf(said, "P%u ", u32(block + 8));
		break;
	case STATISTICS:
		sprintf(said, "S%u ", u32(block + 8));
		break;
	}
}

static void section_says(struct section *section, struct netfwv6_missed_events missed,
			 const char *wanted)
{
	const uint8_t *end;

	pcapng_end(&section->pcapng, 0, &missed);
	end = section->out.data + section->out.used;
	for (const uint8_t *block = section->out.data; block < end; block += u32(block + 4))
		say_block(block, section->said + strlen(section->said));
	assert_string_equal(section->said, wanted);
	free(section->out.data);
}

static void begin(struct section *section)
{
	*section = (struct section){};
	pcapng_begin(&section->pcapng, &section->out, 16384);
}

#define NOTHING_MISSED                                                                             \
	((struct netfwv6_missed_events){ .sz = sizeof(struct netfwv6_missed_events) })

static void a_device_is_one_interface(void **s)
{
	struct section section;

	(void)s;
	begin(&section);
	put(&section, 2, "fw0", false);
	put(&section, 3, "tun0", true);
	put(&section, 2, "fw0", false);
	put(&section, 3, "tun0", true);
	section_says(&section, NOTHING_MISSED, "I1:fw0 P0 I101:tun0 P1 P0 P1 S0 S1 ");
}

static void a_new_name_is_a_new_interface(void **s)
{
	struct section section;

	(void)s;
	begin(&section);
	put(&section, 2, "fw0", false);
	put(&section, 2, "wan", false);
	put(&section, 2, "fw0", false);
	put(&section, 2, "wan", false);
	section_says(&section, NOTHING_MISSED, "I1:fw0 P0 I1:wan P1 P0 P1 S0 S1 ");
}

static void a_name_that_another_device_gets_is_a_new_interface(void **s)
{
	struct section section;

	(void)s;
	begin(&section);
	put(&section, 2, "fw0", false);
	put(&section, 5, "fw0", false);
	put(&section, 5, "fw0", true);
	section_says(&section, NOTHING_MISSED, "I1:fw0 P0 I1:fw0 P1 I101:fw0 P2 S0 S1 S2 ");
}

static void a_device_that_is_gone_is_the_one_that_it_was(void **s)
{
	struct section section;

	(void)s;
	begin(&section);
	put(&section, 2, "fw0", false);
	put(&section, 3, "fw1", false);
	put(&section, 2, "", false);
	put(&section, 4, "", false); /* never seen with its name */
	put(&section, 4, "", false);
	section_says(&section, NOTHING_MISSED, "I1:fw0 P0 I1:fw1 P1 P0 I1: P2 P2 S0 S1 S2 ");
}

static void without_an_interface_only_what_was_missed_makes_one(void **s)
{
	struct netfwv6_missed_events missed = NOTHING_MISSED;
	struct section section;

	(void)s;
	begin(&section);
	section_says(&section, missed, "");
	begin(&section);
	missed.suppressed = 1;
	section_says(&section, missed, "I1:none S0 ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_one_interface),
		cmocka_unit_test(a_new_name_is_a_new_interface),
		cmocka_unit_test(a_name_that_another_device_gets_is_a_new_interface),
		cmocka_unit_test(a_device_that_is_gone_is_the_one_that_it_was),
		cmocka_unit_test(without_an_interface_only_what_was_missed_makes_one),
	};

	return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
