// SPDX-License-Identifier: LGPL-2.1-or-later
/* monitor: what is dropped, as it happens. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "refusal.h"
#include "scene.h"
#include "sockets.h"
#include "tun.h"

static const struct refusal error_rows[] = {
	{ "monitor -c 0", 2, "--count '0': write a number from 1 to" },
	{ "monitor -c x", 2, "--count 'x': write a number from 1 to" },
	{ "monitor -c -1", 2, "--count '-1'" },
	{ "monitor -c ''", 2, "--count ''" },
	{ "monitor -c 1x", 2, "--count '1x'" },
	{ "monitor -c 18446744073709551616", 2, "--count '18446744073709551616'" },
	{ "monitor -c", 2, "'-c' needs a value" },
	{ "monitor --count 0 --json", 2, "--count '0'" },
	{ "monitor extra", 2, "takes no operand 'extra'" },
	{ "monitor --dev nodev0", 4, "there is no device nodev0" },
	{ "monitor --dev fw0 --dev nodev0", 4, "there is no device nodev0" },
	{ "monitor --dev nodev0 --dev fw0", 4, "there is no device nodev0" },
	{ "monitor --dev a/b", 2, "no device name" },
	{ "monitor --port 0", 2, "'0': ports go from 1 to 65535" },
	{ "monitor --port 443 --port x", 2, "'x' is neither a port nor a service" },
	{ "monitor --proto sctp", 2, "--proto 'sctp' is neither tcp nor udp" },
	{ "monitor --reason bogus", 2,
	  "--reason 'bogus' is no reason to drop: write one of closed-tcp, closed-udp, truncated" },
	{ "monitor --reason open-global", 2, "is no reason to drop, such packets pass" },
	{ "monitor --src 2001:db8::1/32", 2, "write 2001:db8::/32, or the address alone" },
	{ "monitor --src 10.0.0.0/8", 2, "'10.0.0.0/8' is no IPv6 prefix" },
	{ "monitor --connections yes", 2, "--connections 'yes': write on or off" },
	{ "monitor --connections on --dev fw0", 2, "connections have no device" },
	{ "monitor --connections on --reason closed-tcp", 2, "connections have no reason" },
	{ "monitor --snaplen 5", 2, "'monitor' takes no option --snaplen" },
	{ "monitor -w x", 2, "'monitor' takes no option --write" },
	{ "list --src ::1", 2, "'list' takes no option --src" },
};

/* ---- Lines ---------------------------------------------------------------------- */

static void every_dropped_packet_is_a_line(void **s)
{
	struct follower monitor = follow("monitor");
	char *out;

	(void)s;
	send_all_shots(wire);
	wait_for_wire();
	assert_int_equal(end(&monitor, SIGINT), 0);
	out = read_out(&monitor);
	must("printf %%s '%s' | sed 's/^[^ ]* //' >%s-netfwv6", out, world.state);
#define RULE " (rule 4: no port opened, no conversation)\n"
#define TO " > [2001:db8::1]:"
	assert_string_equal(
		must("cat %s-netfwv6", world.state),
		"DROP fw0 tcp [2001:db8::2]:40001" TO "443 SYN 74 closed-tcp: TCP to a closed "
		"port" RULE "DROP fw0 udp [2001:db8::2]:40002" TO
		"53 - 73 closed-udp: UDP to a closed port" RULE
		"DROP fw0 tcp [2001:db8::2]:40004" TO "65535 ACK 1074 closed-tcp: TCP to a closed "
		"port" RULE "DROP fw0 tcp [2001:db8:5::77]:40005" TO
		"8080 FIN,SYN,RST,PSH,ACK,URG,ECE,CWR 74 "
		"closed-tcp: TCP to a closed port" RULE "DROP fw0 udp [2001:db8::2]:40008" TO
		"8080 - 115 closed-udp: UDP to a closed "
		"port" RULE
		"DROP fw0 - 2001:db8::2 > 2001:db8::1 - 74 truncated: the frame ends before its "
		"headers or payload do\n"
		"DROP fw0 - - > - - 31 truncated: the frame ends before its headers or payload do\n"
		"DROP fw0 - 2001:db8::2 > 2001:db8::1 - 94 past-payload: a header beyond the end "
		"the payload length gives\n"
		"DROP fw0 - 2001:db8::2 > 2001:db8::1 - 202 many-headers: 16 or more extension "
		"headers\n"
		"DROP fw0 - 2001:db8::2 > 2001:db8::1 - 70 short-fragment: first fragment without "
		"the whole header chain\n"
		"DROP fw0 - 2001:db8::2 > 2001:db8::1 - 142 hidden-fragment: fragment header "
		"behind "
		"another than hop-by-hop\n"
		"DROP fw0 - 2001:db8::2 > 2001:db8::1 - 134 jumbogram: payload length 0 with a "
		"hop-by-hop header\n"
		"DROP fw0 - - > - - 150 many-tags: more than two VLAN tags\n"
		"DROP fw0 - - > - - 138 bad-version: a frame said to be IPv6 whose header is of "
		"another version\n"
		"DROP fw0 udp [fe80::1:2]:40018" TO "1 - 62 closed-udp: UDP to a closed port" RULE);
	free(out);
	forget(&monitor);
}

