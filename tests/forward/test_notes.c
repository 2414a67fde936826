// SPDX-License-Identifier: LGPL-2.1-or-later
/* enable says what its firewall does to others' packets, and what to do about it. */
#include <string.h>

#include "behind.h"
#include "scene.h"

static const char *enabled(const char *options)
{
	return must("%s enable " HOST_DEVICE " %s", netfwv6(), options);
}

static void expect_note(const char *output, const char *note)
{
	if (!strstr(output, note))
		fail_msg("no note '%s' in: %s", note, output);
}

static void expect_none(const char *output, const char *note)
{
	if (strstr(output, note))
		fail_msg("a note '%s' in: %s", note, output);
}

static void an_ordinary_host_gets_none(void **s)
{
	const char *output = enabled("--mode native");

	(void)s;
	expect_none(output, "forward");
	expect_none(output, "judged");
}

static void a_port_gets_its_bridge_named(void **s)
{
	(void)s;
	put_host_on_bridge();
	expect_note(enabled(""),
		    "note: device fw0 is a port of bridge br0, and what that carries on "
		    "is judged, too: enable br0 instead, which protects this host alone");
	expect_none(enabled("--forward pass"), "enable br0 instead");
}

static void a_router_is_told_that_it_forwards(void **s)
{
	(void)s;
	route_inner();
	expect_note(enabled(""),
		    "note: this host forwards, and what it routes on from device fw0 is "
		    "judged, too");
	expect_none(enabled("--forward pass"), "this host forwards");
}

static void a_second_device_of_a_router_is_named(void **s)
{
	(void)s;
	route_inner();
	firewall("enable in0");
	expect_note(enabled(""),
		    "note: this host forwards, and devices fw0 and in0 are both firewalled");
	firewall("disable in0");
	expect_none(enabled(""), "in0");
	must_in(world.host, "sysctl -qw net.ipv6.conf.all.forwarding=0");
	firewall("enable in0");
	expect_none(enabled(""), "in0");
	firewall("disable in0");
}

static void devices_above_are_named(void **s)
{
	(void)s;
	must("ip -n %s link add mv0 link " HOST_DEVICE " type macvlan", world.host);
	expect_note(enabled(""), "note: what comes in for mv0 above device fw0 is judged, too");
	must("ip -n %s link del mv0", world.host);
	expect_none(enabled(""), "above device");
	/* Those of other namespaces have no name here. */
	inner = make_namespace("inner");
	must("ip -n %s link add mv0 link " HOST_DEVICE " netns %s type macvlan && "
	     "ip -n %s link set mv0 up",
	     world.host, inner, inner);
	expect_note(enabled(""), "note: what comes in for devices above device fw0 is judged, too");
	expect_none(enabled("--forward pass"), "above device");
}

static void who_passes_is_told_whom_it_trusts(void **s)
{
	const char *output = enabled("--forward pass");

	(void)s;
	expect_note(output,
		    "note: device fw0 passes what is not for this host to who filters that; "
		    "rules that turn packets to this host later (REDIRECT, TPROXY, DNAT) are "
		    "trusted\n");
	expect_note(output,
		    "note: nothing is forwarded from device fw0 yet, so all of it is judged: "
		    "net.ipv6.conf.fw0.forwarding is 0\n");
	route_inner();
	expect_none(enabled(""), "nothing is forwarded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(an_ordinary_host_gets_none),
		scene(a_port_gets_its_bridge_named),
		scene(a_router_is_told_that_it_forwards),
		scene(a_second_device_of_a_router_is_named),
		scene(devices_above_are_named),
		scene(who_passes_is_told_whom_it_trusts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
