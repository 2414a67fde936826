// SPDX-License-Identifier: LGPL-2.1-or-later
/* stats, on packets that were counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "counted.h"
#include "refusal.h"
#include "sockets.h"

/* ---- Counters, as text and JSON --------------------------------------------------------- */

static void reasons_that_counted_are_in_the_table(void **s)
{
	const char *text;

	(void)s;
	contains(must("%s stats", netfwv6()), "no device is firewalled by");
	firewall_fw0();
	shoot_udp(5000, 3);
	shoot_syn(22, 2);
	text = must("%s stats", netfwv6());
	contains(text, "DEVICE          VERDICT  REASON                   PACKETS              "
		       "BYTES\n");
	/* 14 of Ethernet, 40 of IPv6, 20 of TCP or 8 of UDP and the text */
	contains(text, "\nfw0             dropped  closed-tcp                     2                "
		       "148\n");
	contains(text, "\nfw0             dropped  closed-udp                     3                "
		       "207\n");
	lacks(text, "truncated");
	contains(text, "\nconversations without a socket here: tcp 0 of 32768, ");
	contains(text, "\ndropped packets by port: not counted, ");
}

static void an_idle_device_is_in_the_table(void **s)
{
	(void)s;
	must("ip link add idle0 type veth peer name idle1 && %s -q enable idle0", netfwv6());
	contains(must("%s stats", netfwv6()), "\nidle0           no packet yet\n");
}

static void json_has_every_counter(void **s)
{
	(void)s;
	firewall_fw0();
	shoot_udp(5000, 3);
	shoot_syn(22, 2);
	shoot_bad_version();
	jq("stats --json", ".devices[0]|[.device,.mode,.stateless,.dropped.packets,.dropped.bytes]",
	   "[\"fw0\",\"tc\",false,6,415]\n");
	jq("stats --json",
	   "[.devices[0].reasons[]|select(.packets>0 and .verdict==\"dropped\")|[.reason,.packets,"
	   ".bytes]]",
	   "[[\"closed-tcp\",2,148],[\"closed-udp\",3,207],[\"bad-version\",1,60]]\n");
	jq("stats --json",
	   ".devices[0]|([.reasons[].packets]|add) == .passed.packets + "
	   ".dropped.packets and ([.reasons[].bytes]|add) == .passed.bytes + "
	   ".dropped.bytes",
	   "true\n");
	assert_string_equal(must("%s stats --json | jq '.devices[0].reasons|length'", netfwv6()),
			    must("grep -c '^.X(' bpf/reasons.h"));
	jq("stats --json", "keys",
	   "[\"devices\",\"flows\",\"open_ports\",\"ports_counted\","
	   "\"state\",\"time\",\"version\"]\n");
	jq("stats --json", ".devices[0]|keys",
	   "[\"device\",\"dropped\",\"forward\",\"ifindex\",\"mode\",\"open_ports\",\"passed\","
	   "\"reasons\","
	   "\"since\",\"stateless\"]\n");
	jq("stats --json", "(.time|fromdate) >= (.devices[0].since|fromdate)", "true\n");
	assert_string_equal(must("%s stats --json | jq -r '.version,.state'", netfwv6()),
			    must("printf '%s\\n%s\\n'", netfwv6_version(), world.state));
}

static void passed_packets_are_counted_too(void **s)
{
	int udp = host_udp(4000);

	(void)s;
	must("%s -q open 4000/udp", netfwv6());
	firewall_fw0();
	peer_send(4000, "let in");
	wait_for_datagram(udp, "let in");
	close(udp);
	jq("stats --json",
	   ".devices[0].reasons[]|select(.reason==\"open-global\")|[.verdict,.packets,.bytes]",
	   "[\"passed\",1,68]\n");
}