static void lines_come_as_it_happens(void **s)
{
	struct follower monitor = follow("monitor"), json = follow("monitor --json");
	char wanted[64];

	(void)s;
	for (unsigned int port = 40001; port <= 40002; port++) {
		send_shot(wire, &all_shots[port - 40001]);
		snprintf(wanted, sizeof(wanted), "[2001:db8::2]:%u >", port);
		wait_for_out(&monitor, wanted);
		snprintf(wanted, sizeof(wanted), "\"source_port\":%u,", port);
		wait_for_out(&json, wanted);
	}
	assert_int_equal(end(&monitor, SIGINT), 0);
	assert_int_equal(end(&json, SIGTERM), 0);
	forget(&monitor);
	forget(&json);
}

static void times_are_those_of_the_packets(void **s)
{
	struct follower monitor = follow("monitor --json -c 1");
	struct timespec before, after;
	double time;

	(void)s;
	clock_gettime(CLOCK_REALTIME, &before);
	send_dropped(1);
	clock_gettime(CLOCK_REALTIME, &after);
	assert_int_equal(wait_for_end(&monitor), 0);
	time = strtod(ask(&monitor, "(.time[0:19] + \"Z\" | fromdate) + "
				    "(\"0\" + .time[19:29] | tonumber)"),
		      NULL);
	/* To a millisecond, as somebody may set the clock. */
	assert_true(time > before.tv_sec + before.tv_nsec / 1e9 - 1e-3);
	assert_true(time < after.tv_sec + after.tv_nsec / 1e9 + 1);
	forget(&monitor);
}

#define HOSTILE "x\33[31m\201"

static void a_hostile_name_is_escaped(void **s)
{
	struct follower monitor, json;
	int link;
	char *out;

	(void)s;
	link = add_device(HOSTILE, "other0");
	monitor = follow("monitor -c 1");
	json = follow("monitor --json -c 1");
	send_shot(link, &all_shots[0]);
	assert_int_equal(wait_for_end(&monitor), 0);
	assert_int_equal(wait_for_end(&json), 0);
	out = read_out(&monitor);
	assert_non_null(strstr(out, " DROP x\\x1b[31m\\x81 tcp "));
	assert_null(strchr(out, '\33'));
	assert_string_equal(ask(&json, ".device"), "x\\x1b[31m\\x81\n");
	free(out);
	forget(&monitor);
	forget(&json);
	close(link);
	must("%s -q disable '%s'", netfwv6(), HOSTILE);
}

/* ---- Filters --------------------------------------------------------------------- */

static bool any(const struct shot *shot)
{
	return shot->reason;
}

static bool to_443(const struct shot *shot)
{
	return shot->with_ports && shot->port == 443;
}

static bool to_8080_or_udp_53(const struct shot *shot)
{
	return shot->with_ports &&
	       (shot->port == 8080 || (shot->port == 53 && shot->protocol == IPPROTO_UDP));
}

static bool is_udp(const struct shot *shot)
{
	return shot->with_ports && shot->protocol == IPPROTO_UDP;
}

