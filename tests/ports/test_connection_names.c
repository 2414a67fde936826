// SPDX-License-Identifier: LGPL-2.1-or-later
/* Names of the ports that a connection opened itself, or ignores: one for each scope. */
#include <stdio.h>
#include <string.h>

#include "connections.h"
#include "setting.h"

static const char *name_in(struct netfwv6_port_enum *ports, uint32_t wanted, uint32_t protocol)
{
	static struct netfwv6_port port;

	while (netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), &port, NULL) ==
	       NETFWV6_S_OK)
		if (port.port == wanted && port.protocol == protocol) {
			netfwv6_port_enum_free(ports);
			return port.name;
		}
	fail_msg("port %u/%u is not in the list", wanted, protocol);
	return NULL;
}

static const char *name_here(const struct handle *handle, uint32_t port, uint32_t protocol)
{
	struct netfwv6_port_enum *ports;

	assert_ok(netfwv6_connection_enumerate_open_ports(handle->connection, NULL, &ports));
	return name_in(ports, port, protocol);
}

static const char *name_ignored(const struct handle *handle, uint32_t port, uint32_t protocol)
{
	struct netfwv6_port_enum *ports;

	assert_ok(netfwv6_connection_enumerate_ignored_global_ports(handle->connection, NULL,
								    &ports));
	return name_in(ports, port, protocol);
}

static const char *name_global(const struct handle *handle, uint32_t port, uint32_t protocol)
{
	struct netfwv6_port_enum *ports;

	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(handle->mgr, NULL, &ports));
	return name_in(ports, port, protocol);
}

static void open_named(const struct handle *handle, uint32_t port, const char *name)
{
	assert_ok(netfwv6_connection_open_port(handle->connection, port, TCP, name));
}

static void a_port_has_a_name_for_each_scope(void **s)
{
	struct handle here = handle_on(HOST_DEVICE), there;

	(void)s;
	make_pair("a1", "a2");
	there = handle_on("a1");
	assert_ok(netfwv6_mgr_open_global_port(here.mgr, 443, TCP, "for all"));
	open_named(&here, 443, "for fw0");
	open_named(&there, 443, "for a1");
	assert_ok(netfwv6_connection_open_port(here.connection, 443, UDP, "datagrams"));
	assert_string_equal(name_global(&here, 443, TCP), "for all");
	assert_string_equal(name_here(&here, 443, TCP), "for fw0");
	assert_string_equal(name_here(&there, 443, TCP), "for a1");
	assert_string_equal(name_here(&here, 443, UDP), "datagrams");
	assert_ok(netfwv6_mgr_close_global_port(here.mgr, 443, TCP));
	assert_string_equal(name_here(&here, 443, TCP), "for fw0");
	assert_ok(netfwv6_mgr_open_global_port(here.mgr, 443, TCP, NULL));
	assert_string_equal(name_here(&here, 443, TCP), "for fw0");
	assert_ok(netfwv6_connection_close_port(here.connection, 443, TCP));
	assert_string_equal(name_global(&here, 443, TCP), "");
	assert_string_equal(name_here(&there, 443, TCP), "for a1");
	release(&here);
	release(&there);
}

static void the_first_openers_name_stays_until_the_port_closes(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	open_named(&handle, 443, "first");
	open_named(&handle, 443, "second");
	open_named(&handle, 443, NULL);
	assert_string_equal(name_here(&handle, 443, TCP), "first");
	assert_ok(netfwv6_connection_close_port(handle.connection, 443, TCP));
	open_named(&handle, 443, "third");
	assert_string_equal(name_here(&handle, 443, TCP), "third");
	assert_ok(netfwv6_connection_close_port(handle.connection, 443, TCP));
	open_named(&handle, 443, NULL);
	assert_string_equal(name_here(&handle, 443, TCP), "");
	open_named(&handle, 443, "late");
	assert_string_equal(name_here(&handle, 443, TCP), "");
	release(&handle);
}

static void a_range_names_only_what_it_opens(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	open_named(&handle, 82, "mine");
	assert_ok(netfwv6_connection_open_ports(handle.connection, 80, 84, TCP, "range"));
	assert_string_equal(name_here(&handle, 80, TCP), "range");
	assert_string_equal(name_here(&handle, 82, TCP), "mine");
	assert_string_equal(name_here(&handle, 84, TCP), "range");
	assert_ok(netfwv6_connection_close_ports(handle.connection, 80, 84, TCP));
	assert_ok(netfwv6_connection_open_ports(handle.connection, 80, 84, TCP, NULL));
	assert_string_equal(name_here(&handle, 80, TCP), "");
	assert_string_equal(name_here(&handle, 82, TCP), "");
	release(&handle);
}

/* The names of a connection that made room are nobody's. */
static void no_connection_inherits_a_name(void **s)
{
	char device[16];

	(void)s;
	make_devices("a", NETFWV6_CONNECTIONS_MAX + 1);
	for (int i = 1; i <= NETFWV6_CONNECTIONS_MAX; i++) {
		struct handle handle;

		snprintf(device, sizeof(device), "a%d", i);
		handle = handle_on(device);
		open_named(&handle, 443, device);
		release(&handle);
	}
	for (int i = 1; i <= NETFWV6_CONNECTIONS_MAX; i += 10) {
		struct handle last;

		snprintf(device, sizeof(device), "a%d", i);
		clear_settings_of(device);
		snprintf(device, sizeof(device), "a%d", NETFWV6_CONNECTIONS_MAX + 1);
		last = handle_on(device);
		open_named(&last, 443, NULL);
		assert_string_equal(name_here(&last, 443, TCP), "");
		assert_ok(netfwv6_connection_close_port(last.connection, 443, TCP));
		release(&last);
		snprintf(device, sizeof(device), "a%d", i);
		open_on(device, 444, TCP);
	}
}

