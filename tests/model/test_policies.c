// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random policies A and B: what is applied is what is read, and applying A, B and A gives the
 * state of A. NETFWV6_SEED and NETFWV6_POLICIES choose other ones, or more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "world.h"

#define DEFAULT_SEED 20261129
#ifdef __SANITIZE_ADDRESS__
#define DEFAULT_POLICIES 100
#else
#define DEFAULT_POLICIES 400
#endif
#define EVERY_PRESENT 50 /* enabling a device that is here takes long */

#define TEXT_SIZE 16384

struct text {
	struct random *random;
	char text[TEXT_SIZE];
	size_t used;
};

#define say(t, ...)                                                                                \
	((t)->used += (size_t)snprintf((t)->text + (t)->used, TEXT_SIZE - (t)->used, __VA_ARGS__))

/* ---- Inventing ---------------------------------------------------------------------- */

/* How many they are. */
static uint32_t say_ports(struct text *t)
{
	uint32_t first =
		chance(t->random, 70) ? 1 + below(t->random, 40) : 1 + below(t->random, 65535);
	uint32_t last = first;

	if (chance(t->random, 40))
		last += below(t->random, chance(t->random, 97) ? 20 : 65536);
	last = last > 65535 ? 65535 : last;
	say(t, " %u-%u", first, last);
	if (chance(t->random, 80))
		say(t, "/%s", chance(t->random, 50) ? "tcp" : "udp");
	return last - first + 1;
}

static void say_port_line(struct text *t)
{
	static const char *const names[] = { "a", "'b c'", "\"it's\"", "ü", "''", "--dev" };
	uint32_t kind = below(t->random, 10);
	bool here = chance(t->random, 40);
	uint32_t ports;

	say(t, kind < 5 ? "open" :
	       kind < 6 ? "close" :
	       kind < 8 ? "ignore" :
	       kind < 9 ? "observe" :
			  "protect");
	ports = say_ports(t);
	if ((here && kind < 6) || kind == 6 || kind == 7 || kind == 8)
		say(t, " --dev d%u", below(t->random, 20));
	/* Names of all ports on all devices find no room. */
	if ((kind < 5 || kind == 6 || kind == 7) && ports < 1000 && chance(t->random, 50))
		say(t, " --name %s", names[below(t->random, 6)]);
	say(t, "\n");
}

static void say_device_line(struct text *t, bool present)
{
	static const char *const how[] = { "",
					   " --mode tc",
					   " --mode generic",
					   " --stateless",
					   " --learn-only",
					   " --mode tc --stateless",
					   " --forward pass" };
	static const char *const every[] = { "enable --all", "enable --all --mode tc",
					     "enable --all --stateless", "disable --all" };

	say(t, "%s ", chance(t->random, 80) ? "enable" : "disable");
	if (present && chance(t->random, 50))
		say(t, "fw0");
	else
		say(t, "d%u", below(t->random, 20));
	say(t, "\n");
	say(t, "enable d%u%s\n", below(t->random, 20), how[below(t->random, 7)]);
	if (chance(t->random, 30))
		say(t, "%s\n", every[below(t->random, 4)]);
}

/* Protection would be kept, so each policy says all of it. */
static void invent(struct text *t, bool present)
{
	uint32_t lines = below(t->random, chance(t->random, 90) ? 20 : 150);

	t->used = 0;
	say(t, "version 1\nunprotect 1-65535\n");
	for (uint32_t i = 0; i < lines; i++)
		if (chance(t->random, 85))
			say_port_line(t);
		else
			say_device_line(t, present);
	if (chance(t->random, 30))
		say(t, "log --dropped on --rate %u\n", 1 + below(t->random, 3000));
	if (chance(t->random, 2))
		say(t, "group 64000\n");
}

/* ---- Applying ----------------------------------------------------------------------- */

static struct netfwv6_policy *parsed(const struct text *t)
{
	struct netfwv6_policy *policy = NULL;

	assert_ok(netfwv6_policy_parse(t->text, t->used, NULL, NULL, &policy));
	return policy;
}

static char *saved(struct netfwv6_mgr *mgr)
{
	struct netfwv6_policy *policy = NULL;
	char *text = NULL;

	assert_ok(netfwv6_mgr_read_policy(mgr, &policy));
	assert_ok(netfwv6_policy_print(policy, &text));
	netfwv6_policy_free(policy);
	return text;
}

