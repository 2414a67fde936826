// SPDX-License-Identifier: LGPL-2.1-or-later
/* The command line for one connection's settings. */
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "refusal.h"
#include "says.h"

static const struct refusal error_rows[] = {
	{ "ignore 443", 2, "'ignore' needs --dev DEV" },
	{ "observe 443", 2, "'observe' needs --dev DEV" },
	{ "explain 443", 2, "'explain' needs --dev DEV" },
	{ "explain --dev fw0", 2, "needs an operand" },
	{ "ignore --dev fw0", 2, "netfwv6 ignore PORT..." },
	{ "explain 443-445/tcp --dev fw0", 2, "'443-445/tcp'" },
	{ "explain 443/tcp 1-2/udp --dev fw0", 2, "'1-2/udp'" },
	{ "explain 65536 --dev fw0", 2, "ports go from 1 to 65535" },
	{ "open 443 --dev", 2, "'--dev' needs a value" },
	{ "open 443 --dev ''", 2, "no device name" },
	{ "open 443 --dev a/b", 2, "no device name" },
	{ "open 443 --dev this-name-is-too-long", 2, "no device name" },
	{ "open 443 --dev nodev0", 4, "there is no device nodev0" },
	{ "close 443 --dev nodev0", 4, "there is no device nodev0" },
	{ "check 443 --dev nodev0", 4, "there is no device nodev0" },
	{ "ignore 443 --dev nodev0", 4, "there is no device nodev0" },
	{ "observe 443 --dev nodev0", 4, "there is no device nodev0" },
	{ "explain 443 --dev nodev0", 4, "there is no device nodev0" },
	{ "list --dev nodev0", 4, "there is no device nodev0" },
	{ "list --json --dev nodev0", 4, "there is no device nodev0" },
	{ "open 65536 --dev fw0", 2, "ports go from 1 to 65535" },
	{ "close 0/udp --dev fw0", 2, "ports go from 1 to 65535" },
	{ "close 65979/tcp --dev fw0", 2, "'65979/tcp'" }, /* 443 in 16 bits */
	{ "ignore 4294967739/tcp --dev fw0", 2, "'4294967739/tcp'" },
	{ "observe 90-80/tcp --dev fw0", 2, "write 80-90/tcp" },
	{ "ignore 443/sctp --dev fw0", 2, "neither tcp nor udp" },
	{ "ignore abc --dev fw0", 2, "'abc'" },
	{ "open 443/tcp 65536/tcp --dev fw0", 2, "'65536/tcp'" },
	{ "close 8444/tcp abc --dev fw0", 2, "'abc'" },
	{ "observe 8445/tcp abc --dev fw0", 2, "'abc'" },
	{ "open 443 --dev fw0 --name \"$(printf 'a\\nb')\"", 2, "not printable UTF-8" },
	{ "ignore 443 --dev fw0 --name \"$(printf 'a\\nb')\"", 2, "not printable UTF-8" },
	{ "observe 443 --dev fw0 --name x", 2, "takes no option --name" },
	{ "close 443 --dev fw0 --name x", 2, "takes no option --name" },
	{ "check 443 --dev fw0 --json", 2, "takes no option --json" },
	{ "status --dev fw0", 2, "takes no option --dev" },
	{ "enable --dev fw0", 2, "takes no option --dev" },
	{ "list 443", 2, "'443'" },
	{ "disable", 2, "needs an operand" },
	{ "disable fw0 --all", 2, "is about every device" },
	{ "disable fw0 fw1", 2, "takes no operand 'fw1'" },
	{ "enable --all fw0", 2, "is about every device" },
	{ "disable fw0 --if-configured", 2, "takes no option --if-configured" },
	{ "enable fw0 --if-configured --stateless", 2, "no other option" },
	{ "enable fw0 --if-configured --learn-only", 2, "no other option" },
	{ "enable fw0 --if-configured --mode auto", 2, "no other option" },
	{ "init --group no-such-group", 2, "'no-such-group' is no group" },
	{ "init --group ''", 2, "is no group" },
	{ "init --group -1", 2, "'-1' is no group" },
	{ "init --group 65534x", 2, "'65534x' is no group" },
	{ "init --group 4294967295", 2, "'4294967295' is no group" },
	{ "init --group 4294967296", 2, "'4294967296' is no group" }, /* 0 in 32 bits */
	{ "init --group", 2, "'--group' needs a value" },
	{ "init fw0", 2, "takes no operand 'fw0'" },
	{ "init --dev fw0", 2, "takes no option --dev" },
	{ "remove fw0", 2, "takes no operand 'fw0'" },
	{ "remove --rebuild", 2, "takes no option --rebuild" },
};

