// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policies.h"

#include "devices.h"
#include "world.h"

#define POLICY_PORTS 4
static const uint16_t policy_ports[POLICY_PORTS] = { 5001, 5002, 5003, 5004 };

static const struct setting {
	const char *device; /* NULL: global */
	bool ignore;	    /* else open */
	uint16_t port;
	bool holds[2]; /* in each of the policies */
} settings[] = {
	{ NULL, false, 5001, { true, false } },	 { NULL, false, 5003, { true, true } },
	{ NULL, false, 5004, { false, true } },	 { "fw0", false, 5002, { true, false } },
	{ "fw1", false, 5002, { false, true } }, { "fw0", true, 5003, { false, true } },
	{ "fw1", true, 5003, { true, false } },
};
static const uint32_t verdicts[2][2] = { { 0x7, 0x1 }, { 0x8, 0xe } }; /* policy, device */

static void set_own(struct netfwv6_mgr *mgr, const struct setting *setting, bool holds)
{
	struct netfwv6_connection *connection = connection_of(mgr, setting->device);
	uint16_t port = setting->port;

	if (setting->ignore)
		assert_ok(
			holds ? netfwv6_connection_ignore_global_port(connection, port, UDP, NULL) :
				netfwv6_connection_observe_global_port(connection, port, UDP));
	else
		assert_ok(holds ? netfwv6_connection_open_port(connection, port, UDP, "own") :
				  netfwv6_connection_close_port(connection, port, UDP));
	netfwv6_connection_free(connection);
}

void set_policy(struct netfwv6_mgr *mgr, int policy)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const struct setting *setting = &settings[i];
		bool holds = setting->holds[policy];

		if (setting->device)
			set_own(mgr, setting, holds);
		else
			assert_ok(holds ? netfwv6_mgr_open_global_port(mgr, setting->port, UDP,
								       "global") :
					  netfwv6_mgr_close_global_port(mgr, setting->port, UDP));
	}
}

void assert_filtering(int policy, const char *when, int n)
{
	for (size_t device = 0; device < 2; device++) {
		uint32_t got = arrivals(device, policy_ports, POLICY_PORTS);

		if (!is_firewalled(device) || got != verdicts[policy][device])
			fail_msg("%s %d: %s lets pass %#x, wanted %#x", when, n, devices[device],
				 got, verdicts[policy][device]);
	}
}
