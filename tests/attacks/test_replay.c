// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the host passed and forwards to the other end comes back from there with another port
 * and address: nothing that the host noted on the packet the first time lets it in.
 */
#include <stdio.h>
#include <stdlib.h>

#include "defence.h"
#include "machine.h"
#include "sockets.h"
#include "ways.h"

#define BEHIND "2001:db8:c::9" /* an address that the host forwards to the other end */

/* How the packet comes to the host first, and how it comes back. */
struct replay {
	const char *first, *back; /* scripts, in the peer */
	const char *name;
};

#define IFB                                                                                        \
	"ip link add ifb0 type ifb; ip link set ifb0 up; "                                         \
	"nft add table netdev i; nft 'add chain netdev i e { type filter hook egress "             \
	"device " PEER_DEVICE " priority 0; }'; nft add rule netdev i e ip6 daddr " BEHIND         \
	" fwd to ifb0; "
#define FWD                                                                                        \
	"nft add table netdev b; nft 'add chain netdev b i { type filter hook ingress "            \
	"device " PEER_DEVICE                                                                      \
	" priority 0; }'; nft add rule netdev b i udp dport 5001 ether daddr set $mac "            \
	"ip6 daddr set " HOST_ADDRESS " udp dport set 5000 fwd to " PEER_DEVICE "; "
#define REDIRECT_PEER                                                                              \
	"tc qdisc add dev " PEER_DEVICE " clsact; tc filter add dev " PEER_DEVICE                  \
	" ingress bpf da obj $obj sec replay; "

static const struct replay replays[] = {
	{ "", FWD, "comes plainly, and back by nft fwd" },
	{ "", REDIRECT_PEER, "comes plainly, and back by bpf_redirect_peer()" },
	{ IFB, FWD, "comes through an ifb, and back by nft fwd" },
	{ IFB, REDIRECT_PEER, "comes through an ifb, and back by bpf_redirect_peer()" },
};
#define REPLAYS (sizeof(replays) / sizeof(*replays))

struct attempt {
	const struct replay *replay;
	const char *mode; /* NULL: no firewall */
};

static struct listeners at;

static int before(void **unused)
{
	world_reset(unused);
	at = listen_on_both();
	must("sysctl -qw net.ipv6.conf.all.forwarding=1");
	must("ip -6 route replace 2001:db8:c::/64 via " PEER_ADDRESS " dev " HOST_DEVICE);
	return 0;
}

static int after(void **unused)
{
	(void)unused;
	stop_listening(&at);
	clear_peer();
	run("ip -6 route del 2001:db8:c::/64");
	return 0;
}

static void replay(void **state)
{
	const struct attempt *attempt = *state;
	const struct way there = { .script = attempt->replay->first };
	const struct way back = { .script = attempt->replay->back };

	if (attempt->mode)
		defend(attempt->mode);
	take_way(&there);
	add_way(&back);
	send_to(BEHIND, OPEN, "replayed");
	if (!attempt->mode) {
		wait_for_datagram(at.closed_udp, "replayed");
		return;
	}
	wait_for_all_drops(1);
	assert_true(nothing_arrived(at.closed_udp));
}

static struct CMUnitTest test_of(const struct replay *row, const char *mode)
{
	struct attempt *state = malloc(sizeof(*state));
	char *name = NULL;

	assert_non_null(state);
	*state = (struct attempt){ row, mode };
	assert_true(asprintf(&name, "%s: %s", row->name, mode ?: "no firewall") > 0);
	return (struct CMUnitTest){ name, replay, before, after, state };
}

static int main_of(void)
{
	struct CMUnitTest tests[REPLAYS * 4];
	size_t n = 0;

	for (size_t i = 0; i < REPLAYS; i++)
		for (size_t mode = 0; mode < n_defences; mode++)
			tests[n++] = test_of(&replays[i], defences[mode]);
	return _cmocka_run_group_tests("replay", tests, n, world_setup, world_teardown);
}

int main(void)
{
	return on_a_machine_of_its_own(main_of);
}
