// SPDX-License-Identifier: LGPL-2.1-or-later
/* What crosses the border: structures of older and of newer headers, arrays and their room. */
#include <stddef.h>
#include <string.h>

#include "connections.h"
#include "world.h"

#define CANARY 0x5a

/* A structure that a newer header has made longer, with more memory behind it. */
struct longer {
	union {
		size_t sz;
		struct netfwv6_mgr_status mgr;
		struct netfwv6_connection_status connection;
		struct netfwv6_missed_events missed;
		struct netfwv6_event event;
		struct netfwv6_initialize_options initialize;
		struct netfwv6_enable_options enable;
		struct netfwv6_events_options events;
		struct netfwv6_apply_options apply;
		unsigned char bytes[256];
	};
};

static bool all_are(const void *memory, size_t from, size_t to, unsigned char value)
{
	for (size_t i = from; i < to; i++)
		if (((const unsigned char *)memory)[i] != value)
			return false;
	return true;
}

/* ---- Options ------------------------------------------------------------------- */

static struct netfwv6_events *stream;

static netfwv6_result take_initialize(struct handle *handle, const struct longer *options)
{
	return netfwv6_mgr_initialize(handle->mgr, &options->initialize);
}

static netfwv6_result take_enable(struct handle *handle, const struct longer *options)
{
	return netfwv6_connection_enable_firewall(handle->connection, &options->enable);
}

static netfwv6_result take_events(struct handle *handle, const struct longer *options)
{
	return netfwv6_mgr_open_events(handle->mgr, &options->events, &stream);
}

static netfwv6_result take_apply(struct handle *handle, const struct longer *options)
{
	struct netfwv6_policy *policy = NULL;
	netfwv6_result result;

	assert_ok(netfwv6_mgr_read_policy(handle->mgr, &policy));
	result = netfwv6_mgr_apply_policy(handle->mgr, policy, &options->apply, NULL);
	netfwv6_policy_free(policy);
	return result;
}

static const struct taker {
	netfwv6_result (*take)(struct handle *handle, const struct longer *options);
	size_t sz, reserved;
} takers[] = {
	{ take_initialize, sizeof(struct netfwv6_initialize_options),
	  offsetof(struct netfwv6_initialize_options, reserved) },
	{ take_enable, sizeof(struct netfwv6_enable_options),
	  offsetof(struct netfwv6_enable_options, reserved) },
	{ take_events, sizeof(struct netfwv6_events_options),
	  offsetof(struct netfwv6_events_options, reserved) },
	{ take_apply, sizeof(struct netfwv6_apply_options),
	  offsetof(struct netfwv6_apply_options, reserved) },
};

static void what_is_reserved_or_unknown_has_to_be_zero(void **s)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct handle handle = handle_on(HOST_DEVICE);
	bool is_firewalled;

	(void)s;
	stream = NULL;
	for (size_t i = 0; i < sizeof(takers) / sizeof(*takers); i++)
		for (size_t at = takers[i].reserved; at < takers[i].sz + 9; at++) {
			struct longer options = {};

			options.events.drops = takers[i].take == take_events;
			options.sz = at < takers[i].sz ? takers[i].sz : takers[i].sz + 9;
			options.bytes[at] = 1;
			assert_result(takers[i].take(&handle, &options), NETFWV6_E_INVALIDARG);
			assert_non_null(strstr(netfwv6_detail(), "does not know"));
		}
	assert_null(stream);
	assert_ok(netfwv6_connection_is_firewalled(handle.connection, &is_firewalled));
	assert_false(is_firewalled);
	assert_ok(netfwv6_mgr_get_status(handle.mgr, &status));
	assert_false(status.exists);
	release(&handle);
}

static void longer_options_of_zeros_work(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	stream = NULL;
	for (size_t i = 0; i < sizeof(takers) / sizeof(*takers); i++) {
		struct longer options = {};

		options.events.drops = takers[i].take == take_events;
		options.sz = takers[i].sz + 24;
		assert_ok(takers[i].take(&handle, &options));
	}
	assert_non_null(stream);
	netfwv6_events_close(stream);
	assert_ok(netfwv6_connection_disable_firewall(handle.connection));
	release(&handle);
}

/* ---- Answers ------------------------------------------------------------------- */

