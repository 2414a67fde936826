// SPDX-License-Identifier: LGPL-2.1-or-later
/* The command line, as its user meets it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hooks.h"
#include "refusal.h"
#include "sockets.h"

/* ---- Errors: exit code, one sentence, nothing changed --------------------------- */

static const struct refusal error_rows[] = {
	{ "close 65536/tcp", 2, "'65536/tcp': ports go from 1 to 65535" },
	{ "close 65537/tcp", 2, "'65537/tcp'" },
	{ "close 4294967739/tcp", 2, "'4294967739/tcp'" },	  /* 443 in 32 bits */
	{ "close 18446744073709552059/tcp", 2, "ports go from" }, /* 443 in 64 bits */
	{ "close 0/udp", 2, "'0/udp': ports go from 1 to 65535" },
	{ "close 0-80/tcp", 2, "ports go from" },
	{ "close 22/sctp", 2, "'22/sctp': protocol 'sctp' is neither tcp nor udp" },
	{ "close 22/TCP", 2, "neither tcp nor udp" },
	{ "close 22/", 2, "protocol ''" },
	{ "close abc", 2, "'abc' is neither a port nor a service" },
	{ "close abc/tcp", 2, "service of tcp" },
	{ "close ssh/udp", 2, "service of udp" }, /* a service of tcp alone */
	{ "close 90-80/tcp", 2, "write 80-90/tcp" },
	{ "close 1-70000", 2, "'1-70000': ports go from 1 to 65535" },
	{ "close", 2, "needs an operand" },
	{ "open", 2, "netfwv6 open PORT..." },
	{ "check", 2, "needs an operand" },
	{ "close ''", 2, "names no port" },
	{ "close /tcp", 2, "names no port" },
	{ "close -5/tcp", 2, "'-5'" },
	{ "close +5/tcp", 2, "'+5/tcp'" },
	{ "close ' 5/tcp'", 2, "' 5/tcp'" },
	{ "close 5x/tcp", 2, "'5x/tcp'" },
	{ "close 5-/tcp", 2, "'5-/tcp'" },
	{ "close 5-6-7/tcp", 2, "'5-6-7/tcp'" },
	{ "close 0x50/tcp", 2, "'0x50/tcp'" },
	{ "close 443/tcp/udp", 2, "'tcp/udp'" },
	{ "open 443/tcp 65536/tcp", 2, "'65536/tcp'" },
	{ "close 8443/tcp abc", 2, "'abc'" },
	{ "open 443 --name", 2, "'--name' needs a value" },
	{ "open 443 --name \"$(printf 'a\\nb')\"", 2, "not printable UTF-8" },
	{ "", 2, "no command" },
	{ "frobnicate", 2, "unknown command 'frobnicate'" },
	{ "help frobnicate", 2, "unknown command 'frobnicate'" },
	{ "list --bogus", 2, "unknown or ambiguous option '--bogus'" },
	{ "-x list", 2, "'-x'" },
	{ "list extra", 2, "'extra'" },
	{ "list --mode auto", 2, "takes no option --mode" },
	{ "check 443 --json", 2, "takes no option --json" },
	{ "close 443 --name x", 2, "takes no option --name" },
	{ "enable", 2, "needs an operand" },
	{ "enable a b", 2, "takes no operand 'b'" },
	{ "enable fw0 --mode turbo", 2, "'turbo' is no mode" },
	{ "enable this-name-is-too-long", 2, "no device name" },
	{ "enable a/b", 2, "no device name" },
	{ "enable ''", 2, "no device name" },
	{ "enable fw0 --learn-only --stateless", 2, "--learn-only filters nothing" },
	{ "enable fw0 --learn-only --mode native", 2, "--learn-only filters nothing" },
	{ "disable fw0 --stateless", 2, "takes no option --stateless" },
	{ "enable nodev0", 4, "there is no device nodev0" },
	{ "disable nodev0", 4, "there is no device nodev0" },
	{ "--state '' list", 2, "name is empty" },
	{ "--state /nonexistent/dir open 1", 4, "/nonexistent/dir" },
	{ "--state /etc open 1", 2, "/etc" },
};