static bool has_ports(const struct shot *shot)
{
	return shot->with_ports;
}

static bool is_odd(const struct shot *shot)
{
	return shot->reason &&
	       (strcmp(shot->reason, "truncated") == 0 || strcmp(shot->reason, "many-tags") == 0);
}

static bool from_peer(const struct shot *shot)
{
	return shot->reason && !shot->source && !shot->without_addresses;
}

static bool from_others(const struct shot *shot)
{
	return shot->reason && shot->source;
}

static bool udp_from_others(const struct shot *shot)
{
	return from_others(shot) && is_udp(shot);
}

static bool none(const struct shot *shot)
{
	(void)shot;
	return false;
}

static const struct {
	const char *options;
	bool (*wanted)(const struct shot *shot);
} filter_rows[] = {
	{ "", any },
	{ "--dev fw0", any },
	{ "--dev lo", none },
	{ "--dev lo --dev fw0", any },
	{ "--port 443", to_443 },
	{ "--port 443/tcp --port 8081", to_443 },
	{ "--port 443/udp", none },
	{ "--port 53/udp --port 8080", to_8080_or_udp_53 },
	{ "--proto udp", is_udp },
	{ "--proto udp --proto tcp", has_ports },
	{ "--reason truncated --reason many-tags", is_odd },
	{ "--reason jumbogram --port 53", none },
	{ "--src 2001:db8::/64", from_peer },
	{ "--src 2001:db8::2", from_peer },
	{ "--src 2001:db8:5::/48 --src fe80::/10", from_others },
	{ "--src 2001:db8:5::/48 --src fe80::/10 --proto udp", udp_from_others },
	{ "--dev fw0 --port 1-65535 --proto udp --reason closed-udp --src fe80::1:2",
	  udp_from_others },
	{ "--src 2001:db8:6::/48", none },
};

/* Both as one line for each event: reason, then the source port or null. */
static void list_wanted(char *text, size_t size, bool (*wanted)(const struct shot *shot))
{
	size_t used = 0;

	*text = '\0';
	for (const struct shot *shot = all_shots; shot->packet; shot++) {
		if (!wanted(shot))
			continue;
		used += snprintf(text + used, size - used, "%s ", shot->reason);
		used += shot->with_ports ?
				snprintf(text + used, size - used, "%u\n", shot->source_port) :
				snprintf(text + used, size - used, "null\n");
	}
}

static void filters_let_their_events_through_and_no_other(void **s)
{
	char options[256], wanted[2048];

	(void)s;
	for (size_t i = 0; i < sizeof(filter_rows) / sizeof(*filter_rows); i++) {
		struct follower monitor;

		snprintf(options, sizeof(options), "monitor --json %s", filter_rows[i].options);
		monitor = follow(options);
		send_all_shots(wire);
		wait_for_wire();
		assert_int_equal(end(&monitor, SIGINT), 0);
		list_wanted(wanted, sizeof(wanted), filter_rows[i].wanted);
		print_message("# %s\n", filter_rows[i].options);
		assert_string_equal(ask(&monitor, "\"\\(.reason) \\(.source_port)\""), wanted);
		forget(&monitor);
	}
}

static void devices_are_told_apart(void **s)
{
	struct follower all, one, both;
	int link, tun;

	(void)s;
	link = add_device("fw1", "peer1");
	tun = make_tun("tun0");
	must("%s -q enable tun0", netfwv6());
	all = follow("monitor --json");
	one = follow("monitor --json --dev fw1");
	both = follow("monitor --json --dev tun0 --dev fw0");
	send_shot(link, &all_shots[0]);
	wait_for_packets("fw1", "closed-tcp", 1);
	write_udp(tun, 53, "closed");
	wait_for_packets("tun0", "closed-udp", 1);
	send_shot(wire, &all_shots[1]);
	wait_for_wire();
	assert_int_equal(end(&all, SIGINT), 0);
	assert_int_equal(end(&one, SIGINT), 0);
	assert_int_equal(end(&both, SIGINT), 0);
	assert_string_equal(ask(&all, "\"\\(.device) \\(.reason)\""),
			    "fw1 closed-tcp\ntun0 closed-udp\nfw0 closed-udp\n");
	assert_string_equal(ask(&one, ".device"), "fw1\n");
	assert_string_equal(ask(&both, ".device"), "tun0\nfw0\n");
	must("%s status --json | jq -r \".devices[] | \\\"\\(.device) \\(.ifindex)\\\"\" | sort "
	     ">%s-netfwv6",
	     netfwv6(), world.state);
	must("jq -r '\"\\(.device) \\(.ifindex)\"' </proc/%d/fd/%d | sort | diff %s-netfwv6 -",
	     getpid(), all.out, world.state);
	forget(&all);
	forget(&one);
	forget(&both);
	close(link);
	close(tun);
}