static netfwv6_result give_mgr(struct handle *handle, struct longer *answer)
{
	return netfwv6_mgr_get_status(handle->mgr, &answer->mgr);
}

static netfwv6_result give_connection(struct handle *handle, struct longer *answer)
{
	return netfwv6_connection_get_status(handle->connection, &answer->connection);
}

static netfwv6_result give_missed(struct handle *handle, struct longer *answer)
{
	(void)handle;
	return netfwv6_events_get_missed(stream, &answer->missed);
}

static const struct giver {
	netfwv6_result (*give)(struct handle *handle, struct longer *answer);
	size_t sz;
} givers[] = {
	{ give_mgr, sizeof(struct netfwv6_mgr_status) },
	{ give_connection, sizeof(struct netfwv6_connection_status) },
	{ give_missed, sizeof(struct netfwv6_missed_events) },
};

static void check_answers_of_all_lengths(struct handle *handle, const struct giver *giver)
{
	struct longer whole, answer;

	memset(&whole, CANARY, sizeof(whole));
	whole.sz = giver->sz;
	assert_ok(giver->give(handle, &whole));
	for (size_t sz = sizeof(sz); sz < sizeof(answer); sz++) {
		size_t known = sz < giver->sz ? sz : giver->sz;

		memset(&answer, CANARY, sizeof(answer));
		answer.sz = sz;
		assert_ok(giver->give(handle, &answer));
		assert_int_equal(answer.sz, sz);
		assert_memory_equal(answer.bytes + sizeof(sz), whole.bytes + sizeof(sz),
				    known - sizeof(sz));
		assert_true(all_are(&answer, known, sz, 0));
		assert_true(all_are(&answer, sz, sizeof(answer), CANARY));
	}
	for (size_t i = 0; i < 3; i++) {
		memset(&answer, CANARY, sizeof(answer));
		answer.sz = (const size_t[]){ 0, NETFWV6_SIZE_MAX + 1, SIZE_MAX }[i];
		assert_result(giver->give(handle, &answer), NETFWV6_E_INVALIDARG);
		assert_true(all_are(&answer, sizeof(size_t), sizeof(answer), CANARY));
	}
}

static void answers_are_filled_as_far_as_they_go(void **s)
{
	const struct netfwv6_events_options drops = { .sz = sizeof(drops), .drops = true };
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	switch_on(HOST_DEVICE);
	assert_ok(netfwv6_mgr_open_events(handle.mgr, &drops, &stream));
	for (size_t i = 0; i < sizeof(givers) / sizeof(*givers); i++)
		check_answers_of_all_lengths(&handle, &givers[i]);
	netfwv6_events_close(stream);
	release(&handle);
}

/* ---- Arrays -------------------------------------------------------------------- */

/* Two elements, read with elements of so many bytes and with those of this header. */
static netfwv6_result two_ports(struct handle *handle, size_t size, void *elements)
{
	struct netfwv6_port_enum *ports;
	size_t fetched;
	netfwv6_result result;

	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(handle->mgr, NULL, &ports));
	result = netfwv6_port_enum_next(ports, 2, size, elements, &fetched);
	netfwv6_port_enum_free(ports);
	return result;
}

static netfwv6_result two_counters(struct handle *handle, size_t size, void *elements)
{
	size_t count;

	return netfwv6_connection_get_counters(handle->connection, 2, size, elements, &count);
}

static netfwv6_result two_reasons(struct handle *handle, size_t size, void *elements)
{
	size_t count;

	(void)handle;
	return netfwv6_get_reasons(2, size, elements, &count);
}

static netfwv6_result two_tables(struct handle *handle, size_t size, void *elements)
{
	size_t count;

	return netfwv6_mgr_get_flow_tables(handle->mgr, 2, size, elements, &count);
}

static const struct filler {
	netfwv6_result (*fill)(struct handle *handle, size_t size, void *elements);
	size_t size;
} fillers[] = {
	{ two_ports, sizeof(struct netfwv6_port) },
	{ two_counters, sizeof(struct netfwv6_counter) },
	{ two_reasons, sizeof(struct netfwv6_counter) },
	{ two_tables, sizeof(struct netfwv6_flow_table) },
};

