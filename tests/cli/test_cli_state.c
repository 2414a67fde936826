// SPDX-License-Identifier: LGPL-2.1-or-later
/* The command line for devices that are configured, and for the state as a whole. */
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "hooks.h"
#include "refusal.h"
#include "says.h"

/* Status of a host where something is amiss, which its exit code says, too. */
static void status_of_trouble(const char *filter, const char *text)
{
	says_json_and_exits("status", filter, text, 4);
}

static void status_tells_trouble(const char *sentence)
{
	const struct output *output = run("%s status", netfwv6());

	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->out, sentence));
}

/* ---- enable, disable, status ------------------------------------------------------------------ */

static void if_configured_is_silent_about_others(void **s)
{
	(void)s;
	make_pair("come0", "come1");
	says("enable come0 --if-configured", "", 0);
	assert_false(firewalled("come0"));
	assert_int_not_equal(access(world.state, F_OK), 0);
	must("%s -q enable come0 --stateless --mode generic && ip link del come0", netfwv6());
	make_pair("come0", "come1");
	says("enable come0 --if-configured", "come0: firewalled, generic mode, stateless\n", 0);
	says("enable come1 --if-configured", "", 0);
	must("%s -q disable come0", netfwv6());
	says("enable come0 --if-configured", "", 0);
	must("%s -q enable come0 --learn-only && ip link del come0", netfwv6());
	make_pair("come0", "come1");
	says("enable come0 --if-configured", "come0: learning, not firewalled\n", 0);
}

static void an_absent_device_can_be_disabled(void **s)
{
	(void)s;
	make_pair("come0", "come1");
	must("%s -q enable come0 && ip link del come0", netfwv6());
	assert_int_equal(run("%s enable come0 --if-configured", netfwv6())->status, 4);
	says("disable come0", "come0: not firewalled\n", 0);
	assert_int_equal(run("%s disable come0", netfwv6())->status, 4);
	remove_state();
}

#define CONFIGURED_FACTS "[.configured[]|[.device,.present,.moved,.learn_only]]"

static void status_shows_what_is_configured(void **s)
{
	(void)s;
	make_pair("come0", "come1");
	make_pair("move0", "far0");
	must("%s -q enable come0 && %s -q enable come1 --learn-only && %s -q enable move0 && "
	     "%s -q enable fw0",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6());
	says_json("status", CONFIGURED_FACTS, "[]\n");
	must("ip link del come0");
	/* What is not here at all comes firewalled. */
	says_json("status", CONFIGURED_FACTS,
		  "[[\"come0\",false,false,false],[\"come1\",false,false,true]]\n");
	must("ip link set move0 netns %s", world.peer);
	status_of_trouble(CONFIGURED_FACTS,
			  "[[\"come0\",false,false,false],[\"come1\",false,false,true],"
			  "[\"move0\",false,true,false]]\n");
	status_of_trouble("[.devices[]|.device,.configured,.settings_of]",
			  "[\"fw0\",true,\"fw0\"]\n");
	status_tells_trouble("\ncome0: configured, not attached: no such device here\n");
	status_tells_trouble("\nmove0: configured, not attached: moved to another network "
			     "namespace, and filtered there\n");
	make_pair("come0", "come1");
	status_of_trouble(".configured[0]",
			  "{\"device\":\"come1\",\"present\":true,\"moved\":false,\"learn_only\":"
			  "true,\"troubles\":[]}\n");
	status_tells_trouble("\ncome0: configured, not attached: 'netfwv6 enable' attaches it");
	says("disable move0", "move0: not firewalled\n", 0);
}

static void status_shows_whose_settings_hold(void **s)
{
	(void)s;
	make_pair("old0", "far0");
	must("%s -q enable old0 && ip link set old0 down && ip link set old0 name new0", netfwv6());
	says_json("status", "[.devices[]|.device,.settings_of,.configured]",
		  "[\"new0\",\"old0\",false]\n");
	assert_non_null(strstr(must("%s status", netfwv6()), "\n  goes by the settings of old0"));
	must("%s -q enable new0", netfwv6());
	says_json("status", "[.devices[]|.device,.settings_of,.configured]",
		  "[\"new0\",\"new0\",true]\n");
	assert_null(strstr(must("%s status", netfwv6()), "goes by the settings"));
}

