// SPDX-License-Identifier: LGPL-2.1-or-later
/* Moving the state to new maps: handles follow, and what never changes. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "devices.h"
#include "layout.h"
#include "rebuilds.h"
#include "traffic.h"
#include "world.h"

/* ---- Running handles follow --------------------------------------------------------- */

static void change_before_and_after(void *context)
{
	struct script *script = context;
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_get_connection(mgr, "fw0", &connection));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 80, TCP, "before"));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 81, TCP, "before"));
	expect_ok(netfwv6_connection_open_port(connection, 82, TCP, "before"));
	reach(&script->step, 1);
	await_in_child(&script->step, 2);			/* rebuilt */
	expect_ok(netfwv6_mgr_close_global_port(mgr, 80, TCP)); /* first of all a closing */
	expect_ok(netfwv6_connection_close_port(connection, 82, TCP));
	expect_ok(netfwv6_connection_ignore_global_port(connection, 81, TCP, NULL));
	expect_ok(netfwv6_mgr_open_global_port(mgr, 83, TCP, "after"));
	expect(finds_open(mgr, 83) && finds_open(mgr, 81) && !finds_open(mgr, 80));
	reach(&script->step, 3);
	await_in_child(&script->step, 4);
	expect(finds_open(mgr, 84) && !finds_open(mgr, 83)); /* somebody else's changes */
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

static void a_changing_handle_follows(const struct user *user)
{
	struct script *script = shared_memory(sizeof(*script));
	pid_t child = start_job(user, change_before_and_after, script);

	await_child(child, &script->step, 1);
	make_rebuild();
	reach(&script->step, 2);
	await_child(child, &script->step, 3);
	assert_string_equal(
		must("%s list --json | jq -c '.ports[] | [.scope, .port, .name]'", netfwv6()),
		"[\"global\",81,\"before\"]\n[\"global\",83,\"after\"]\n");
	must("%s -q check 81/tcp && %s explain 81/tcp --dev fw0 --json | jq -e "
	     "'.ports[0].rule == 4'",
	     netfwv6(), netfwv6());
	must("%s -q close 83/tcp && %s -q open 84/tcp", netfwv6(), netfwv6());
	reach(&script->step, 4);
	finish(child);
	must("%s -q close 81/tcp 84/tcp && %s -q observe 81/tcp --dev fw0", netfwv6(), netfwv6());
}

static void running_handles_follow(void **s)
{
	(void)s;
	make_rebuildable_state();
	a_changing_handle_follows(&root_user);
	a_changing_handle_follows(&member);
}

static void a_name_from_before_is_dropped_when_none_is_given(void **s)
{
	(void)s;
	make_rebuildable_state();
	must("%s -q open 4321/tcp --name before && %s -q close 4321/tcp", netfwv6(), netfwv6());
	make_rebuild();
	must("%s -q open 4321/tcp", netfwv6());
	assert_string_equal(
		must("%s list --json | jq -c '.ports[] | select(.port == 4321) | .name'",
		     netfwv6()),
		"\"\"\n");
}

static void set_layout(uint32_t layout)
{
	struct root_record record;
	int root = open_pin("root");
	uint32_t zero = 0;

	assert_true(root >= 0);
	assert_int_equal(bpf_map_lookup_elem(root, &zero, &record), 0);
	record.layout = layout;
	assert_int_equal(bpf_map_update_elem(root, &zero, &record, BPF_ANY), 0);
	close(root);
}

