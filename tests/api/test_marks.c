// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The marks of conversations, as the data plane and the library compute them: none is ever
 * missed while it is young, and few strangers meet one by chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "marks_layout.h"
#include "random.h"

#define SECOND 1000000000ULL
#define STRANGERS 1000000
#define SECRETS 500

static struct mark_line marks[MARK_LINES];
static struct mark_secret secret;

static void choose_secret(struct random *r)
{
	secret.ports = next_random(r) | 1;
	secret.stamps = next_random(r) | 1;
	for (int i = 0; i < 4; i++)
		secret.remote[i] = (uint32_t)next_random(r);
}

static void mark(const struct mark_key *key, __u8 now)
{
	for (int i = 0; i < MARK_STAMPS_EACH; i++)
		marks[mark_line_of(&secret, key)]
			.stamps[mark_stamp_at(mark_stamps_of(&secret, key), i)] = now;
}

static bool is_marked(const struct mark_key *key, __u8 now)
{
	const __u8 *line = marks[mark_line_of(&secret, key)].stamps;
	__u32 stamps = mark_stamps_of(&secret, key);
	__u8 ages = 0;

	for (int i = 0; i < MARK_STAMPS_EACH; i++)
		ages |= mark_age(line[mark_stamp_at(stamps, i)], now);
	return mark_ages_count(ages);
}

static struct mark_key key_of(const char *remote, uint16_t remote_port, uint16_t local_port,
			      uint32_t protocol)
{
	const uint16_t ports[2] = { htons(remote_port), htons(local_port) };
	struct mark_key key = { .protocol = protocol };
	struct in6_addr address;

	assert_int_equal(inet_pton(AF_INET6, remote, &address), 1);
	memcpy(key.remote, &address, sizeof(key.remote));
	memcpy(&key.ports, ports, sizeof(key.ports));
	return key;
}

/* A conversation of a host that asks a few servers from all its ephemeral ports. */
static struct mark_key conversation(uint32_t number)
{
	static const char *const servers[] = { "2001:db8::53", "2001:db8:1::1", "2001:db8:1::2",
					       "2001:db8:ffff::1" };
	static const uint16_t services[] = { 53, 443, 80, 123 };
	uint32_t port = 32768 + number / 8 % 28232;

	return key_of(servers[number % 4], services[number % 4], (uint16_t)port,
		      number & 4 ? IPPROTO_UDP : IPPROTO_TCP);
}

/* How many of so many strangers' packets meet a mark where so many conversations are. */
static double chance_with(uint32_t conversations)
{
	struct random r = { .state = 1 };
	const __u8 now = MARK_STAMP(0);
	uint32_t met = 0;

	memset(marks, 0, sizeof(marks));
	for (uint32_t i = 0; i < conversations; i++) {
		struct mark_key key = conversation(i);

		mark(&key, now);
		assert_true(is_marked(&key, now));
	}
	for (uint32_t i = 0; i < STRANGERS; i++) {
		struct mark_key key = key_of("2001:db8:bad::1", (uint16_t)next_random(&r),
					     (uint16_t)next_random(&r), IPPROTO_TCP);

		met += is_marked(&key, now);
	}
	return 100.0 * met / STRANGERS;
}

static void expect_few_strangers(void)
{
	double one = chance_with(1000), many = chance_with(56000), most = chance_with(200000);

	print_message("# of strangers' packets meet a mark: %.3f %% with 1,000 conversations, "
		      "%.2f %% with 56,000, %.1f %% with 200,000\n",
		      one, many, most);
	assert_true(one < 0.01);
	assert_true(many < 1);
	assert_true(most < 20);
}

static void few_strangers_meet_a_mark(void **state)
{
	struct random r = { .state = setting("NETFWV6_SEED", 20010917) };

	(void)state;
	for (int i = 0; i < 5; i++) {
		choose_secret(&r);
		expect_few_strangers();
	}
}

/* How often a change of the remote address leaves the marks where they are. */
static unsigned int meetings_of(struct random *r, int bit, int other)
{
	const __u8 now = MARK_STAMP(0);
	unsigned int met = 0;

	for (int i = 0; i < SECRETS; i++) {
		struct mark_key key = conversation(i);

		choose_secret(r);
		memset(&marks[mark_line_of(&secret, &key)], 0, sizeof(*marks));
		mark(&key, now);
		key.remote[0] ^= 1ULL << bit;
		key.remote[1] ^= 1ULL << other;
		met += is_marked(&key, now);
	}
	return met;
}

/* From a conversation that he knows, a stranger cannot tell others that have its marks. */
static void a_known_conversation_betrays_no_mark(void **state)
{
	struct random r = { .state = setting("NETFWV6_SEED", 20010917) };

	(void)state;
	for (int bit = 0; bit < 64; bit++)
		for (int other = 0; other < 64; other++)
			assert_true(meetings_of(&r, bit, other) < SECRETS / 50);
}

static bool counts_after(uint64_t begin, int64_t seconds)
{
	struct mark_key key = conversation(0);

	memset(marks, 0, sizeof(marks));
	mark(&key, MARK_STAMP(begin));
	return is_marked(&key, MARK_STAMP(begin + seconds * SECOND));
}

static void a_mark_outlives_every_flow(void **state)
{
	(void)state;
	for (uint64_t begin = 0; begin < 20000 * SECOND; begin += 13 * SECOND) {
		assert_true(counts_after(begin, 0));
		assert_true(counts_after(begin + 137 * SECOND, -137)); /* the next stamp */
		assert_true(counts_after(begin, FLOW_SECONDS_ESTABLISHED));
		assert_true(counts_after(begin, 8521 - 13));
		assert_false(counts_after(begin, 9000));
	}
}

static void what_was_never_marked_is_not(void **state)
{
	struct mark_key key = conversation(0);

	(void)state;
	memset(marks, 0, sizeof(marks));
	for (uint64_t now = 0; now < 40000; now += 13)
		assert_false(is_marked(&key, MARK_STAMP(now * SECOND)));
}

static uint32_t four(const uint8_t stamps[4])
{
	uint32_t word;

	memcpy(&word, stamps, sizeof(word));
	return word;
}

/* Four at once, as one after another; of a group's marks. */
static void four_at_once_count_as_one_after_another(void **state)
{
	struct random r = { .state = 1 };
	uint32_t counted = 0;

	(void)state;
	for (uint32_t i = 0; i < 4000000; i++) {
		const __u8 now = next_random(&r) | 1;
		uint8_t stamps[4], ages = 0;

		for (int j = 0; j < 4; j++) {
			/* Three of four are young, so that all are often enough. */
			stamps[j] = chance(&r, 75) ? now - 2 * below(&r, 70) + 2 : next_random(&r);
			ages |= mark_age(stamps[j], now);
		}
		assert_int_equal(mark_four_count(four(stamps), now), mark_ages_count(ages));
		counted += mark_ages_count(ages);
	}
	assert_in_range(counted, 400000, 3600000);
	for (uint32_t stamp = 1; stamp < 256; stamp += 2)
		assert_true(mark_four_count(mark_four(stamp), stamp));
	assert_false(mark_four_count(0, 255));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_strangers_meet_a_mark),
		cmocka_unit_test(a_known_conversation_betrays_no_mark),
		cmocka_unit_test(a_mark_outlives_every_flow),
		cmocka_unit_test(what_was_never_marked_is_not),
		cmocka_unit_test(four_at_once_count_as_one_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
