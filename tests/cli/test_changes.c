// SPDX-License-Identifier: LGPL-2.1-or-later
/* A changing command says whether it changed something: to people, and in JSON. */
#include "connections.h"
#include "says.h"
#include "world.h"

static void what_was_so_is_so_already(void **s)
{
	(void)s;
	says("open 443/tcp", "443/tcp: open\n", 0);
	says("open 443/tcp", "443/tcp: open already\n", 0);
	says("open 442-444/tcp", "442-444/tcp: open\n", 0);
	says("open 442-444/tcp", "442-444/tcp: open already\n", 0);
	says("open 443", "443/tcp: open already\n443/udp: open\n", 0);
	says("close 440-442/tcp", "440-442/tcp: closed\n", 0);
	says("close 440-442/tcp", "440-442/tcp: closed already\n", 0);
	says("open 443/tcp --dev fw0", "443/tcp on fw0: open\n", 0);
	says("open 443/tcp --dev fw0", "443/tcp on fw0: open already\n", 0);
	says("ignore 9/udp --dev fw0", "9/udp on fw0: ignored\n", 0);
	says("ignore 9/udp --dev fw0", "9/udp on fw0: ignored already\n", 0);
	says("observe 9/udp --dev fw0", "9/udp on fw0: observed\n", 0);
	says("observe 9/udp --dev fw0", "9/udp on fw0: observed already\n", 0);
}

static void a_device_is_firewalled_already(void **s)
{
	(void)s;
	says("enable fw0 --mode tc", "fw0: firewalled, tc mode\n", 0);
	says("enable fw0", "fw0: firewalled already, tc mode\n", 0);
	says("enable fw0 --mode tc --stateless", "fw0: firewalled, tc mode, stateless\n", 0);
	says("disable fw0", "fw0: not firewalled\n", 0);
	says("disable fw0", "fw0: not firewalled already\n", 0);
	says("enable fw0 --learn-only", "fw0: learning, not firewalled\n", 0);
	says("enable fw0 --learn-only", "fw0: learning already, not firewalled\n", 0);
}

static void programs_are_told(void **s)
{
	(void)s;
	says_json("open 442-443/tcp 9/udp", ".",
		  "{\"changed\":true,\"changes\":[{\"what\":\"442-443/tcp\",\"device\":null,"
		  "\"state\":\"open\",\"changed\":true},{\"what\":\"9/udp\",\"device\":null,"
		  "\"state\":\"open\",\"changed\":true}]}\n");
	says_json("open 9/udp 10/udp", "[.changed, .changes[].changed]", "[true,false,true]\n");
	says_json("open 9/udp", ".changed", "false\n");
	says_json("open 9/udp --dev fw0", "[.changed, .changes[].device]", "[true,\"fw0\"]\n");
	says_json("close 9/udp --dev fw0", ".changed, .changes[].state", "true\n\"closed\"\n");
	says_json("close 9/udp --dev fw0", ".changed", "false\n");
	says_json("ignore 9/udp --dev fw0", ".changed", "true\n");
	says_json("observe 1-8/udp --dev fw0", ".changed", "false\n");
	says_json("observe 9/udp --dev fw0", ".changed", "true\n");
	says_json("protect 9/udp", ".changed, .changes[].state", "true\n\"protected\"\n");
	says_json("unprotect 9/udp", ".changed", "true\n");
	says_json("enable fw0", ".changed, .changes[].what", "true\n\"fw0\"\n");
	says_json("enable fw0", ".changed", "false\n");
	says_json("disable fw0", ".changed", "true\n");
	says_json("disable fw0", ".changed", "false\n");
	says_json("log --dropped on", ".changed, .dropped", "true\ntrue\n");
	says_json("log --dropped on", ".changed", "false\n");
	says_json("init", ".changed", "false\n");
	says_json("init --group 64000", ".changed", "true\n");
	says_json("init --group 64000", ".changed", "false\n");
	says_json("init --rebuild", ".changed, .changes[].state", "true\n\"rebuilt\"\n");
	says_json("remove", ".changed", "true\n");
	says_json("remove", ".changed, .changes[].state", "false\n\"removed\"\n");
}

static void apply_tells_programs(void **s)
{
	(void)s;
	must("printf 'version 1\\nopen 7/tcp\\n' > $NETFWV6_STATE.text");
	says_json_and_exits("apply --dry-run $NETFWV6_STATE.text", ".",
			    "{\"changed\":true,\"changes\":[{\"sign\":\"+\","
			    "\"line\":\"open 7/tcp\"}]}\n",
			    1);
	says_json("apply $NETFWV6_STATE.text", ".changed", "true\n");
	says_json("apply $NETFWV6_STATE.text", ".", "{\"changed\":false,\"changes\":[]}\n");
	must("rm $NETFWV6_STATE.text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_was_so_is_so_already),
		test(a_device_is_firewalled_already),
		test(programs_are_told),
		test(apply_tells_programs),
	};

	return cmocka_run_group_tests_name("what was changed", tests, world_setup, world_teardown);
}