static void check_elements_of_all_lengths(struct handle *handle, const struct filler *filler)
{
	unsigned char whole[256], array[256];

	assert_ok(filler->fill(handle, filler->size, whole));
	for (size_t size = 1; size < 100; size++) {
		size_t known = size < filler->size ? size : filler->size;

		memset(array, CANARY, sizeof(array));
		assert_ok(filler->fill(handle, size, array));
		for (size_t i = 0; i < 2; i++) {
			assert_memory_equal(array + i * size, whole + i * filler->size, known);
			assert_true(all_are(array, i * size + known, (i + 1) * size, 0));
		}
		assert_true(all_are(array, 2 * size, sizeof(array), CANARY));
	}
	memset(array, CANARY, sizeof(array));
	assert_result(filler->fill(handle, 0, array), NETFWV6_E_INVALIDARG);
	assert_result(filler->fill(handle, NETFWV6_SIZE_MAX + 1, array), NETFWV6_E_INVALIDARG);
	assert_true(all_are(array, 0, sizeof(array), CANARY));
}

static void elements_are_filled_as_far_as_they_go(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);

	(void)s;
	switch_on(HOST_DEVICE);
	assert_ok(netfwv6_mgr_open_global_port(handle.mgr, 80, TCP, "one"));
	assert_ok(netfwv6_mgr_open_global_port(handle.mgr, 443, TCP, "another"));
	for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++)
		check_elements_of_all_lengths(&handle, &fillers[i]);
	release(&handle);
}

/* ---- Room ---------------------------------------------------------------------- */

static void too_little_room_is_refused(void **s)
{
	struct handle handle = handle_on(HOST_DEVICE);
	uint64_t hits[4] = { 7, 7, 7, 7 };
	uint32_t rules[4] = { 7, 7, 7, 7 };

	(void)s;
	assert_result(netfwv6_mgr_get_port_hits(handle.mgr, 80, 82, TCP, 2, hits),
		      NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "2 of 3"));
	assert_result(
		netfwv6_connection_get_effective_range(handle.connection, 80, 82, TCP, 2, rules),
		NETFWV6_E_INVALIDARG);
	assert_non_null(strstr(netfwv6_detail(), "2 of 3"));
	assert_true(hits[0] == 7 && rules[0] == 7);
	assert_ok(netfwv6_mgr_get_port_hits(handle.mgr, 80, 82, TCP, 4, hits));
	assert_ok(netfwv6_connection_get_effective_range(handle.connection, 80, 82, TCP, 4, rules));
	assert_true(hits[2] == 0 && hits[3] == 7);
	assert_true(rules[2] == NETFWV6_RULE_CLOSED && rules[3] == 7);
	release(&handle);
}

static void a_path_says_what_it_takes(void **s)
{
	const char *expected = "/var/log/netfwv6.log";
	struct netfwv6_mgr *mgr = open_mgr();
	char path[64];
	size_t needed = 0;

	(void)s;
	assert_ok(netfwv6_mgr_get_logfile_path(mgr, 0, NULL, &needed));
	assert_int_equal(needed, strlen(expected) + 1);
	memset(path, CANARY, sizeof(path));
	for (size_t size = 1; size < needed; size++) {
		size_t untouched = 7;

		assert_result(netfwv6_mgr_get_logfile_path(mgr, size, path, &untouched),
			      NETFWV6_E_INVALIDARG);
		assert_non_null(strstr(netfwv6_detail(), "21 bytes"));
		assert_true(all_are(path, 0, sizeof(path), CANARY) && untouched == 7);
	}
	assert_ok(netfwv6_mgr_get_logfile_path(mgr, needed, path, NULL));
	assert_string_equal(path, expected);
	assert_true(all_are(path, needed, sizeof(path), CANARY));
	assert_result(netfwv6_mgr_get_logfile_path(mgr, 1, NULL, &needed), NETFWV6_E_POINTER);
	assert_result(netfwv6_mgr_get_logfile_path(mgr, 0, NULL, NULL), NETFWV6_E_POINTER);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_is_reserved_or_unknown_has_to_be_zero),
		test(longer_options_of_zeros_work),
		test(answers_are_filled_as_far_as_they_go),
		test(elements_are_filled_as_far_as_they_go),
		test(too_little_room_is_refused),
		test(a_path_says_what_it_takes),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
