// SPDX-License-Identifier: LGPL-2.1-or-later
/* Memory that is exhausted, wherever in a call: E_OUTOFMEMORY, and nothing else has happened. */
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "out_of_memory.h"

struct scene {
	struct netfwv6_mgr *mgr;
	struct netfwv6_connection *connection;
	struct netfwv6_connection_enum *connections;
	struct netfwv6_port_enum *ports;
};

/* What out-parameters point to before a call. */
static unsigned char untouched[4096];

#define CONNECTIONS 3

static netfwv6_result open_manager(struct scene *scene, void *out)
{
	struct netfwv6_mgr **mgr = out;
	netfwv6_result result = netfwv6_mgr_open(mgr, NULL);

	(void)scene;
	if (result == NETFWV6_S_OK)
		netfwv6_mgr_close(*mgr);
	return result;
}

static netfwv6_result get_connection(struct scene *scene, void *out)
{
	struct netfwv6_connection **connection = out;
	netfwv6_result result = netfwv6_mgr_get_connection(scene->mgr, HOST_DEVICE, connection);

	if (result == NETFWV6_S_OK)
		netfwv6_connection_free(*connection);
	return result;
}

static netfwv6_result enumerate_connections(struct scene *scene, void *out)
{
	struct netfwv6_connection_enum **connections = out;
	netfwv6_result result = netfwv6_mgr_enumerate_connections(scene->mgr, connections);

	if (result == NETFWV6_S_OK)
		netfwv6_connection_enum_free(*connections);
	return result;
}

/* The next time it gives the same ones: a failure has taken no step. */
static netfwv6_result next_connections(struct scene *scene, void *out)
{
	struct netfwv6_connection **elements = out;
	size_t *fetched = (size_t *)(elements + CONNECTIONS);
	netfwv6_result result =
		netfwv6_connection_enum_next(scene->connections, CONNECTIONS, elements, fetched);

	if (NETFWV6_FAILED(result))
		return result;
	assert_int_equal(*fetched, CONNECTIONS);
	assert_string_equal(netfwv6_connection_name(elements[0]), HOST_DEVICE);
	for (size_t i = 0; i < CONNECTIONS; i++)
		netfwv6_connection_free(elements[i]);
	return netfwv6_connection_enum_reset(scene->connections);
}

static netfwv6_result clone_connections(struct scene *scene, void *out)
{
	struct netfwv6_connection_enum **clone = out;
	netfwv6_result result = netfwv6_connection_enum_clone(scene->connections, clone);

	if (result == NETFWV6_S_OK)
		netfwv6_connection_enum_free(*clone);
	return result;
}

static netfwv6_result clone_ports(struct scene *scene, void *out)
{
	struct netfwv6_port_enum **clone = out;
	netfwv6_result result = netfwv6_port_enum_clone(scene->ports, clone);

	if (result == NETFWV6_S_OK)
		netfwv6_port_enum_free(*clone);
	return result;
}

static netfwv6_result free_ports(netfwv6_result result, struct netfwv6_port_enum **ports)
{
	if (result == NETFWV6_S_OK)
		netfwv6_port_enum_free(*ports);
	return result;
}

static netfwv6_result enumerate_global(struct scene *scene, void *out)
{
	return free_ports(netfwv6_mgr_enumerate_globally_open_ports(scene->mgr, NULL, out), out);
}

static netfwv6_result enumerate_range(struct scene *scene, void *out)
{
	return free_ports(netfwv6_mgr_enumerate_globally_open_ports(
				  scene->mgr, &(struct netfwv6_port_range){ 1, 1000, TCP }, out),
			  out);
}

static netfwv6_result enumerate_open(struct scene *scene, void *out)
{
	return free_ports(netfwv6_connection_enumerate_open_ports(scene->connection, NULL, out),
			  out);
}

static netfwv6_result enumerate_ignored(struct scene *scene, void *out)
{
	return free_ports(
		netfwv6_connection_enumerate_ignored_global_ports(scene->connection, NULL, out),
		out);
}

static netfwv6_result get_flow_tables(struct scene *scene, void *out)
{
	return netfwv6_mgr_get_flow_tables(scene->mgr, 4, sizeof(struct netfwv6_flow_table), out,
					   (size_t *)out + 100);
}

static netfwv6_result get_counters(struct scene *scene, void *out)
{
	return netfwv6_connection_get_counters(scene->connection, 2, sizeof(struct netfwv6_counter),
					       out, (size_t *)out + 100);
}

