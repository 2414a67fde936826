// SPDX-License-Identifier: LGPL-2.1-or-later
/* Devices that were moved to another network namespace, and those that came back. */
#include <bpf/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "modes.h"
#include "sockets.h"

/* How many devices have a link of theirs, and how many of those one that learns. */
static int linked_devices(void)
{
	return atoi(must("ls %s/links 2>/dev/null | sed 's/-.*//' | sort -u | wc -l", world.state));
}

static int linked_learners(void)
{
	return atoi(must("ls %s/links 2>/dev/null | grep -c -e '-learn$' || true", world.state));
}

static void a_moved_device_goes_on_filtering(void **s)
{
	struct netfwv6_connection_status status;
	uint32_t program;

	(void)s;
	program = make_firewalled("move0");
	must("ip link set move0 netns %s", world.peer);
	status = status_of("move0");
	assert_true(status.configured && status.moved);
	assert_false(status.firewalled);
	assert_int_equal(status.ifindex, 0);
	assert_int_equal(program_on(world.peer, "move0"), program);
	open_on("move0", 80, TCP);
	must("ip -n %s link set move0 netns %s", world.peer, world.host);
	status = status_of("move0");
	assert_true(status.configured && status.firewalled && !status.moved);
	assert_int_equal(status.program_id, program);
	assert_string_equal(status.settings_of, "");
	assert_true(admits("move0", 443, TCP) && admits("move0", 80, TCP));
	assert_false(admits("move0", 81, TCP));
	switch_on("move0");
	assert_int_equal(status_of("move0").program_id, program);
	assert_int_equal(linked_devices(), 1);
}

/* The policy reaches it there: real datagrams, in the peer's namespace. */
static void a_moved_device_obeys_what_is_set_here(void **s)
{
	int closed, open;

	(void)s;
	make_pair("move0", "far0");
	open_on("move0", 6001, UDP);
	switch_on("move0");
	must("ip link set move0 netns %s && ip -n %s addr add 2001:db8:7::2/64 dev move0 nodad && "
	     "ip -n %s link set move0 up && ip addr add 2001:db8:7::1/64 dev far0 nodad",
	     world.peer, world.peer, world.peer);
	settle(world.peer, "move0");
	settle(world.host, "far0");
	enter_peer();
	closed = host_udp(6000);
	open = host_udp(6001);
	enter_host();
	for (int i = 0; i < 2; i++) {
		must("printf marker | socat -u - UDP6-SENDTO:[2001:db8:7::2]:6000");
		must("printf marker | socat -u - UDP6-SENDTO:[2001:db8:7::2]:6001");
		wait_for_datagram(open, "marker");
		assert_int_equal(nothing_arrived(closed), i == 0);
		open_on("move0", 6000, UDP);
	}
	close(closed);
	close(open);
}

static void disabling_reaches_a_moved_device(void **s)
{
	(void)s;
	make_pair("move0", "far0");
	switch_on("move0");
	switch_on("far0");
	must("ip link set move0 netns %s", world.peer);
	switch_off("move0");
	assert_int_equal(program_on(world.peer, "move0"), 0);
	assert_int_equal(linked_devices(), 1);
	assert_true(linked_learners() <= 1);
	must("ip -n %s link set move0 netns %s", world.peer, world.host);
	assert_false(status_of("move0").configured || status_of("move0").firewalled);
	assert_false(status_of("move0").learning);
	switch_off("far0");
	remove_state();
}

static void a_moved_device_keeps_the_state(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	make_pair("move0", "far0");
	switch_on("move0");
	must("ip link set move0 netns %s", world.peer);
	assert_result(netfwv6_mgr_remove(mgr), NETFWV6_E_ABORT);
	assert_non_null(strstr(netfwv6_detail(), "move0"));
	assert_int_not_equal(program_on(world.peer, "move0"), 0);
	switch_off("move0");
	remove_state();
	netfwv6_mgr_close(mgr);
}

/* The name is free here; whoever takes it is another device. */
static void another_device_can_take_the_name_of_a_moved_one(void **s)
{
	uint32_t program;

	(void)s;
	program = make_firewalled("move0");
	must("ip link set move0 netns %s", world.peer);
	make_pair("move0", "other0");
	assert_false(firewalled("move0"));
	assert_true(status_of("move0").moved);
	switch_on("move0");
	assert_true(firewalled("move0"));
	assert_int_not_equal(status_of("move0").program_id, program);
	assert_true(admits("move0", 443, TCP));
	assert_int_equal(program_on(world.peer, "move0"), program);
	switch_off("move0");
	assert_false(firewalled("move0"));
	must("ip link del move0");
	run("ip -n %s link del move0", world.peer);
}

/* Whose index was taken here meanwhile, so that it gets another one. */
static void move_there_and_back(const char *device)
{
	uint32_t index = if_nametoindex(device);

	must("ip link set %s netns %s", device, world.peer);
	must("ip link add taken0 index %u type veth peer name taken1", index);
	must("ip -n %s link set %s netns %s", world.peer, device, world.host);
	must("ip link del taken0");
}

