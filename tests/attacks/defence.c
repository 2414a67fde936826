// SPDX-License-Identifier: LGPL-2.1-or-later
#include "defence.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connections.h"
#include "layout.h"
#include "reasons.h"
#include "sockets.h"
#include "world.h"

const char *const defences[] = { NULL, "native", "generic", "tc" };
const size_t n_defences = sizeof(defences) / sizeof(*defences);

struct listeners listen_on_both(void)
{
	return (struct listeners){ host_udp(CLOSED), host_udp(OPEN), host_listen(CLOSED),
				   host_listen(OPEN) };
}

void stop_listening(const struct listeners *at)
{
	close(at->closed_udp);
	close(at->open_udp);
	close(at->closed_tcp);
	close(at->open_tcp);
}

void defend(const char *mode)
{
	set_global(OPEN, UDP, true);
	set_global(OPEN, TCP, true);
	must("%s enable --mode %s " HOST_DEVICE, netfwv6(), mode);
}

static char *counts_path(char path[128])
{
	snprintf(path, 128, "%s/counts/lastline", world.state);
	return path;
}

bool nothing_can_skip(const char *mode)
{
	char path[128];

	return strcmp(mode, "native") == 0 || access(counts_path(path), F_OK) == 0;
}

/* ---- Counting ------------------------------------------------------------------ */

static uint64_t sum_of(int map, uint32_t reason)
{
	int n = libbpf_num_possible_cpus();
	struct count *cpus = calloc(n, sizeof(*cpus));
	uint64_t sum = 0;

	assert_non_null(cpus);
	assert_int_equal(bpf_map_lookup_elem(map, &reason, cpus), 0);
	for (int cpu = 0; cpu < n; cpu++)
		sum += cpus[cpu].packets;
	free(cpus);
	return sum;
}

static uint64_t dropped_by_last_line(void)
{
	char path[128];
	uint64_t sum = 0;
	int map;

	map = bpf_obj_get(counts_path(path));
	if (map < 0)
		return 0;
	for (uint32_t reason = REASON_FIRST_DROP; reason < REASON_COUNT; reason++)
		sum += sum_of(map, reason);
	close(map);
	return sum;
}

static bool were_dropped(void *n)
{
	return dropped(HOST_DEVICE) + dropped_by_last_line() >= *(uint64_t *)n;
}

void wait_for_all_drops(uint64_t n)
{
	wait_until(were_dropped, &n, "all attempts were counted as dropped");
}

/* ---- What is told ----------------------------------------------------------------- */

static struct netfwv6_mgr *mgr;
static struct netfwv6_events *drops;

void watch_drops(void)
{
	const struct netfwv6_events_options options = { .sz = sizeof(options), .drops = true };

	assert_int_equal(netfwv6_mgr_open(&mgr, NULL), 0);
	assert_int_equal(netfwv6_mgr_open_events(mgr, &options, &drops), 0);
}

void stop_watching(void)
{
	netfwv6_events_close(drops);
	netfwv6_mgr_close(mgr);
	drops = NULL;
	mgr = NULL;
}

struct told {
	bool tcp, udp;
};

static bool both_are_told(void *context)
{
	struct netfwv6_event event = { .sz = sizeof(event) };
	struct told *told = context;

	while (netfwv6_events_next(drops, &event) == NETFWV6_S_OK)
		if (event.has_ports && event.destination_port == CLOSED && event.has_addresses &&
		    strcmp(event.device, HOST_DEVICE) == 0)
			*(event.protocol == NETFWV6_PROTOCOL_TCP ? &told->tcp : &told->udp) = true;
	return told->tcp && told->udp;
}

void wait_until_both_are_told(void)
{
	struct told told = {};

	wait_until(both_are_told, &told, "a drop of each protocol was told");
}
