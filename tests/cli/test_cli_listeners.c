// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the command shows of listeners, and what enabling a device makes of them. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connections.h"
#include "listeners.h"
#include "refusal.h"
#include "says.h"

static const struct refusal error_rows[] = {
	{ "listeners fw0", 2, "takes no operand 'fw0'" },
	{ "listeners --dev fw0", 2, "takes no option --dev" },
	{ "enable fw0 --open-listeners --learn-only", 2, "and --open-listeners" },
	{ "enable fw0 --open-listeners --if-configured", 2, "no other option" },
	{ "enable nodev0 --open-listeners", 4, "there is no device nodev0" },
	{ "open 1 --open-listeners", 2, "takes no option --open-listeners" },
};

static int sockets[8], n_sockets;

static void listening_on(int type, const char *address, uint16_t port, const char *device)
{
	sockets[n_sockets++] =
		make_listener((struct listener){ type, address, port, device, false });
}

/* A socket is this process's own, under this name. */
static const char *own(void)
{
	static char text[64];
	char name[17] = "";
	FILE *file = fopen("/proc/self/comm", "re");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%16[^\n]", name), 1);
	fclose(file);
	snprintf(text, sizeof(text), "%s[%d]", name, getpid());
	return text;
}

static int without_sockets(void **s)
{
	while (n_sockets)
		close(sockets[--n_sockets]);
	return world_reset(s);
}

/* ---- The list ---------------------------------------------------------------------- */

static void nothing_says_so(void **s)
{
	(void)s;
	says("listeners", "nothing that listens can be reached over IPv6\n", 0);
	says("-q listeners", "", 0);
	says_json("listeners", ".", "{\"listeners\":[],\"processes_hidden\":false}\n");
}

static void lines_have_process_place_and_command(void **s)
{
	char wanted[1024];

	(void)s;
	listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_STREAM, HOST_ADDRESS, 443, NULL);
	listening_on(SOCK_DGRAM, "::", 53, HOST_DEVICE);
	must("%s -q open 443/tcp && %s -q enable fw0", netfwv6(), netfwv6());
	snprintf(wanted, sizeof(wanted),
		 "%-10s %-22s %-9s %-24s %-8s %s\n"
		 "%-10s %-22s %-9s %-24s %-8s %s\n"
		 "%-10s %-22s %-9s %-24s %-8s %s\n"
		 "%-10s %-22s %-9s %-24s %-8s %s\n",
		 "PORT", "ADDRESS", "DEVICE", "PROCESS", "fw0", "TO OPEN IT", "80/tcp", "::", "any",
		 own(), "closed", "netfwv6 open 80/tcp", "443/tcp", HOST_ADDRESS, "any", own(),
		 "open", "-", "53/udp", "::", "fw0", own(), "closed",
		 "netfwv6 open 53/udp --dev fw0");
	says("listeners", wanted, 0);
}

static void sockets_of_one_place_make_one_line(void **s)
{
	char wanted[64];

	(void)s;
	for (int i = 0; i < 4; i++)
		listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_STREAM, HOST_ADDRESS, 80, NULL);
	snprintf(wanted, sizeof(wanted), "[\"::\",[%d]]\n[\"" HOST_ADDRESS "\",[%d]]\n", getpid(),
		 getpid());
	says_json("listeners", ".listeners[]|[.address,[.processes[].pid]]", wanted);
}

static void json_has_all_of_it(void **s)
{
	(void)s;
	make_pair("a0", "a1");
	listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_DGRAM, "::", 53, "a0");
	must("%s -q open 80/tcp && %s -q ignore 80/tcp --dev a0 && %s -q enable fw0 && "
	     "%s -q enable a0",
	     netfwv6(), netfwv6(), netfwv6(), netfwv6());
	says_json("listeners", ".listeners[]|[.protocol,.port,.address,.device,.kernel]",
		  "[\"tcp\",80,\"::\",\"\",false]\n[\"udp\",53,\"::\",\"a0\",false]\n");
	says_json("listeners", ".listeners[]|.devices",
		  "[{\"device\":\"fw0\",\"open\":true},{\"device\":\"a0\",\"open\":false}]\n"
		  "[{\"device\":\"a0\",\"open\":false}]\n");
	says_json("listeners", ".listeners[]|.commands",
		  "[\"netfwv6 open 80/tcp --dev a0\"]\n[\"netfwv6 open 53/udp --dev a0\"]\n");
}

/* Types what is proposed, and asks again. */
static void type_proposals(void)
{
	must("netfwv6() { %s \"$@\"; }; eval \"$(%s listeners --json | "
	     "jq -r '.listeners[].commands[]')\"",
	     netfwv6(), netfwv6());
	says_json("listeners", "[.listeners[]|.commands[]]", "[]\n");
}

static void commands_open_what_is_closed(void **s)
{
	(void)s;
	make_pair("a0", "a1");
	must("ip link set a0 down && ip link set a0 name \"a\\$(x)'0\"");
	make_pair("b0", "b1");
	listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_STREAM, "::", 81, "a$(x)'0");
	listening_on(SOCK_DGRAM, "::", 53, NULL);
	must("%s -q ignore 80/tcp --dev b0", netfwv6());
	type_proposals(); /* before any device is firewalled */
	must("%s -q close 1-65535 && %s -q close 81 --dev \"a\\$(x)'0\"", netfwv6(), netfwv6());
	must("%s -q enable b0 && %s -q enable \"a\\$(x)'0\" && %s -q enable fw0", netfwv6(),
	     netfwv6(), netfwv6());
	type_proposals();
	says_json("listeners", "[.listeners[]|.devices[]|.open]|unique", "[true]\n");
	assert_false(is_open_on("fw0", 81, TCP));
}

