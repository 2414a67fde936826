// SPDX-License-Identifier: LGPL-2.1-or-later
/* How full the tables of conversations are. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "api/mgr.h"
#include "api/told.h"
#include "state/root.h"
#include "util/error.h"
#include "util/options.h"

#define BATCH 4096

struct batch {
	struct flow_key keys[BATCH];
	struct flow flows[BATCH];
};

static uint64_t coarse_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Counts the entries that have not expired. */
static netfwv6_result count_live(int map, struct batch *batch, uint32_t *used)
{
	uint64_t now = coarse_now();
	uint32_t position, live = 0;
	bool first = true, end = false;

	while (!end) {
		uint32_t n = BATCH;

		if (bpf_map_lookup_batch(map, first ? NULL : &position, &position, batch->keys,
					 batch->flows, &n, NULL)) {
			if (errno != ENOENT)
				return fail_errno(errno, "cannot read a flow table");
			end = true;
		}
		for (uint32_t i = 0; i < n; i++)
			live += batch->flows[i].expires >= now;
		first = false;
	}
	*used = live;
	return NETFWV6_S_OK;
}

static netfwv6_result read_table(const struct root *root, int table, struct batch *batch,
				 struct netfwv6_flow_table *out)
{
	enum pin pin = PIN_TCP + table;
	netfwv6_result result = NETFWV6_S_OK;
	int fd = -1;

	*out = (struct netfwv6_flow_table){ .name = pin_name(pin),
					    .capacity = pin_kinds[pin].entries };
	if (root->state == ROOT_ABSENT)
		return result;
	result = pin_open_existing(root->dir, pin, 0, &fd);
	if (NETFWV6_FAILED(result))
		return result;
	result = count_live(fd, batch, &out->used);
	close(fd);
	return result;
}

static netfwv6_result read_all(struct state *state, struct netfwv6_flow_table *all)
{
	struct batch *batch = malloc(sizeof(*batch));
	netfwv6_result result;

	if (!batch)
		return fail_errno(ENOMEM, "cannot read the flow tables");
	pthread_mutex_lock(&state->mutex);
	result = state_open(state);
	for (int table = 0; table < FLOW_TABLES && NETFWV6_SUCCEEDED(result); table++)
		result = read_table(&state->root, table, batch, &all[table]);
	pthread_mutex_unlock(&state->mutex);
	free(batch);
	return result;
}

static netfwv6_result mgr_get_flow_tables(struct netfwv6_mgr *mgr, size_t n, size_t size,
					  struct netfwv6_flow_table *tables, size_t *count)
{
	struct netfwv6_flow_table all[FLOW_TABLES];

	if (!mgr || !count || (!tables && n))
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "an out-pointer" : "the manager");
	TRY(elements_check_size(size));
	TRY(read_all(state_of(mgr), all));
	elements_give(tables, size, all, sizeof(*all), n < FLOW_TABLES ? n : FLOW_TABLES);
	*count = FLOW_TABLES;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_get_flow_tables(struct netfwv6_mgr *mgr, size_t n, size_t size,
					   struct netfwv6_flow_table *tables, size_t *count)
{
	return told(state_of(mgr), mgr_get_flow_tables(mgr, n, size, tables, count));
}
