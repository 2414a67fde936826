// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connections.h"

#include <arpa/inet.h>

#include "modes.h"
#include "plain_packet.h"
#include "setting.h"

struct handle handle_on(const char *device)
{
	struct netfwv6_mgr *mgr = open_mgr();

	return (struct handle){ mgr, connection_of(mgr, device) };
}

void release(struct handle *handle)
{
	netfwv6_connection_free(handle->connection);
	netfwv6_mgr_close(handle->mgr);
}

void make_pair(const char *device, const char *other)
{
	must("ip link add %s type veth peer name %s && ip link set %s up && ip link set %s up",
	     device, other, device, other);
	settle(world.host, device);
	settle(world.host, other);
}

void make_devices(const char *prefix, int n)
{
	must("for i in $(seq 1 2 %d); do o=%s$((i + 1)); echo link add %s$i type veth peer name "
	     "$o; echo link set %s$i up; echo link set $o up; done | ip -batch -",
	     n, prefix, prefix, prefix);
}

/* ---- The switch ----------------------------------------------------------------- */

void enable(const char *device)
{
	must("%s -q enable %s %s", netfwv6(), device, mode_option());
}

void switch_on_with(const char *device, struct netfwv6_enable_options options)
{
	struct handle handle = handle_on(device);

	options.sz = sizeof(options);
	if (!options.mode && !options.learn_only && !options.if_configured)
		options.mode = world.mode;
	assert_ok(netfwv6_connection_enable_firewall(handle.connection, &options));
	release(&handle);
}

void switch_on(const char *device)
{
	switch_on_with(device, (struct netfwv6_enable_options){});
}

void switch_off(const char *device)
{
	struct handle handle = handle_on(device);

	assert_ok(netfwv6_connection_disable_firewall(handle.connection));
	release(&handle);
}

bool firewalled(const char *device)
{
	struct handle handle = handle_on(device);
	bool answer = false;

	assert_ok(netfwv6_connection_is_firewalled(handle.connection, &answer));
	release(&handle);
	return answer;
}

struct netfwv6_connection_status status_of(const char *device)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct handle handle = handle_on(device);

	assert_ok(netfwv6_connection_get_status(handle.connection, &status));
	release(&handle);
	return status;
}

/* ---- Settings ------------------------------------------------------------------- */

void set_global(uint32_t port, uint32_t protocol, bool open)
{
	struct netfwv6_mgr *mgr = open_mgr();

	assert_ok(open ? netfwv6_mgr_open_global_port(mgr, port, protocol, NULL) :
			 netfwv6_mgr_close_global_port(mgr, port, protocol));
	netfwv6_mgr_close(mgr);
}

netfwv6_result try_open_on(const char *device, uint32_t port, uint32_t protocol)
{
	struct handle handle = handle_on(device);
	netfwv6_result result =
		netfwv6_connection_open_port(handle.connection, port, protocol, NULL);

	release(&handle);
	return result;
}

void open_on(const char *device, uint32_t port, uint32_t protocol)
{
	assert_ok(try_open_on(device, port, protocol));
}

typedef netfwv6_result change_fn(struct netfwv6_connection *, uint32_t, uint32_t);

static void change_on(const char *device, change_fn *change, uint32_t port, uint32_t protocol)
{
	struct handle handle = handle_on(device);

	assert_ok(change(handle.connection, port, protocol));
	release(&handle);
}

void close_on(const char *device, uint32_t port, uint32_t protocol)
{
	change_on(device, netfwv6_connection_close_port, port, protocol);
}

void ignore_on(const char *device, uint32_t port, uint32_t protocol)
{
	change_on(device, setting_ignored.set, port, protocol);
}

void observe_on(const char *device, uint32_t port, uint32_t protocol)
{
	change_on(device, netfwv6_connection_observe_global_port, port, protocol);
}

void clear_settings_of(const char *device)
{
	static const uint32_t protocols[] = { TCP, UDP };
	struct handle handle = handle_on(device);

	for (int i = 0; i < 2; i++) {
		assert_ok(
			netfwv6_connection_close_ports(handle.connection, 1, 65535, protocols[i]));
		assert_ok(netfwv6_connection_observe_global_ports(handle.connection, 1, 65535,
								  protocols[i]));
	}
	release(&handle);
}

typedef netfwv6_result question_fn(struct netfwv6_connection *, uint32_t, uint32_t, bool *);

static bool ask_on(const char *device, question_fn *question, uint32_t port, uint32_t protocol)
{
	struct handle handle = handle_on(device);
	bool answer = false;

	assert_ok(question(handle.connection, port, protocol, &answer));
	release(&handle);
	return answer;
}

bool is_open_on(const char *device, uint32_t port, uint32_t protocol)
{
	return ask_on(device, netfwv6_connection_is_port_open, port, protocol);
}

bool is_ignored_on(const char *device, uint32_t port, uint32_t protocol)
{
	return ask_on(device, netfwv6_connection_is_global_port_ignored, port, protocol);
}

uint32_t rule_on(const char *device, uint32_t port, uint32_t protocol)
{
	struct handle handle = handle_on(device);
	uint32_t rule = 0;

	assert_ok(netfwv6_connection_get_effective(handle.connection, port, protocol, &rule));
	release(&handle);
	return rule;
}

uint32_t settled(void)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr = open_mgr();

	assert_ok(netfwv6_mgr_get_status(mgr, &status));
	netfwv6_mgr_close(mgr);
	return status.settled;
}

/* ---- Packets -------------------------------------------------------------------- */

bool admits(const char *device, uint32_t port, uint32_t protocol)
{
	struct plain_packet attempt;
	size_t length = make_plain_packet(&attempt, protocol, port);

	inet_pton(AF_INET6, "2001:db8:5::9", &attempt.ip.ip6_src);
	inet_pton(AF_INET6, "2001:db8:5::1", &attempt.ip.ip6_dst);
	return is_let_in(device, &attempt, length);
}
