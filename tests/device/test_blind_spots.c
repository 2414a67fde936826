// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is set up on a host that no hook of a device sees into is named. */
#include <stdio.h>
#include <string.h>

#include "world.h"

#define STATE                                                                                      \
	"ip xfrm state add src " PEER_ADDRESS " dst " HOST_ADDRESS " proto esp spi 0x101 mode %s " \
	"%s enc 'ecb(cipher_null)' '' auth 'digest_null' ''"

static uint32_t blind_spots_now(void)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr;

	assert_int_equal(netfwv6_mgr_open(&mgr, NULL), NETFWV6_S_OK);
	assert_int_equal(netfwv6_mgr_get_status(mgr, &status), NETFWV6_S_OK);
	netfwv6_mgr_close(mgr);
	return status.blind_spots;
}

/* This kernel may lack what makes one; then there is nothing to be seen. */
static void make_or_skip(const char *command)
{
	if (run("%s", command)->status)
		skip();
}

static void an_ordinary_host_has_none(void **s)
{
	(void)s;
	assert_int_equal(blind_spots_now(), 0);
}

static void a_seg6local_route_is_one(void **s)
{
	(void)s;
	make_or_skip("ip -6 route add 2001:db8:5::/64 encap seg6local action End dev " HOST_DEVICE);
	assert_int_equal(blind_spots_now(), NETFWV6_BLIND_SEG6LOCAL);
	assert_non_null(strstr(must("%s enable " HOST_DEVICE, netfwv6()), "note: what seg6local"));
	assert_non_null(
		strstr(must("%s status", netfwv6()), "\nwhat seg6local routes decapsulate"));
	assert_string_equal(must("%s status --json | jq -c .blind_spots", netfwv6()),
			    "[\"seg6local\"]\n");
	must("%s disable " HOST_DEVICE, netfwv6());
	must("ip -6 route del 2001:db8:5::/64");
	assert_int_equal(blind_spots_now(), 0);
}

static void another_route_is_none(void **s)
{
	(void)s;
	must("ip -6 route add 2001:db8:5::/64 dev " HOST_DEVICE);
	assert_int_equal(blind_spots_now(), 0);
	must("ip -6 route del 2001:db8:5::/64");
}

static void check_state(const char *mode, const char *more, uint32_t expected)
{
	char command[512];

	snprintf(command, sizeof(command), STATE, mode, more);
	make_or_skip(command);
	assert_int_equal(blind_spots_now(), expected);
	must("ip xfrm state flush");
	assert_int_equal(blind_spots_now(), 0);
}

static void esp_in_transport_mode_is_one(void **s)
{
	(void)s;
	check_state("transport", "", NETFWV6_BLIND_IPSEC_TRANSPORT);
}

static void esp_in_tunnel_mode_is_not_learned_from(void **s)
{
	(void)s;
	check_state("tunnel", "", NETFWV6_BLIND_IPSEC_LEARNING);
}

static void esp_with_an_interface_is_none(void **s)
{
	(void)s;
	check_state("tunnel", "if_id 7", 0);
}

static void check_policy(const char *direction, const char *mode, uint32_t expected)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "ip xfrm policy add src ::/0 dst ::/0 dir %s tmpl src " PEER_ADDRESS
		 " dst " HOST_ADDRESS " proto esp mode %s",
		 direction, mode);
	make_or_skip(command);
	assert_int_equal(blind_spots_now(), expected);
	must("ip xfrm policy flush");
	assert_int_equal(blind_spots_now(), 0);
}

/* Keys may be agreed on when the first packet wants them. */
static void a_policy_without_a_state_is_one(void **s)
{
	(void)s;
	check_policy("in", "tunnel", NETFWV6_BLIND_IPSEC_LEARNING);
	check_policy("fwd", "tunnel", NETFWV6_BLIND_IPSEC_LEARNING);
	check_policy("in", "transport", NETFWV6_BLIND_IPSEC_TRANSPORT);
	check_policy("out", "tunnel", 0);
	check_policy("in", "tunnel if_id 7", 0);
}

static void fou_is_one(void **s)
{
	(void)s;
	make_or_skip("ip fou add port 5555 ipproto 41 -6");
	assert_int_equal(blind_spots_now(), NETFWV6_BLIND_FOU);
	must("ip fou del port 5555 -6");
	assert_int_equal(blind_spots_now(), 0);
}

/* Without the kernel's description of itself: the programs are those that do not ask tracking. */
static void tracking_that_is_not_described_is_one(void **s)
{
	static const char undescribed[] =
		"unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && %s %s'%s";

	(void)s;
	make_or_skip("test -e /proc/sys/net/netfilter/nf_conntrack_max");
	assert_non_null(strstr(must(undescribed, netfwv6(), "enable " HOST_DEVICE, ""),
			       "note: the kernel does not describe its connection tracking"));
	assert_string_equal(must(undescribed, netfwv6(), "status --json", " | jq -c .blind_spots"),
			    "[\"translation\"]\n");
	must("%s disable " HOST_DEVICE, netfwv6());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_ordinary_host_has_none),
		test(a_seg6local_route_is_one),
		test(another_route_is_none),
		test(esp_in_transport_mode_is_one),
		test(esp_in_tunnel_mode_is_not_learned_from),
		test(esp_with_an_interface_is_none),
		test(a_policy_without_a_state_is_one),
		test(fou_is_one),
		test(tracking_that_is_not_described_is_one),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
