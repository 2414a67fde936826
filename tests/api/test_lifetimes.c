// SPDX-License-Identifier: LGPL-2.1-or-later
/* What came of a manager may outlive it. The sanitizers see what is used after it was freed. */
#include <pthread.h>
#include <stdatomic.h>

#include "ports.h"
#include "world.h"

#define LONG_NAME "a name of more than sixty-three bytes, which is cut, and the log hears of that"

/* Counts what it is told. */
static void count_line(void *lines, const char *line)
{
	(void)line;
	atomic_fetch_add((atomic_uint *)lines, 1);
}

static struct netfwv6_mgr *open_loud(atomic_uint *lines)
{
	const struct netfwv6_mgr_options options = { .sz = sizeof(options),
						     .log = count_line,
						     .log_context = lines };
	struct netfwv6_mgr *mgr;

	assert_ok(netfwv6_mgr_open(&mgr, &options));
	return mgr;
}

static void a_connection_goes_on_and_is_silent(void **s)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_connection *connection;
	struct netfwv6_port_enum *ports;
	atomic_uint lines = 0;
	struct netfwv6_mgr *mgr = open_loud(&lines);
	bool open;

	(void)s;
	connection = connection_of(mgr, HOST_DEVICE);
	assert_ok(netfwv6_connection_open_port(connection, 80, TCP, LONG_NAME));
	assert_int_equal(lines, 1);
	netfwv6_mgr_close(mgr);
	assert_ok(netfwv6_connection_open_port(connection, 81, TCP, LONG_NAME));
	assert_int_equal(lines, 1);
	assert_ok(netfwv6_connection_is_port_open(connection, 81, TCP, &open));
	assert_true(open);
	assert_ok(netfwv6_connection_enumerate_open_ports(connection, NULL, &ports));
	assert_ok(netfwv6_port_enum_skip(ports, 2));
	netfwv6_port_enum_free(ports);
	assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
	assert_ok(netfwv6_connection_get_status(connection, &status));
	assert_true(status.firewalled);
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_result(netfwv6_connection_close_port(connection, 0, TCP), NETFWV6_E_INVALIDARG);
	assert_string_equal(netfwv6_connection_name(connection), HOST_DEVICE);
	netfwv6_connection_free(connection);
}

static void connections_are_still_enumerated(void **s)
{
	struct netfwv6_connection_enum *connections, *clone;
	struct netfwv6_connection *connection, *other;
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	netfwv6_mgr_close(mgr);
	assert_ok(netfwv6_connection_enum_clone(connections, &clone));
	assert_ok(netfwv6_connection_enum_next(connections, 1, &connection, NULL));
	netfwv6_connection_enum_free(connections);
	assert_ok(netfwv6_connection_enum_next(clone, 1, &other, NULL));
	netfwv6_connection_enum_free(clone);
	assert_string_equal(netfwv6_connection_name(connection), HOST_DEVICE);
	assert_ok(netfwv6_connection_open_port(connection, 80, TCP, NULL));
	netfwv6_connection_free(connection);
	assert_ok(netfwv6_connection_close_port(other, 80, TCP));
	netfwv6_connection_free(other);
}

static bool has_event(void *events)
{
	struct netfwv6_event event = { .sz = sizeof(event) };

	return netfwv6_events_next(events, &event) == NETFWV6_S_OK;
}

static void a_stream_goes_on(void **s)
{
	const struct netfwv6_events_options drops = { .sz = sizeof(drops), .drops = true };
	struct netfwv6_missed_events missed = { .sz = sizeof(missed) };
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_events *events;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	assert_ok(netfwv6_mgr_open_events(mgr, &drops, &events));
	netfwv6_mgr_close(mgr);
	must("nsenter --net=/run/netns/%s bash -c 'echo x >/dev/udp/%s/5000'", world.peer,
	     HOST_ADDRESS);
	wait_until(has_event, events, "a stream tells nothing once its manager is closed");
	assert_ok(netfwv6_events_get_missed(events, &missed));
	netfwv6_events_close(events);
}

/* Calls go on in one thread while the manager is closed in another. */
struct busy {
	struct netfwv6_connection *connection;
	atomic_uint begun, lines;
	atomic_bool closed;
};

static void *keep_calling(void *context)
{
	struct busy *busy = context;

	while (!atomic_load(&busy->closed) || atomic_fetch_add(&busy->begun, 1) < 100) {
		assert_ok(netfwv6_connection_open_port(busy->connection, 80, TCP, LONG_NAME));
		assert_ok(netfwv6_connection_close_port(busy->connection, 80, TCP));
		atomic_fetch_add(&busy->begun, 1);
	}
	return NULL;
}

static bool is_busy(void *context)
{
	return atomic_load(&((struct busy *)context)->begun) > 20;
}

static void a_manager_is_closed_while_a_connection_is_used(void **s)
{
	struct busy busy = {};
	struct netfwv6_mgr *mgr = open_loud(&busy.lines);
	pthread_t thread;
	unsigned int told;

	(void)s;
	busy.connection = connection_of(mgr, HOST_DEVICE);
	assert_int_equal(pthread_create(&thread, NULL, keep_calling, &busy), 0);
	wait_until(is_busy, &busy, "the thread makes no calls");
	netfwv6_mgr_close(mgr);
	told = atomic_load(&busy.lines);
	assert_true(told > 0);
	atomic_store(&busy.begun, 0);
	atomic_store(&busy.closed, true);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&busy.lines), told);
	netfwv6_connection_free(busy.connection);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_connection_goes_on_and_is_silent),
		test(connections_are_still_enumerated),
		test(a_stream_goes_on),
		test(a_manager_is_closed_while_a_connection_is_used),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
