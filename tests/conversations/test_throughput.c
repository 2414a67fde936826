// SPDX-License-Identifier: LGPL-2.1-or-later
/* Bulk in both directions, with the offloads that there are. No time is asserted. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"

#define BYTES "100M"

static pid_t server;

static void start_server(void)
{
	enter_peer();
	server = fork();
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execlp("iperf3", "iperf3", "-s", NULL);
		_exit(127);
	}
	enter_host();
	assert_true(server > 0);
	wait_in(world.peer, "ss -Hltn sport = :5201 | grep -q .");
}

static int stop_server(void **unused)
{
	if (server > 0) {
		kill(server, SIGTERM);
		waitpid(server, NULL, 0);
		server = 0;
	}
	return scene_teardown(unused);
}

static void bulk(const char *options)
{
	uint64_t all;

	must("timeout 20 iperf3 -6 -c " PEER_ADDRESS " -n " BYTES " %s", options);
	/*
	 * A receiver that has enough closes its socket while segments are on their way:
	 * these are of no conversation any more. Nothing else may have been dropped. Read
	 * in this order, as they may still arrive.
	 */
	all = dropped(HOST_DEVICE);
	assert_true(all <= packets(HOST_DEVICE, "unmatched-tcp"));
	assert_true(all < packets(HOST_DEVICE, "established") / 10);
}

static void bulk_flows_both_ways(void)
{
	bulk("");
	bulk("-R");
	bulk("--bidir");
	bulk("-R -P 4");
	assert_true(packets(HOST_DEVICE, "established") > 1000);
	assert_int_equal(flows_used("tcp"), 0);
}

static void bulk_flows_in_native_mode(void **s)
{
	(void)s;
	firewall("enable --mode native " HOST_DEVICE);
	start_server();
	bulk_flows_both_ways();
}

static void bulk_flows_in_generic_mode(void **s)
{
	(void)s;
	firewall("enable --mode generic " HOST_DEVICE);
	start_server();
	bulk_flows_both_ways();
}

/* Segments of more than 64 KiB, whose length field cannot tell it. */
static void bulk_flows_in_segments_larger_than_a_length_field(void **s)
{
	(void)s;
	must("ip -n %s link set " HOST_DEVICE " gso_max_size 180000 gro_max_size 180000",
	     world.host);
	must("ip -n %s link set " PEER_DEVICE " gso_max_size 180000 gro_max_size 180000",
	     world.peer);
	firewall("enable --mode generic " HOST_DEVICE);
	start_server();
	bulk_flows_both_ways();
}

static void bulk_flows_in_datagrams(void **s)
{
	(void)s;
	firewall("enable " HOST_DEVICE);
	start_server();
	must("timeout 20 iperf3 -6 -c " PEER_ADDRESS " -u -n 10M -b 300M");
	/* By time: the receiver would wait for every byte that was lost on the way. */
	must("timeout 20 iperf3 -6 -c " PEER_ADDRESS " -u -t 1 -b 300M -R");
	assert_int_equal(packets(HOST_DEVICE, "unmatched-tcp"), 0);
	assert_true(packets(HOST_DEVICE, "udp-reply") > 1000);
}

#define throughput(function) cmocka_unit_test_setup_teardown(function, scene_setup, stop_server)

int main(void)
{
	const struct CMUnitTest tests[] = {
		throughput(bulk_flows_in_native_mode),
		throughput(bulk_flows_in_generic_mode),
		throughput(bulk_flows_in_segments_larger_than_a_length_field),
		throughput(bulk_flows_in_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
