// SPDX-License-Identifier: LGPL-2.1-or-later
#include "maze.h"

#include <stdio.h>
#include <string.h>

#include "ways.h"

#define PAIRS_MAX 4

/* What two tools are told to do. */
struct orders {
	char nft[4096], tc[4096];
};

__attribute__((format(printf, 2, 3))) static void order(char to[4096], const char *format, ...)
{
	size_t used = strlen(to);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(to + used, 4096 - used, format, args);
	va_end(args);
	assert_true(n >= 0 && used + (size_t)n < 4096);
}

/* ---- Devices ------------------------------------------------------------------- */

static void add_entry(struct maze *maze, const char *kind, unsigned int i)
{
	assert_true(maze->n < MAZE_DEVICES);
	snprintf(maze->devices[maze->n++], sizeof(*maze->devices), "%s%u", kind, i);
}

/* A pair, perhaps with a macvlan on its first end, which comes out at its second. */
static void add_pair(struct random *r, struct maze *maze, char ip[4096], unsigned int i)
{
	order(ip, "link add a%u type veth peer name b%u\n", i, i);
	order(ip, "link set a%u up\nlink set b%u up\n", i, i);
	if (chance(r, 50)) {
		order(ip, "link add m%u link a%u type macvlan mode %s\n", i, i,
		      chance(r, 50) ? "private" : "bridge");
		order(ip, "link set m%u up\n", i);
		add_entry(maze, "m", i);
	}
	add_entry(maze, "a", i);
}

/* Then a bridge cannot have its first end. */
static bool has_macvlan(const struct maze *maze, unsigned int pair)
{
	for (size_t i = 0; i < maze->n; i++)
		if (maze->devices[i][0] == 'm' && maze->devices[i][1] == (char)('0' + pair))
			return true;
	return false;
}

/* From the second end of a pair on to the first of a later one. */
static void add_bridge(char ip[4096], unsigned int from, unsigned int to)
{
	order(ip, "link add br%u type bridge\nlink set br%u up\n", from, from);
	order(ip, "link set b%u master br%u\nlink set a%u master br%u\n", from, from, to, from);
}

/* ---- Hooks --------------------------------------------------------------------- */

/* Where to: a later pair's first end or macvlan, or the wire. */
static void choose_target(struct random *r, const struct maze *maze, unsigned int pair,
			  char target[16])
{
	unsigned int later = pair + 1 + below(r, maze->pairs - pair);
	const char *chosen = PEER_DEVICE;

	for (size_t i = 0; i < maze->n && later < maze->pairs; i++)
		if ((unsigned int)(maze->devices[i][1] - '0') == later &&
		    (strcmp(chosen, PEER_DEVICE) == 0 || chance(r, 50)))
			chosen = maze->devices[i];
	strcpy(target, chosen);
}

static void add_nft(struct random *r, struct orders *orders, const char *hook, const char *device,
		    const char *target)
{
	order(orders->nft, "add chain netdev t %s { type filter hook %s device %s priority 0; }\n",
	      device, hook, device);
	order(orders->nft, "add rule netdev t %s %s%sfwd to %s\n", device,
	      chance(r, 20) ? "meta priority set 1:7 " : "",
	      *hook == 'i' && chance(r, 20) ? "meta pkttype set other " : "", target);
}

static void add_tc(struct orders *orders, const char *hook, const char *device, const char *what)
{
	order(orders->tc, "qdisc add dev %s clsact\n", device);
	order(orders->tc, "filter add dev %s %s protocol all %s\n", device, hook, what);
}

/* A macvlan's way through an ifb ends where it began, and goes on below. */
static void add_hook(struct random *r, struct orders *orders, bool ingress, const char *device,
		     const char *target)
{
	const char *hook = ingress ? "ingress" : "egress";
	char mirred[128];

	switch (below(r, 6)) {
	case 0:
		add_nft(r, orders, hook, device, "ifb0");
		break;
	case 1:
	case 2:
		add_nft(r, orders, hook, device, target);
		break;
	case 3:
		snprintf(mirred, sizeof(mirred),
			 "u32 match u32 0 0 action mirred egress redirect dev %s", target);
		add_tc(orders, hook, device, mirred);
		break;
	case 4:
		add_tc(orders, hook, device, "bpf da obj " PROGRAMS " sec redirect");
		break;
	case 5:
		add_tc(orders, hook, device,
		       ingress ? "bpf da obj " PROGRAMS " sec enter" :
				 "bpf da obj " PROGRAMS " sec redirect");
		break;
	}
}

static void add_hooks(struct random *r, const struct maze *maze, struct orders *orders)
{
	char target[16], second[16];

	for (size_t i = 0; i < maze->n; i++) {
		unsigned int pair = maze->devices[i][1] - '0';

		choose_target(r, maze, pair, target);
		if (chance(r, 50))
			add_hook(r, orders, false, maze->devices[i], target);
		snprintf(second, sizeof(second), "b%u", pair);
		choose_target(r, maze, pair, target);
		if (maze->devices[i][0] == 'a' && chance(r, 80))
			add_hook(r, orders, true, second, target);
	}
	if (chance(r, 40))
		add_nft(r, orders, "egress", PEER_DEVICE, "ifb0");
}

void dig_maze(struct random *r, struct maze *maze)
{
	char ip[4096] = "link add ifb0 type ifb\nlink set ifb0 up\n";

	*maze = (struct maze){ .pairs = 1 + below(r, PAIRS_MAX) };
	for (unsigned int i = 0; i < maze->pairs; i++)
		add_pair(r, maze, ip, i);
	for (unsigned int i = 0; i + 1 < maze->pairs; i++)
		if (chance(r, 30) && !has_macvlan(maze, i + 1))
			add_bridge(ip, i, i + 1);
	enter_peer();
	must("ip -batch - <<'END'\n%sEND", ip);
	enter_host();
}

void hang_doors(struct random *r, const struct maze *maze)
{
	struct orders orders = { .nft = "flush ruleset\nadd table netdev t\n" };

	add_hooks(r, maze, &orders);
	enter_peer();
	run("for d in $(ip -o link | sed -n "
	    "'s/^[0-9]*: \\([^:@]*\\).*/\\1/p'); do echo qdisc del dev $d clsact; done | "
	    "tc -force -batch -");
	must("nft -f - <<'END'\n%sEND", orders.nft);
	must("tc -batch - <<'END'\n%sEND", orders.tc);
	enter_host();
}
