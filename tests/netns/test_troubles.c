// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What others do to our programs: 'status' says so and exits with 4, and enabling the device
 * again mends it without a gap.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "hooks.h"
#include "layout.h"
#include "modes.h"
#include "prober.h"
#include "reasons.h"
#include "sockets.h"

/* What 'status' shows for programs, and for people: sentence is a part of that. */
static void assert_amiss(const char *keywords, const char *sentence)
{
	const struct output *output = run("%s status --json", netfwv6());

	assert_int_equal(output->status, 4);
	output = run("echo '%s' | jq -rj '.devices[], .configured[] | .troubles | join(\" \")'",
		     output->out);
	assert_string_equal(output->out, keywords);
	output = run("%s status", netfwv6());
	assert_int_equal(output->status, 4);
	if (!strstr(output->out, sentence))
		fail_msg("'%s' does not say '%s'", output->out, sentence);
}

static void assert_well(void)
{
	must("%s status", netfwv6());
	must("%s status --json | jq -e '.devices | length > 0 and all(.troubles == [])'",
	     netfwv6());
}

/* So that nothing else tells of the trouble, or mends it. */
static void mend(void)
{
	must("%s -q enable " HOST_DEVICE, netfwv6());
	assert_well();
}

static bool arrives(uint16_t port)
{
	int closed = host_udp(port), marker = host_udp(PROBED_OPEN);
	bool arrived;

	peer_send(port, "closed");
	peer_send(PROBED_OPEN, "marker");
	wait_for_datagram(marker, "marker");
	arrived = !nothing_arrived(closed);
	close(closed);
	close(marker);
	return arrived;
}

/* ---- The guard ------------------------------------------------------------------------- */

static void a_guard_that_was_taken_off_is_missed(void **s)
{
	(void)s;
	for (int unpin = 0; unpin < 2; unpin++) {
		set_global(PROBED_OPEN, UDP, true);
		enable(HOST_DEVICE);
		assert_well();
		take_off("guard", HOST_DEVICE, unpin);
		assert_false(firewalled(HOST_DEVICE));
		assert_amiss("guard-gone", HOST_DEVICE ": configured, not attached");
		assert_non_null(strstr(run("%s status", netfwv6())->out, "NOT firewalled"));
		assert_true(arrives(PROBED_CLOSED) || world.mode != NETFWV6_MODE_TC);
		mend();
		assert_true(firewalled(HOST_DEVICE));
		assert_int_equal(status_of(HOST_DEVICE).mode, world.mode);
		assert_false(arrives(PROBED_CLOSED));
		take_off("guard", HOST_DEVICE, unpin);
		must("%s -q disable " HOST_DEVICE, netfwv6());
		assert_true(is_bare(world.host, HOST_DEVICE));
	}
}

/* Where the guard is all there is. */
static void a_stateless_device_without_its_guard_is_missed(void **s)
{
	(void)s;
	set_global(PROBED_OPEN, UDP, true);
	must("%s -q enable --stateless --mode tc " HOST_DEVICE, netfwv6());
	take_off("guard", HOST_DEVICE, false);
	assert_false(firewalled(HOST_DEVICE));
	assert_amiss("", HOST_DEVICE ": configured, not attached");
	assert_true(arrives(PROBED_CLOSED));
	must("%s -q enable --if-configured " HOST_DEVICE, netfwv6());
	assert_well();
	assert_true(status_of(HOST_DEVICE).stateless);
	assert_false(arrives(PROBED_CLOSED));
}

/* ---- XDP --------------------------------------------------------------------------------- */

#define REMOVALS 10

/* The kernel frees what waits in the ring of a veth whose XDP program is taken off, or comes. */
static void without_xdp_the_guard_judges_alone(void **s)
{
	struct prober prober;
	uint64_t rounds;

	(void)s;
	set_global(PROBED_OPEN, UDP, true);
	enable(HOST_DEVICE);
	prober = start_probing();
	expect_losses(&prober, 2 * REMOVALS);
	for (int i = 0; i < REMOVALS; i++) {
		take_off("xdp", HOST_DEVICE, i % 2);
		assert_true(firewalled(HOST_DEVICE));
		assert_int_equal(status_of(HOST_DEVICE).mode, NETFWV6_MODE_TC);
		assert_amiss("xdp-gone", "took the XDP program off");
		await_round(&prober);
		mend();
		assert_int_equal(status_of(HOST_DEVICE).mode, world.mode);
		await_round(&prober);
	}
	rounds = stop_probing(&prober);
	assert_counted_once(HOST_DEVICE, rounds, 2 * REMOVALS);
}

