// SPDX-License-Identifier: LGPL-2.1-or-later
/* save, apply, protect, and what a command says that it has changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connections.h"
#include "says.h"
#include "users.h"
#include "world.h"

/* Applies lines behind the version, with options: as apply exits and prints. */
static const struct output *apply(const char *options, const char *lines)
{
	return run("printf 'version 1\\n%s' | %s apply - %s", lines, netfwv6(), options);
}

static void assert_applied(const char *options, const char *lines, int status, const char *out)
{
	const struct output *output = apply(options, lines);

	if (output->status != status || strcmp(output->out, out) != 0)
		fail_msg("%s: exit %d: '%s', '%s'; wanted %d, '%s'", lines, output->status,
			 output->out, output->err, status, out);
}

static void assert_saved(const char *lines)
{
	char text[4096];

	snprintf(text, sizeof(text), "version 1\n%s", lines);
	assert_string_equal(must("%s save", netfwv6()), text);
}

/* ---- save and apply --------------------------------------------------------------- */

static void what_was_set_is_saved(void **s)
{
	(void)s;
	assert_saved("");
	must("%s -q open 22/tcp 8000-8002/udp --name \"it's ssh\"", netfwv6());
	must("%s -q open 443 --dev fw0", netfwv6());
	must("%s -q ignore 22/tcp --dev fw0", netfwv6());
	must("%s -q protect 22/tcp", netfwv6());
	must("%s -q enable fw0 --mode generic --stateless", netfwv6());
	must("%s -q log --rate 77", netfwv6());
	must("%s -q init --group 64000", netfwv6());
	assert_saved("group 64000\nlog --rate 77\n"
		     "open 22/tcp --name 'it'\\''s ssh'\nopen 8000-8002/udp --name 'it'\\''s ssh'\n"
		     "open 443/tcp --dev fw0\nopen 443/udp --dev fw0\nignore 22/tcp --dev fw0\n"
		     "protect 22/tcp\nenable fw0 --mode generic --stateless\n");
	must("%s save > $NETFWV6_STATE.text && %s apply $NETFWV6_STATE.text | "
	     "grep -q '^nothing to do' && rm $NETFWV6_STATE.text",
	     netfwv6(), netfwv6());
	must("%s -q unprotect 22/tcp", netfwv6());
}

static void a_state_becomes_what_the_file_says(void **s)
{
	(void)s;
	must("%s -q open 80/tcp 81/tcp --name old", netfwv6());
	must("%s -q enable fw0", netfwv6());
	assert_applied("--dry-run", "open 81/tcp\nopen 5/udp --dev fw0", 1,
		       "- open 80-81/tcp --name old\n+ open 81/tcp\n+ open 5/udp --dev fw0\n"
		       "- enable fw0\n");
	assert_true(firewalled("fw0"));
	assert_applied("", "open 81/tcp\nopen 5/udp --dev fw0", 0,
		       "- open 80-81/tcp --name old\n+ open 81/tcp\n+ open 5/udp --dev fw0\n"
		       "- enable fw0\n");
	assert_false(firewalled("fw0"));
	assert_saved("open 81/tcp\nopen 5/udp --dev fw0\n");
	assert_applied("--dry-run", "open 81/tcp\nopen 5/udp --dev fw0", 0,
		       "nothing to do: the state is as - says\n");
	assert_applied("", "open 81/tcp\nenable fw0 --mode tc", 0,
		       "- open 5/udp --dev fw0\n+ enable fw0 --mode tc\n");
	assert_int_equal(status_of("fw0").mode, NETFWV6_MODE_TC);
	assert_true(admits("fw0", 81, TCP) && !admits("fw0", 80, TCP) && !admits("fw0", 5, UDP));
	/* A line that holds, and is not so: somebody took everything off. */
	make_pair("back0", "back1");
	assert_applied("", "open 81/tcp\nenable back0 --mode tc", 0,
		       "- enable fw0 --mode tc\n+ enable back0 --mode tc\n");
	must("ip link del back0");
	make_pair("back0", "back1");
	assert_applied("", "open 81/tcp\nenable back0 --mode tc", 0, "+ enable back0 --mode tc\n");
	assert_true(firewalled("back0"));
}

