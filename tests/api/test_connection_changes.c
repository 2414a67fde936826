// SPDX-License-Identifier: LGPL-2.1-or-later
/* Changes of several connections' ports: at random, and by processes at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connections.h"
#include "setting.h"

#define MODEL_PORTS 64 /* few, so that they meet often */
#define MODEL_STEPS 4000
#define MODEL_CONNECTIONS 3

struct model {
	struct handle handles[MODEL_CONNECTIONS];
	bool global[MODEL_PORTS + 1];
	bool set[2][MODEL_CONNECTIONS][MODEL_PORTS + 1]; /* open, ignored */
};

/* A change of one setting over a range of ports, in both. */
static void change(struct model *model, uint32_t first, uint32_t last, uint32_t protocol)
{
	static const struct setting *const settings[] = { &setting_open, &setting_ignored };
	int kind = random() % 3, who = random() % MODEL_CONNECTIONS;
	struct handle *handle = &model->handles[who];
	bool on = random() % 2;

	if (kind == 2)
		assert_ok(on ? netfwv6_mgr_open_global_ports(handle->mgr, first, last, protocol,
							     NULL) :
			       netfwv6_mgr_close_global_ports(handle->mgr, first, last, protocol));
	else
		assert_ok(
			on ? settings[kind]->set_range(handle->connection, first, last, protocol) :
			     settings[kind]->clear_range(handle->connection, first, last,
							 protocol));
	for (uint32_t port = first; port <= last; port++)
		*(kind == 2 ? &model->global[port] : &model->set[kind][who][port]) = on;
}

static void agrees(struct model *model, int who, uint32_t protocol, int step)
{
	struct netfwv6_connection *connection = model->handles[who].connection;
	uint32_t rules[MODEL_PORTS + 1];

	assert_ok(netfwv6_connection_get_effective_range(connection, 1, MODEL_PORTS, protocol,
							 MODEL_PORTS, &rules[1]));
	for (uint32_t port = 1; port <= MODEL_PORTS; port++) {
		bool open = model->set[0][who][port], ignored = model->set[1][who][port];
		uint32_t rule = open				? NETFWV6_RULE_OPEN_HERE :
				model->global[port] && !ignored ? NETFWV6_RULE_OPEN_GLOBAL :
								  NETFWV6_RULE_CLOSED;

		if (is_set(&setting_open, connection, port, protocol) != open ||
		    is_set(&setting_ignored, connection, port, protocol) != ignored ||
		    rules[port] != rule)
			fail_msg("step %d: port %u/%u on %s", step, port, protocol,
				 netfwv6_connection_name(connection));
	}
}

static void random_changes_agree_with_a_model(void **s)
{
	unsigned int seed = getenv("NETFWV6_SEED") ? atoi(getenv("NETFWV6_SEED")) : 6;
	static struct model models[2]; /* TCP, UDP */

	(void)s;
	print_message("# seed %u\n", seed);
	srandom(seed);
	make_pair("a1", "a2");
	memset(models, 0, sizeof(models));
	for (int i = 0; i < MODEL_CONNECTIONS; i++)
		models[0].handles[i] = models[1].handles[i] =
			handle_on((const char *[]){ HOST_DEVICE, "a1", "a2" }[i]);
	for (int step = 0; step < MODEL_STEPS; step++) {
		uint32_t first = 1 + random() % MODEL_PORTS;
		uint32_t last = random() % 4 ? first : first + random() % (MODEL_PORTS + 1 - first);
		int udp = random() % 2;

		change(&models[udp], first, last, udp ? UDP : TCP);
		agrees(&models[udp], step % MODEL_CONNECTIONS, udp ? UDP : TCP, step);
	}
	for (int i = 0; i < MODEL_CONNECTIONS; i++)
		release(&models[0].handles[i]);
}

/*
 * Each writer has a setting of a connection for himself. All of them meet in the same
 * entries, and at first in the making of the state and the choice of places in it.
 */
#define WRITERS 8
#define WRITERS_PORTS 64
#define WRITERS_ROUNDS 100
#define FIRST_PORT 1000

static bool wanted(uint32_t port, int writer)
{
	return (port >> (writer % 3) ^ writer) & 1;
}

static int write_settings(int writer)
{
	const struct setting *setting = writer % 2 ? &setting_ignored : &setting_open;
	struct netfwv6_connection *connection;
	struct netfwv6_mgr *mgr;
	char device[16];

	snprintf(device, sizeof(device), "a%d", 1 + writer / 2);
	if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)) ||
	    NETFWV6_FAILED(netfwv6_mgr_get_connection(mgr, device, &connection)))
		return 1;
	for (int round = 0; round <= WRITERS_ROUNDS; round++)
		for (uint32_t port = FIRST_PORT; port < FIRST_PORT + WRITERS_PORTS; port++) {
			bool on =
				round == WRITERS_ROUNDS ? wanted(port, writer) : (port + round) % 2;

			if (NETFWV6_FAILED(
				    (on ? setting->set : setting->clear)(connection, port, TCP)))
				return 2;
		}
	return 0;
}

static void assert_no_writer_lost(void)
{
	char device[16];

	for (int writer = 0; writer < WRITERS; writer++) {
		struct handle handle;

		snprintf(device, sizeof(device), "a%d", 1 + writer / 2);
		handle = handle_on(device);
		for (uint32_t port = FIRST_PORT; port < FIRST_PORT + WRITERS_PORTS; port++)
			if (is_set(writer % 2 ? &setting_ignored : &setting_open, handle.connection,
				   port, TCP) != wanted(port, writer))
				fail_msg("port %u of writer %d lost an update", port, writer);
		release(&handle);
	}
}

static void writers_of_all_connections_lose_no_update(void **s)
{
	pid_t children[WRITERS];

	(void)s;
	make_devices("a", WRITERS / 2);
	for (int writer = 0; writer < WRITERS; writer++) {
		children[writer] = fork();
		if (children[writer] == 0)
			_exit(write_settings(writer));
	}
	for (int writer = 0; writer < WRITERS; writer++) {
		int status;

		waitpid(children[writer], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_no_writer_lost();
	assert_int_equal(settled(), WRITERS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(random_changes_agree_with_a_model),
		test(writers_of_all_connections_lose_no_update),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
