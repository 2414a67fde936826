// SPDX-License-Identifier: LGPL-2.1-or-later
/* What listens and can be reached over IPv6, and by which devices. */
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connections.h"
#include "listeners.h"
#include "sockets.h"

#define ROOM 16

/* How many there are of all; the first ones are copied. */
static size_t read_all(struct netfwv6_listener listeners[ROOM])
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_listener_enum *snapshot;
	size_t n = 0;

	assert_ok(netfwv6_mgr_enumerate_listeners(mgr, &snapshot));
	netfwv6_mgr_close(mgr); /* which it outlives */
	assert_result(netfwv6_listener_enum_next(snapshot, ROOM, sizeof(struct netfwv6_listener),
						 listeners, &n),
		      NETFWV6_S_FALSE);
	netfwv6_listener_enum_free(snapshot);
	return n;
}

static uint64_t inode_of(int fd)
{
	struct stat stat;

	assert_int_equal(fstat(fd, &stat), 0);
	return stat.st_ino;
}

static const struct row {
	const char *sentence;
	struct listener listener;
	bool is_there;
} rows[] = {
	{ "on all addresses, for IPv4, too", { SOCK_STREAM, "::", 80, NULL, false }, true },
	{ "on all addresses, for IPv6 alone", { SOCK_STREAM, "::", 81, NULL, true }, true },
	{ "on one address", { SOCK_STREAM, HOST_ADDRESS, 82, NULL, false }, true },
	{ "on a device", { SOCK_STREAM, "::", 83, HOST_DEVICE, false }, true },
	{ "of UDP", { SOCK_DGRAM, "::", 53, NULL, false }, true },
	{ "of UDP on a device", { SOCK_DGRAM, HOST_ADDRESS, 54, HOST_DEVICE, true }, true },
	{ "on the loopback's address", { SOCK_STREAM, "::1", 84, NULL, false }, false },
	{ "on the loopback", { SOCK_STREAM, "::", 85, "lo", false }, false },
	{ "of UDP on the loopback's address", { SOCK_DGRAM, "::1", 55, NULL, false }, false },
	{ "on an address of IPv4, by IPv6",
	  { SOCK_STREAM, "::ffff:0.0.0.0", 86, NULL, false },
	  false },
	{ "of IPv4", { SOCK_STREAM, "0.0.0.0", 87, NULL, false }, false },
	{ "of UDP and IPv4", { SOCK_DGRAM, "0.0.0.0", 56, NULL, false }, false },
};

static void check_listener(const struct netfwv6_listener *got, const struct listener *wanted,
			   int fd)
{
	uint8_t address[16];

	assert_int_equal(got->port, wanted->port);
	assert_int_equal(got->protocol, wanted->type == SOCK_STREAM ? TCP : UDP);
	assert_int_equal(inet_pton(AF_INET6, wanted->address, address), 1);
	assert_memory_equal(got->address, address, sizeof(address));
	assert_string_equal(got->device, wanted->device ?: "");
	assert_int_equal(got->ifindex, wanted->device ? if_nametoindex(wanted->device) : 0);
	assert_true(got->inode == inode_of(fd));
	assert_int_equal(got->reserved, 0);
}

static void what_can_be_reached_is_there_and_nothing_else(void **s)
{
	struct netfwv6_listener got[ROOM];

	(void)s;
	assert_int_equal(read_all(got), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int fd = make_listener(rows[i].listener);

		if (read_all(got) != rows[i].is_there)
			fail_msg("%s: wanted %d", rows[i].sentence, rows[i].is_there);
		if (rows[i].is_there)
			check_listener(&got[0], &rows[i].listener, fd);
		close(fd);
	}
}

static void the_order_is_protocol_port_address_device(void **s)
{
	static const size_t order[] = { 0, 1, 2, 3, 4, 5 };
	struct netfwv6_listener got[ROOM];
	int fds[sizeof(order) / sizeof(*order)];

	(void)s;
	for (size_t i = 6; i-- > 0;)
		fds[i] = make_listener(rows[order[i]].listener);
	assert_int_equal(read_all(got), 6);
	for (size_t i = 0; i < 6; i++) {
		check_listener(&got[i], &rows[i].listener, fds[i]);
		close(fds[i]);
	}
}

