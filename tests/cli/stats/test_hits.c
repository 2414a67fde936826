// SPDX-License-Identifier: LGPL-2.1-or-later
/* list --closed-hits, on packets that were counted. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "counted.h"
#include "sockets.h"

static void hits_are_counted_by_port_and_protocol(void **s)
{
	int in_use = host_udp(7000);

	(void)s;
	must("%s -q open 443/tcp", netfwv6());
	firewall_fw0();
	shoot_udp(4999, 1); /* before: not counted */
	assert_string_equal(must("%s stats --count-ports on", netfwv6()),
			    "dropped packets by port: counted\n");
	jq("list --closed-hits --json", ".", "{\"counted\":true,\"hits\":[]}\n");
	assert_string_equal(must("%s -q list --closed-hits", netfwv6()), "");
	contains(must("%s list --closed-hits", netfwv6()), "no packet was dropped");
	shoot_udp(5000, 3);
	shoot_syn(5000, 5);
	shoot_udp(1, 1);
	shoot_syn(65535, 2);
	shoot_udp(65535, 4);
	/* A port in use is closed, too. */
	must("%s -q open 7001/udp", netfwv6());
	shoot_syn(7000, 6);
	/* No port: a frame that is not IPv6. Open port: passed. */
	shoot_bad_version();
	close(peer_connect(443));
	wait_for_packets("fw0", "open-global", 1);
	close(in_use);
	jq("list --closed-hits --json", "[.hits[]|[.packets,.protocol,.port]]",
	   "[[6,\"tcp\",7000],[5,\"tcp\",5000],[4,\"udp\",65535],[3,\"udp\",5000],"
	   "[2,\"tcp\",65535],[1,\"udp\",1]]\n");
}

static void unmatched_packets_are_hits(void **s)
{
	int udp = host_udp(7000);

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	/* What is sent from a port marks it as in use. */
	must("%s -q open 7000/udp", netfwv6());
	must("printf x | socat -u - UDP6-SENDTO:[" PEER_ADDRESS "]:9999,bind=:7777");
	shoot_udp(7777, 2);
	close(udp);
	assert_int_equal(packets("fw0", "unmatched-udp"), 2);
	jq("list --closed-hits --json", ".hits",
	   "[{\"protocol\":\"udp\",\"port\":7777,\"packets\":2}]\n");
}

static void the_most_hit_come_first(void **s)
{
	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	shoot_udp(300, 2);
	shoot_syn(300, 2);
	shoot_udp(299, 2);
	shoot_syn(301, 2);
	shoot_syn(80, 1);
	shoot_udp(9000, 3);
	assert_string_equal(must("%s list --closed-hits", netfwv6()),
			    "PORT                    PACKETS\n"
			    "9000/udp                      3\n"
			    "299/udp                       2\n"
			    "300/tcp                       2\n"
			    "300/udp                       2\n"
			    "301/tcp                       2\n"
			    "80/tcp                        1\n");
}

static void devices_are_counted_together(void **s)
{
	const struct crafted packet = crafted_udp(9, 5000);
	struct wire wire;

	(void)s;
	must("%s -q stats --count-ports on && %s -q enable fw0", netfwv6(), netfwv6());
	firewall_another("other0");
	must("ip link set other0 up && ip link set other1 up");
	shoot_udp(5000, 1);
	wire = open_wire(world.host, "other1", "other0");
	put(&wire, &packet, 1);
	wait_for_packets("other0", "closed-udp", 1);
	close_wire(&wire);
	jq("list --closed-hits --json", ".hits",
	   "[{\"protocol\":\"udp\",\"port\":5000,\"packets\":2}]\n");
}

static void counting_is_switched(void **s)
{
	(void)s;
	firewall_fw0();
	contains(must("%s list --closed-hits", netfwv6()), "'netfwv6 stats --count-ports on'");
	jq("list --closed-hits --json", ".", "{\"counted\":false,\"hits\":[]}\n");
	must("%s stats --count-ports on", netfwv6());
	shoot_udp(5000, 1);
	must("%s stats --count-ports on", netfwv6()); /* is on: nothing is lost */
	jq("list --closed-hits --json", ".hits|length", "1\n");
	contains(must("%s stats", netfwv6()), "\ndropped packets by port: counted, ");
	assert_string_equal(must("%s stats --count-ports off", netfwv6()),
			    "dropped packets by port: not counted\n");
	shoot_udp(5000, 1);
	jq("list --closed-hits --json", ".", "{\"counted\":false,\"hits\":[]}\n");
	must("%s stats --count-ports on", netfwv6()); /* starts at zero */
	jq("list --closed-hits --json", ".", "{\"counted\":true,\"hits\":[]}\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(hits_are_counted_by_port_and_protocol),
		counted(unmatched_packets_are_hits),
		counted(the_most_hit_come_first),
		counted(devices_are_counted_together),
		counted(counting_is_switched),
	};

	return cmocka_run_group_tests_name("hits", tests, world_setup, world_teardown);
}