static void one_device_is_shown_alone(void **s)
{
	const struct output *output;

	(void)s;
	firewall_fw0();
	firewall_another("other0");
	shoot_udp(5000, 1);
	jq("stats --json", "[.devices[].device]", "[\"fw0\",\"other0\"]\n");
	jq("stats --json --dev other0", "[.devices[].device]", "[\"other0\"]\n");
	lacks(must("%s stats --dev other0", netfwv6()), "fw0");
	lacks(must("%s stats --prometheus --dev other0", netfwv6()), "\"fw0\"");
	contains(must("%s stats --prometheus --dev fw0", netfwv6()), "\"fw0\"");
	must("ip link add bare0 type veth peer name bare1");
	output = run("%s stats --dev bare0", netfwv6());
	assert_int_equal(output->status, 4);
	contains(output->err, "device bare0 is not firewalled");
	assert_string_equal(output->out, "");
}

static void open_ports_are_counted_by_scope(void **s)
{
	(void)s;
	must("%s -q open 22/tcp 80-82/tcp 53/udp && %s -q enable fw0 && "
	     "%s -q open --dev fw0 443 8443/tcp",
	     netfwv6(), netfwv6(), netfwv6());
	jq("stats --json", "[.open_ports,.devices[0].open_ports]",
	   "[{\"tcp\":4,\"udp\":1},{\"tcp\":2,\"udp\":1}]\n");
	/* A renamed device goes by the settings of its former name. */
	must("ip link set fw0 name was0");
	jq("stats --json", ".devices[0]|[.device,.open_ports]",
	   "[\"was0\",{\"tcp\":2,\"udp\":1}]\n");
	must("ip link set was0 name fw0; %s -q close --dev fw0 1-65535", netfwv6());
}

static void flow_tables_are_for_root(void **s)
{
	(void)s;
	firewall_fw0();
	jq("stats --json", ".flows.tcp", "{\"used\":0,\"capacity\":32768}\n");
	assert_string_equal(must("%s stats --json | jq -c .flows", as_nobody()), "null\n");
	lacks(must("%s stats", as_nobody()), "conversations");
	lacks(must("%s stats --prometheus", as_nobody()), "netfwv6_flows");
	must("rm %s-netfwv6", world.state);
}

/* ---- Reset ---------------------------------------------------------------------------------- */

static void counters_are_set_to_zero(void **s)
{
	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	firewall_another("other0");
	shoot_udp(5000, 2);
	assert_string_equal(must("%s stats --reset --dev other0", netfwv6()),
			    "other0: counters set to zero\n");
	jq("stats --json --dev fw0", ".devices[0].dropped.packets", "2\n");
	jq("list --closed-hits --json", ".hits[0].packets", "2\n");
	assert_string_equal(must("%s stats --reset --dev fw0", netfwv6()),
			    "fw0: counters set to zero\n");
	jq("stats --json --dev fw0", ".devices[0].dropped", "{\"packets\":0,\"bytes\":0}\n");
	jq("list --closed-hits --json", ".hits[0].packets", "2\n"); /* of all devices */
	shoot_udp(5000, 1);
	assert_string_equal(must("%s stats --reset", netfwv6()),
			    "fw0: counters set to zero\nother0: counters set to zero\n"
			    "dropped packets by port: set to zero\n");
	jq("stats --json", "[.devices[].dropped.packets]", "[0,0]\n");
	jq("list --closed-hits --json", ".", "{\"counted\":true,\"hits\":[]}\n");
	shoot_udp(5000, 1);
	jq("stats --json --dev fw0", ".devices[0].dropped.packets", "1\n");
	jq("list --closed-hits --json", ".hits[0].packets", "1\n");
}

static void a_reset_leaves_the_switch_alone(void **s)
{
	(void)s;
	firewall_fw0();
	assert_string_equal(must("%s stats --reset", netfwv6()), "fw0: counters set to zero\n");
	jq("stats --json", ".ports_counted", "false\n");
	assert_string_equal(must("%s -q stats --reset", netfwv6()), "");
	assert_string_equal(must("%s stats --reset --count-ports on", netfwv6()),
			    "fw0: counters set to zero\ndropped packets by port: counted\n");
}