static netfwv6_result reset_counters(struct scene *scene, void *out)
{
	(void)out;
	return netfwv6_connection_reset_counters(scene->connection);
}

static netfwv6_result get_port_hits(struct scene *scene, void *out)
{
	return netfwv6_mgr_get_port_hits(scene->mgr, 1, 100, TCP, 100, out);
}

static netfwv6_result get_effective(struct scene *scene, void *out)
{
	return netfwv6_connection_get_effective_range(scene->connection, 1, 100, TCP, 100, out);
}

static netfwv6_result open_events(struct scene *scene, void *out)
{
	struct netfwv6_events_options options = { .sz = sizeof(options), .drops = true };
	struct netfwv6_events **events = out;
	netfwv6_result result = netfwv6_mgr_open_events(scene->mgr, &options, events);

	if (result == NETFWV6_S_OK)
		netfwv6_events_close(*events);
	return result;
}

static netfwv6_result open_log(struct scene *scene, void *out)
{
	struct netfwv6_events **events = out;
	netfwv6_result result = netfwv6_mgr_open_log(scene->mgr, events);

	if (result == NETFWV6_S_OK)
		netfwv6_events_close(*events);
	return result;
}

static netfwv6_result count_hits(struct scene *scene, void *out)
{
	netfwv6_result result = netfwv6_mgr_put_port_hits_counted(scene->mgr, true);

	(void)out;
	return result == NETFWV6_S_OK ? netfwv6_mgr_put_port_hits_counted(scene->mgr, false) :
					result;
}

static netfwv6_result open_ports(struct scene *scene, void *out)
{
	netfwv6_result result = netfwv6_mgr_open_global_ports(scene->mgr, 500, 600, TCP, "many");
	bool open = false;

	(void)out;
	if (NETFWV6_FAILED(result)) {
		assert_ok(netfwv6_mgr_is_port_globally_open(scene->mgr, 500, TCP, &open));
		assert_false(open);
	}
	return result;
}

static netfwv6_result change_ports(struct scene *scene, void *out)
{
	static const struct netfwv6_port_change changes[] = {
		{ NETFWV6_CHANGE_OPEN, 443, 443, TCP, NULL }, /* it is open */
		{ NETFWV6_CHANGE_IGNORE, 700, 800, UDP, "many" },
	};
	size_t made;

	(void)out;
	return netfwv6_connection_change_ports(scene->connection, 2, sizeof(*changes), changes,
					       &made);
}

static netfwv6_result enable_again(struct scene *scene, void *out)
{
	(void)out;
	return netfwv6_connection_enable_firewall(scene->connection, NULL);
}

static netfwv6_result rebuild(struct scene *scene, void *out)
{
	struct netfwv6_initialize_options options = { .sz = sizeof(options), .rebuild = true };

	(void)out;
	return netfwv6_mgr_initialize(scene->mgr, &options);
}

static netfwv6_result free_policy(netfwv6_result result, struct netfwv6_policy **policy)
{
	if (result == NETFWV6_S_OK)
		netfwv6_policy_free(*policy);
	return result;
}

static netfwv6_result read_policy(struct scene *scene, void *out)
{
	return free_policy(netfwv6_mgr_read_policy(scene->mgr, out), out);
}

static const char some_lines[] = "version 1\nopen 700-720/tcp --name x\nopen 7/udp --dev e\n"
				 "enable f\ngroup 64000\nlog --dropped on\nprotect 700/tcp\n";

static netfwv6_result parse_policy(struct scene *scene, void *out)
{
	(void)scene;
	return free_policy(netfwv6_policy_parse(some_lines, strlen(some_lines), NULL, NULL, out),
			   out);
}

static netfwv6_result lay_and_compare(struct scene *scene, void *out)
{
	static struct netfwv6_policy *one;
	struct netfwv6_policy **both = out;
	netfwv6_result result = NETFWV6_S_OK;
	size_t changes = 0;

	(void)scene;
	if (!one)
		result = netfwv6_policy_parse(some_lines, strlen(some_lines), NULL, NULL, &one);
	if (result == NETFWV6_S_OK)
		result = netfwv6_policy_compare(one, one, NULL, NULL, &changes);
	if (result == NETFWV6_S_OK)
		result = free_policy(netfwv6_policy_lay(one, one, both), both);
	return result;
}

