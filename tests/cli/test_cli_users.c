// SPDX-License-Identifier: LGPL-2.1-or-later
/* The command line and its users: who is warned, and who may do what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hooks.h"
#include "refusal.h"

/* ---- SSH ----------------------------------------------------------------------------- */

static void enable_warns_who_would_lock_himself_out(void **s)
{
	static const struct {
		const char *connection;
		bool warns;
	} rows[] = {
		{ "2001:db8::9 50000 2001:db8::1 22", true },
		{ "fe80::1%eth0 50000 fe80::2%eth0 2222", true },
		{ "192.0.2.1 50000 192.0.2.2 22", false },
		{ "::ffff:192.0.2.1 50000 ::ffff:192.0.2.2 22", false },
		{ "2001:db8::9 50000 2001:db8::1 443", false }, /* is open */
		{ "nonsense", false },
	};

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct output *output =
			run("SSH_CONNECTION='%s' %s -q enable fw0", rows[i].connection, netfwv6());

		assert_int_equal(output->status, 0);
		assert_int_equal(strstr(output->err, "warning") != NULL, rows[i].warns);
		if (rows[i].warns)
			assert_non_null(strstr(output->err, i ? "type: netfwv6 open 2222/tcp" :
								"type: netfwv6 open 22/tcp"));
		must("%s -q disable fw0", netfwv6());
	}
}

static void the_warning_survives_sudo(void **s)
{
	const struct output *output;

	(void)s;
	output = run("export SSH_CONNECTION='2001:db8::9 50000 2001:db8::1 22'; "
		     "bash -c 'env -u SSH_CONNECTION %s enable fw0; true'",
		     netfwv6());
	assert_non_null(strstr(output->err, "type: netfwv6 open 22/tcp"));
}

/* ---- Who may ------------------------------------------------------------------------- */

static void nobody_reads_and_changes_nothing(void **s)
{
	static const char *const reads[] = { "check 443/tcp", "list", "list --json", "status",
					     "status --json" };
	static const char *const writes[] = { "open 80/tcp",	      "open 443/tcp",
					      "close 443/tcp",	      "close 80/tcp",
					      "enable fw0",	      "disable fw0",
					      "open 1-65535 --name x" };
	char before[65536];

	(void)s;
	must("%s -q open 443/tcp --name web && %s -q enable fw0", netfwv6(), netfwv6());
	snprintf(
		before, sizeof(before), "%s",
		must("%s list; %s status --json | jq .devices[].program_id", netfwv6(), netfwv6()));
	for (size_t i = 0; i < sizeof(reads) / sizeof(*reads); i++)
		must("%s %s", as_nobody(), reads[i]);
	assert_string_equal(must("%s list", as_nobody()), must("%s list", netfwv6()));
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		const struct output *output = run("%s %s", as_nobody(), writes[i]);

		if (output->status != 3 || !is_one_sentence(output->err))
			fail_msg("%s: exit %d: %s", writes[i], output->status, output->err);
	}
	assert_string_equal(
		must("%s list; %s status --json | jq .devices[].program_id", netfwv6(), netfwv6()),
		before);
	must("rm %s-netfwv6", world.state);
}

static void nobody_cannot_make_a_state(void **s)
{
	(void)s;
	assert_int_equal(run("%s open 80", as_nobody())->status, 3);
	assert_int_equal(run("%s close 80", as_nobody())->status, 3);
	assert_int_equal(run("%s enable fw0", as_nobody())->status, 3);
	assert_int_equal(run("%s list", as_nobody())->status, 0);
	assert_int_not_equal(access(world.state, F_OK), 0);
	must("rm %s-netfwv6", world.state);
}

static void modes_are_as_documented(void **s)
{
	(void)s;
	must("umask 077; %s -q enable fw0 --mode native", netfwv6());
	assert_string_equal(
		must("cd %s && stat -c '%%a %%U %%n' . attachments counts counts/[0-9]* "
		     "filtered links links/*-xdp lock names ports root secret tcp tcp_answers udp "
		     "| sed "
		     "'s|/[0-9]*|/ID|; s|^1755|755|'",
		     world.state),
		"755 root .\n644 root attachments\n755 root counts\n"
		"644 root counts/ID\n644 root filtered\n700 root links\n"
		"600 root links/ID-xdp\n700 root lock\n644 root names\n644 root ports\n"
		"644 root root\n600 root secret\n600 root tcp\n600 root tcp_answers\n600 root "
		"udp\n");
	/* TCX links and the last line, where the kernel has those. */
	assert_string_equal(
		must("cd %s/links && ls | grep -c . && stat -c %%a * | sort -u", world.state),
		has_tcx() ? "3\n600\n" : "1\n600\n");
	assert_int_equal(
		run("stat -c %%a %s/lastline 2>/dev/null | grep -v 600", world.state)->status, 1);
	assert_int_equal(
		run("stat -c %%a %s/counts/lastline 2>/dev/null | grep -v 644", world.state)
			->status,
		1);
	assert_string_equal(must("stat -c %%a /run/netfwv6.lock"), "600\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(enable_warns_who_would_lock_himself_out),
		test(the_warning_survives_sudo),
		test(nobody_reads_and_changes_nothing),
		test(nobody_cannot_make_a_state),
		test(modes_are_as_documented),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