/* Is the device of that index noted as one whose packets strangers sent? */
static bool is_noted(uint32_t index)
{
	char path[128];
	uint32_t id;
	bool noted;
	int map;

	snprintf(path, sizeof(path), "%s/filtered", world.state);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	noted = bpf_map_lookup_elem(map, &index, &id) == 0;
	close(map);
	return noted;
}

static void a_device_comes_back_under_another_index(void **s)
{
	uint32_t before;

	(void)s;
	make_firewalled("move0");
	before = if_nametoindex("move0");
	move_there_and_back("move0");
	assert_int_not_equal(if_nametoindex("move0"), before);
	assert_true(firewalled("move0"));
	rename_device("move0", "move1");
	assert_true(firewalled("move1"));
	assert_false(status_of("move0").moved);
	switch_on("far0"); /* whoever administers mends what the state knows */
	assert_true(is_noted(if_nametoindex("move1")) && is_noted(if_nametoindex("far0")));
	assert_false(is_noted(before));
	assert_true(status_of("move1").firewalled && !status_of("move0").moved);
	switch_off("far0");
	switch_off("move1");
	assert_int_equal(pins_in("links"), 0);
}

/* Another device has its index by then, and each of them is noted while it is here. */
static void a_moved_device_leaves_its_index_to_another(void **s)
{
	uint32_t index;

	(void)s;
	make_firewalled("move0");
	index = if_nametoindex("move0");
	must("ip link set move0 netns %s", world.peer);
	switch_on("far0");
	assert_false(is_noted(index));
	must("ip link add other0 index %u type veth peer name other1", index);
	switch_on("other0");
	assert_true(is_noted(index));
	open_on("move0", 80, TCP); /* that changes nothing here */
	switch_off("other0");
	assert_false(is_noted(index));
	must("ip link del other0 && ip -n %s link set move0 netns %s", world.peer, world.host);
	assert_int_equal(if_nametoindex("move0"), index);
	switch_on("far0");
	assert_true(is_noted(index));
	must("ip link set move0 netns %s", world.peer);
	must("ip link add other0 index %u type veth peer name other1", index);
	switch_on("other0");
	switch_off("move0");
	assert_true(is_noted(index));
	must("ip link del other0");
	run("ip -n %s link del move0", world.peer);
}

/* A rebuild loads programs for the index that the device has by then. */
static void a_rebuild_knows_the_other_index(void **s)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options), .rebuild = true };
	struct netfwv6_mgr *mgr = open_mgr();
	uint32_t program;

	(void)s;
	make_firewalled("move0");
	move_there_and_back("move0");
	assert_ok(netfwv6_mgr_initialize(mgr, &options));
	program = status_of("move0").program_id;
	switch_on("move0"); /* replaces what was loaded for another index */
	assert_int_equal(status_of("move0").program_id, program);
	netfwv6_mgr_close(mgr);
}

/* Kernels without links for egress programs take those off a device that moves. */
static bool make_learner(const char *device)
{
	make_pair(device, "far0");
	switch_on_with(device, (struct netfwv6_enable_options){ .learn_only = true });
	return linked_learners() != 0;
}

static void a_moved_device_that_only_learned_keeps_the_state(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	if (!make_learner("move0"))
		skip();
	must("ip link set move0 netns %s", world.peer);
	switch_on("far0");
	switch_off("far0");
	assert_result(netfwv6_mgr_remove(mgr), NETFWV6_E_ABORT);
	assert_non_null(strstr(netfwv6_detail(), "move0"));
	switch_off("move0");
	remove_state();
	netfwv6_mgr_close(mgr);
}

/* Wherever it is, and whatever index it has there. */
static void a_device_that_only_learns_is_found(void **s)
{
	(void)s;
	if (!make_learner("move0"))
		skip();
	move_there_and_back("move0");
	assert_true(status_of("move0").learning);
	switch_on("far0");
	must("ip link set move0 netns %s", world.peer);
	switch_on("far0");
	assert_int_equal(linked_learners(), 2);
	switch_off("move0");
	assert_int_equal(linked_learners(), 1);
	switch_off("far0");
	remove_state();
}

/* What is on another device of that index, elsewhere, is not its. */
static void a_learner_that_is_gone_takes_nobody_along(void **s)
{
	uint32_t index;

	(void)s;
	if (!make_learner("move0"))
		skip();
	index = if_nametoindex("move0");
	must("ip link del move0");
	must("ip link add other0 index %u type veth peer name other1", index);
	switch_on("other0");
	must("ip link set other0 netns %s", world.peer);
	switch_off("move0");
	assert_int_equal(linked_learners(), 1);
	switch_off("other0");
	assert_int_equal(linked_learners(), 0);
	run("ip -n %s link del other0", world.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_moved_device_goes_on_filtering),
		test(a_moved_device_obeys_what_is_set_here),
		test(disabling_reaches_a_moved_device),
		test(a_moved_device_keeps_the_state),
		test(another_device_can_take_the_name_of_a_moved_one),
		test(a_device_comes_back_under_another_index),
		test(a_moved_device_leaves_its_index_to_another),
		test(a_rebuild_knows_the_other_index),
		test(a_moved_device_that_only_learned_keeps_the_state),
		test(a_device_that_only_learns_is_found),
		test(a_learner_that_is_gone_takes_nobody_along),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
