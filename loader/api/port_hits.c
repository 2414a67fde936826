// SPDX-License-Identifier: LGPL-2.1-or-later
/* Packets dropped for closed ports, counted by port. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/administration.h"
#include "admin/make.h"
#include "api/call.h"
#include "api/mgr.h"
#include "ports/port_table.h"
#include "state/control.h"

netfwv6_result netfwv6_mgr_get_port_hits_counted(struct netfwv6_mgr *mgr, bool *counted)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	struct control control;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(counted, "the answer's out-pointer"));
	TRY(call_open(&call));
	TRY(control_read(&call.state->root, &control));
	*counted = control.on_drop & ON_DROP_COUNT_PORTS;
	return call_result(&call, NETFWV6_S_OK);
}

/* Writes zeros to all. */
static netfwv6_result clear_hits(const struct state *state)
{
	uint32_t *keys CLEANUP(free_pointer) = malloc(PORT_ENTRIES * sizeof(*keys));
	uint64_t *zeros CLEANUP(free_pointer) = calloc(PORT_ENTRIES, sizeof(*zeros));
	int fd CLEANUP(close_descriptor) = -1;
	uint32_t n = PORT_ENTRIES;

	if (!keys || !zeros)
		return fail_errno(ENOMEM, "cannot count by port");
	TRY(pin_open_existing(state->root.dir, PIN_HITS, 0, &fd));
	for (uint32_t i = 0; i < PORT_ENTRIES; i++)
		keys[i] = i;
	return bpf_map_update_batch(fd, keys, zeros, &n, NULL) ?
		       fail_errno(errno, "cannot clear %s/hits", state->root.dir) :
		       NETFWV6_S_OK;
}

static netfwv6_result switch_counting(struct state *state, void *counted)
{
	struct control *control CLEANUP(control_unmap) = NULL;
	bool on = *(bool *)counted;

	TRY(state_open(state));
	/* Off is what a state that does not exist says. */
	if (!on && state->root.state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	TRY(state_make(state));
	TRY(control_map(&state->root, &control));
	if (!on) {
		control_clear(control, ON_DROP_COUNT_PORTS);
	} else if (!(control->on_drop & ON_DROP_COUNT_PORTS)) {
		TRY(clear_hits(state));
		control_set(control, ON_DROP_COUNT_PORTS);
	}
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_put_port_hits_counted(struct netfwv6_mgr *mgr, bool counted)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));

	TRY(pointer_check(mgr, "the manager"));
	return call_result(&call, with_administration(call.state, switch_counting, &counted));
}

static netfwv6_result read_hits(const struct state *state, struct range range, uint64_t *hits)
{
	uint32_t before = range.first - 1, after, count = range.count;
	uint32_t *keys CLEANUP(free_pointer) = malloc(range.count * sizeof(*keys));
	int fd CLEANUP(close_descriptor) = -1;
	struct control control;

	if (!keys)
		return fail_errno(ENOMEM, "cannot read hits");
	TRY(control_read(&state->root, &control));
	if (!(control.on_drop & ON_DROP_COUNT_PORTS))
		return NETFWV6_S_OK;
	TRY(pin_open_existing(state->root.dir, PIN_HITS, BPF_F_RDONLY, &fd));
	/* A batch starts behind its first key. */
	if (bpf_map_lookup_batch(fd, &before, &after, keys, hits, &count, NULL) && errno != ENOENT)
		return fail_errno(errno, "cannot read %s/hits", state->root.dir);
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_get_port_hits(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					 uint32_t protocol, size_t n, uint64_t *hits)
{
	struct call call CLEANUP(call_end) = call_on(state_of(mgr));
	uint64_t *read CLEANUP(free_pointer) = NULL;
	struct range range;

	TRY(pointer_check(mgr, "the manager"));
	TRY(pointer_check(hits, "the hits' out-pointer"));
	TRY(range_take(first, last, protocol, &range));
	TRY(elements_check_room(n, range.count));
	read = calloc(range.count, sizeof(*read));
	if (!read)
		return fail_errno(ENOMEM, "cannot read hits");
	TRY(call_open(&call));
	TRY(read_hits(call.state, range, read));
	memcpy(hits, read, range.count * sizeof(*hits));
	return call_result(&call, NETFWV6_S_OK);
}