/* Nothing is moved out of it: it is left as it is, and root is told what to do. */
static void a_state_of_an_older_layout_is_refused(void **s)
{
	static const char *const commands[] = { "list", "open 81/tcp", "enable fw0", "init",
						"init --rebuild" };
	char before[16384], files[1024];

	(void)s;
	make_rebuildable_state();
	must("%s -q open 80/tcp --name kept", netfwv6());
	snprintf(before, sizeof(before), "%s", everything_kept());
	snprintf(files, sizeof(files), "%s", state_files());
	for (uint32_t layout = 2; layout < LAYOUT_VERSION; layout++) {
		set_layout(layout);
		for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
			const struct output *output = run("%s %s", netfwv6(), commands[i]);

			if (!output->status || *output->out || !strstr(output->err, "layout") ||
			    !strstr(output->err, "set it up anew"))
				fail_msg("layout %u, %s: exit %d, '%s%s'", layout, commands[i],
					 output->status, output->out, output->err);
		}
	}
	assert_string_equal(state_files(), files);
	set_layout(LAYOUT_VERSION);
	assert_string_equal(everything_kept(), before);
}

static void read_before_and_after(void *context)
{
	struct script *script = context;
	struct netfwv6_mgr *mgr;

	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect(finds_open(mgr, 80) && !finds_open(mgr, 81));
	reach(&script->step, 1);
	await_in_child(&script->step, 2);
	expect(!finds_open(mgr, 80) && finds_open(mgr, 81));
	netfwv6_mgr_close(mgr);
}

static void reading_handles_follow(void **s)
{
	static const struct user *const users[] = { &root_user, &member, &nobody };
	struct script *scripts = shared_memory(3 * sizeof(*scripts));
	pid_t children[3];

	(void)s;
	make_rebuildable_state();
	must("%s -q open 80/tcp", netfwv6());
	for (int i = 0; i < 3; i++) {
		children[i] = start_job(users[i], read_before_and_after, &scripts[i]);
		await_child(children[i], &scripts[i].step, 1);
	}
	make_rebuild();
	must("%s -q close 80/tcp && %s -q open 81/tcp", netfwv6(), netfwv6());
	for (int i = 0; i < 3; i++) {
		reach(&scripts[i].step, 2);
		finish(children[i]);
	}
}

/* ---- Packets ------------------------------------------------------------------------------ */

#define REBUILDS 20

static void no_packet_passes_unfiltered(void **s)
{
	uint64_t during = 0;
	struct traffic *traffic;

	(void)s;
	make_rebuildable_state();
	must("%s -q open %d --name traffic", netfwv6(), TRAFFIC_OPEN);
	traffic = traffic_start();
	for (int i = 0; i < REBUILDS; i++) {
		uint64_t before = traffic->sent[TO_CLOSED_0];

		make_rebuild();
		during += traffic->sent[TO_CLOSED_0] - before;
		traffic_flows(traffic);
	}
	traffic_end(traffic);
	print_message("# %llu packets to one closed port during %d rebuilds\n",
		      (unsigned long long)during, REBUILDS);
	assert_true(during > 10 * REBUILDS); /* else it would say nothing */
}

/* ---- Everything is kept --------------------------------------------------------------------- */

static void kept_over_a_rebuild(const char *setup)
{
	char before[65536];

	devices_reset(NULL);
	must("export N='%s -q'; $N init; %s", netfwv6(), setup);
	snprintf(before, sizeof(before), "%s", everything_kept());
	make_rebuild();
	assert_string_equal(everything_kept(), before);
	make_rebuild();
	assert_string_equal(everything_kept(), before);
}

static void everything_is_kept(void **s)
{
	static const char *const setups[] = {
		":",
		"$N open 1-500 --name all; $N open 1-500 --dev fw1",
		"$N enable fw0; $N open 443 --name web; $N open 22/tcp --dev fw0 --name "
		"ssh; $N ignore 443/udp --dev fw0",
		"$N enable fw0 --mode generic --stateless; $N enable fw1 --learn-only; $N enable "
		"fw2",
		/* Settings without a device; a device that is gone, but configured. */
		"$N enable fw0; ip link add gone0 type veth peer name gone1; $N enable gone0; $N "
		"open 25/tcp --dev gone0 --name mail; ip link del gone0; ip link add gone2 type "
		"veth peer name gone3; $N ignore 80 --dev gone2; ip link del gone2",
		/* Renamed: the old name's settings are in force. */
		"$N enable fw0; $N open 25/tcp --dev fw0; ip link set fw0 down; ip link set fw0 "
		"name other0; $N open 26/tcp --dev other0",
	};

	(void)s;
	for (size_t i = 0; i < sizeof(setups) / sizeof(*setups); i++)
		kept_over_a_rebuild(setups[i]);
}