static void status_tells_when_learning_was_cut(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	says_json("status", "[.devices[].learning]", "[true]\n");
	assert_null(strstr(must("%s status", netfwv6()), "egress"));
	take_off("learn", "fw0", true);
	status_of_trouble("[.devices[]|.learning,.troubles]", "[false,[\"not-learning\"]]\n");
	status_tells_trouble("\n  egress program missing");
	status_tells_trouble("'netfwv6 enable fw0'");
	must("%s -q enable fw0", netfwv6());
	says_json("status", "[.devices[].learning]", "[true]\n");
	must("%s -q enable fw0 --stateless", netfwv6());
	assert_null(strstr(must("%s status", netfwv6()), "egress"));
}

static void settings_of_the_device_decide_on_the_ssh_warning(void **s)
{
	const char *session = "SSH_CONNECTION='2001:db8::9 50000 2001:db8::1 22'";

	(void)s;
	must("%s -q open 22/tcp --dev fw0", netfwv6());
	assert_string_equal(run("%s %s -q enable fw0", session, netfwv6())->err, "");
	must("%s -q disable fw0 && %s -q close 22/tcp --dev fw0 && %s -q open 22/tcp && "
	     "%s -q ignore 22/tcp --dev fw0",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6());
	assert_non_null(strstr(run("%s %s -q enable fw0", session, netfwv6())->err, "warning"));
	must("%s -q disable fw0 && %s -q observe 22/tcp --dev fw0", netfwv6(), netfwv6());
	assert_string_equal(run("%s %s -q enable fw0", session, netfwv6())->err, "");
}

/* ---- init, remove ------------------------------------------------------------------------------- */

#define STATE_FACTS "[.group]"

static void a_state_stays_until_it_is_removed(void **s)
{
	char ready[128], ready_already[128], removed[128], removed_already[128];

	(void)s;
	snprintf(ready, sizeof(ready), "%s: ready, ports may be changed by root alone\n",
		 world.state);
	snprintf(ready_already, sizeof(ready_already),
		 "%s: ready already, ports may be changed by root alone\n", world.state);
	snprintf(removed, sizeof(removed), "%s: removed\n", world.state);
	snprintf(removed_already, sizeof(removed_already), "%s: removed already\n", world.state);
	says_json("status", STATE_FACTS, "[null]\n");
	says("init", ready, 0);
	says("init", ready_already, 0);
	says_json("status", STATE_FACTS, "[null]\n");
	must("%s -q open 443 --dev fw0 && %s -q enable fw0 && %s -q close 443 --dev fw0 && "
	     "%s -q disable fw0",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6());
	assert_int_equal(access(world.state, F_OK), 0);
	says("remove", removed, 0);
	assert_int_not_equal(access(world.state, F_OK), 0);
	says("remove", removed_already, 0);
}

static void remove_is_refused_while_a_device_is_firewalled(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q open 443/tcp --dev fw0 && %s -q enable fw0", netfwv6(), netfwv6());
	output = run("%s remove", netfwv6());
	assert_int_equal(output->status, 4);
	assert_true(is_one_sentence(output->err));
	assert_non_null(strstr(output->err, "fw0"));
	says("check 443/tcp --dev fw0", "443/tcp on fw0: open here\n", 0);
	must("%s -q disable fw0 && %s -q remove", netfwv6(), netfwv6());
	says("check 443/tcp --dev fw0", "443/tcp on fw0: closed\n", 1);
}

/* A copy that is run as a member of the group alone. */
static const char *as_member(unsigned int group)
{
	static char command[256];

	as_nobody(); /* installs the copy */
	snprintf(command, sizeof(command),
		 "setpriv --reuid=65534 --regid=65534 --groups=%u %s-netfwv6", group, world.state);
	return command;
}

