// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Attacks on learning: an outsider has a host that forwards send in the name of others, to an
 * accomplice behind its second uplink, who then knocks at the port that this might have opened.
 * Nothing is learned of it, whatever lies above the device by which the outsider comes in.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "behind.h"
#include "elsewhere.h"
#include "scene.h"
#include "translate.h"
#include "uppers.h"
#include "wire.h"

#define FAR "2001:db8:2::2"
#define OPEN_PORT 80
#define CLOSED_PORT 22

static const char *const sources[] = {
	HOST_ADDRESS,	 /* the host's own */
	SECOND_ADDRESS,	 /* the host's, on the accomplice's link */
	INNER_ADDRESS,	 /* of a machine behind the host */
	"2001:db8::9",	 /* of the outsider's link, where machines of this side may be, too */
	"2001:db8:2::9", /* of the accomplice's link */
	PEER_ADDRESS,	 /* nobody else's */
};
#define SOURCES (sizeof(sources) / sizeof(*sources))

static const struct {
	uint8_t protocol, flags;
} kinds[] = {
	{ IPPROTO_TCP, SYN },
	{ IPPROTO_TCP, ACK },
	{ IPPROTO_TCP, FIN | ACK },
	{ IPPROTO_UDP, 0 },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static struct wire outsider, accomplice;

static struct crafted attack(const char *source, unsigned int kind)
{
	struct crafted packet = { .source_port = CLOSED_PORT,
				  .destination_port = OPEN_PORT,
				  .protocol = kinds[kind].protocol,
				  .flags = kinds[kind].flags };

	set_source(&packet, source);
	set_destination(&packet, FAR);
	return packet;
}

static void mute(const char *netns)
{
	must_in(netns, "nft add table ip6 mute && nft 'add chain ip6 mute out { type filter hook "
		       "output priority 0; policy drop; }' && nft add rule ip6 mute out icmpv6 "
		       "type '{ 133, 134, 135, 136 }' accept && nft add rule ip6 mute out udp "
		       "dport 4789 accept");
}

struct awaited_stack {
	const char *netns;
	uint64_t n;
};

static bool has_reached(void *context)
{
	const struct awaited_stack *awaited = context;

	return reached_stack(awaited->netns) >= awaited->n;
}

/* Puts the packets on a wire, and waits until each left by the second uplink. */
static void put_through(struct wire *wire, const struct crafted *packets, size_t n)
{
	struct awaited_stack awaited = { second, reached_stack(second) + n };

	put(wire, packets, n);
	wait_until(has_reached, &awaited, "the packets were forwarded");
}

/* The accomplice knocks at the port of each source, which drops all of it. */
static void expect_closed(const char *const *victims, size_t n)
{
	uint64_t before = dropped(SECOND_DEVICE);
	struct crafted knocks[2 * SOURCES];

	for (size_t i = 0; i < 2 * n; i++) {
		knocks[i] = i % 2 ? crafted_udp(OPEN_PORT, CLOSED_PORT) :
				    crafted_tcp(OPEN_PORT, CLOSED_PORT, SYN);
		set_source(&knocks[i], FAR);
		set_destination(&knocks[i], victims[i / 2]);
	}
	put(&accomplice, knocks, 2 * n);
	wait_for_drops(SECOND_DEVICE, before + 2 * n);
	assert_int_equal(reached_stack(world.host), 0);
}

/* A host with two firewalled uplinks, and a machine behind it. */
static void prepare_host(void)
{
	route_inner();
	add_second();
	be_router_of_second();
	mute(world.peer);
	mute(second);
	mute(inner);
	watch_stack(second, FAR_DEVICE);
	watch_stack(world.host, SECOND_DEVICE);
	firewall("open %d/tcp %d/udp 4789/udp", OPEN_PORT, OPEN_PORT);
}

static void open_wires(const struct upper *upper)
{
	outsider = open_wire(world.peer, upper->outside, upper->device);
	accomplice = open_wire(second, FAR_DEVICE, SECOND_DEVICE);
}

/* The wires that a failed test has left open. */
static int close_wires(void **s)
{
	if (outsider.fd > 0)
		close_wire(&outsider);
	if (accomplice.fd > 0)
		close_wire(&accomplice);
	outsider = accomplice = (struct wire){};
	return scene_teardown(s);
}

static bool begin_with(const struct upper *upper)
{
	prepare_host();
	if (!make_upper(upper)) {
		print_message("# this kernel has not: %s\n", upper->name);
		return false;
	}
	open_wires(upper);
	return true;
}

/* ---- From outside --------------------------------------------------------------------- */

static void nothing_is_learned_from_outsiders(void **s)
{
	const struct upper *upper = *s;
	struct crafted attacks[SOURCES * KINDS];

	if (!begin_with(upper))
		skip();
	for (size_t i = 0; i < SOURCES * KINDS; i++)
		attacks[i] = attack(sources[i / KINDS], i % KINDS);
	put_through(&outsider, attacks, SOURCES * KINDS);
	assert_int_equal(flows_with(FAR), 0);
	expect_closed(sources, SOURCES);
}

/*
 * The same where the host gives them its own address: it is the host's that would be opened. Whose
 * address shares its route with the outsider cannot be told from him.
 */
static void no_forged_source_is_learned_translated(void **s)
{
	static const char *const opened[] = { SECOND_ADDRESS };
	const struct upper *upper = *s;
	struct crafted attacks[SOURCES];
	size_t n = 0;

	if (!begin_with(upper))
		skip();
	masquerade(SECOND_DEVICE);
	for (size_t i = 0; i < (upper->shares_routes ? 2 : 3); i++) {
		attacks[n++] = attack(sources[i], 0);
		attacks[n++] = attack(sources[i], KINDS - 1);
	}
	put_through(&outsider, attacks, n);
	assert_int_equal(flows_with(FAR), 0);
	expect_closed(opened, 1);
}

/* ---- From inside ------------------------------------------------------------------------ */

static const char *const not_inners[] = { HOST_ADDRESS, SECOND_ADDRESS, "2001:db8::9",
					  FAR,		PEER_ADDRESS,	"2001:db8:2::9" };
#define NOT_INNERS (sizeof(not_inners) / sizeof(*not_inners))

/* A machine behind the host that speaks as somebody else; then as itself. */
static void nothing_is_learned_from_a_forger_behind_the_host(void **s)
{
	struct crafted attacks[NOT_INNERS * KINDS], genuine[2];

	(void)s;
	prepare_host();
	outsider = open_wire(inner, INNER_DEVICE, "in0");
	accomplice = open_wire(second, FAR_DEVICE, SECOND_DEVICE);
	for (size_t i = 0; i < NOT_INNERS * KINDS; i++)
		attacks[i] = attack(not_inners[i / KINDS], i % KINDS);
	put_through(&outsider, attacks, NOT_INNERS * KINDS);
	assert_int_equal(flows_with(FAR), 0);
	assert_int_equal(stamps(), 0);
	expect_closed(not_inners, 2);
	genuine[0] = attack(INNER_ADDRESS, 0);
	genuine[1] = attack(INNER_ADDRESS, KINDS - 1);
	put_through(&outsider, genuine, 2);
	assert_int_equal(flows_used("tcp"), 1);
	assert_int_equal(flows_used("udp"), 1);
}

/* A refresh needs the same: a forger cannot keep alive, nor open anew, what an inner has begun. */
static void a_forger_renews_no_flow(void **s)
{
	struct crafted genuine[2], forged[2];

	(void)s;
	prepare_host();
	open_wires(&uppers[0]);
	for (int i = 0; i < 2; i++)
		genuine[i] = forged[i] = attack(INNER_ADDRESS, i ? KINDS - 1 : 0);
	close_wire(&outsider);
	outsider = open_wire(inner, INNER_DEVICE, "in0");
	put_through(&outsider, genuine, 2);
	assert_int_equal(flows_used("tcp") + flows_used("udp"), 2);
	let_pass(1000);
	close_wire(&outsider);
	outsider = open_wire(world.peer, PEER_DEVICE, HOST_DEVICE);
	put_through(&outsider, forged, 2);
	expect_closed((const char *const[]){ INNER_ADDRESS }, 1);
}

/* ---- Moved devices ------------------------------------------------------------------------ */

/* Both uplinks are taken to another network namespace, which forwards, and root runs a command. */
static void nothing_is_learned_by_devices_that_were_moved(void **s)
{
	const char *moved;
	struct crafted attacks[KINDS];

	(void)s;
	prepare_host();
	moved = make_namespace("moved");
	must_in(moved, "sysctl -qw net.ipv6.conf.all.forwarding=1");
	for (int i = 0; i < 2; i++) {
		const char *device = i ? SECOND_DEVICE : HOST_DEVICE;

		/* The number is taken there, so the device gets another. */
		must("ip link add taken%d index %u netns %s type veth peer name other%d", i,
		     if_nametoindex(device), moved, i);
		must("ip -n %s link set %s netns %s", world.host, device, moved);
	}
	must("ip -n %s addr add " HOST_ADDRESS "/64 dev " HOST_DEVICE " nodad", moved);
	must("ip -n %s addr add " SECOND_ADDRESS "/64 dev " SECOND_DEVICE " nodad", moved);
	must("ip -n %s addr add fe80::3:1/64 dev " SECOND_DEVICE " nodad", moved);
	must("ip -n %s link set " HOST_DEVICE " up && ip -n %s link set " SECOND_DEVICE " up",
	     moved, moved);
	settle(moved, HOST_DEVICE);
	settle(moved, SECOND_DEVICE);
	firewall("enable --learn-only in0");
	outsider = open_wire_to(world.peer, PEER_DEVICE, moved, HOST_DEVICE);
	for (size_t i = 0; i < KINDS; i++)
		attacks[i] = attack("2001:db8::9", i);
	put_through(&outsider, attacks, KINDS);
	assert_int_equal(flows_with(FAR), 0);
}

#define MAX_TESTS 32

static void add(struct CMUnitTest *tests, size_t *n, const char *name, CMUnitTestFunction function,
		const struct upper *upper)
{
	static char names[MAX_TESTS][96];

	snprintf(names[*n], sizeof(names[*n]), "%s%s%s", name, upper ? ": " : "",
		 upper ? upper->name : "");
	tests[*n] =
		(struct CMUnitTest){ names[*n], function, scene_setup, close_wires, (void *)upper };
	(*n)++;
}

int main(void)
{
	struct CMUnitTest tests[MAX_TESTS];
	size_t n = 0;

	for (int i = 0; i < n_uppers; i++) {
		add(tests, &n, "nothing is learned from outsiders",
		    nothing_is_learned_from_outsiders, &uppers[i]);
		add(tests, &n, "no forged source is learned translated",
		    no_forged_source_is_learned_translated, &uppers[i]);
	}
	add(tests, &n, "nothing is learned from a forger behind the host",
	    nothing_is_learned_from_a_forger_behind_the_host, NULL);
	add(tests, &n, "a forger renews no flow", a_forger_renews_no_flow, NULL);
	add(tests, &n, "nothing is learned by devices that were moved",
	    nothing_is_learned_by_devices_that_were_moved, NULL);
	return _cmocka_run_group_tests("outsiders", tests, n, NULL, NULL);
}