/* ---- Ports of one connection ---------------------------------------------------------- */

static void settings_are_made_and_taken_back(void **s)
{
	(void)s;
	says("open 443/tcp --dev fw0", "443/tcp on fw0: open\n", 0);
	says("open 443/tcp --dev fw0", "443/tcp on fw0: open already\n", 0);
	assert_true(is_open_on("fw0", 443, TCP));
	says("close 443/tcp --dev fw0", "443/tcp on fw0: closed\n", 0);
	says("close 443/tcp --dev fw0", "443/tcp on fw0: closed already\n", 0);
	assert_false(is_open_on("fw0", 443, TCP));
	says("ignore 443/tcp --dev fw0", "443/tcp on fw0: ignored\n", 0);
	assert_true(is_ignored_on("fw0", 443, TCP));
	says("observe 443/tcp --dev fw0", "443/tcp on fw0: observed\n", 0);
	says("observe 443/tcp --dev fw0", "443/tcp on fw0: observed already\n", 0);
	assert_false(is_ignored_on("fw0", 443, TCP));
}

static void operands_are_ports_ranges_and_services(void **s)
{
	(void)s;
	says("open 53 8000-8002/udp https/tcp --dev fw0",
	     "53/tcp on fw0: open\n53/udp on fw0: open\n8000-8002/udp on fw0: open\n"
	     "443/tcp on fw0: open\n",
	     0);
	says("ignore ssh 100-101/tcp --dev fw0",
	     "22/tcp on fw0: ignored\n100-101/tcp on fw0: ignored\n", 0);
	says("close 8001/udp --dev fw0", "8001/udp on fw0: closed\n", 0);
	says("check 8000-8003/udp --dev fw0", "8000-8003/udp on fw0: 2 of 4 open\n", 1);
}

/* A command's confirmation and a note behind it, with these words. */
static void notes(const char *arguments, const char *confirmation, const char *what,
		  const char *remedy)
{
	const char *text = must("%s %s", netfwv6(), arguments);
	const char *note = text + strlen(confirmation);

	if (strncmp(text, confirmation, strlen(confirmation)) != 0 ||
	    strncmp(note, "note: ", 6) != 0 || !strstr(note, what) || !strstr(note, remedy))
		fail_msg("netfwv6 %s: '%s'", arguments, text);
}

static void what_stays_open_is_told(void **s)
{
	(void)s;
	must("%s -q open 443-444/tcp && %s -q open 443/tcp --dev fw0", netfwv6(), netfwv6());
	notes("close 443/tcp --dev fw0", "443/tcp on fw0: closed\n", "443/tcp is still open there",
	      "netfwv6 ignore");
	notes("close 443-445/tcp --dev fw0", "443-445/tcp on fw0: closed already\n",
	      "of 443-445/tcp, 2 ports are still open there", "netfwv6 ignore");
	must("%s -q open 443-444/tcp --dev fw0", netfwv6());
	notes("ignore 443/tcp --dev fw0", "443/tcp on fw0: ignored\n",
	      "443/tcp is still open there", "netfwv6 close --dev");
	notes("ignore 443-445/tcp --dev fw0", "443-445/tcp on fw0: ignored\n",
	      "of 443-445/tcp, 2 ports are still open there", "netfwv6 close --dev");
	says("close 443-445/tcp --dev fw0", "443-445/tcp on fw0: closed\n", 0);
	says("-q ignore 443-445/tcp --dev fw0", "", 0);
	says("close 443-444/tcp", "443-444/tcp: closed\n", 0); /* no word of a connection */
}