/* ---- A driver that forgets ------------------------------------------------------------------ */

static int open_map(const char *pin)
{
	char path[128];
	int map;

	snprintf(path, sizeof(path), "%s", must("echo -n %s/%s", world.state, pin));
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	return map;
}

/* As if nobody but the driver put packets into it: such a device does not go without hardware. */
static void seal(void)
{
	int map = open_map("attachments");
	struct attachment_record record;
	uint32_t id;

	assert_int_equal(bpf_map_get_next_key(map, NULL, &id), 0);
	assert_int_equal(bpf_map_lookup_elem(map, &id, &record), 0);
	record.flags |= ATTACHED_SEALED;
	assert_int_equal(bpf_map_update_elem(map, &id, &record, BPF_ANY), 0);
	close(map);
}

static void send_attempts(unsigned int n, uint64_t counted)
{
	for (unsigned int i = 0; i < n; i++)
		peer_send(PROBED_OPEN + 1, "attempt");
	wait_for_packets(HOST_DEVICE, "closed-udp", counted);
}

static void what_a_driver_forgot_is_missed(void **s)
{
	(void)s;
	world.mode = NETFWV6_MODE_NATIVE;
	enable(HOST_DEVICE);
	seal();
	send_attempts(100, 100);
	assert_well();
	replace_by_another("xdp");
	send_attempts(10, 110);
	assert_well(); /* a few of them are somebody's redirects */
	send_attempts(90, 200);
	assert_amiss("xdp-blind", "XDP sees no packets any more");
	mend();
	send_attempts(100, 300);
	seal();
	assert_well();
}

static void set_count(uint32_t index, uint64_t packets, uint64_t jiffy)
{
	int map = open_map("counts/[0-9]*"), cpus = libbpf_num_possible_cpus();
	struct count *counts = calloc(cpus, sizeof(*counts));

	assert_non_null(counts);
	counts[cpus - 1] = (struct count){ .packets = packets, .jiffy = jiffy };
	assert_int_equal(bpf_map_update_elem(map, &index, counts, BPF_ANY), 0);
	free(counts);
	close(map);
}

/* Where marks have no room, what XDP passes tells that it sees something. */
static void a_driver_without_marks_is_heard_by_what_passes(void **s)
{
	(void)s;
	world.mode = NETFWV6_MODE_NATIVE;
	enable(HOST_DEVICE);
	seal();
	set_count(COUNT_UNSEEN_RUN, 64, 5000);
	set_count(COUNT_UNMARKED, 1, 4744);
	assert_well();
	set_count(COUNT_UNMARKED, 1, 4743);
	assert_amiss("xdp-blind", "XDP sees no packets any more");
	set_count(COUNT_UNSEEN_RUN, 63, 5000);
	assert_well();
}

/* ---- Learning ------------------------------------------------------------------------------ */

static void learning_that_was_cut_is_seen_and_mended(void **s)
{
	(void)s;
	for (int unpin = 0; unpin < 2; unpin++) {
		struct netfwv6_connection_status before, after;

		enable(HOST_DEVICE);
		before = status_of(HOST_DEVICE);
		assert_true(before.learning);
		take_off("learn", HOST_DEVICE, unpin);
		after = status_of(HOST_DEVICE);
		assert_true(after.firewalled && after.configured && !after.learning);
		assert_amiss("not-learning", "egress program missing");
		mend();
		after = status_of(HOST_DEVICE);
		assert_true(after.learning);
		assert_int_equal(after.program_id, before.program_id);
		assert_int_equal(after.guard_id, before.guard_id);
		take_off("learn", HOST_DEVICE, unpin);
		switch_off(HOST_DEVICE);
		assert_true(is_bare(world.host, HOST_DEVICE));
		remove_state();
	}
}

static void what_only_learns_is_mended_too(void **s)
{
	const struct netfwv6_enable_options learn = { .learn_only = true };
	const struct netfwv6_enable_options configured = { .if_configured = true };

	(void)s;
	for (int unpin = 0; unpin < 2; unpin++) {
		switch_on_with(HOST_DEVICE, learn);
		must("%s status", netfwv6());
		take_off("learn", HOST_DEVICE, unpin);
		assert_false(status_of(HOST_DEVICE).learning);
		assert_true(status_of(HOST_DEVICE).configured_learn_only);
		assert_amiss("", HOST_DEVICE ": configured, not attached");
		switch_on_with(HOST_DEVICE, unpin ? configured : learn);
		assert_true(status_of(HOST_DEVICE).learning);
		must("%s status", netfwv6());
		switch_off(HOST_DEVICE);
		remove_state();
	}
}

