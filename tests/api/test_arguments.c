// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the calls take and refuse, and what they answer. */
#include <pthread.h>
#include <string.h>

#include "ports.h"
#include "world.h"

/* ---- Arguments ------------------------------------------------------------- */

static void bad_arguments_are_refused_and_change_nothing(void **s)
{
	static const struct {
		uint32_t port, protocol;
		const char *named; /* what the sentence names */
	} rows[] = {
		{ 0, TCP, "port 0 " },
		{ 65536, TCP, "port 65536 " },
		{ 65537, UDP, "port 65537 " }, /* 1 when truncated */
		{ 65536 + 443, TCP, "port 65979 " },
		{ UINT32_MAX, UDP, "port 4294967295 " },
		{ 80, 0, "protocol 0 " },
		{ 80, 1, "protocol 1 " },
		{ 80, 132, "protocol 132 " },
		{ 80, 256 + 6, "protocol 262 " },
		{ 80, UINT32_MAX, "protocol 4294967295 " },
	};
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, UDP, NULL));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct netfwv6_port_enum *ports = (void *)rows;
		bool open = true;

		assert_result(netfwv6_mgr_close_global_port(mgr, rows[i].port, rows[i].protocol),
			      NETFWV6_E_INVALIDARG);
		assert_non_null(strstr(netfwv6_detail(), rows[i].named));
		assert_result(netfwv6_mgr_open_global_port(mgr, rows[i].port, rows[i].protocol, ""),
			      NETFWV6_E_INVALIDARG);
		assert_result(netfwv6_mgr_is_port_globally_open(mgr, rows[i].port, rows[i].protocol,
								&open),
			      NETFWV6_E_INVALIDARG);
		assert_true(open);
		assert_result(netfwv6_mgr_enumerate_globally_open_ports(
				      mgr,
				      &(struct netfwv6_port_range){ rows[i].port, rows[i].port,
								    rows[i].protocol },
				      &ports),
			      NETFWV6_E_INVALIDARG);
		assert_ptr_equal(ports, rows);
	}
	assert_int_equal(count_open(mgr), 2);
	netfwv6_mgr_close(mgr);
}

static void bad_ranges_are_refused(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_result(netfwv6_mgr_open_global_ports(mgr, 90, 80, TCP, NULL), NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "90"));
	assert_result(netfwv6_mgr_open_global_ports(mgr, 0, 80, TCP, NULL), NETFWV6_E_INVALIDARG);
	assert_result(netfwv6_mgr_open_global_ports(mgr, 80, 65536, TCP, NULL),
		      NETFWV6_E_INVALIDARG);
	assert_result(netfwv6_mgr_close_global_ports(mgr, 90, 80, TCP), NETFWV6_E_INVALIDARG);
	assert_int_equal(count_open(mgr), 0);
	netfwv6_mgr_close(mgr);
}