/* ---- What commands print ----------------------------------------------------------- */

static void ports_are_opened_checked_and_closed(void **s)
{
	(void)s;
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 1);
	assert_string_equal(must("%s open 443/tcp", netfwv6()), "443/tcp: open\n");
	assert_string_equal(must("%s check 443/tcp", netfwv6()), "443/tcp: open\n");
	assert_int_equal(run("%s check 443", netfwv6())->status, 1); /* udp is closed */
	assert_string_equal(must("%s close 443/tcp", netfwv6()), "443/tcp: closed\n");
	assert_string_equal(must("%s close 443/tcp", netfwv6()), "443/tcp: closed already\n");
	assert_string_equal(run("%s check 443/tcp", netfwv6())->out, "443/tcp: closed\n");
}

static void operands_are_ports_ranges_and_services(void **s)
{
	(void)s;
	assert_string_equal(must("%s open 53 8000-8002/udp https/tcp ssh", netfwv6()),
			    "53/tcp: open\n53/udp: open\n8000-8002/udp: open\n443/tcp: open\n"
			    "22/tcp: open\n");
	must("%s check 53/tcp 53/udp 8000/udp 8002/udp 443/tcp 22/tcp 8000-8002/udp", netfwv6());
	assert_int_equal(run("%s check 8003/udp", netfwv6())->status, 1);
	assert_string_equal(run("%s check 8001-8004/udp", netfwv6())->out,
			    "8001-8004/udp: 2 of 4 open\n");
}

static void a_long_name_is_cut_with_a_note(void **s)
{
	(void)s;
	assert_string_equal(must("%s open 443/tcp --name $(printf %%064d 7)", netfwv6()),
			    "note: the name has 64 bytes, and 63 fit: it is cut to '000000000000000"
			    "000000000000000000000000000000000000000000000000'\n443/tcp: open\n");
}

static void options_stand_anywhere(void **s)
{
	(void)s;
	must("%s -q --name web open 80/tcp", netfwv6());
	must("%s open --name web 81/tcp -q", netfwv6());
	must("%s open 82/tcp --name=web --quiet", netfwv6());
	assert_string_equal(must("%s list", netfwv6()),
			    "SCOPE           PORT             STATE    NAME\n"
			    "global          80-82/tcp        open     web\n");
	must("env -u NETFWV6_STATE %s --state %s check 80/tcp", netfwv6(), world.state);
	must("env -u NETFWV6_STATE %s check 80/tcp --state %s", netfwv6(), world.state);
	must("NETFWV6_STATE=/nonexistent/x %s check 80/tcp --state=%s", netfwv6(), world.state);
}

static void quiet_prints_nothing(void **s)
{
	static const char *const commands[] = { "open 80", "close 80",	 "check 80",   "list",
						"status",  "enable fw0", "disable fw0" };

	(void)s;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct output *output = run("%s -q %s", netfwv6(), commands[i]);

		assert_string_equal(output->out, "");
		assert_string_equal(output->err, "");
		assert_int_equal(output->status, strncmp(commands[i], "check", 5) == 0);
	}
}

static void lists_merge_neighbours_of_one_name(void **s)
{
	(void)s;
	assert_string_equal(must("%s list", netfwv6()), "no port is open\n");
	must("%s -q open 100-102/tcp --name a && %s -q open 103/tcp --name b && "
	     "%s -q open 104-105/tcp 65535/tcp 1/udp",
	     netfwv6(), netfwv6(), netfwv6());
	assert_string_equal(must("%s list", netfwv6()),
			    "SCOPE           PORT             STATE    NAME\n"
			    "global          100-102/tcp      open     a\n"
			    "global          103/tcp          open     b\n"
			    "global          104-105/tcp      open     \n"
			    "global          65535/tcp        open     \n"
			    "global          1/udp            open     \n");
}