static void check_asks_both_rules_of_a_device(void **s)
{
	(void)s;
	must("%s -q open 80-82/tcp && %s -q open 443-444/tcp --dev fw0 && "
	     "%s -q ignore 81/tcp 443/tcp --dev fw0",
	     netfwv6(), netfwv6(), netfwv6());
	says("check 443/tcp --dev fw0", "443/tcp on fw0: open here\n", 0);
	says("check 443-444/tcp --dev fw0", "443-444/tcp on fw0: open here\n", 0);
	says("check 80/tcp --dev fw0", "80/tcp on fw0: open globally\n", 0);
	says("check 81/tcp --dev fw0", "81/tcp on fw0: closed\n", 1);
	says("check 80-82/tcp --dev fw0", "80-82/tcp on fw0: 2 of 3 open\n", 1);
	says("check 83/tcp --dev fw0", "83/tcp on fw0: closed\n", 1);
	says("check 80/tcp 81/tcp --dev fw0",
	     "80/tcp on fw0: open globally\n81/tcp on fw0: closed\n", 1);
	must("%s -q open 82/tcp --dev fw0", netfwv6());
	says("check 82/tcp --dev fw0", "82/tcp on fw0: open here\n", 0);
	/* Without a device it is the global setting. */
	says("check 443/tcp", "443/tcp: closed\n", 1);
	says("check 80-82/tcp", "80-82/tcp: open\n", 0);
	says("-q check 443/tcp", "", 1);
	says("-q check 443/tcp --dev fw0", "", 0);
}

static void both_rules_in_a_range_make_it_open(void **s)
{
	(void)s;
	must("%s -q open 80/tcp && %s -q open 81/tcp --dev fw0", netfwv6(), netfwv6());
	says("check 80-81/tcp --dev fw0", "80-81/tcp on fw0: open\n", 0);
}

/* ---- explain ----------------------------------------------------------------------------- */

#define PORT_FACTS                                                                                 \
	".ports[]|[.protocol,.port,.open_here,.name,.open_globally,.global_name,.ignored,."        \
	"ignored_name,.rule,.open]"

static void explain_names_the_rule(void **s)
{
	(void)s;
	must("%s -q open 80/tcp 81/tcp --name all && %s -q open 443/tcp 81/tcp --dev fw0 "
	     "--name mine && %s -q ignore 81/tcp 82/tcp --dev fw0 --name 'not here' && "
	     "%s -q enable fw0",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6());
	says_json("explain 443/tcp 81/tcp 80/tcp 82/tcp 83/udp --dev fw0", PORT_FACTS,
		  "[\"tcp\",443,true,\"mine\",false,\"\",false,\"\",1,true]\n"
		  "[\"tcp\",81,true,\"mine\",true,\"all\",true,\"not here\",1,true]\n"
		  "[\"tcp\",80,false,\"\",true,\"all\",false,\"\",2,true]\n"
		  "[\"tcp\",82,false,\"\",false,\"\",true,\"not here\",4,false]\n"
		  "[\"udp\",83,false,\"\",false,\"\",false,\"\",4,false]\n");
	must("%s -q close 81/tcp --dev fw0", netfwv6());
	says_json("explain 81/tcp --dev fw0", PORT_FACTS,
		  "[\"tcp\",81,false,\"\",true,\"all\",true,\"not here\",4,false]\n");
	says_json("explain 443 --dev fw0", "[.ports[]|.protocol,.rule]", "[\"tcp\",1,\"udp\",4]\n");
	says_json("explain 443 --dev fw0", "keys",
		  "[\"device\",\"firewalled\",\"passes_forwarded\",\"ports\",\"settings_of\"]\n");
}

static void explain_tells_it_in_words(void **s)
{
	const char *text;

	(void)s;
	must("%s -q open 80/tcp --name all && %s -q open 443/tcp --dev fw0 --name mine", netfwv6(),
	     netfwv6());
	assert_non_null(
		strstr(must("%s explain 443/tcp --dev fw0", netfwv6()), "fw0 is not firewalled"));
	must("%s -q enable fw0", netfwv6());
	says("explain 443/tcp --dev fw0",
	     "443/tcp on fw0: open\n"
	     "  rule 1  open on fw0                      yes, \"mine\"  <- decides\n"
	     "  rule 2  open globally, not ignored       not open\n",
	     0);
	says("explain 80/tcp --dev fw0",
	     "80/tcp on fw0: open\n"
	     "  rule 1  open on fw0                      no\n"
	     "  rule 2  open globally, not ignored       yes, \"all\"  <- decides\n",
	     0);
	must("%s -q ignore 80/tcp --dev fw0", netfwv6());
	text = must("%s explain 80/tcp --dev fw0", netfwv6()); /* 0 whatever the answer */
	assert_int_equal(strncmp(text, "80/tcp on fw0: closed\n", 22), 0);
	assert_non_null(
		strstr(text, "rule 2  open globally, not ignored       ignored, \"all\"\n"));
	assert_non_null(strstr(text, "rule 3  of a conversation"));
	assert_non_null(
		strstr(text, "rule 4  else                             dropped  <- decides"));
	must("%s -q observe 80/tcp --dev fw0 && %s -q ignore 80/tcp --dev fw0 --name why",
	     netfwv6(), netfwv6());
	assert_non_null(
		strstr(must("%s explain 80/tcp --dev fw0", netfwv6()), "ignored, \"why\"\n"));
}

