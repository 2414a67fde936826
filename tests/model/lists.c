// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lists.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "trace.h"
#include "world.h"

#define MAX_PORTS (PROTOCOLS * PORTS)
#define BATCH 64u

static const uint32_t protocols[PROTOCOLS] = { NETFWV6_PROTOCOL_TCP, NETFWV6_PROTOCOL_UDP };

/* ---- Ports: what is expected ------------------------------------------------ */

static struct netfwv6_port *add(struct netfwv6_port *to, unsigned int p, uint32_t port,
				uint8_t setting)
{
	*to = (struct netfwv6_port){ .port = port, .protocol = protocols[p] };
	snprintf(to->name, sizeof(to->name), "%s", labels[setting - 1] ?: "");
	return to + 1;
}

/* Of one scope's settings. */
static size_t expected_ports(const uint8_t settings[PROTOCOLS][PORTS], struct netfwv6_port *list)
{
	struct netfwv6_port *end = list;

	for (unsigned int p = 0; p < PROTOCOLS; p++)
		for (uint32_t port = 0; port < PORTS; port++)
			if (settings[p][port])
				end = add(end, p, port, settings[p][port]);
	return end - list;
}

static struct netfwv6_port *scratch(void)
{
	static struct netfwv6_port list[MAX_PORTS];

	return list;
}

/* ---- Ports: the cursor ------------------------------------------------------ */

static void check_element(const struct netfwv6_port *got, const struct netfwv6_port *expected)
{
	agree(got->port == expected->port && got->protocol == expected->protocol,
	      "port %u of protocol %u is listed, not %u of %u", got->port, got->protocol,
	      expected->port, expected->protocol);
	agree(strcmp(got->name, expected->name) == 0,
	      "port %u of protocol %u is named '%s', not '%s'", got->port, got->protocol, got->name,
	      expected->name);
}

/* All elements, in batches. */
static void check_elements(struct check *c, struct netfwv6_port_enum *ports,
			   const struct netfwv6_port *expected, size_t count)
{
	struct netfwv6_port got[BATCH];
	netfwv6_result result;
	size_t at = 0;

	do {
		size_t wanted = 1 + below(c->random, BATCH), fetched = BATCH;

		result = netfwv6_port_enum_next(ports, wanted, sizeof(struct netfwv6_port), got,
						&fetched);
		agree(fetched == (wanted < count - at ? wanted : count - at),
		      "%zu ports fetched of %zu after %zu", fetched, count, at);
		agree(result == (fetched == wanted ? NETFWV6_S_OK : NETFWV6_S_FALSE),
		      "next: %s for %zu of %zu", netfwv6_result_name(result), fetched, wanted);
		for (size_t i = 0; i < fetched; i++)
			check_element(&got[i], &expected[at + i]);
		at += fetched;
	} while (result == NETFWV6_S_OK);
	agree(at == count, "the list ends after %zu of %zu", at, count);
}

/* A clone stands where its original stood and goes its own way. */
static void check_clone(struct check *c, struct netfwv6_port_enum *ports,
			const struct netfwv6_port *expected, size_t count)
{
	size_t skipped = below(c->random, count + 2);
	struct netfwv6_port_enum *clone;
	netfwv6_result result;

	agree_ok(netfwv6_port_enum_reset(ports));
	result = netfwv6_port_enum_skip(ports, skipped);
	agree(result == (skipped > count ? NETFWV6_S_FALSE : NETFWV6_S_OK), "skip %zu of %zu: %s",
	      skipped, count, netfwv6_result_name(result));
	skipped = skipped > count ? count : skipped;
	agree_ok(netfwv6_port_enum_clone(ports, &clone));
	check_elements(c, clone, expected + skipped, count - skipped);
	check_elements(c, ports, expected + skipped, count - skipped);
	netfwv6_port_enum_free(clone);
}

static void check_ports(struct check *c, struct netfwv6_port_enum *ports,
			const struct netfwv6_port *expected, size_t count)
{
	size_t counted;

	agree_ok(netfwv6_port_enum_count(ports, &counted));
	agree(counted == count, "%zu ports are listed, not %zu", counted, count);
	check_elements(c, ports, expected, count);
	check_clone(c, ports, expected, count);
}

/* ---- Ports: the lists ------------------------------------------------------- */

static struct netfwv6_port_enum *take_open(struct check *c, unsigned int scope)
{
	struct netfwv6_port_enum *ports;

	if (scope == GLOBAL)
		agree_ok(netfwv6_mgr_enumerate_globally_open_ports(check_mgr(c), NULL, &ports));
	else
		agree_ok(netfwv6_connection_enumerate_open_ports(check_connection(c, scope), NULL,
								 &ports));
	return ports;
}