/* A connection's sockets, and what only has an address, wait for nobody. */
static void conversations_are_none(void **s)
{
	struct netfwv6_listener got[ROOM];
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	int listener = host_listen(80), udp = host_udp(53), client, server;

	(void)s;
	client = peer_connect(80);
	server = wait_for_accept(listener);
	assert_int_equal(read_all(got), 2);
	assert_int_equal(inet_pton(AF_INET6, PEER_ADDRESS, &to.sin6_addr), 1);
	assert_int_equal(connect(udp, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(read_all(got), 1);
	close(listener);
	assert_int_equal(read_all(got), 0);
	close(server);
	close(client);
	close(udp);
}

/* ---- Which device leads where ----------------------------------------------------- */

static bool leads(const char *from, const char *to)
{
	struct handle handle = handle_on(from);
	bool answer = false;

	assert_ok(netfwv6_connection_leads_to(handle.connection, to ? if_nametoindex(to) : 0,
					      &answer));
	release(&handle);
	return answer;
}

static void a_device_leads_to_what_stands_on_it(void **s)
{
	(void)s;
	make_pair("a0", "a1");
	must("ip link add br0 type bridge && ip link set a0 master br0 && "
	     "ip link add link br0 name mac1 type macvlan && "
	     "ip link add link " HOST_DEVICE " name mac0 type macvlan");
	assert_true(leads(HOST_DEVICE, NULL));
	assert_true(leads(HOST_DEVICE, HOST_DEVICE));
	assert_true(leads(HOST_DEVICE, "mac0"));
	assert_true(leads("a0", "br0"));
	assert_true(leads("a0", "mac1"));
	assert_true(leads("br0", "mac1"));
	assert_false(leads(HOST_DEVICE, "br0"));
	assert_false(leads("br0", "a0"));
	assert_false(leads("mac1", "a0"));
	assert_false(leads("mac0", HOST_DEVICE));
	assert_false(leads("a1", "a0")); /* the other end of a pair */
}

static void a_device_that_is_gone_leads_nowhere(void **s)
{
	struct handle handle;
	bool answer = true;

	(void)s;
	make_pair("a0", "a1");
	open_on("a0", 80, TCP);
	must("ip link del a0");
	handle = handle_on("a0");
	assert_ok(netfwv6_connection_leads_to(handle.connection, 0, &answer));
	assert_false(answer);
	release(&handle);
}

static void nulls_and_sizes_are_refused(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	struct netfwv6_listener_enum *snapshot;
	struct netfwv6_listener one;
	bool answer = true;

	(void)s;
	assert_result(netfwv6_mgr_enumerate_listeners(NULL, &snapshot), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_listeners(handle.mgr, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_leads_to(NULL, 0, &answer), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_leads_to(handle.connection, 0, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_listener_enum_next(NULL, 1, sizeof(one), &one, NULL),
		      NETFWV6_E_POINTER);
	assert_ok(netfwv6_mgr_enumerate_listeners(handle.mgr, &snapshot));
	assert_result(netfwv6_listener_enum_next(snapshot, 1, sizeof(one), NULL, NULL),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_listener_enum_next(snapshot, 1, 0, &one, NULL), NETFWV6_E_INVALIDARG);
	netfwv6_listener_enum_free(snapshot);
	netfwv6_listener_enum_free(NULL);
	release(&handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(what_can_be_reached_is_there_and_nothing_else),
		test(the_order_is_protocol_port_address_device),
		test(conversations_are_none),
		test(a_device_leads_to_what_stands_on_it),
		test(a_device_that_is_gone_leads_nowhere),
		test(nulls_and_sizes_are_refused),
	};

	return cmocka_run_group_tests_name("listeners", tests, world_setup, world_teardown);
}