static void explain_goes_by_what_is_in_force(void **s)
{
	(void)s;
	make_pair("old0", "far0");
	must("%s -q open 443/tcp --dev old0 --name former && %s -q enable old0 && "
	     "ip link set old0 down && ip link set old0 name new0 && %s -q open 80/tcp --dev new0",
	     netfwv6(), netfwv6(), netfwv6());
	says_json("explain 443/tcp 80/tcp --dev new0",
		  "[.device,.firewalled,.settings_of,(.ports[]|.open_here,.name,.rule)]",
		  "[\"new0\",true,\"old0\",true,\"former\",1,false,\"\",4]\n");
	assert_non_null(strstr(must("%s explain 443/tcp --dev new0", netfwv6()),
			       "new0 goes by the settings of old0"));
	says("check 443/tcp 80/tcp --dev new0",
	     "443/tcp on new0: open here\n80/tcp on new0: closed\n", 1);
	assert_non_null(strstr(must("%s open 81/tcp --dev new0", netfwv6()),
			       "note: device new0 goes by the settings of old0"));
	must("%s -q enable new0", netfwv6());
	says("check 443/tcp 80/tcp --dev new0",
	     "443/tcp on new0: closed\n80/tcp on new0: open here\n", 1);
	says("open 82/tcp --dev new0", "82/tcp on new0: open\n", 0);
}

/* ---- list ----------------------------------------------------------------------------------- */

#define LIST_HEADER "SCOPE           PORT             STATE    NAME\n"

static void set_some(void)
{
	make_pair("a1", "a2");
	must("%s -q open 80-81/tcp --name web && %s -q open 443/tcp --dev fw0 --name mine && "
	     "%s -q ignore 80/tcp --dev fw0 --name why && %s -q ignore 80/tcp 53/udp --dev fw0 && "
	     "%s -q open 100-102/udp --dev a1",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6(), netfwv6());
}

static void list_shows_all_scopes(void **s)
{
	(void)s;
	set_some();
	says("list",
	     LIST_HEADER "global          80-81/tcp        open     web\n"
			 "fw0             443/tcp          open     mine\n"
			 "fw0             80/tcp           ignored  why\n"
			 "fw0             53/udp           ignored  \n"
			 "a1              100-102/udp      open     \n",
	     0);
	must("ip link del a1"); /* settings stay */
	says("list --dev a1", LIST_HEADER "a1              100-102/udp      open     \n", 0);
	says("list --dev fw0",
	     LIST_HEADER "fw0             443/tcp          open     mine\n"
			 "fw0             80/tcp           ignored  why\n"
			 "fw0             53/udp           ignored  \n",
	     0);
	assert_non_null(strstr(must("%s list", netfwv6()),
			       "\na1              100-102/udp      open     \n"));
}

static void list_of_a_device_without_settings_says_so(void **s)
{
	(void)s;
	must("%s -q open 80/tcp", netfwv6());
	says("list --dev fw0", "fw0 has no settings of its own\n", 0);
	says("-q list --dev fw0", "", 0);
	says_json("list --dev fw0", ".", "{\"ports\":[],\"ignored\":[],\"protected\":[]}\n");
}