static void null_pointers_are_refused(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_port_enum *ports, *clone;
	struct netfwv6_connection *connection;
	struct netfwv6_port port;
	size_t n;
	bool yes;

	(void)s;
	assert_result(netfwv6_mgr_open(NULL, NULL), NETFWV6_E_POINTER);
	netfwv6_mgr_close(NULL);
	assert_null(netfwv6_mgr_state_dir(NULL));
	assert_result(netfwv6_mgr_close_global_port(NULL, 80, TCP), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_open_global_port(NULL, 80, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_close_global_ports(NULL, 80, 81, TCP), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_open_global_ports(NULL, 80, 81, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_is_port_globally_open(NULL, 80, TCP, &yes), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_is_port_globally_open(mgr, 80, TCP, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_globally_open_ports(NULL, NULL, &ports),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, NULL),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_enumerate_globally_open_ports(
			      mgr, &(struct netfwv6_port_range){ 1, 2, TCP }, NULL),
		      NETFWV6_E_POINTER);
	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, &ports));
	assert_result(netfwv6_port_enum_next(NULL, 1, sizeof(struct netfwv6_port), &port, &n),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_next(ports, 1, sizeof(struct netfwv6_port), NULL, &n),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_next(ports, 2, sizeof(struct netfwv6_port), &port, NULL),
		      NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_skip(NULL, 1), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_reset(NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_clone(NULL, &clone), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_clone(ports, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_count(NULL, &n), NETFWV6_E_POINTER);
	assert_result(netfwv6_port_enum_count(ports, NULL), NETFWV6_E_POINTER);
	netfwv6_port_enum_free(NULL);
	netfwv6_port_enum_free(ports);
	assert_result(netfwv6_mgr_get_connection(NULL, "fw0", &connection), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_connection(mgr, NULL, &connection), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_connection(mgr, "fw0", NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_enable_firewall(NULL, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_disable_firewall(NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_connection_is_firewalled(NULL, &yes), NETFWV6_E_POINTER);
	assert_result(
		netfwv6_connection_get_counters(NULL, 0, sizeof(struct netfwv6_counter), NULL, &n),
		NETFWV6_E_POINTER);
	assert_null(netfwv6_connection_id(NULL));
	netfwv6_connection_free(NULL);
	netfwv6_connection_enum_free(NULL);
	netfwv6_mgr_close(mgr);
}

/* ---- Options --------------------------------------------------------------- */

static void options_may_come_from_older_and_newer_headers(void **s)
{
	struct {
		struct netfwv6_mgr_options known;
		char newer[16];
	} options = {};
	struct netfwv6_mgr *mgr = NULL;

	(void)s;
	options.known.state_dir = "/nonexistent";
	options.known.sz = sizeof(size_t); /* knows no state_dir */
	assert_ok(netfwv6_mgr_open(&mgr, &options.known));
	assert_string_equal(netfwv6_mgr_state_dir(mgr), world.state);
	netfwv6_mgr_close(mgr);
	options.known.sz = sizeof(options);
	assert_ok(netfwv6_mgr_open(&mgr, &options.known));
	assert_string_equal(netfwv6_mgr_state_dir(mgr), "/nonexistent");
	netfwv6_mgr_close(mgr);
	mgr = NULL;
	options.newer[3] = 1; /* something we do not know */
	assert_result(netfwv6_mgr_open(&mgr, &options.known), NETFWV6_E_INVALIDARG);
	options.known.sz = 0;
	assert_result(netfwv6_mgr_open(&mgr, &options.known), NETFWV6_E_INVALIDARG);
	assert_null(mgr);
}

/* ---- Answers --------------------------------------------------------------- */

static void results_have_the_original_values(void **s)
{
	static const struct {
		netfwv6_result result;
		uint32_t value;
		const char *name;
	} rows[] = {
		{ NETFWV6_S_OK, 0, "S_OK" },
		{ NETFWV6_S_FALSE, 1, "S_FALSE" },
		{ NETFWV6_E_INVALIDARG, 0x80070057, "E_INVALIDARG" },
		{ NETFWV6_E_POINTER, 0x80004003, "E_POINTER" },
		{ NETFWV6_E_ACCESSDENIED, 0x80070005, "E_ACCESSDENIED" },
		{ NETFWV6_E_NOINTERFACE, 0x80004002, "E_NOINTERFACE" },
		{ NETFWV6_E_NOTIMPL, 0x80004001, "E_NOTIMPL" },
		{ NETFWV6_E_OUTOFMEMORY, 0x8007000e, "E_OUTOFMEMORY" },
		{ NETFWV6_E_ABORT, 0x80004004, "E_ABORT" },
		{ NETFWV6_E_RETRY, 0x800704d5, "E_RETRY" },
		{ NETFWV6_E_UNEXPECTED, 0x8000ffff, "E_UNEXPECTED" },
		{ NETFWV6_E_FAIL, 0x80004005, "E_FAIL" },
	};

	(void)s;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal((uint32_t)rows[i].result, rows[i].value);
		assert_string_equal(netfwv6_result_name(rows[i].result), rows[i].name);
		assert_int_equal(NETFWV6_FAILED(rows[i].result), rows[i].value >> 31);
	}
	assert_string_equal(netfwv6_result_name(-7), "unknown result");
}

static void sentences_are_printable(void **s)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_result(netfwv6_mgr_get_connection(mgr, "a\033[2J/\xff", &connection),
		      NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "'a?[2J/?'"));
	netfwv6_mgr_close(mgr);
}

/* What a runtime sees that moves to another thread between a call and the question. */
static void *fail_there(void *handle)
{
	assert_result(netfwv6_mgr_close_global_port(handle, 65536, TCP), NETFWV6_E_INVALIDARG);
	return NULL;
}

static void a_handle_keeps_its_sentence(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr(), *other = open_mgr();
	struct netfwv6_connection *connection;
	char sentence[NETFWV6_DETAIL_SIZE] = "x";
	pthread_t thread;
	bool yes;

	(void)s;
	assert_ok(netfwv6_mgr_get_detail(mgr, sizeof(sentence), sentence));
	assert_string_equal(sentence, "");
	assert_int_equal(pthread_create(&thread, NULL, fail_there, mgr), 0);
	pthread_join(thread, NULL);
	assert_result(netfwv6_mgr_close_global_port(other, 65537, TCP), NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_mgr_is_port_globally_open(mgr, 80, TCP, &yes)); /* ends no sentence */
	assert_ok(netfwv6_mgr_get_detail(mgr, sizeof(sentence), sentence));
	assert_non_null(strstr(sentence, "port 65536 "));
	assert_non_null(strstr(netfwv6_detail(), "port 65537 "));
	assert_ok(netfwv6_mgr_get_connection(mgr, HOST_DEVICE, &connection));
	assert_result(netfwv6_connection_is_port_open(connection, 443, 7, &yes),
		      NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_mgr_get_detail(mgr, sizeof(sentence), sentence));
	assert_string_equal(sentence, netfwv6_detail());
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(other);
	netfwv6_mgr_close(mgr);
}

/* Whatever refuses, and for whatever reason. */
#define assert_keeps(mgr, call)                                                                    \
	do {                                                                                       \
		char kept_[NETFWV6_DETAIL_SIZE];                                                   \
		assert_true(NETFWV6_FAILED(call));                                                 \
		assert_ok(netfwv6_mgr_get_detail(mgr, sizeof(kept_), kept_));                      \
		if (strcmp(kept_, netfwv6_detail()) != 0)                                          \
			fail_msg("%s: '%s' is kept, not '%s'", #call, kept_, netfwv6_detail());    \
	} while (0)

static void a_handle_keeps_the_sentence_of_every_call_of_a_manager(void **s)
{
	const struct netfwv6_port_change change = {};
	struct netfwv6_mgr *mgr = open_mgr();

	(void)s;
	assert_keeps(mgr, netfwv6_mgr_initialize(mgr, &(struct netfwv6_initialize_options){}));
	assert_keeps(mgr, netfwv6_mgr_get_status(mgr, NULL));
	assert_keeps(mgr, netfwv6_mgr_get_policy_version(mgr, NULL));
	assert_keeps(mgr, netfwv6_mgr_open_global_port(mgr, 65536, TCP, NULL));
	assert_keeps(mgr, netfwv6_mgr_open_global_ports(mgr, 2, 1, TCP, NULL));
	assert_keeps(mgr, netfwv6_mgr_close_global_ports(mgr, 3, 2, TCP));
	assert_keeps(mgr, netfwv6_mgr_change_ports(mgr, 1, sizeof(change), &change, NULL));
	assert_keeps(mgr, netfwv6_mgr_is_port_globally_open(mgr, 80, TCP, NULL));
	assert_keeps(mgr, netfwv6_mgr_enumerate_globally_open_ports(mgr, NULL, NULL));
	assert_keeps(mgr, netfwv6_mgr_enumerate_connections(mgr, NULL));
	assert_keeps(mgr, netfwv6_mgr_get_flow_tables(mgr, 1, 8, NULL, NULL));
	assert_keeps(mgr, netfwv6_mgr_get_port_hits_counted(mgr, NULL));
	assert_keeps(mgr, netfwv6_mgr_get_port_hits(mgr, 5, 4, TCP, 1, (uint64_t[1]){}));
	assert_keeps(mgr, netfwv6_mgr_get_log_dropped_packets(mgr, NULL));
	assert_keeps(mgr, netfwv6_mgr_put_logfile_path(mgr, "relative"));
	assert_keeps(mgr, netfwv6_mgr_put_logfile_maximum_size(mgr, 1));
	assert_keeps(mgr, netfwv6_mgr_put_log_rate(mgr, 0));
	assert_keeps(mgr, netfwv6_mgr_get_logfile_path(mgr, 1, NULL, NULL));
	assert_keeps(mgr, netfwv6_mgr_open_events(mgr, NULL, NULL));
	assert_keeps(mgr, netfwv6_mgr_open_log(mgr, NULL));
	netfwv6_mgr_close(mgr);
}

static void a_handle_keeps_the_sentence_of_what_came_of_it(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *c = connection_of(mgr, HOST_DEVICE);
	struct netfwv6_connection_enum *connections;
	size_t n;

	(void)s;
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	assert_keeps(mgr, netfwv6_connection_open_port(c, 65536, TCP, NULL));
	assert_keeps(mgr, netfwv6_connection_close_ports(c, 3, 2, TCP));
	assert_keeps(mgr, netfwv6_connection_ignore_global_port(c, 80, 7, NULL));
	assert_keeps(mgr, netfwv6_connection_observe_global_ports(c, 5, 4, UDP));
	assert_keeps(mgr, netfwv6_connection_is_port_open(c, 80, TCP, NULL));
	assert_keeps(mgr, netfwv6_connection_enumerate_open_ports(c, NULL, NULL));
	assert_keeps(mgr, netfwv6_connection_get_effective(c, 0, TCP, (uint32_t[1]){}));
	assert_keeps(mgr, netfwv6_connection_get_effective_range(c, 1, 2, TCP, 1, (uint32_t[1]){}));
	assert_keeps(mgr, netfwv6_connection_change_ports(c, 1, 0, NULL, NULL));
	assert_keeps(mgr, netfwv6_connection_is_firewalled(c, NULL));
	assert_keeps(mgr, netfwv6_connection_get_status(c, NULL));
	assert_keeps(mgr, netfwv6_connection_get_counters(c, 0, 0, NULL, &n));
	assert_keeps(mgr, netfwv6_connection_reset_counters(c)); /* it is not firewalled */
	assert_keeps(mgr, netfwv6_connection_enable_firewall(
				  c, &(struct netfwv6_enable_options){ .sz = 1 }));
	assert_keeps(mgr, netfwv6_connection_enum_next(connections, 2, NULL, NULL));
	assert_keeps(mgr, netfwv6_connection_enum_clone(connections, NULL));
	assert_keeps(mgr, netfwv6_connection_enum_count(connections, NULL));
	netfwv6_connection_enum_free(connections);
	netfwv6_connection_free(c);
	netfwv6_mgr_close(mgr);
}

static void a_sentence_is_cut_at_a_character(void **s)
{
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr = open_mgr();
	char whole[NETFWV6_DETAIL_SIZE], part[NETFWV6_DETAIL_SIZE];

	(void)s;
	assert_result(netfwv6_mgr_get_connection(mgr, "d\xc3\xa9/\xe2\x82\xac", &connection),
		      NETFWV6_E_INVALIDARG);
	assert_ok(netfwv6_mgr_get_detail(mgr, sizeof(whole), whole));
	assert_non_null(strstr(whole, "d\xc3\xa9/\xe2\x82\xac"));
	for (size_t size = 1; size <= strlen(whole); size++) {
		assert_result(netfwv6_mgr_get_detail(mgr, size, part), NETFWV6_S_FALSE);
		assert_memory_equal(part, whole, strlen(part));
		assert_true(strlen(part) < size && strlen(part) + 3 >= size);
		assert_true((whole[strlen(part)] & 0xc0) != 0x80);
	}
	assert_ok(netfwv6_mgr_get_detail(mgr, strlen(whole) + 1, part));
	assert_string_equal(part, whole);
	assert_result(netfwv6_mgr_get_detail(mgr, 0, part), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_detail(mgr, 1, NULL), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_detail(NULL, 1, part), NETFWV6_E_POINTER);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(bad_arguments_are_refused_and_change_nothing),
		test(bad_ranges_are_refused),
		test(null_pointers_are_refused),
		test(options_may_come_from_older_and_newer_headers),
		test(results_have_the_original_values),
		test(sentences_are_printable),
		test(a_handle_keeps_its_sentence),
		test(a_handle_keeps_the_sentence_of_every_call_of_a_manager),
		test(a_handle_keeps_the_sentence_of_what_came_of_it),
		test(a_sentence_is_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
