// SPDX-License-Identifier: LGPL-2.1-or-later
/* Many names in one system call. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ports/names.h"
#include "util/error.h"

static netfwv6_result visit_batch(struct name_batch *batch, uint32_t n,
				  netfwv6_result (*visit)(void *context, struct name_key key,
							  const char *name),
				  void *context)
{
	for (uint32_t i = 0; i < n; i++) {
		batch->names[i][NAME_SIZE - 1] = '\0';
		TRY(visit(context, batch->keys[i], batch->names[i]));
	}
	return NETFWV6_S_OK;
}

static netfwv6_result visit_all(const struct state *state, struct name_batch *batch,
				netfwv6_result (*visit)(void *context, struct name_key key,
							const char *name),
				void *context)
{
	bool first = true, end = false;
	uint32_t position;

	for (; !end; first = false) {
		uint32_t n = NAMES_TOGETHER;

		if (bpf_map_lookup_batch(state->root.map[PIN_NAMES], first ? NULL : &position,
					 &position, batch->keys, batch->names, &n, NULL)) {
			if (errno != ENOENT)
				return fail_errno(errno, "cannot read the names of ports in %s",
						  state->root.dir);
			end = true;
		}
		TRY(visit_batch(batch, n, visit, context));
	}
	return NETFWV6_S_OK;
}

netfwv6_result names_visit(const struct state *state,
			   netfwv6_result (*visit)(void *context, struct name_key key,
						   const char *name),
			   void *context)
{
	struct name_batch *batch;
	netfwv6_result result;

	if (state->root.state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	batch = malloc(sizeof(*batch));
	if (!batch)
		return fail_errno(ENOMEM, "cannot read the names of ports");
	result = visit_all(state, batch, visit, context);
	free(batch);
	return result;
}

static int update_batch(const struct state *state, const struct name_batch *batch)
{
	uint32_t n = batch->count;

	return bpf_map_update_batch(state->root.map[PIN_NAMES], batch->keys, batch->names, &n,
				    NULL) ?
		       errno :
		       0;
}

netfwv6_result names_flush(struct state *state, struct name_batch *batch)
{
	int error = 0;

	if (!batch->count)
		return NETFWV6_S_OK;
	for (uint32_t i = 0; i < batch->count; i++)
		policy_note(&state->policy, NAMED_WORD(batch->keys[i].entry),
			    BITMAP_BIT(batch->keys[i].entry));
	error = update_batch(state, batch);
	if (error == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY,
			    "%u ports have names, and no more fit: give some of them none",
			    NAME_RECORDS);
	batch->count = 0;
	return error ? fail_errno(error,
				  "cannot store the names of ports ('netfwv6 init --rebuild' as "
				  "root makes the names anew)") :
		       NETFWV6_S_OK;
}

netfwv6_result names_put(struct state *state, struct name_batch *batch, struct name_key key,
			 const char *name)
{
	batch->keys[batch->count] = key;
	memset(batch->names[batch->count], 0, NAME_SIZE);
	strncpy(batch->names[batch->count++], name, NAME_SIZE - 1);
	return batch->count == NAMES_TOGETHER ? names_flush(state, batch) : NETFWV6_S_OK;
}

void name_drop(struct state *state, struct name_key key)
{
	if (policy_load(&state->policy, NAMED_WORD(key.entry)) & BITMAP_BIT(key.entry))
		bpf_map_delete_elem(state->root.map[PIN_NAMES], &key);
}