static void list_is_json_for_all_scopes(void **s)
{
	(void)s;
	set_some();
	says_json("list", ".ports[]|[.scope,.device,.protocol,.port,.name]",
		  "[\"global\",null,\"tcp\",80,\"web\"]\n"
		  "[\"global\",null,\"tcp\",81,\"web\"]\n"
		  "[\"connection\",\"fw0\",\"tcp\",443,\"mine\"]\n"
		  "[\"connection\",\"a1\",\"udp\",100,\"\"]\n"
		  "[\"connection\",\"a1\",\"udp\",101,\"\"]\n"
		  "[\"connection\",\"a1\",\"udp\",102,\"\"]\n");
	says_json("list", ".ignored[]",
		  "{\"device\":\"fw0\",\"protocol\":\"tcp\",\"port\":80,\"name\":\"why\"}\n"
		  "{\"device\":\"fw0\",\"protocol\":\"udp\",\"port\":53,\"name\":\"\"}\n");
	says_json("list --dev fw0", "[.ports[].device,(.ignored|length)]", "[\"fw0\",2]\n");
	says_json("list --dev a1", "[(.ports[]|.port),.ignored]", "[100,101,102,[]]\n");
}

/* ---- Who may, and quiet ------------------------------------------------------------------------ */

static void nobody_reads_and_changes_nothing(void **s)
{
	static const char *const reads[] = { "check 443/tcp --dev fw0", "explain 443/tcp --dev fw0",
					     "explain 443/tcp --dev fw0 --json", "list",
					     "list --dev fw0 --json" };
	static const char *const writes[] = { "open 80/tcp --dev fw0",
					      "close 443/tcp --dev fw0",
					      "ignore 80/tcp --dev fw0",
					      "observe 81/tcp --dev fw0",
					      "init",
					      "init --group 65534",
					      "init --rebuild",
					      "remove" };

	(void)s;
	must("%s -q open 443/tcp --dev fw0 && %s -q ignore 81/tcp --dev fw0 && %s -q enable fw0",
	     netfwv6(), netfwv6(), netfwv6());
	for (size_t i = 0; i < sizeof(reads) / sizeof(*reads); i++)
		assert_string_equal(must("%s %s", as_nobody(), reads[i]),
				    must("%s %s", netfwv6(), reads[i]));
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		const struct output *output = run("%s %s", as_nobody(), writes[i]);

		if (output->status != 3 || !is_one_sentence(output->err))
			fail_msg("%s: exit %d: %s", writes[i], output->status, output->err);
	}
	says("list",
	     LIST_HEADER "fw0             443/tcp          open     \n"
			 "fw0             81/tcp           ignored  \n",
	     0);
	assert_string_equal(must("%s status --json | jq -c '.devices[].learning'", as_nobody()),
			    "true\n");
	must("rm %s-netfwv6", world.state);
}

static void quiet_prints_nothing(void **s)
{
	static const char *const commands[] = {
		"open 80 --dev fw0",
		"close 80 --dev fw0",
		"ignore 80 --dev fw0",
		"observe 80 --dev fw0",
		"init",
		"enable fw0 --if-configured",
		"enable fw0",
		"disable fw0",
		"list --dev fw0",
		"remove",
	};

	(void)s;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct output *output = run("%s -q %s", netfwv6(), commands[i]);

		if (output->status || *output->out || *output->err)
			fail_msg("-q %s: exit %d: %s%s", commands[i], output->status, output->out,
				 output->err);
	}
}

#define ERROR_ROWS (sizeof(error_rows) / sizeof(*error_rows))

int main(void)
{
	static const struct CMUnitTest others[] = {
		test(settings_are_made_and_taken_back),
		test(operands_are_ports_ranges_and_services),
		test(what_stays_open_is_told),
		test(check_asks_both_rules_of_a_device),
		test(both_rules_in_a_range_make_it_open),
		test(explain_names_the_rule),
		test(explain_tells_it_in_words),
		test(explain_goes_by_what_is_in_force),
		test(list_shows_all_scopes),
		test(list_of_a_device_without_settings_says_so),
		test(list_is_json_for_all_scopes),
		test(nobody_reads_and_changes_nothing),
		test(quiet_prints_nothing),
	};
	struct CMUnitTest *tests =
		refusal_tests(error_rows, ERROR_ROWS, others, sizeof(others) / sizeof(*others));

	return _cmocka_run_group_tests("cli of connections", tests,
				       ERROR_ROWS + sizeof(others) / sizeof(*others), world_setup,
				       world_teardown);
}
