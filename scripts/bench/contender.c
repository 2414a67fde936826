// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contender.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define PORTS 65536

bool contender_is(const struct contender *c, const char *name)
{
	return strcmp(c->name, name) == 0;
}

bool contender_only_passes(const struct contender *c)
{
	return strncmp(c->name, "bare-", 5) == 0 && !contender_is(c, "bare-drop");
}

bool contender_knows_conversations(const struct contender *c)
{
	return contender_is(c, "netfwv6") || contender_is(c, "netfwv6-tc") ||
	       strncmp(c->name, "base-", 5) == 0 || contender_is(c, "nft-ct") ||
	       contender_is(c, "ip6tables") || contender_only_passes(c);
}

static uint16_t *shuffled(const uint16_t *ports, size_t n)
{
	uint16_t *shuffled = calloc(n + 1, sizeof(*shuffled));

	if (!shuffled)
		give_up("ports");
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)random() % (i + 1);

		shuffled[i] = shuffled[at];
		shuffled[at] = ports[i];
	}
	return shuffled;
}

static bool is_ephemeral(uint32_t port)
{
	return port >= EPHEMERAL_FIRST && port <= EPHEMERAL_LAST;
}

/* The same ports are open as scripts/bench/contenders opens. */
static void find_closed_ports(struct contender *c)
{
	static uint16_t closed[PORTS], ephemeral[PORTS];
	bool open[PORTS] = {};

	for (uint32_t i = 0; i < c->open_ports; i++)
		open[1 + (uint64_t)i * 65535 / c->open_ports] = true;
	for (uint32_t port = 1; port < PORTS; port++) {
		if (open[port] || port == HOST_TCP_PORT || port == HOST_UDP_PORT)
			continue;
		closed[c->n_closed++] = (uint16_t)port;
		if (is_ephemeral(port))
			ephemeral[c->n_ephemeral++] = (uint16_t)port;
		else if (!c->closed_port && port > 1024)
			c->closed_port = (uint16_t)port;
	}
	c->closed = shuffled(closed, c->n_closed);
	c->ephemeral = shuffled(ephemeral, c->n_ephemeral);
}

void contender_take(const char *text, const char *prefix, struct contender *c)
{
	char flows[8], uptime[8], path[128];

	*c = (struct contender){};
	if (sscanf(text, "%u,%31[^,],%u,%u,%7[^,],%7s", &c->id, c->name, &c->open_ports,
		   &c->connections, flows, uptime) != 6) {
		fprintf(stderr, "bench: '%s' is no contender\n", text);
		exit(1);
	}
	c->full = strcmp(flows, "full") == 0;
	c->uptime = strcmp(uptime, "long") == 0;
	snprintf(path, sizeof(path), "/run/netns/%s-%u", prefix, c->id);
	c->ns = open(path, O_RDONLY | O_CLOEXEC);
	if (c->ns < 0)
		give_up(path);
	find_closed_ports(c);
}
