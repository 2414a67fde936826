// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/map_copy.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"

#define BATCH 4096u

struct copy {
	int from, to;
	struct bpf_map_info map; /* the one that is copied: both are alike */
	map_copy_fn wanted;
	const void *context;
	unsigned char *keys, *values;
};

/* Moves the wanted elements to the front: how many. */
static uint32_t select_wanted(struct copy *copy, uint32_t n)
{
	const size_t key_size = copy->map.key_size, value_size = copy->map.value_size;
	uint32_t taken = 0;

	for (uint32_t i = 0; i < n; i++) {
		const unsigned char *key = copy->keys + i * key_size;

		if (!copy->wanted(key, copy->context))
			continue;
		memmove(copy->keys + taken * key_size, key, key_size);
		memmove(copy->values + taken * value_size, copy->values + i * value_size,
			value_size);
		taken++;
	}
	return taken;
}

static int write_batch(struct copy *copy, uint32_t n)
{
	n = select_wanted(copy, n);
	if (!n || !bpf_map_update_batch(copy->to, copy->keys, copy->values, &n, NULL))
		return 0;
	return errno;
}

static int copy_batches(struct copy *copy)
{
	uint32_t position;
	bool first = true, end = false;
	int error = 0;

	while (!end && !error) {
		uint32_t n = BATCH;

		if (bpf_map_lookup_batch(copy->from, first ? NULL : &position, &position,
					 copy->keys, copy->values, &n, NULL)) {
			if (errno != ENOENT)
				return errno;
			end = true;
		}
		error = write_batch(copy, n);
		first = false;
	}
	return error;
}

netfwv6_result map_copy(int from, int to, map_copy_fn wanted, const void *context, bool *full)
{
	struct copy copy = { .from = from, .to = to, .wanted = wanted, .context = context };
	uint32_t size = sizeof(copy.map);
	int error;

	if (bpf_obj_get_info_by_fd(from, &copy.map, &size))
		return fail_errno(errno, "cannot copy a map");
	copy.keys = calloc(BATCH, copy.map.key_size);
	copy.values = calloc(BATCH, copy.map.value_size);
	error = copy.keys && copy.values ? copy_batches(&copy) : ENOMEM;
	free(copy.keys);
	free(copy.values);
	*full = error == E2BIG;
	return error && !*full ? fail_errno(error, "cannot copy the map %s", copy.map.name) :
				 NETFWV6_S_OK;
}
