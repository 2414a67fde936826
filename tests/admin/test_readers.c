// SPDX-License-Identifier: LGPL-2.1-or-later
/* What each user reads: the same, also of maps that a member has scribbled on. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "full_state.h"
#include "layout.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- Reading ---------------------------------------------------------------------------- */

#define ANSWERS_SIZE 65536
struct answers {
	size_t used;
	char text[ANSWERS_SIZE];
};

static void note(struct answers *answers, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void note(struct answers *answers, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	answers->used += vsnprintf(answers->text + answers->used, ANSWERS_SIZE - answers->used,
				   format, args);
	va_end(args);
	expect(answers->used < ANSWERS_SIZE);
}

static void note_ports(struct answers *answers, const char *what, struct netfwv6_port_enum *ports)
{
	struct netfwv6_port port;

	note(answers, "%s:", what);
	while (netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_OK)
		note(answers, " %u/%u '%s'", port.port, port.protocol, port.name);
	note(answers, "\n");
	netfwv6_port_enum_free(ports);
}

static void note_settings(struct answers *answers, struct netfwv6_connection *connection)
{
	struct netfwv6_port_enum *ports;
	bool open = false, ignored = false;
	uint32_t rule = 0, rules[1024];

	expect_ok(netfwv6_connection_enumerate_open_ports(connection, NULL, &ports));
	note_ports(answers, "open here", ports);
	expect_ok(netfwv6_connection_enumerate_ignored_global_ports(connection, NULL, &ports));
	note_ports(answers, "ignored", ports);
	expect_ok(netfwv6_connection_is_port_open(connection, 22, TCP, &open));
	expect_ok(netfwv6_connection_is_global_port_ignored(connection, 443, TCP, &ignored));
	expect_ok(netfwv6_connection_get_effective(connection, 443, UDP, &rule));
	note(answers, "22 %d, 443 %d, rule %u, rules", open, ignored, rule);
	expect_ok(netfwv6_connection_get_effective_range(connection, 1, 1024, TCP, 1024, rules));
	for (int i = 0; i < 1024; i++)
		note(answers, "%s%u", i % 64 ? "" : " ", rules[i]);
	note(answers, "\n");
}

static void note_device(struct answers *answers, struct netfwv6_connection *connection)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_counter counters[64];
	bool firewalled = false;
	size_t n = 0;

	expect_ok(netfwv6_connection_is_firewalled(connection, &firewalled));
	expect_ok(netfwv6_connection_get_status(connection, &status));
	note(answers, "%s: %d %d mode %u program %u ifindex %u since %lld %d %d %d %d '%s'\n",
	     netfwv6_connection_name(connection), firewalled, status.firewalled, status.mode,
	     status.program_id, status.ifindex, (long long)status.since, status.stateless,
	     status.configured, status.configured_learn_only, status.moved, status.settings_of);
	if (firewalled)
		expect_ok(netfwv6_connection_get_counters(
			connection, 64, sizeof(struct netfwv6_counter), counters, &n));
	for (size_t i = 0; i < n; i++)
		note(answers, "%s %llu ", counters[i].reason,
		     (unsigned long long)(counters[i].dropped ? counters[i].packets : 0));
	note(answers, "\n");
}

static void note_connections(struct answers *answers, struct netfwv6_mgr *mgr)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection, *found;

	expect_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	while (netfwv6_connection_enum_next(connections, 1, &connection, NULL) == NETFWV6_S_OK) {
		note_device(answers, connection);
		note_settings(answers, connection);
		expect_ok(
			netfwv6_mgr_get_connection(mgr, netfwv6_connection_id(connection), &found));
		netfwv6_connection_free(found);
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
}

/* Notes what every reading call of the library answers. */
static void read_everything(void *context)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct answers *answers = context;
	struct netfwv6_port_enum *ports;
	struct netfwv6_mgr *mgr;
	bool open = false;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_get_status(mgr, &status));
	note(answers, "exists %d, group %u, layout %u, slots %u, settled %u\n", status.exists,
	     status.group, status.layout, status.slots, status.settled);
	for (uint32_t port = 442; port < 445; port++) {
		expect_ok(netfwv6_mgr_is_port_globally_open(mgr, port, TCP, &open));
		note(answers, "%u: %d\n", port, open);
	}
	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	note_ports(answers, "open", ports);
	expect_ok(netfwv6_mgr_enumerate_globally_open_ports(
		mgr, &(struct netfwv6_port_range){ 50, 500, UDP }, &ports));
	note_ports(answers, "open from 50 to 500", ports);
	note_connections(answers, mgr);
	netfwv6_mgr_close(mgr);
}

static void everybody_reads_the_same(void **s)
{
	struct answers *answers = shared_memory(3 * sizeof(*answers));

	(void)s;
	make_full_state();
	assert_int_equal(arrivals(0, (const uint16_t[]){ 53, 54, 443 }, 3), 5);
	as_user(&root_user, read_everything, &answers[0]);
	as_user(&member, read_everything, &answers[1]);
	as_user(&nobody, read_everything, &answers[2]);
	assert_non_null(strstr(answers[0].text, "22/6 'ssh'"));
	assert_non_null(strstr(answers[0].text, "exists 1, group 64000"));
	assert_string_equal(answers[0].text, answers[1].text);
	assert_string_equal(answers[0].text, answers[2].text);
}