/* What the state is, and a port. Applied, it is taken back. */
static netfwv6_result apply_policy(struct scene *scene, void *out)
{
	static struct netfwv6_policy *before, *after;
	static const char more[] = "version 1\nopen 800/tcp --name more\n";
	struct netfwv6_policy *lines = NULL;
	netfwv6_result result;
	bool open = false;

	(void)out;
	if (!after) {
		int saved = left;

		left = -1;
		assert_ok(netfwv6_mgr_read_policy(scene->mgr, &before));
		assert_ok(netfwv6_policy_parse(more, strlen(more), NULL, NULL, &lines));
		assert_ok(netfwv6_policy_lay(before, lines, &after));
		netfwv6_policy_free(lines);
		left = saved;
	}
	result = netfwv6_mgr_apply_policy(scene->mgr, after, NULL, NULL);
	if (result == NETFWV6_S_OK) {
		left = -1;
		assert_ok(netfwv6_mgr_apply_policy(scene->mgr, before, NULL, NULL));
		return result;
	}
	assert_ok(netfwv6_mgr_is_port_globally_open(scene->mgr, 800, TCP, &open));
	assert_false(open);
	return result;
}

static const struct {
	const char *name;
	netfwv6_result (*call)(struct scene *scene, void *out);
} calls[] = {
	{ "mgr_open", open_manager },
	{ "get_connection", get_connection },
	{ "enumerate_connections", enumerate_connections },
	{ "connection_enum_next", next_connections },
	{ "connection_enum_clone", clone_connections },
	{ "port_enum_clone", clone_ports },
	{ "enumerate_globally_open_ports", enumerate_global },
	{ "enumerate_globally_open_ports of a range", enumerate_range },
	{ "enumerate_open_ports", enumerate_open },
	{ "enumerate_ignored_global_ports", enumerate_ignored },
	{ "get_flow_tables", get_flow_tables },
	{ "read_policy", read_policy },
	{ "policy_parse", parse_policy },
	{ "policy_lay, policy_compare", lay_and_compare },
	{ "apply_policy", apply_policy },
	{ "get_counters", get_counters },
	{ "reset_counters", reset_counters },
	{ "get_port_hits", get_port_hits },
	{ "get_effective_range", get_effective },
	{ "open_events", open_events },
	{ "open_log", open_log },
	{ "put_port_hits_counted", count_hits },
	{ "open_global_ports", open_ports },
	{ "change_ports", change_ports },
	{ "enable_firewall", enable_again },
	{ "initialize with rebuild", rebuild },
};

/* Lets one allocation after the other fail, until none is left that could. */
static int run_out(struct scene *scene, size_t which)
{
	unsigned char out[sizeof(untouched)];
	int n = 0;

	for (;; n++) {
		netfwv6_result result;

		memcpy(out, untouched, sizeof(out));
		left = n;
		ran_out = false;
		result = calls[which].call(scene, out);
		left = -1;
		if (!ran_out) {
			assert_result(result, NETFWV6_S_OK);
			return n;
		}
		if (result != NETFWV6_E_OUTOFMEMORY)
			fail_msg("%s, allocation %d: %s (%s)", calls[which].name, n,
				 netfwv6_result_name(result), netfwv6_detail());
		if (memcmp(out, untouched, sizeof(out)) != 0)
			fail_msg("%s, allocation %d: an out-parameter has changed",
				 calls[which].name, n);
	}
}

static void exhausted_memory_changes_nothing(void **s)
{
	struct scene scene = { .mgr = open_mgr() };
	int all = 0;

	(void)s;
	memset(untouched, 0x5a, sizeof(untouched));
	must("ip link add a1 type veth peer name a2");
	set_global(443, TCP, true);
	scene.connection = connection_of(scene.mgr, HOST_DEVICE);
	assert_ok(netfwv6_connection_enable_firewall(scene.connection, NULL));
	assert_ok(netfwv6_connection_open_port(scene.connection, 80, TCP, "here"));
	assert_ok(netfwv6_connection_ignore_global_port(scene.connection, 443, TCP, NULL));
	assert_ok(netfwv6_mgr_enumerate_connections(scene.mgr, &scene.connections));
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(scene.mgr, NULL, &scene.ports));
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		all += run_out(&scene, i);
	print_message("# %d allocations failed\n", all);
	assert_true(firewalled(HOST_DEVICE));
	netfwv6_port_enum_free(scene.ports);
	netfwv6_connection_enum_free(scene.connections);
	netfwv6_connection_free(scene.connection);
	netfwv6_mgr_close(scene.mgr);
	must("ip link del a1");
}

int main(void)
{
	const struct CMUnitTest tests[] = { test(exhausted_memory_changes_nothing) };

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