void check_open_ports(struct check *c, unsigned int scope)
{
	struct netfwv6_port_enum *ports = take_open(c, scope);

	check_ports(c, ports, scratch(), expected_ports(c->model->open[scope], scratch()));
	netfwv6_port_enum_free(ports);
}

void check_ignored_ports(struct check *c, unsigned int name)
{
	struct netfwv6_port_enum *ports;

	agree_ok(netfwv6_connection_enumerate_ignored_global_ports(check_connection(c, name), NULL,
								   &ports));
	check_ports(c, ports, scratch(), expected_ports(c->model->ignored[name], scratch()));
	netfwv6_port_enum_free(ports);
}

void held_free(struct held *held)
{
	netfwv6_port_enum_free(held->ports);
	free(held->expected);
	*held = (struct held){};
}

void held_check(struct held *held, struct check *c)
{
	if (!held->ports)
		return;
	agree_ok(netfwv6_port_enum_reset(held->ports));
	check_ports(c, held->ports, held->expected, held->count);
}

void held_take(struct held *held, struct check *c, unsigned int scope)
{
	held_free(held);
	held->ports = take_open(c, scope);
	held->count = expected_ports(c->model->open[scope], scratch());
	held->expected = calloc(held->count + 1, sizeof(*held->expected));
	assert_non_null(held->expected);
	memcpy(held->expected, scratch(), held->count * sizeof(*held->expected));
}

/* ---- Connections ------------------------------------------------------------ */

static int by_ifindex(const void *a, const void *b)
{
	const struct device *const *one = a, *const *other = b;

	return (*one)->ifindex < (*other)->ifindex ? -1 : 1;
}

/* Devices by ifindex, then names that are known without a device. */
static size_t expected_connections(struct model *m, unsigned int *names)
{
	const struct device *devices[DEVICE_SLOTS];
	size_t count = 0;

	for (unsigned int i = 0; i < DEVICE_SLOTS; i++)
		if (m->devices[i].place == PLACE_HERE)
			devices[count++] = &m->devices[i];
	qsort(devices, count, sizeof(*devices), by_ifindex);
	for (size_t i = 0; i < count; i++)
		names[i] = devices[i]->name;
	for (unsigned int name = 0; name < NAMES; name++)
		if (!model_device(m, name) && model_knows(m, name))
			names[count++] = name;
	return count;
}

static void check_next(struct netfwv6_connection_enum *connections, const unsigned int *expected)
{
	struct netfwv6_connection *connection;
	netfwv6_result result = netfwv6_connection_enum_next(connections, 1, &connection, NULL);
	char name[NAME_TEXT_SIZE];

	if (!expected) {
		agree(result == NETFWV6_S_FALSE, "there are too many connections");
		return;
	}
	name_text(*expected, name);
	agree(result == NETFWV6_S_OK, "connection %s is not listed", name);
	agree(strcmp(netfwv6_connection_name(connection), name) == 0, "%s is listed, not %s",
	      netfwv6_connection_name(connection), name);
	netfwv6_connection_free(connection);
}

static void check_rest(struct netfwv6_connection_enum *connections, const unsigned int *expected,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_next(connections, &expected[i]);
	check_next(connections, NULL);
}

static void check_found(struct check *c)
{
	for (unsigned int name = 0; name < NAMES; name++) {
		struct netfwv6_connection *connection;
		char text[NAME_TEXT_SIZE];
		netfwv6_result result = netfwv6_mgr_get_connection(
			check_mgr(c), name_text(name, text), &connection);

		agree(result ==
			      (model_knows(c->model, name) ? NETFWV6_S_OK : NETFWV6_E_NOINTERFACE),
		      "get_connection %s: %s", text, netfwv6_result_name(result));
		if (result == NETFWV6_S_OK)
			netfwv6_connection_free(connection);
	}
}

void check_connections(struct check *c)
{
	struct netfwv6_connection_enum *connections, *clone;
	unsigned int names[DEVICE_SLOTS + NAMES];
	size_t count = expected_connections(c->model, names), counted, skipped;

	agree_ok(netfwv6_mgr_enumerate_connections(check_mgr(c), &connections));
	agree_ok(netfwv6_connection_enum_count(connections, &counted));
	agree(counted == count, "%zu connections are listed, not %zu", counted, count);
	check_rest(connections, names, count);
	agree_ok(netfwv6_connection_enum_reset(connections));
	skipped = below(c->random, count + 1);
	agree_ok(netfwv6_connection_enum_skip(connections, skipped));
	agree_ok(netfwv6_connection_enum_clone(connections, &clone));
	check_rest(clone, names + skipped, count - skipped);
	check_rest(connections, names + skipped, count - skipped);
	netfwv6_connection_enum_free(clone);
	netfwv6_connection_enum_free(connections);
	check_found(c);
}
