// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Devices of each kind that this kernel has: what is read of one, and which modes it gets,
 * compared with what the kernel then takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"

#define ON_VETH "ip link add x1 type veth peer name x2 && ip link add x0 link x1 type "
#define TUNNEL_HEADER "a header of the tunnel in front"

struct row {
	const char *name; /* the test's */
	const char *make; /* the shell command that makes x0 */
	const char *kind;
	enum framing framing;
	bool native;		/* whether the kernel takes a program there */
	bool brings_others;	/* its module makes devices in namespaces to come */
	const char *nothing;	/* what is said when it can have no mode at all */
	const char *no_program; /* what is said when it can have no XDP program */
	const char *note;	/* what auto says there, with a last line */
};

static const struct row rows[] = {
	{ .name = "veth",
	  .make = "ip link add x0 type veth peer name x1",
	  .kind = "veth",
	  .native = true,
	  .note = "take segmentation offload from the other end" },
	{ .name = "tap",
	  .make = "ip tuntap add x0 mode tap",
	  .kind = "tun",
	  .native = true,
	  .note = "copy each large segment" },
	{ .name = "bond",
	  .make = "ip link add x0 type bond",
	  .kind = "bond",
	  .native = true,
	  .note = "keep members out" },
	{ .name = "dummy", .make = "ip link add x0 type dummy", .kind = "dummy" },
	{ .name = "bridge", .make = "ip link add x0 type bridge", .kind = "bridge" },
	{ .name = "team", .make = "ip link add x0 type team", .kind = "team" },
	{ .name = "ifb", .make = "ip link add x0 type ifb", .kind = "ifb" },
	{ .name = "vlan", .make = ON_VETH "vlan id 5", .kind = "vlan" },
	{ .name = "macvlan", .make = ON_VETH "macvlan", .kind = "macvlan" },
	{ .name = "macvtap", .make = ON_VETH "macvtap", .kind = "macvtap" },
	{ .name = "macsec", .make = ON_VETH "macsec", .kind = "macsec" },
	{ .name = "vxlan", .make = "ip link add x0 type vxlan id 7 dstport 4789", .kind = "vxlan" },
	{ .name = "geneve",
	  .make = "ip link add x0 type geneve id 7 remote ::1",
	  .kind = "geneve" },
	{ .name = "gretap",
	  .brings_others = true,
	  .make = "ip link add x0 type gretap remote 192.0.2.1",
	  .kind = "gretap" },
	{ .name = "netkit", .make = "ip link add x0 type netkit", .kind = "netkit" },
	{ .name = "ipvlan_l2", .make = ON_VETH "ipvlan mode l2", .kind = "ipvlan" },
	{ .name = "ipvlan_l3", .make = ON_VETH "ipvlan mode l3", .kind = "ipvlan" },
	{ .name = "ipvlan_l3s",
	  .make = ON_VETH "ipvlan mode l3s",
	  .kind = "ipvlan",
	  .nothing = "enable the device below it, x1" },
	{ .name = "vrf",
	  .make = "ip link add x0 type vrf table 10",
	  .kind = "vrf",
	  .nothing = "enable its ports ('ip link show master x0' lists them)" },
	{ .name = "nlmon",
	  .make = "ip link add x0 type nlmon",
	  .kind = "nlmon",
	  .framing = FRAMING_FOREIGN,
	  .nothing = "neither an Ethernet nor an IP header" },
	{ .name = "tun",
	  .make = "ip tuntap add x0 mode tun",
	  .kind = "tun",
	  .framing = FRAMING_RAW_IP },
	{ .name = "wireguard",
	  .make = "ip link add x0 type wireguard",
	  .kind = "wireguard",
	  .framing = FRAMING_RAW_IP },
	{ .name = "sit",
	  .brings_others = true,
	  .make = "ip link add x0 type sit remote 192.0.2.1",
	  .kind = "sit",
	  .framing = FRAMING_RAW_IP },
	{ .name = "ip6tnl",
	  .brings_others = true,
	  .make = "ip link add x0 type ip6tnl mode any remote 2001:db8::9",
	  .kind = "ip6tnl",
	  .framing = FRAMING_RAW_IP },
	{ .name = "ipip",
	  .brings_others = true,
	  .make = "ip link add x0 type ipip remote 192.0.2.1",
	  .kind = "ipip",
	  .framing = FRAMING_RAW_IP },
	{ .name = "gre_external",
	  .brings_others = true,
	  .make = "ip link add x0 type gre external",
	  .kind = "gre",
	  .framing = FRAMING_RAW_IP },
	{ .name = "gre",
	  .brings_others = true,
	  .make = "ip link add x0 type gre remote 192.0.2.1",
	  .kind = "gre",
	  .framing = FRAMING_RAW_IP,
	  .no_program = TUNNEL_HEADER },
	{ .name = "ip6gre",
	  .brings_others = true,
	  .make = "ip link add x0 type ip6gre remote 2001:db8::9",
	  .kind = "ip6gre",
	  .framing = FRAMING_RAW_IP,
	  .no_program = TUNNEL_HEADER },
	{ .name = "vti",
	  .brings_others = true,
	  .make = "ip link add x0 type vti remote 192.0.2.1 key 5",
	  .kind = "vti",
	  .framing = FRAMING_RAW_IP,
	  .no_program = TUNNEL_HEADER },
	{ .name = "vti6",
	  .brings_others = true,
	  .make = "ip link add x0 type vti6 remote 2001:db8::9 key 5",
	  .kind = "vti6",
	  .framing = FRAMING_RAW_IP,
	  .no_program = TUNNEL_HEADER },
	{ .name = "xfrm",
	  .make = "ip link add x0 type xfrm dev lo if_id 4",
	  .kind = "xfrm",
	  .framing = FRAMING_RAW_IP,
	  .no_program = TUNNEL_HEADER },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static void check_objection(uint32_t mode, const char *wanted)
{
	const char *said = objection("x0", mode);

	if (wanted)
		assert_has(said, wanted);
	else
		assert_string_equal(said, "");
}

static void check_modes(const struct row *row)
{
	const char *no_program = row->nothing ?: row->no_program;

	check_objection(NETFWV6_MODE_AUTO, row->nothing);
	check_objection(NETFWV6_MODE_TC, row->nothing);
	check_objection(NETFWV6_MODE_GENERIC, no_program);
	check_objection(NETFWV6_MODE_NATIVE, no_program		 ?:
						     row->native ? no_program :
								   "in native mode");
}

/* Only where packets get past tc is it not what auto takes of these. */
static void check_choice(const struct row *row, bool last_line)
{
	bool is_native = !last_line && strcmp(row->kind, "veth") == 0;
	struct choice choice = choice_for("x0", last_line);

	assert_int_equal(choice.mode, is_native ? NETFWV6_MODE_NATIVE : NETFWV6_MODE_TC);
	if (last_line && row->note)
		assert_has(choice.note, row->note);
	else if (!row->note)
		assert_string_equal(choice.note, "");
}

/* Unless told not to; other tests count the devices of their namespaces. */
static bool disturbs_others(const struct row *row)
{
	const struct output *output;

	if (!row->brings_others)
		return false;
	enter_outside(); /* where the setting is to be seen */
	output = run("grep -q '[12]' /proc/sys/net/core/fb_tunnels_only_for_init_net");
	enter_host();
	return output->status;
}

static void it_is_read_as_what_it_is(void **state)
{
	const struct row *row = *state;
	struct device_traits traits;

	if (disturbs_others(row)) {
		print_message("# takes net.core.fb_tunnels_only_for_init_net=1\n");
		skip();
	}
	if (run("%s", row->make)->status)
		skip();
	traits = traits_of("x0");
	assert_string_equal(traits.kind, row->kind);
	assert_int_equal(device_called("x0").framing, row->framing);
	assert_false(traits.hardware);
	assert_int_equal(takes_xdp("x0", NETFWV6_MODE_NATIVE), row->native);
	assert_int_equal(traits.native, row->native ? NATIVE_YES : NATIVE_NONE);
	check_modes(row);
	if (row->nothing)
		return;
	check_choice(row, true);
	check_choice(row, false);
}

int main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = it_is_read_as_what_it_is,
						.setup_func = world_reset,
						.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