static void lists_are_json(void **s)
{
	(void)s;
	assert_string_equal(must("%s list --json | jq -c .", netfwv6()),
			    "{\"ports\":[],\"ignored\":[],\"protected\":[],\"all\":false}\n");
	must("%s -q open 80/tcp --name 'say \"hi\" \\ \xc3\xbc' && %s -q open 53/udp", netfwv6(),
	     netfwv6());
	assert_string_equal(must("%s list --json | jq -c '.ports[]'", netfwv6()),
			    "{\"scope\":\"global\",\"device\":null,\"protocol\":\"tcp\",\"port\":"
			    "80,\"name\":\"say "
			    "\\\"hi\\\" \\\\ \xc3\xbc\"}\n"
			    "{\"scope\":\"global\",\"device\":null,\"protocol\":\"udp\",\"port\":"
			    "53,\"name\":\"\"}\n");
	must("%s -q open 1-65535", netfwv6());
	assert_string_equal(must("%s list --json | jq '.ports|length'", netfwv6()), "131070\n");
}

static void status_shows_devices_and_reasons(void **s)
{
	const char *text;

	(void)s;
	assert_non_null(strstr(must("%s status", netfwv6()), "no device is firewalled"));
	assert_string_equal(must("%s enable fw0 --mode generic", netfwv6()),
			    "fw0: firewalled, generic mode\n");
	peer_send(5000, "dropped");
	wait_for_packets("fw0", "closed-udp", 1);
	text = must("%s status", netfwv6());
	assert_int_equal(strncmp(text, "fw0: firewalled, generic mode, program ", 39), 0);
	assert_non_null(strstr(text, "  dropped closed-udp                  1 packets              "
				     "69 bytes  UDP to a closed port\n"));
	assert_null(strstr(text, "closed-tcp"));
}

static void modes_of_enabling_are_shown(void **s)
{
	const char *facts = "status --json | jq -c '[.devices[]|.stateless,.learning]'", *text;

	(void)s;
	assert_string_equal(must("%s enable fw0 --learn-only", netfwv6()),
			    "fw0: learning, not firewalled\n");
	assert_int_equal(
		strncmp(must("%s status", netfwv6()), "fw0: learning, not firewalled\n", 30), 0);
	assert_string_equal(must("%s status --json | jq -c '[.devices,.learning]'", netfwv6()),
			    "[[],[\"fw0\"]]\n");
	text = must("%s enable fw0", netfwv6());
	assert_int_equal(strncmp(text, "note: device fw0 gets tc mode: ", 31), 0);
	assert_string_equal(strchr(text, '\n'), "\nfw0: firewalled, tc mode\n");
	assert_string_equal(must("%s %s", netfwv6(), facts), "[false,true]\n");
	assert_string_equal(must("%s enable fw0 --mode native --stateless", netfwv6()),
			    "fw0: firewalled, native mode, stateless\n");
	assert_string_equal(must("%s %s", netfwv6(), facts), "[true,false]\n");
	/* Without options, a firewalled device keeps its settings. */
	assert_string_equal(must("%s enable fw0", netfwv6()),
			    "fw0: firewalled already, native mode, stateless\n");
	assert_string_equal(must("%s %s", netfwv6(), facts), "[true,false]\n");
	assert_string_equal(must("%s enable fw0 --mode native", netfwv6()),
			    "fw0: firewalled, native mode\n");
	assert_string_equal(must("%s %s", netfwv6(), facts), "[false,true]\n");
	assert_int_equal(run("%s enable fw0 --learn-only", netfwv6())->status, 4);
	must("%s disable fw0", netfwv6());
	must("%s enable fw0 --learn-only && %s disable fw0", netfwv6(), netfwv6());
}

static void the_fill_of_the_flow_tables_is_shown(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_non_null(
		strstr(must("%s status", netfwv6()),
		       "\nconversations without a socket here: tcp 0 of 32768, tcp_answers 0 of "
		       "16384, udp "));
	assert_string_equal(
		must("%s status --json | jq -c '.flows|[keys[],.tcp.used,.tcp.capacity]'",
		     netfwv6()),
		"[\"tcp\",\"tcp_answers\",\"udp\",\"udp_answers\",0,32768]\n");
}

