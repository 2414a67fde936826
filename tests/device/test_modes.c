// SPDX-License-Identifier: LGPL-2.1-or-later
/* Another mode for a device that is firewalled: no packet comes in between, and none is lost. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "hooks.h"
#include "modes.h"
#include "traffic.h"

static struct netfwv6_connection_status status_of_first(void)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct handles handles;

	open_handles(&handles);
	assert_ok(netfwv6_connection_get_status(handles.connections[0], &status));
	close_handles(&handles);
	return status;
}

static void make_state(const char *mode)
{
	must("%s -q open %d --name traffic && %s -q enable --mode %s fw0 && %s -q enable fw1",
	     netfwv6(), TRAFFIC_OPEN, netfwv6(), mode, netfwv6());
}

static void assert_mode(const struct mode *mode)
{
	const struct netfwv6_connection_status status = status_of_first();

	assert_true(status.firewalled);
	assert_int_equal(status.troubles, 0);
	assert_int_equal(status.mode, mode->mode);
	assert_int_equal(guard_on(world.host, "fw0"), status.guard_id);
	assert_int_equal(xdp_on(world.host, "fw0"),
			 mode->mode == NETFWV6_MODE_TC ? 0 : status.program_id);
}

/* ---- With traffic ----------------------------------------------------------------------- */

/* All pairs of modes, one after the other, as often as that. */
#define ROUNDS 6

static const int path[] = { 0, 1, 0, 2, 1, 2, 0 };

static void no_packet_passes_unfiltered_or_is_lost(void **s)
{
	struct traffic *traffic;
	uint64_t during = 0;

	(void)s;
	make_state(modes[path[0]].name);
	traffic = traffic_start();
	for (size_t i = 0; i < ROUNDS * (sizeof(path) / sizeof(*path) - 1); i++) {
		const struct mode *next = &modes[path[i % (sizeof(path) / sizeof(*path) - 1) + 1]];
		uint64_t before = traffic->sent[TO_CLOSED_0];

		must("%s -q enable --mode %s fw0", netfwv6(), next->name);
		during += traffic->sent[TO_CLOSED_0] - before;
		assert_mode(next);
		traffic_flows(traffic);
	}
	traffic_end(traffic);
	print_message("# %llu packets to one closed port while modes changed\n",
		      (unsigned long long)during);
	assert_true(during > 100); /* else it would say nothing */
}

/* ---- What is kept ------------------------------------------------------------------------ */

static void settings_and_counters_go_on(void **s)
{
	const uint16_t ports[] = { TRAFFIC_OPEN, TRAFFIC_CLOSED, 5005 };
	int64_t since;

	(void)s;
	make_state("native");
	must("%s -q open 5005/udp --dev fw0 && %s -q enable fw0 --stateless", netfwv6(), netfwv6());
	since = status_of_first().since;
	for (int i = 1; i <= 12; i++) {
		assert_int_equal(arrivals(0, ports, 3), 5);
		assert_int_equal(dropped("fw0"), i);
		assert_int_equal(packets("fw0", "open-here"), i);
		assert_int_equal(packets("fw0", "open-global"), i);
		must("%s -q enable fw0 --stateless --mode %s", netfwv6(), modes[i % 3].name);
		assert_mode(&modes[i % 3]);
		assert_true(status_of_first().stateless);
		assert_int_equal(status_of_first().since, since);
	}
}

/* Neither an enable without options nor auto changes it, nor that the device goes. */
static void a_device_keeps_its_mode(void **s)
{
	(void)s;
	for (int i = 0; i < MODES; i++) {
		devices_reset(NULL);
		make_state(modes[i].name);
		must("%s -q enable fw0", netfwv6());
		assert_mode(&modes[i]);
		must("%s -q enable fw0 --mode auto", netfwv6());
		assert_mode(&modes[i]);
		must("ip link del fw0 && ip link add fw0 type veth peer name peer0 netns %s && "
		     "%s -q enable fw0 --if-configured",
		     world.peer, netfwv6());
		assert_mode(&modes[i]);
		must("%s -q disable fw0 && %s -q enable fw0 --mode %s", netfwv6(), netfwv6(),
		     modes[(i + 1) % MODES].name);
		assert_mode(&modes[(i + 1) % MODES]);
	}
}