/* ---- Connections ------------------------------------------------------------------ */

static void connections_are_shown_when_they_are_asked_for(void **s)
{
	struct follower monitor, ports, drops = follow("monitor --json");
	int listener = host_listen(8080), client, server;

	(void)s;
	must("%s -q open 8080/tcp", netfwv6());
	monitor = follow("monitor --json --connections on");
	ports = follow("monitor --json --connections on --port 8081");
	client = peer_connect(8080);
	server = wait_for_accept(listener);
	wait_for_out(&monitor, "\"OPEN-INBOUND\"");
	close(server);
	close(client);
	wait_for_out(&monitor, "\"CLOSE\"");
	send_dropped(1);
	wait_for_wire();
	assert_int_equal(end(&monitor, SIGINT), 0);
	assert_int_equal(end(&drops, SIGINT), 0);
	assert_int_equal(end(&ports, SIGINT), 0);
	assert_string_equal(ask(&monitor, "\"\\(.action) \\(.device) \\(.destination_port)\""),
			    must("printf 'OPEN-INBOUND null 8080\nCLOSE null %s\nDROP fw0 443\n'",
				 must("jq -r 'select(.action == \"CLOSE\").destination_port' "
				      "</proc/%d/fd/%d | tr -d '\\n'",
				      getpid(), monitor.out)));
	assert_string_equal(ask(&drops, ".action"), "DROP\n");
	assert_string_equal(ask(&ports, ".action"), "");
	forget(&monitor);
	forget(&drops);
	forget(&ports);
	close(listener);
}

/* ---- Who may ------------------------------------------------------------------------- */

static void nobody_sees_who_talks_to_whom(void **s)
{
	static const char *const commands[] = { "monitor", "monitor --json", "capture -w -",
						"capture -w /tmp/nf6-nobody" };

	(void)s;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct output *output = run("%s %s", as_nobody(), commands[i]);

		assert_int_equal(output->status, 3);
		assert_true(is_one_sentence(output->err));
		assert_string_equal(output->out, "");
	}
	assert_int_equal(access("/tmp/nf6-nobody", F_OK), -1);
}

static void without_a_state_there_is_nothing_to_see(void **s)
{
	const struct output *output;

	(void)s;
	must("%s -q disable fw0; %s -q remove", netfwv6(), netfwv6());
	output = run("%s monitor", netfwv6());
	assert_int_equal(output->status, 4);
	assert_true(is_one_sentence(output->err));
	assert_non_null(strstr(output->err, "enable a device first"));
	assert_int_not_equal(access(world.state, F_OK), 0);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		scene_test_native(every_dropped_packet_is_a_line),
		scene_test(lines_come_as_it_happens),
		scene_test(times_are_those_of_the_packets),
		scene_test(a_hostile_name_is_escaped),
		scene_test(filters_let_their_events_through_and_no_other),
		scene_test(devices_are_told_apart),
		scene_test(connections_are_shown_when_they_are_asked_for),
		scene_test(nobody_sees_who_talks_to_whom),
		scene_test(without_a_state_there_is_nothing_to_see),
	};
	const size_t rows = sizeof(error_rows) / sizeof(*error_rows);
	const size_t n = sizeof(others) / sizeof(*others);

	return _cmocka_run_group_tests("monitor", refusal_tests(error_rows, rows, others, n),
				       rows + n, world_setup, world_teardown);
}