static void the_group_changes_ports_and_nothing_else(void **s)
{
	(void)s;
	must("%s -q init --group 6543 && %s -q enable fw0", netfwv6(), netfwv6());
	says_json("status", STATE_FACTS, "[{\"id\":6543,\"name\":\"6543\"}]\n");
	assert_non_null(strstr(must("%s status", netfwv6()),
			       "ports may be changed by root and group 6543\n"));
	must("%s -q open 443/tcp", as_member(6543));
	must("%s -q open 80-81/tcp --dev fw0 --name ours", as_member(6543));
	must("%s -q ignore 443/tcp --dev fw0", as_member(6543));
	says("check 80/tcp 443/tcp --dev fw0", "80/tcp on fw0: open here\n443/tcp on fw0: closed\n",
	     1);
	must("%s -q observe 443/tcp --dev fw0", as_member(6543));
	must("%s -q close 80/tcp --dev fw0", as_member(6543));
	says("check 80-81/tcp 443/tcp --dev fw0",
	     "80-81/tcp on fw0: 1 of 2 open\n443/tcp on fw0: open globally\n", 1);
	assert_int_equal(run("%s enable fw0", as_member(6543))->status, 3);
	assert_int_equal(run("%s disable fw0", as_member(6543))->status, 3);
	assert_int_equal(run("%s init", as_member(6543))->status, 3);
	assert_int_equal(run("%s remove", as_member(6543))->status, 3);
	assert_int_equal(run("%s open 82/tcp --dev fw0", as_member(6544))->status, 3);
	assert_true(firewalled("fw0"));
	must("%s -q init --group 0", netfwv6());
	says_json("status", STATE_FACTS, "[null]\n");
	assert_int_equal(run("%s open 82/tcp", as_member(6543))->status, 3);
	says("check 81/tcp 443/tcp --dev fw0",
	     "81/tcp on fw0: open here\n443/tcp on fw0: open globally\n", 0);
	must("rm %s-netfwv6", world.state);
}

static void a_group_is_given_by_name_too(void **s)
{
	const struct group *group = getgrgid(1);

	(void)s;
	assert_non_null(group);
	assert_non_null(strstr(must("%s init --group %s", netfwv6(), group->gr_name),
			       "changed by root and group "));
	assert_int_equal(run("%s status --json | jq -e '.group == {\"id\":1,\"name\":\"%s\"}'",
			     netfwv6(), group->gr_name)
				 ->status,
			 0);
}

/* Whatever a device is to this state: firewalled, learned from, or wanted and not here. */
static void all_devices_are_disabled(void **s)
{
	(void)s;
	make_pair("a0", "a1");
	make_pair("b0", "b1");
	make_pair("gone0", "gone1");
	must("%s -q enable fw0 && %s -q enable --mode tc a0 && %s -q enable --learn-only b0 && "
	     "%s -q enable gone0 && ip link del gone0 && %s -q open 80/tcp --dev a0",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6(), netfwv6());
	says("disable --all",
	     "fw0: not firewalled\na0: not firewalled\nb0: not firewalled\n"
	     "gone0: not firewalled\n",
	     0);
	says_json("status", "[.devices,.configured,.learning]", "[[],[],[]]\n");
	says("check 80/tcp --dev a0", "80/tcp on a0: open here\n", 0);
	says("disable --all", "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(if_configured_is_silent_about_others),
		test(an_absent_device_can_be_disabled),
		test(all_devices_are_disabled),
		test(status_shows_what_is_configured),
		test(status_shows_whose_settings_hold),
		test(status_tells_when_learning_was_cut),
		test(settings_of_the_device_decide_on_the_ssh_warning),
		test(a_state_stays_until_it_is_removed),
		test(remove_is_refused_while_a_device_is_firewalled),
		test(the_group_changes_ports_and_nothing_else),
		test(a_group_is_given_by_name_too),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