static void a_wrong_file_changes_nothing(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q open 80/tcp", netfwv6());
	output = apply("", "open 81/tcp\nopen x\\nenable a/b\n");
	assert_int_equal(output->status, 2);
	assert_non_null(strstr(output->err, "netfwv6: standard input:3:6: 'x' is neither"));
	assert_non_null(strstr(output->err, "netfwv6: standard input:4:8: 'a/b' is no name"));
	assert_saved("open 80/tcp\n");
	output = run("%s apply /nonexistent", netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "cannot read /nonexistent: No such file"));
}

/* The last step fails, as the loopback cannot be firewalled. */
static void a_failure_midway_takes_everything_back(void **s)
{
	const struct output *output;
	char before[4096];

	(void)s;
	must("%s -q open 80/tcp --name old", netfwv6());
	must("%s -q open 90/tcp --dev fw0", netfwv6());
	must("%s -q protect 80/tcp", netfwv6());
	must("%s -q enable fw0 --mode tc", netfwv6());
	snprintf(before, sizeof(before), "%s", must("%s save", netfwv6()));
	output = apply("", "open 80/tcp --name new\nopen 100/tcp --name other\nprotect 100/tcp\n"
			   "ignore 7/tcp --dev fw0\nlog --rate 5\nenable lo");
	assert_int_equal(output->status, 4);
	assert_string_equal(output->out, "");
	assert_non_null(strstr(output->err, "device lo is the loopback"));
	assert_string_equal(must("%s save", netfwv6()), before);
	assert_true(firewalled("fw0") && admits("fw0", 80, TCP) && admits("fw0", 90, TCP));
	assert_false(admits("fw0", 100, TCP));
	must("%s -q unprotect 80/tcp", netfwv6());
}

static void more_devices_change_places_than_there_are(void **s)
{
	(void)s;
	must("(echo version 1; for i in $(seq 1 31); do echo open $i/tcp --dev a$i; done) | "
	     "%s -q apply -",
	     netfwv6());
	must("(echo version 1; for i in $(seq 1 31); do echo open $i/tcp --dev b$i; done) | "
	     "sort -V -k4 > $NETFWV6_STATE.text; %s -q apply $NETFWV6_STATE.text",
	     netfwv6());
	must("%s save | sort -V -k4 | cmp - $NETFWV6_STATE.text && rm $NETFWV6_STATE.text",
	     netfwv6());
}

static void only_root_applies(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	must("echo version 1 > $NETFWV6_STATE.text; echo open 5/tcp >> $NETFWV6_STATE.text");
	output = run_as(&member, "%s apply $NETFWV6_STATE.text", netfwv6());
	assert_int_equal(output->status, 3);
	output = run_as(&member, "%s apply --dry-run $NETFWV6_STATE.text", netfwv6());
	assert_int_equal(output->status, 1);
	assert_string_equal(output->out, "- group 64000\n+ open 5/tcp\n");
	must("rm $NETFWV6_STATE.text");
}

/* As 'enable' does. */
static void whoever_locks_himself_out_is_warned(void **s)
{
	static const char session[] = "SSH_CONNECTION='2001:db8::2 4711 2001:db8::1 22'";
	const struct output *output;

	(void)s;
	output = run("printf 'version 1\\nopen 22/tcp\\nenable fw0\\n' | %s %s apply -", session,
		     netfwv6());
	assert_int_equal(output->status, 0);
	assert_string_equal(output->err, "");
	output = run("printf 'version 1\\nenable fw0\\n' | %s %s apply -", session, netfwv6());
	assert_int_equal(output->status, 0);
	assert_non_null(strstr(output->err, "warning: this SSH session runs over IPv6"));
}

static void an_alternative_name_is_refused(void **s)
{
	static const char *const lines[] = { "enable other0", "open 80/tcp --dev other0" };

	(void)s;
	must("ip link property add dev fw0 altname other0");
	for (size_t i = 0; i < 2; i++) {
		const struct output *output = apply("", lines[i]);

		assert_int_equal(output->status, 2);
		assert_non_null(strstr(output->err, "other0 is another name of device fw0"));
	}
	must("ip link property del dev fw0 altname other0");
	assert_saved("");
}

/* ---- Devices that are still to come -------------------------------------------------- */