/* ---- Somebody in front ------------------------------------------------------------------------ */

/* It sees packets first, and lets them go on; ours is the first again, without a gap. */
static void who_stands_in_front_of_the_guard_is_named(void **s)
{
	struct prober prober;

	(void)s;
	set_global(PROBED_OPEN, UDP, true);
	enable(HOST_DEVICE);
	prober = start_probing();
	for (int i = 0; i < 10; i++) {
		struct foreign foreign = put_in_front(HOST_DEVICE, false, TC_NEXT);
		uint32_t guard = guard_on(world.host, HOST_DEVICE);

		assert_true(firewalled(HOST_DEVICE));
		assert_amiss("in-front", "stands in front");
		await_round(&prober);
		mend();
		assert_int_not_equal(guard_on(world.host, HOST_DEVICE), guard);
		assert_int_equal(status_of(HOST_DEVICE).guard_id,
				 guard_on(world.host, HOST_DEVICE));
		await_round(&prober);
		take_away(&foreign);
		assert_well();
	}
	stop_probing(&prober);
}

/* Whoever ends the chain there lets everything in that XDP lets in, which is not all judged. */
static void who_ends_the_chain_in_front_is_overtaken(void **s)
{
	struct foreign foreign;

	(void)s;
	set_global(PROBED_OPEN, UDP, true);
	enable(HOST_DEVICE);
	foreign = put_in_front(HOST_DEVICE, false, TC_PASS);
	assert_true(arrives(PROBED_CLOSED) || world.mode != NETFWV6_MODE_TC);
	assert_amiss("in-front", "may take packets before they are judged");
	mend();
	assert_false(arrives(PROBED_CLOSED));
	take_away(&foreign);
}

/* What is taken there is not learned from, so answers would be lost. */
static void who_stands_in_front_of_the_learner_is_named(void **s)
{
	struct foreign foreign;

	(void)s;
	enable(HOST_DEVICE);
	foreign = put_in_front(HOST_DEVICE, true, TC_PASS);
	assert_true(status_of(HOST_DEVICE).learning);
	assert_amiss("in-front", "before they are judged or learned from");
	mend();
	take_away(&foreign);
	assert_well();
}

/* Behind ours they may do what they like, also where they were there first. */
static void who_stands_behind_is_nobodys_business(void **s)
{
	struct foreign foreign = put_in_front(HOST_DEVICE, false, TC_PASS);

	(void)s;
	set_global(PROBED_OPEN, UDP, true);
	enable(HOST_DEVICE);
	assert_well();
	assert_false(arrives(PROBED_CLOSED));
	switch_off(HOST_DEVICE);
	assert_true(arrives(PROBED_CLOSED));
	take_away(&foreign);
	assert_true(is_bare(world.host, HOST_DEVICE));
}

/* ---- Elsewhere ---------------------------------------------------------------------------------- */

static void what_was_moved_is_said(void **s)
{
	(void)s;
	make_firewalled("move0");
	assert_well();
	must("ip link set move0 netns %s", world.peer);
	assert_amiss("", has_tcx() || world.mode != NETFWV6_MODE_TC ?
				 "move0: configured, not attached: moved" :
				 "move0: configured, not attached");
	must("ip -n %s link set move0 netns %s", world.peer, world.host);
	if (has_tcx())
		assert_well();
	must("%s -q enable move0", netfwv6());
	assert_well();
}

/* A device that is not here at all is no trouble: it comes firewalled. */
static void what_is_not_here_is_no_trouble(void **s)
{
	(void)s;
	make_firewalled("gone0");
	must("ip link del gone0 && %s status", netfwv6());
	make_pair("gone0", "far0");
	assert_amiss("", "gone0: configured, not attached: 'netfwv6 enable'");
	must("%s -q enable --if-configured gone0", netfwv6());
	assert_well();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_modes(a_guard_that_was_taken_off_is_missed),
		test(a_stateless_device_without_its_guard_is_missed),
		test_with_xdp(without_xdp_the_guard_judges_alone),
		test(what_a_driver_forgot_is_missed),
		test(a_driver_without_marks_is_heard_by_what_passes),
		test_in_modes(learning_that_was_cut_is_seen_and_mended),
		test(what_only_learns_is_mended_too),
		test_in_modes(who_stands_in_front_of_the_guard_is_named),
		test_in_modes(who_ends_the_chain_in_front_is_overtaken),
		test(who_stands_in_front_of_the_learner_is_named),
		test(who_stands_behind_is_nobodys_business),
		test_in_modes(what_was_moved_is_said),
		test_in_modes(what_is_not_here_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
