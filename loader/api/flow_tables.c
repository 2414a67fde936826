// SPDX-License-Identifier: LGPL-2.1-or-later
/* How full the tables of conversations are. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "api/call.h"
#include "api/mgr.h"

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
	int fd CLEANUP(close_descriptor) = -1;
	enum pin pin = PIN_TCP + table;

	*out = (struct netfwv6_flow_table){ .name = pin_name(pin),
					    .capacity = pin_kinds[pin].entries };
	if (root->state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	TRY(pin_open_existing(root->dir, pin, 0, &fd));
	return count_live(fd, batch, &out->used);
}

netfwv6_result netfwv6_mgr_get_flow_tables(struct netfwv6_mgr *mgr, size_t n, size_t size,
					   struct netfwv6_flow_table *tables, size_t *count)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct batch *batch CLEANUP(free_pointer) = NULL;
	struct netfwv6_flow_table all[FLOW_TABLES];

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(!n || tables ? count : NULL, "an out-pointer"));
	TRY(elements_check_size(size));
	batch = malloc(sizeof(*batch));
	if (!batch)
		return fail_errno(ENOMEM, "cannot read the flow tables");
	TRY(call_open(&call));
	for (int table = 0; table < FLOW_TABLES; table++)
		TRY(read_table(&call.state->root, table, batch, &all[table]));
	elements_give(tables, size, all, sizeof(*all), n < FLOW_TABLES ? n : FLOW_TABLES);
	*count = FLOW_TABLES;
	return call_result(&call, NETFWV6_S_OK);
}
