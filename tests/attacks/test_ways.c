// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every way past a hook: what is closed is closed and counted, what is open is open, in each
 * mode. Without the firewall each of them gets through.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "defence.h"
#include "machine.h"
#include "sockets.h"
#include "ways.h"

struct attempt {
	const struct way *way;
	const char *mode; /* NULL: no firewall */
};

static struct listeners at;

static int before(void **unused)
{
	world_reset(unused);
	at = listen_on_both();
	return 0;
}

static int after(void **unused)
{
	(void)unused;
	stop_watching();
	stop_listening(&at);
	clear_peer();
	return 0;
}

/* The open port comes last: what is closed was on the same way before. */
static void try_ports(bool defended)
{
	int refused = connect_on_way(CLOSED), client, server;

	send_on_way(CLOSED, "closed");
	client = connect_on_way(OPEN);
	send_on_way(OPEN, "open");
	server = wait_for_accept(at.open_tcp);
	wait_for_datagram(at.open_udp, "open");
	if (defended) {
		wait_for_all_drops(2);
		wait_until_both_are_told();
		assert_true(nothing_arrived(at.closed_udp));
		assert_true(nothing_arrived(at.closed_tcp));
	} else {
		wait_for_datagram(at.closed_udp, "closed");
		close(wait_for_accept(at.closed_tcp));
	}
	close(server);
	close(client);
	close(refused);
}

static void attempt(void **state)
{
	const struct attempt *attempt = *state;

	if (attempt->mode) {
		defend(attempt->mode);
		watch_drops();
	}
	if (attempt->mode && attempt->way->skips && !nothing_can_skip(attempt->mode))
		skip();
	take_way(attempt->way);
	try_ports(attempt->mode);
}

static struct CMUnitTest test_of(const struct way *way, const char *mode)
{
	struct attempt *state = malloc(sizeof(*state));
	char *name = NULL;

	assert_non_null(state);
	*state = (struct attempt){ way, mode };
	assert_true(asprintf(&name, "%s: %s", way->name, mode ?: "no firewall") > 0);
	return (struct CMUnitTest){ name, attempt, before, after, state };
}

static int main_of(void)
{
	struct CMUnitTest *tests = calloc(n_ways * n_defences, sizeof(*tests));
	size_t n = 0;

	assert_non_null(tests);
	for (size_t i = 0; i < n_ways; i++)
		for (size_t mode = 0; mode < n_defences; mode++)
			tests[n++] = test_of(&ways[i], defences[mode]);
	return _cmocka_run_group_tests("ways", tests, n, world_setup, world_teardown);
}

int main(void)
{
	return on_a_machine_of_its_own(main_of);
}