static void processes_of_others_are_for_root(void **s)
{
	(void)s;
	listening_on(SOCK_STREAM, "::", 80, NULL);
	must("%s -q enable fw0", netfwv6());
	assert_string_equal(must("%s listeners --json | jq -c '[.processes_hidden,"
				 ".listeners[0].processes,.listeners[0].kernel]'",
				 as_nobody()),
			    "[true,[],false]\n");
	assert_non_null(strstr(must("%s listeners", as_nobody()),
			       "note: processes of others are shown to root alone\n"));
	must("rm %s-netfwv6", world.state);
}

/* ---- Enabling ---------------------------------------------------------------------- */

static void enabling_names_what_is_cut_off(void **s)
{
	char wanted[512];

	(void)s;
	make_pair("a0", "a1");
	must("%s -q open 443/tcp", netfwv6());
	says("enable fw0 --mode tc", "fw0: firewalled, tc mode\n", 0);
	listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_STREAM, HOST_ADDRESS, 80, NULL);
	listening_on(SOCK_DGRAM, "::", 53, NULL);
	listening_on(SOCK_STREAM, "::", 443, NULL);
	listening_on(SOCK_STREAM, "::", 81, "a0");
	snprintf(wanted, sizeof(wanted),
		 "fw0: firewalled already, tc mode\n"
		 "note: 2 listen on closed ports of fw0: 80/tcp (%s), 53/udp (%s); 'netfwv6 "
		 "listeners' shows how to open them\n",
		 own(), own());
	says("enable fw0", wanted, 0);
	says("-q enable fw0", "", 0);
	says("enable --if-configured fw0", "fw0: firewalled already, tc mode\n", 0);
}

static void listeners_are_opened_first(void **s)
{
	char wanted[512];

	(void)s;
	make_pair("a0", "a1");
	listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_STREAM, HOST_ADDRESS, 80, NULL);
	listening_on(SOCK_STREAM, "::", 443, NULL);
	listening_on(SOCK_DGRAM, "::", 53, HOST_DEVICE);
	listening_on(SOCK_STREAM, "::", 81, "a0");
	must("%s -q open 443/tcp --name web", netfwv6());
	snprintf(wanted, sizeof(wanted),
		 "80/tcp on fw0: open, for %s\n"
		 "53/udp on fw0: open, for %s\n"
		 "fw0: firewalled, tc mode\n",
		 own(), own());
	says("enable fw0 --mode tc --open-listeners", wanted, 0);
	says_json("list", ".ports[]|[.scope,.port,.name]",
		  "[\"global\",443,\"web\"]\n[\"connection\",80,\"test_cli_listen\"]\n"
		  "[\"connection\",53,\"test_cli_listen\"]\n");
	says("enable fw0 --open-listeners",
	     "fw0: nothing listens on a closed port\nfw0: firewalled already, tc mode\n", 0);
}

static void the_settings_of_the_present_name_are_meant(void **s)
{
	(void)s;
	make_pair("old0", "old1");
	listening_on(SOCK_STREAM, "::", 80, NULL);
	must("%s -q open 80/tcp --dev old0 && %s -q enable old0 && ip link set old0 name new0",
	     netfwv6(), netfwv6());
	must("%s -q enable new0 --open-listeners", netfwv6());
	says("check 80/tcp --dev new0", "80/tcp on new0: open here\n", 0);
}

static void what_was_opened_in_vain_is_closed_again(void **s)
{
	const struct output *output;

	(void)s;
	listening_on(SOCK_STREAM, "::", 80, NULL);
	listening_on(SOCK_DGRAM, "::", 53, NULL);
	must("%s -q open 53/udp --dev fw0", netfwv6());
	must("mkdir %s-xdp && mount -t bpf bpf %s-xdp && bpftool prog load "
	     "build/tests/foreign.bpf.o %s-xdp/foreign && "
	     "bpftool net attach xdp pinned %s-xdp/foreign dev fw0",
	     world.state, world.state, world.state, world.state);
	output = run("%s enable fw0 --mode native --open-listeners", netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "is held by the XDP program"));
	assert_false(is_open_on("fw0", 80, TCP));
	assert_true(is_open_on("fw0", 53, UDP));
	must("bpftool net detach xdp dev fw0 && umount %s-xdp && rmdir %s-xdp", world.state,
	     world.state);
}

#define listening(function) cmocka_unit_test_setup_teardown(function, world_reset, without_sockets)
#define ERROR_ROWS (sizeof(error_rows) / sizeof(*error_rows))

int main(void)
{
	static const struct CMUnitTest others[] = {
		listening(nothing_says_so),
		listening(lines_have_process_place_and_command),
		listening(sockets_of_one_place_make_one_line),
		listening(json_has_all_of_it),
		listening(commands_open_what_is_closed),
		listening(processes_of_others_are_for_root),
		listening(enabling_names_what_is_cut_off),
		listening(listeners_are_opened_first),
		listening(the_settings_of_the_present_name_are_meant),
		listening(what_was_opened_in_vain_is_closed_again),
	};
	struct CMUnitTest *tests =
		refusal_tests(error_rows, ERROR_ROWS, others, sizeof(others) / sizeof(*others));

	return _cmocka_run_group_tests("listeners", tests,
				       ERROR_ROWS + sizeof(others) / sizeof(*others), world_setup,
				       world_teardown);
}