static void other_uplinks_are_named(void **s)
{
	(void)s;
	must("ip link add up0 type veth peer name up1 && ip link set up0 up && ip link set up1 up "
	     "&& "
	     "ip -6 route add default dev up0");
	assert_non_null(
		strstr(must("%s enable fw0", netfwv6()), "default route leads through up0"));
	must("%s -q enable up0 --learn-only", netfwv6());
	assert_string_equal(must("%s enable fw0", netfwv6()), "fw0: firewalled already, tc mode\n");
	must("%s -q disable up0 && ip link del up0", netfwv6());
}

static uint32_t program_of(const char *field)
{
	return atoi(must("%s status --json | jq .devices[0].%s", netfwv6(), field));
}

static void status_is_json(void **s)
{
	(void)s;
	assert_string_equal(
		must("%s status --json | jq -c "
		     "'del(.flows,.learning,.one_mount,.group,.configured)'",
		     netfwv6()),
		must("printf "
		     "'{\"state\":\"%s\",\"layout\":0,\"all\":null,\"blind_spots\":[],\"saved\":"
		     "null,\"devices\":[]}\\n'",
		     world.state));
	must("%s -q enable fw0 --mode native", netfwv6());
	peer_send(5000, "dropped");
	wait_for_packets("fw0", "closed-udp", 1);
	assert_string_equal(
		must("%s status --json | jq -c '.devices[]|[.device,.mode,(.ifindex>0),.troubles,"
		     "(.since|fromdate>1700000000)]'",
		     netfwv6()),
		"[\"fw0\",\"native\",true,[],true]\n");
	assert_int_equal(program_of("program_id"), xdp_on(world.host, "fw0"));
	assert_int_equal(program_of("guard_id"), guard_on(world.host, "fw0"));
	assert_int_not_equal(program_of("program_id"), program_of("guard_id"));
	assert_string_equal(must("%s status --json | jq -c '.devices[0].reasons[]|"
				 "select(.reason==\"closed-udp\")'",
				 netfwv6()),
			    "{\"reason\":\"closed-udp\",\"verdict\":\"dropped\",\"packets\":1,"
			    "\"bytes\":69}\n");
	assert_string_equal(must("%s status --json | jq '.devices[0].reasons|length'", netfwv6()),
			    must("grep -c '^.X(' bpf/reasons.h"));
}

static void help_knows_every_command(void **s)
{
	(void)s;
	must("%s help && %s --help && %s -h", netfwv6(), netfwv6(), netfwv6());
	must("for c in $(%s help | sed -n 's/^  netfwv6 \\([a-z]*\\).*/\\1/p'); do "
	     "%s help $c | grep -q \"^netfwv6 $c\\|^netfwv6 - \" && %s $c --help >/dev/null || "
	     "exit 1; "
	     "done",
	     netfwv6(), netfwv6(), netfwv6());
	assert_non_null(strstr(must("%s --version", netfwv6()), netfwv6_version()));
}

static void a_closed_output_is_an_error(void **s)
{
	(void)s;
	assert_int_equal(run("%s help > /dev/full", netfwv6())->status, 4);
	assert_int_equal(run("%s list --json > /dev/full", netfwv6())->status, 4);
	assert_int_equal(run("%s help >&-", netfwv6())->status, 4);
	assert_int_equal(run("%s list --json <&- >&-", netfwv6())->status, 4);
}

#define ERROR_ROWS (sizeof(error_rows) / sizeof(*error_rows))

int main(void)
{
	static const struct CMUnitTest others[] = {
		test(ports_are_opened_checked_and_closed),
		test(operands_are_ports_ranges_and_services),
		test(a_long_name_is_cut_with_a_note),
		test(options_stand_anywhere),
		test(quiet_prints_nothing),
		test(lists_merge_neighbours_of_one_name),
		test(lists_are_json),
		test(status_shows_devices_and_reasons),
		test(status_is_json),
		test(modes_of_enabling_are_shown),
		test(the_fill_of_the_flow_tables_is_shown),
		test(other_uplinks_are_named),
		test(help_knows_every_command),
		test(a_closed_output_is_an_error),
	};
	struct CMUnitTest *tests =
		refusal_tests(error_rows, ERROR_ROWS, others, sizeof(others) / sizeof(*others));

	return _cmocka_run_group_tests("cli", tests, ERROR_ROWS + sizeof(others) / sizeof(*others),
				       world_setup, world_teardown);
}