static void what_is_set_ahead_holds_when_the_device_comes(void **s)
{
	(void)s;
	says("enable --ahead late0 --mode tc", "late0: configured, and not here yet\n", 0);
	says("enable --ahead late0 --mode tc", "late0: configured already, and not here yet\n", 0);
	says("open --ahead --dev late1 77/tcp", "77/tcp on late1: open\n", 0);
	assert_int_equal(run("%s open --dev late2 77/tcp", netfwv6())->status, 4);
	assert_int_equal(run("%s enable --ahead a/b", netfwv6())->status, 2);
	must("%s -q open --dev late0 78/tcp", netfwv6());
	assert_saved("open 78/tcp --dev late0\nopen 77/tcp --dev late1\nenable late0 --mode tc\n");
	make_pair("late0", "late1");
	must("%s -q enable --if-configured late0", netfwv6()); /* as the udev rule does */
	assert_true(firewalled("late0"));
	assert_int_equal(status_of("late0").mode, NETFWV6_MODE_TC);
	assert_true(admits("late0", 78, TCP) && !admits("late0", 77, TCP));
}

/* ---- Protection --------------------------------------------------------------------- */

static void assert_protected(const char *arguments)
{
	const struct output *output = run("%s %s", netfwv6(), arguments);

	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "22/tcp is protected, and this would close it"));
	assert_string_equal(output->out, "");
}

static void what_is_protected_stays_open(void **s)
{
	(void)s;
	assert_int_equal(run("%s protect 22/tcp", netfwv6())->status, 4); /* closed */
	must("%s -q open 20-24/tcp", netfwv6());
	says("protect 22/tcp", "22/tcp: protected\n", 0);
	says("protect 22/tcp", "22/tcp: protected already\n", 0);
	assert_protected("close 22/tcp");
	assert_protected("close 80/tcp 20-24/tcp");
	assert_protected("ignore 22/tcp --dev fw0");
	must("%s check 20-24/tcp --dev fw0", netfwv6()); /* nothing of it was done */
	assert_int_equal(apply("", "open 23/tcp")->status, 4);
	says("close 23/tcp", "23/tcp: closed\n", 0);
	/* What does not close it may be done. */
	says("open 22/tcp --dev fw0", "22/tcp on fw0: open\n", 0);
	says("ignore 22/tcp --dev fw0",
	     "22/tcp on fw0: ignored\nnote: 22/tcp is still open there "
	     "by its own setting: 'netfwv6 close --dev' takes that back\n",
	     0);
	assert_protected("close 22/tcp --dev fw0");
	assert_applied("", "open 22/tcp", 0,
		       "- open 20-21/tcp\n- open 24/tcp\n"
		       "- open 22/tcp --dev fw0\n- ignore 22/tcp --dev fw0\n");
	assert_saved("open 22/tcp\nprotect 22/tcp\n");
	says("close --force 22/tcp", "22/tcp: closed\n", 0);
	says("unprotect 22/tcp", "22/tcp: unprotected\n", 0);
	says("unprotect 22/tcp", "22/tcp: unprotected already\n", 0);
}

/* As the original has it. */
static void the_library_closes_what_is_protected(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	must("%s -q open 22/tcp", netfwv6());
	must("%s -q protect 22/tcp", netfwv6());
	assert_ok(netfwv6_mgr_close_global_port(mgr, 22, TCP));
	assert_int_equal(run("%s check 22/tcp", netfwv6())->status, 1);
	netfwv6_mgr_close(mgr);
	must("%s -q unprotect 22/tcp", netfwv6());
}

static void protection_is_for_root(void **s)
{
	(void)s;
	must("%s -q init --group %d", netfwv6(), ADMINISTRATORS);
	must("%s -q open 22/tcp", netfwv6());
	assert_int_equal(run_as(&member, "%s protect 22/tcp", netfwv6())->status, 3);
	must("%s -q protect 22/tcp", netfwv6());
	assert_int_equal(run_as(&member, "%s unprotect 22/tcp", netfwv6())->status, 3);
	assert_int_equal(run_as(&member, "%s close 22/tcp", netfwv6())->status, 4);
	/* It is kept by a rebuild, and removed with the state. */
	must("%s -q init --rebuild", netfwv6());
	assert_protected("close 22/tcp");
	must("%s -q remove", netfwv6());
	assert_saved("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_was_set_is_saved),
		test(a_state_becomes_what_the_file_says),
		test(a_wrong_file_changes_nothing),
		test(a_failure_midway_takes_everything_back),
		test(more_devices_change_places_than_there_are),
		test(only_root_applies),
		test(whoever_locks_himself_out_is_warned),
		test(an_alternative_name_is_refused),
		test(what_is_set_ahead_holds_when_the_device_comes),
		test(what_is_protected_stays_open),
		test(the_library_closes_what_is_protected),
		test(protection_is_for_root),
	};

	return cmocka_run_group_tests_name("policies", tests, world_setup, world_teardown);
}
