// SPDX-License-Identifier: LGPL-2.1-or-later
/* Bytes that are not for a terminal, in names and operands: none is printed, and JSON is JSON. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal.h"
#include "world.h"

#define DEVICE "$(printf 'd\\033[2J\\377')"
#define SHOWN "d\\x1b[2J\\xff"

static void assert_printable(const char *arguments, const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at != '\n' && !isprint((unsigned char)*at))
			fail_msg("%s: byte 0x%02x: %s", arguments, (unsigned char)*at, text);
}

/* What it says, which is its own line where it is to fail. */
static void shows(const char *arguments, int status, const char *wanted)
{
	const struct output *output = run("%s %s", netfwv6(), arguments);
	const char *text = status ? output->err : output->out;

	if (output->status != status || !strstr(text, wanted))
		fail_msg("%s: exit %d: %s%s", arguments, output->status, output->out, output->err);
	if (status && !is_one_sentence(output->err))
		fail_msg("%s: %s", arguments, output->err);
	assert_printable(arguments, output->out);
	assert_printable(arguments, output->err);
}

/* The kernel takes nearly any bytes. */
static void names_of_devices_are_escaped(void **s)
{
	static const struct {
		const char *arguments, *wanted;
	} rows[] = {
		{ "enable " DEVICE, SHOWN ": firewalled" },
		{ "open 80/tcp --dev " DEVICE, "80/tcp on " SHOWN ": open" },
		{ "ignore 81/tcp --dev " DEVICE, "81/tcp on " SHOWN },
		{ "check 80/tcp --dev " DEVICE, "80/tcp on " SHOWN ": open" },
		{ "explain 80/tcp --dev " DEVICE, "80/tcp on " SHOWN ": open\n" },
		{ "explain 80/tcp --dev " DEVICE, "  rule 1  open on " SHOWN },
		{ "list", SHOWN },
		{ "list --dev " DEVICE, SHOWN },
		{ "status", SHOWN ": firewalled" },
		{ "stats", SHOWN },
		{ "stats --prometheus", "d\\\\x1b[2J\\\\xff" },
		{ "stats --reset --dev " DEVICE, SHOWN ": counters set to zero" },
		{ "disable " DEVICE, SHOWN ": not firewalled" },
		{ "close 80/tcp --dev " DEVICE, "80/tcp on " SHOWN ": closed" },
	};

	(void)s;
	must("ip link add " DEVICE " type veth peer name peer1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		shows(rows[i].arguments, 0, rows[i].wanted);
}

static void names_of_devices_are_json(void **s)
{
	static const char *const questions[][2] = {
		{ "list --json", ".ports[0].device" },
		{ "list --json", ".ignored[0].device" },
		{ "status --json", ".devices[0].device" },
		{ "stats --json", ".devices[0].device" },
		{ "explain 80/tcp --json --dev " DEVICE, ".device" },
		{ "explain 80/tcp --json --dev " DEVICE, ".settings_of" },
	};

	(void)s;
	must("ip link add " DEVICE " type veth peer name peer1 && %s -q enable " DEVICE, netfwv6());
	must("%s -q open 80/tcp --dev " DEVICE " && %s -q ignore 81/tcp --dev " DEVICE, netfwv6(),
	     netfwv6());
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		assert_string_equal(
			must("%s %s | jq -r '%s'", netfwv6(), questions[i][0], questions[i][1]),
			SHOWN "\n");
	must("%s -q disable " DEVICE, netfwv6());
}

static void operands_are_escaped(void **s)
{
	static const char *const arguments[] = {
		"open $(printf '\\033c')",
		"open \"$(printf '80\\n/tcp')\"",
		"enable $(printf '\\033c/\\377')",
		"$(printf '\\377\\033c')",
		"enable fw0 --mode $(printf '\\033c')",
		"capture -w $(printf '\\033c/')",
		"top --interval $(printf '\\033c')",
		"help $(printf '\\033c')",
		"list --$(printf '\\033c')",
		"-$(printf '\\033') list",
	};

	(void)s;
	must("%s -q init", netfwv6()); /* else nothing can be captured */
	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++)
		shows(arguments[i], 2, "");
}

static void state_directories_are_escaped(void **s)
{
	const char *option = "--state /run/nf6-$(printf 'x\\033\\377')";
	char arguments[128];

	(void)s;
	snprintf(arguments, sizeof(arguments), "%s status", option);
	shows(arguments, 0, "by /run/nf6-x\\x1b\\xff");
	snprintf(arguments, sizeof(arguments), "%s top -c 1", option);
	shows(arguments, 0, "by /run/nf6-x\\x1b\\xff");
	must("%s %s status --json | jq -e '.state == \"/run/nf6-x\\\\x1b\\\\xff\"'", netfwv6(),
	     option);
	must("%s %s stats --json | jq -e '.state == \"/run/nf6-x\\\\x1b\\\\xff\"'", netfwv6(),
	     option);
}

/* The name is not one that the world's own fixture could delete. */
static int reset(void **s)
{
	enter_host();
	run("ip link del peer1");
	return world_reset(s);
}

#define bytes_test(function) cmocka_unit_test_setup(function, reset)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		bytes_test(names_of_devices_are_escaped),
		bytes_test(names_of_devices_are_json),
		bytes_test(operands_are_escaped),
		bytes_test(state_directories_are_escaped),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