/* The host sends from these ports, one after the other, so many for each rebuild. */
#define FIRST_USED 20000
#define USED_DURING 12000
#define REBUILDS_USED 3

static void send_from(uint16_t port, const struct sockaddr_in6 *to)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	expect(bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0);
	expect(sendto(fd, "?", 1, 0, (const struct sockaddr *)to, sizeof(*to)) == 1);
	close(fd);
}

static void use_ports(void *context)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct script *script = context;

	expect(inet_pton(AF_INET6, peer_address(0), &to.sin6_addr) == 1);
	for (int i = 0; i < REBUILDS_USED * USED_DURING; i++) {
		await_in_child(&script->step, i / USED_DURING);
		send_from(FIRST_USED + i, &to);
	}
}

static void ports_in_use_stay_marked(void **s)
{
	struct script *script = shared_memory(sizeof(*script));
	pid_t child;

	(void)s;
	make_rebuildable_state();
	child = start_job(&root_user, use_ports, script);
	for (int i = 1; i <= REBUILDS_USED; i++) {
		make_rebuild();
		reach(&script->step, i);
	}
	finish(child);
	for (int i = 0; i < REBUILDS_USED * USED_DURING; i++)
		if (!is_marked(FIRST_USED + i))
			fail_msg("port %d lost its mark", FIRST_USED + i);
}

static void counters_go_on(void **s)
{
	const uint16_t closed[] = { 5001, 5002, 5003 };
	uint64_t before;

	(void)s;
	make_rebuildable_state();
	assert_int_equal(arrivals(0, closed, 3), 0);
	before = dropped("fw0");
	assert_int_equal(before, 3);
	make_rebuild();
	assert_int_equal(dropped("fw0"), before);
	assert_int_equal(arrivals(0, closed, 3), 0);
	assert_int_equal(dropped("fw0"), before + 3);
}

static uint32_t id_of(const char *pin)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	int fd = open_pin(pin);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	close(fd);
	return info.id;
}

static bool is_gone(void *id)
{
	int fd = bpf_map_get_fd_by_id(*(uint32_t *)id);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == ENOENT;
}

/* No program and no pin refers to an old map any more. */
static void rebuilds_leave_nothing_behind(void **s)
{
	static const char *const pins[] = { "ports", "names",	    "slots",
					    "root",  "attachments", "configured" };
	enum { MAPS = sizeof(pins) / sizeof(*pins) };
	uint32_t ids[MAPS];
	char files[1024];

	(void)s;
	make_rebuildable_state();
	snprintf(files, sizeof(files), "%s", state_files());
	for (int i = 0; i < 3; i++) {
		for (int map = 0; map < MAPS; map++)
			ids[map] = id_of(pins[map]);
		make_rebuild();
		for (int map = 0; map < MAPS; map++)
			wait_until(is_gone, &ids[map], "an old map was gone");
		assert_string_equal(state_files(), files);
	}
}

static void a_state_that_is_not_there_is_made(void **s)
{
	(void)s;
	make_rebuild();
	must("%s -q open 443/tcp && %s -q close 443/tcp", netfwv6(), netfwv6());
	must("%s status --json", netfwv6());
	must("%s -q remove", netfwv6());
	assert_int_not_equal(access(world.state, F_OK), 0);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(running_handles_follow),
		on_devices(a_state_of_an_older_layout_is_refused),
		on_devices(a_name_from_before_is_dropped_when_none_is_given),
		on_devices(reading_handles_follow),
		on_devices(no_packet_passes_unfiltered),
		on_devices(everything_is_kept),
		on_devices(ports_in_use_stay_marked),
		on_devices(counters_go_on),
		on_devices(rebuilds_leave_nothing_behind),
		on_devices(a_state_that_is_not_there_is_made),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