/* ---- What fails ---------------------------------------------------------------------------- */

static void assert_refused(const char *mode, const char *sentence)
{
	const struct output *output = run("%s -q enable --mode %s fw0", netfwv6(), mode);

	if (output->status != 4 || !strstr(output->err, sentence))
		fail_msg("%s: exit %d: %s", mode, output->status, output->err);
}

/* Nothing has changed, down to the programs. */
static void assert_same(const struct netfwv6_connection_status *before, const struct mode *mode)
{
	const struct netfwv6_connection_status now = status_of_first();

	assert_mode(mode);
	assert_int_equal(now.program_id, before->program_id);
	assert_int_equal(now.guard_id, before->guard_id);
	assert_int_equal(now.stateless, before->stateless);
	must("%s status", netfwv6());
}

static void refuse_all_the_while(const struct mode *mode, const char *refused, const char *sentence)
{
	struct netfwv6_connection_status before;
	struct traffic *traffic;

	before = status_of_first();
	traffic = traffic_start();
	for (int i = 0; i < 5; i++) {
		assert_refused(refused, sentence);
		assert_same(&before, mode);
		traffic_flows(traffic);
	}
	traffic_end(traffic);
	must("%s -q enable fw0", netfwv6()); /* the wish is as before, too */
	assert_same(&before, mode);
}

/* Its driver has native mode, but its peer sends by more queues than it receives by. */
static void what_a_driver_refuses_changes_nothing(void **s)
{
	(void)s;
	for (int i = 1; i < MODES; i++) {
		devices_reset(NULL);
		must("ip link del fw0 && ip link add fw0 numrxqueues 1 numtxqueues 1 type veth "
		     "peer name peer0 numrxqueues 2 numtxqueues 2 netns %s && "
		     "ip addr add %s/64 dev fw0 nodad && ip link set fw0 up && ip -n %s addr add "
		     "%s/64 dev peer0 nodad && "
		     "ip -n %s link set peer0 up",
		     world.peer, host_address(0), world.peer, peer_address(0), world.peer);
		make_state(modes[i].name);
		refuse_all_the_while(&modes[i], "native",
				     "fw0 takes no XDP program in native mode");
	}
}

/*
 * A device above it that has an XDP program, in another namespace where nobody sees it: it is
 * the kernel that refuses, once the guard has been replaced.
 */
static void what_the_kernel_refuses_is_undone(void **s)
{
	(void)s;
	make_state("tc");
	must("mkdir -p %s-xdp && mount -t bpf bpf %s-xdp && "
	     "bpftool prog load build/tests/foreign.bpf.o %s-xdp/foreign",
	     world.state, world.state, world.state);
	must("ip link add up0 link fw0 type macvlan && ip link set up0 netns %s && "
	     "ip -n %s link set up0 xdpgeneric pinned %s-xdp/foreign",
	     world.peer, world.peer, world.state);
	must("umount %s-xdp && rmdir %s-xdp", world.state, world.state);
	refuse_all_the_while(&modes[2], "generic", "fw0 has a device in another network");
	refuse_all_the_while(&modes[2], "native", "fw0 has a device in another network");
	must("ip -n %s link del up0", world.peer);
	must("%s -q enable --mode native fw0", netfwv6());
	assert_mode(&modes[0]);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(no_packet_passes_unfiltered_or_is_lost),
		on_devices(settings_and_counters_go_on),
		on_devices(a_device_keeps_its_mode),
		on_devices(what_a_driver_refuses_changes_nothing),
		on_devices(what_the_kernel_refuses_is_undone),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
