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
	struct bpf_map_info source, target;
	map_copy_fn wanted;
	const void *context;
	unsigned char *keys, *values, *widened;
};

static bool look_at(int fd, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	return bpf_obj_get_info_by_fd(fd, info, &size) == 0;
}

/* Takes the wanted elements, and their keys to the front: how many. */
static uint32_t select_wanted(struct copy *copy, uint32_t n)
{
	uint32_t from = copy->source.value_size, to = copy->target.value_size, taken = 0;
	size_t key_size = copy->source.key_size;

	for (uint32_t i = 0; i < n; i++) {
		unsigned char *value = copy->widened + (size_t)taken * to;
		unsigned char *key = copy->keys + i * key_size;

		if (!copy->wanted(key, copy->context))
			continue;
		memmove(copy->keys + taken++ * key_size, key, key_size);
		memset(value, 0, to);
		memcpy(value, copy->values + (size_t)i * from, from < to ? from : to);
	}
	return taken;
}

static int write_batch(struct copy *copy, uint32_t n)
{
	n = select_wanted(copy, n);
	if (!n || !bpf_map_update_batch(copy->to, copy->keys, copy->widened, &n, NULL))
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
	int error;

	if (!look_at(from, &copy.source) || !look_at(to, &copy.target))
		return fail_errno(errno, "cannot copy a map");
	copy.keys = calloc(BATCH, copy.source.key_size);
	copy.values = calloc(BATCH, copy.source.value_size);
	copy.widened = calloc(BATCH, copy.target.value_size);
	error = copy.keys && copy.values && copy.widened ? copy_batches(&copy) : ENOMEM;
	free(copy.keys);
	free(copy.values);
	free(copy.widened);
	*full = error == E2BIG;
	return error && !*full ? fail_errno(error, "cannot copy the map %s", copy.source.name) :
				 NETFWV6_S_OK;
}