static void expect_writable(void *wanted)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_get_status(mgr, &status));
	expect(status.writable == *(const bool *)wanted);
	netfwv6_mgr_close(mgr);
}

static void the_status_says_who_may_write(void **s)
{
	static bool yes = true, no;

	(void)s;
	make_full_state();
	as_user(&root_user, expect_writable, &yes);
	as_user(&member, expect_writable, &yes);
	as_user(&nobody, expect_writable, &no);
	must("%s -q init --group 0", netfwv6());
	as_user(&root_user, expect_writable, &yes);
	as_user(&member, expect_writable, &no);
	as_user(&nobody, expect_writable, &no);
}

/* Who talks to whom is nobody else's business. */
static void expect_no_flow_tables(void *unused)
{
	struct netfwv6_mgr *mgr;
	size_t n = 77;

	(void)unused;
	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_result(
		netfwv6_mgr_get_flow_tables(mgr, 0, sizeof(struct netfwv6_flow_table), NULL, &n),
		NETFWV6_E_ACCESSDENIED);
	expect(n == 77);
	netfwv6_mgr_close(mgr);
}

static void conversations_are_shown_to_root_alone(void **s)
{
	(void)s;
	make_full_state();
	as_user(&member, expect_no_flow_tables, NULL);
	as_user(&nobody, expect_no_flow_tables, NULL);
	must("%s status --json | jq -e '.flows.udp.capacity > 0'", netfwv6());
}

static void assert_tells_the_same(const struct user *user, const char *arguments)
{
	const struct output *output = run("%s %s", netfwv6(), arguments);
	char text[sizeof(output->out)];
	int status = output->status;

	memcpy(text, output->out, sizeof(text));
	output = run_as(user, "%s %s", command(), arguments);
	if (output->status != status || strcmp(output->out, text) != 0)
		fail_msg("%s: exit %d, '%s%s'; root got %d, '%s'", arguments, output->status,
			 output->out, output->err, status, text);
}

static void commands_tell_everybody_the_same(void **s)
{
	static const char *const reads[] = {
		"list",
		"list --json",
		"list --dev fw0",
		"list --dev gone0 --json",
		"check 443/tcp",
		"check 444/tcp",
		"check 443/tcp --dev fw0",
		"check 443/tcp --dev fw1",
		"explain 443/tcp 22/tcp --dev fw0",
		"explain 443/tcp --dev fw1 --json",
		"explain 25/tcp --dev gone0",
		/* But for what only root may know. */
		"status --json | jq -S 'del(.devices[].reasons, .flows)'",
	};

	(void)s;
	make_full_state();
	for (size_t i = 0; i < COUNT(reads); i++) {
		assert_tells_the_same(&member, reads[i]);
		assert_tells_the_same(&nobody, reads[i]);
	}
	assert_non_null(strstr(run_as(&nobody, "%s status", command())->out, "fw1: firewalled"));
	/* Whoever may not see links is told what was enabled. */
	assert_int_equal(run_as(&nobody,
				"%s status --json | jq -e '.flows == null and "
				"all(.devices[]; .learning == (.stateless | not))'",
				command())
				 ->status,
			 0);
}

/* ---- What a member can do to the maps ----------------------------------------------------------- */

static void scribble(void *unused)
{
	char name[NAME_SIZE], slot[sizeof(struct slot_record)];
	int names = open_pin("names"), slots = open_pin("slots");

	(void)unused;
	expect(names >= 0 && slots >= 0);
	memset(name, 0xff, sizeof(name));
	memset(slot, '/', sizeof(slot));
	for (uint32_t i = 0; i < 1000; i++) {
		struct name_key key = { .entry = i * 997, .scope = i * 31 };

		bpf_map_update_elem(names, &key, name, BPF_ANY);
		key = (struct name_key){ .entry = 443, .scope = i % 64 };
		bpf_map_update_elem(names, &key, name, BPF_ANY);
	}
	for (uint32_t i = 0; i < 256; i++)
		bpf_map_update_elem(slots, &i, slot, BPF_ANY);
}

/* Records without an end, of devices that cannot be: commands say something or fail. */
static void scribbled_maps_crash_nobody(void **s)
{
	static const char *const commands[] = {
		"list",
		"list --json",
		"status",
		"status --json",
		"check 443 --dev fw0",
		"explain 443/tcp --dev fw0",
		"open 444 --dev fw0",
		"open 445 --dev fw2",
		"ignore 443 --dev fw1",
		"enable fw0",
		"enable fw2",
		"init --rebuild",
		"list --json",
		"disable fw0",
		"close 443",
	};
	struct answers *answers = shared_memory(sizeof(*answers));

	(void)s;
	make_full_state();
	as_user(&member, scribble, NULL);
	as_user(&nobody, read_everything, answers);
	for (size_t i = 0; i < COUNT(commands); i++) {
		const struct output *output = run("%s %s", netfwv6(), commands[i]);

		if (output->status > 4)
			fail_msg("%s: exit %d: %s%s", commands[i], output->status, output->out,
				 output->err);
	}
	assert_false(is_firewalled(0)); /* filtering can be ended, whatever was written */
	assert_true(is_firewalled(1));
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 1);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(everybody_reads_the_same),
		on_devices(the_status_says_who_may_write),
		on_devices(conversations_are_shown_to_root_alone),
		on_devices(commands_tell_everybody_the_same),
		on_devices(scribbled_maps_crash_nobody),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