static size_t apply(struct netfwv6_mgr *mgr, const struct netfwv6_policy *policy)
{
	const struct netfwv6_apply_options options = { .sz = sizeof(options), .force = true };
	size_t changes = 0;

	assert_ok(netfwv6_mgr_apply_policy(mgr, policy, &options, &changes));
	return changes;
}

static size_t differences(const struct netfwv6_policy *one, const struct netfwv6_policy *other)
{
	size_t changes = 0;

	assert_ok(netfwv6_policy_compare(one, other, NULL, NULL, &changes));
	return changes;
}

/* The state is what the policy says, and its text, applied, changes nothing. */
static void check_state(struct netfwv6_mgr *mgr, const struct netfwv6_policy *policy)
{
	struct netfwv6_policy *read = NULL, *again = NULL;
	char *text = saved(mgr);

	assert_ok(netfwv6_policy_parse(text, strlen(text), NULL, NULL, &again));
	assert_int_equal(apply(mgr, again), 0);
	assert_ok(netfwv6_mgr_read_policy(mgr, &read));
	assert_int_equal(differences(policy, read), 0);
	assert_int_equal(differences(read, policy), 0);
	assert_int_equal(apply(mgr, policy), 0);
	netfwv6_policy_free(read);
	netfwv6_policy_free(again);
	netfwv6_policy_text_free(text);
}

/* Global ports by the calls that know nothing of policies. */
static void check_by_calls(struct netfwv6_mgr *mgr, struct random *random, const char *text)
{
	struct netfwv6_port_enum *ports = NULL;
	uint32_t port = 1 + below(random, 60);
	size_t open = 0, lines = 0;

	assert_ok(netfwv6_mgr_enumerate_globally_open_ports(
		mgr, &(struct netfwv6_port_range){ port, port, NETFWV6_PROTOCOL_TCP }, &ports));
	assert_ok(netfwv6_port_enum_count(ports, &open));
	netfwv6_port_enum_free(ports);
	for (const char *line = strstr(text, "\nopen "); line; line = strstr(line + 1, "\nopen ")) {
		char rest[256];
		uint32_t first, last;

		snprintf(rest, sizeof(rest), "%.*s", (int)strcspn(line + 6, "\n"), line + 6);
		if (strstr(rest, " --dev d") || !strstr(rest, "/tcp"))
			continue;
		first = (uint32_t)atoi(rest);
		last = strchr(rest, '-') && strchr(rest, '-') < strchr(rest, '/') ?
			       (uint32_t)atoi(strchr(rest, '-') + 1) :
			       first;
		lines += port >= first && port <= last;
	}
	assert_int_equal(open, lines);
}

static void what_is_applied_is_read(void **unused)
{
	static struct random random;
	static struct text a = { .random = &random }, b = { .random = &random };
	uint64_t seed = setting("NETFWV6_SEED", DEFAULT_SEED);
	uint64_t n = setting("NETFWV6_POLICIES", DEFAULT_POLICIES), changed = 0;
	struct netfwv6_mgr *mgr = open_mgr();

	(void)unused;
	random.state = seed;
	print_message("# NETFWV6_SEED=%" PRIu64 ", %" PRIu64 " pairs of policies\n", seed, n);
	for (uint64_t i = 0; i < n; i++) {
		struct netfwv6_policy *one, *other;
		char *first, *third;

		invent(&a, i % EVERY_PRESENT == 0);
		invent(&b, i % EVERY_PRESENT == 0);
		one = parsed(&a);
		other = parsed(&b);
		changed += apply(mgr, one);
		check_state(mgr, one);
		first = saved(mgr);
		check_by_calls(mgr, &random, first);
		apply(mgr, other);
		check_state(mgr, other);
		apply(mgr, one);
		third = saved(mgr);
		assert_string_equal(first, third);
		netfwv6_policy_text_free(first);
		netfwv6_policy_text_free(third);
		netfwv6_policy_free(one);
		netfwv6_policy_free(other);
	}
	assert_true(changed > n);
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = { test(what_is_applied_is_read) };

	return cmocka_run_group_tests_name("random policies", tests, world_setup, world_teardown);
}
