// SPDX-License-Identifier: LGPL-2.1-or-later
/* Several who write the port table at the same time. */
#include <bpf/bpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layout.h"
#include "ports.h"
#include "world.h"

/* ---- Processes and threads ------------------------------------------------- */

/*
 * Writer w of n toggles the ports that leave rest w, all in the same few cache
 * lines, and ends with its own pattern. A lost update shows as a foreign one.
 */
#define WRITERS 8
#define SHARED_PORTS 512
#define TOGGLES 200

static bool wanted(uint32_t port)
{
	return (port / WRITERS) % 2;
}

static netfwv6_result toggle_own_ports(struct netfwv6_mgr *mgr, uint32_t writer)
{
	netfwv6_result worst = NETFWV6_S_OK;

	for (int round = 0; round <= TOGGLES; round++)
		for (uint32_t port = WRITERS + writer; port < SHARED_PORTS; port += WRITERS) {
			bool open = round == TOGGLES ? wanted(port) : (port + round) % 2;
			netfwv6_result result =
				open ? netfwv6_mgr_open_global_port(mgr, port, TCP, NULL) :
				       netfwv6_mgr_close_global_port(mgr, port, TCP);

			worst = NETFWV6_FAILED(result) ? result : worst;
		}
	return worst;
}

static void assert_no_update_lost(void)
{
	struct netfwv6_mgr *mgr = open_mgr();

	for (uint32_t port = WRITERS; port < SHARED_PORTS; port++)
		if (is_open(mgr, port, TCP) != wanted(port))
			fail_msg("port %u lost an update", port);
	netfwv6_mgr_close(mgr);
}

static void eight_processes_lose_no_update(void **s)
{
	pid_t children[WRITERS];

	(void)s;
	for (uint32_t writer = 0; writer < WRITERS; writer++) {
		children[writer] = fork();
		if (children[writer] == 0) {
			struct netfwv6_mgr *mgr = NULL;

			_exit(NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)) ||
			      NETFWV6_FAILED(toggle_own_ports(mgr, writer)));
		}
	}
	for (uint32_t writer = 0; writer < WRITERS; writer++) {
		int status;

		waitpid(children[writer], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_no_update_lost();
}

static struct netfwv6_mgr *shared;

static void *toggle_thread(void *writer)
{
	return (void *)(intptr_t)toggle_own_ports(shared, (uint32_t)(uintptr_t)writer);
}

static void eight_threads_of_one_manager_lose_no_update(void **s)
{
	pthread_t threads[WRITERS];

	(void)s;
	shared = open_mgr();
	for (uintptr_t writer = 0; writer < WRITERS; writer++)
		assert_int_equal(
			pthread_create(&threads[writer], NULL, toggle_thread, (void *)writer), 0);
	for (uint32_t writer = 0; writer < WRITERS; writer++) {
		void *result;

		pthread_join(threads[writer], &result);
		assert_int_equal((intptr_t)result, NETFWV6_S_OK);
	}
	netfwv6_mgr_close(shared);
	assert_no_update_lost();
}

/* ---- Who else writes the table --------------------------------------------- */

#define FLIPS 10000000

static atomic_bool flipped;

/* Changes a bit that is not the library's: how often somebody else changed it. */
static void *flip_foreign_bit(void *entry)
{
	uint64_t left = 0, lost = 0;

	for (int i = 0; i < FLIPS; i++) {
		uint64_t found =
			__atomic_fetch_xor((uint64_t *)entry, ENTRY_IN_USE, __ATOMIC_SEQ_CST) &
			ENTRY_IN_USE;

		lost += found != left;
		left = found ^ ENTRY_IN_USE;
	}
	flipped = true;
	return (void *)lost;
}

static uint64_t *map_ports(void)
{
	char path[128];
	void *entries;
	int fd;

	snprintf(path, sizeof(path), "%s/ports", world.state);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	entries = mmap(NULL, PORT_ENTRIES * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);
	assert_ptr_not_equal(entries, MAP_FAILED);
	close(fd);
	return entries;
}

static void a_change_leaves_the_other_bits_alone(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	pthread_t flipper;
	uint64_t *entries;
	void *lost;

	(void)s;
	assert_ok(netfwv6_mgr_open_global_port(mgr, 1, TCP, NULL)); /* keeps the state */
	entries = map_ports();
	flipped = false;
	assert_int_equal(pthread_create(&flipper, NULL, flip_foreign_bit, &entries[443]), 0);
	while (!flipped) {
		/* Closing alone takes no system call, so it meets the flips often. */
		for (int i = 0; i < 1000; i++) {
			__atomic_fetch_or(&entries[443], ENTRY_GLOBAL, __ATOMIC_SEQ_CST);
			assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
		}
		for (int i = 0; i < 50; i++) {
			assert_ok(netfwv6_mgr_open_global_port(mgr, 443, TCP, NULL));
			assert_ok(netfwv6_mgr_close_global_port(mgr, 443, TCP));
		}
	}
	pthread_join(flipper, &lost);
	assert_int_equal((uintptr_t)lost, 0);
	munmap(entries, PORT_ENTRIES * sizeof(uint64_t));
	netfwv6_mgr_close(mgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(eight_processes_lose_no_update),
		test(eight_threads_of_one_manager_lose_no_update),
		test(a_change_leaves_the_other_bits_alone),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