static void nobody_reads_and_changes_nothing(void **s)
{
	static const char *const writes[] = { "stats --reset", "stats --reset --dev fw0",
					      "stats --count-ports on", "stats --count-ports off" };

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	shoot_udp(5000, 1);
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		const struct output *output = run("%s %s", as_nobody(), writes[i]);

		if (output->status != 3 || strncmp(output->err, "netfwv6: ", 9) != 0)
			fail_msg("%s: exit %d: %s", writes[i], output->status, output->err);
	}
	assert_string_equal(must("%s list --closed-hits", as_nobody()),
			    must("%s list --closed-hits", netfwv6()));
	assert_string_equal(
		must("%s stats --json --dev fw0 | jq -c '[.ports_counted,.devices[0].dropped]'",
		     as_nobody()),
		"[true,{\"packets\":1,\"bytes\":69}]\n");
	must("rm %s-netfwv6", world.state);
}

/* ---- Errors ---------------------------------------------------------------------------------- */

static void wrong_usage_is_refused(void **s)
{
	static const struct {
		const char *arguments;
		int status;
		const char *sentence;
	} rows[] = {
		{ "stats --json --prometheus", 2, "one at a time" },
		{ "stats --reset --json", 2, "show nothing" },
		{ "stats --reset --prometheus", 2, "show nothing" },
		{ "stats --count-ports on --json", 2, "show nothing" },
		{ "stats --count-ports on --dev fw0", 2, "for all devices together" },
		{ "stats --count-ports maybe", 2, "write on or off" },
		{ "stats --reset --count-ports maybe", 2, "write on or off" },
		{ "stats --count-ports", 2, "needs a value" },
		{ "stats fw0", 2, "takes no operand 'fw0'" },
		{ "stats --dev nodev0", 4, "there is no device nodev0" },
		{ "stats --json --dev nodev0", 4, "there is no device nodev0" },
		{ "stats --reset --dev nodev0", 4, "there is no device nodev0" },
		{ "stats --dev a/b", 2, "no device name" },
		{ "list --closed-hits --dev fw0", 2, "for all devices together" },
		{ "status --prometheus", 2, "takes no option --prometheus" },
		{ "stats -c 1", 2, "takes no option --count" },
		{ "top --interval 0", 2, "write a number from 1 to 3600" },
		{ "top --interval 3601", 2, "write a number from 1 to 3600" },
		{ "top --interval 1.5", 2, "write a number from 1 to 3600" },
		{ "top --interval -1", 2, "write a number from 1 to 3600" },
		{ "top --interval ' 1'", 2, "write a number from 1 to 3600" },
		{ "top --interval ''", 2, "write a number from 1 to 3600" },
		{ "top --interval 18446744073709551617", 2, "write a number from 1 to 3600" },
		{ "top -c 0", 2, "write a number from 1 to" },
		{ "top -c x", 2, "--count 'x'" },
		{ "top -c", 2, "'-c' needs a value" },
		{ "top --json", 2, "takes no option --json" },
	};

	(void)s;
	must("%s -q enable fw0", netfwv6());
	shoot_udp(5000, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct output *output = run("%s %s", netfwv6(), rows[i].arguments);

		if (output->status != rows[i].status || !strstr(output->err, rows[i].sentence) ||
		    *output->out)
			fail_msg("%s: exit %d, stdout '%s', stderr '%s'", rows[i].arguments,
				 output->status, output->out, output->err);
	}
	jq("stats --json", "[.ports_counted,.devices[0].dropped.packets]", "[false,1]\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(reasons_that_counted_are_in_the_table),
		counted(an_idle_device_is_in_the_table),
		counted(json_has_every_counter),
		counted(passed_packets_are_counted_too),
		counted(one_device_is_shown_alone),
		counted(open_ports_are_counted_by_scope),
		counted(flow_tables_are_for_root),
		counted(counters_are_set_to_zero),
		counted(a_reset_leaves_the_switch_alone),
		counted(nobody_reads_and_changes_nothing),
		counted(wrong_usage_is_refused),
	};

	return cmocka_run_group_tests_name("stats", tests, world_setup, world_teardown);
}