static void ignore_named(const struct handle *handle, uint32_t port, const char *name)
{
	assert_ok(netfwv6_connection_ignore_global_port(handle->connection, port, TCP, name));
}

/* As those of open ones: what is open here, or globally, has another name. */
static void ignored_ports_have_names_of_their_own(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(handle.mgr, 443, TCP, "for all"));
	open_named(&handle, 443, "for fw0");
	ignore_named(&handle, 443, "first");
	ignore_named(&handle, 443, "second");
	ignore_named(&handle, 80, NULL);
	assert_string_equal(name_ignored(&handle, 443, TCP), "first");
	assert_string_equal(name_ignored(&handle, 80, TCP), "");
	assert_string_equal(name_here(&handle, 443, TCP), "for fw0");
	assert_string_equal(name_global(&handle, 443, TCP), "for all");
	assert_ok(netfwv6_mgr_close_global_port(handle.mgr, 443, TCP));
	assert_ok(netfwv6_mgr_open_global_port(handle.mgr, 80, TCP, "late"));
	assert_string_equal(name_ignored(&handle, 443, TCP), "first");
	assert_string_equal(name_ignored(&handle, 80, TCP), "");
	assert_ok(netfwv6_connection_observe_global_port(handle.connection, 443, TCP));
	assert_string_equal(name_here(&handle, 443, TCP), "for fw0");
	ignore_named(&handle, 443, NULL);
	assert_string_equal(name_ignored(&handle, 443, TCP), "");
	release(&handle);
}

static void names_of_ignored_ports_survive_a_rebuild(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	assert_ok(
		netfwv6_connection_ignore_global_ports(handle.connection, 443, 445, TCP, "range"));
	assert_ok(netfwv6_connection_observe_global_port(handle.connection, 444, TCP));
	must("%s -q init --rebuild", netfwv6());
	assert_string_equal(name_ignored(&handle, 445, TCP), "range");
	ignore_named(&handle, 444, NULL);
	assert_string_equal(name_ignored(&handle, 444, TCP), "");
	release(&handle);
}

static void a_name_of_an_ignored_port_is_taken_as_others_are(void **s)
{
	const char *const longer =
		"64 bytes: 890123456789012345678901234567890123456789012345678901";
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	assert_result(netfwv6_connection_ignore_global_port(handle.connection, 80, TCP, "a\nb"),
		      NETFWV6_E_INVALIDARG);
	assert_int_equal(count_set(&setting_ignored, handle.connection), 0);
	ignore_named(&handle, 80, longer);
	assert_int_equal(strlen(name_ignored(&handle, 80, TCP)), NETFWV6_NAME_MAX);
	assert_memory_equal(name_ignored(&handle, 80, TCP), longer, NETFWV6_NAME_MAX);
	release(&handle);
}

static void names_are_printable_utf8(void **s)
{
	static const struct {
		const char *name;
		netfwv6_result result;
	} rows[] = {
		{ "web server", NETFWV6_S_OK },
		{ "\xe2\x82\xac", NETFWV6_S_OK }, /* euro sign */
		{ "63 bytes: 89012345678901234567890123456789012345678901234567890", NETFWV6_S_OK },
		{ "a\nb", NETFWV6_E_INVALIDARG },
		{ "\xc2\x9b", NETFWV6_E_INVALIDARG },	  /* C1 control */
		{ "\xe2\x80\xae", NETFWV6_E_INVALIDARG }, /* right-to-left override */
		{ "\xc0\xaf", NETFWV6_E_INVALIDARG },	  /* overlong */
		{ "\xe2\x82", NETFWV6_E_INVALIDARG },	  /* cut off */
	};
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool good = rows[i].result == NETFWV6_S_OK;

		assert_result(
			netfwv6_connection_open_port(handle.connection, 80, TCP, rows[i].name),
			rows[i].result);
		assert_result(
			netfwv6_connection_open_ports(handle.connection, 81, 82, TCP, rows[i].name),
			rows[i].result);
		assert_int_equal(count_set(&setting_open, handle.connection), good ? 3 : 0);
		if (good) {
			assert_string_equal(name_here(&handle, 80, TCP), rows[i].name);
			assert_string_equal(name_here(&handle, 82, TCP), rows[i].name);
		}
		assert_ok(netfwv6_connection_close_ports(handle.connection, 80, 82, TCP));
	}
	release(&handle);
}

static void every_port_of_a_connection_can_have_a_name(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	assert_ok(netfwv6_connection_open_ports(handle.connection, 1, 65535, TCP, "all of tcp"));
	assert_ok(netfwv6_connection_open_ports(handle.connection, 1, 65535, UDP, "all of udp"));
	assert_string_equal(name_here(&handle, 1, TCP), "all of tcp");
	assert_string_equal(name_here(&handle, 65535, UDP), "all of udp");
	release(&handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_port_has_a_name_for_each_scope),
		test(the_first_openers_name_stays_until_the_port_closes),
		test(a_range_names_only_what_it_opens),
		test(no_connection_inherits_a_name),
		test(ignored_ports_have_names_of_their_own),
		test(names_of_ignored_ports_survive_a_rebuild),
		test(a_name_of_an_ignored_port_is_taken_as_others_are),
		test(names_are_printable_utf8),
		test(every_port_of_a_connection_can_have_a_name),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
