// SPDX-License-Identifier: LGPL-2.1-or-later
/* Packets dropped for closed ports, counted by port. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/administration.h"
#include "admin/make.h"
#include "api/mgr.h"
#include "api/told.h"
#include "ports/port_table.h"
#include "state/control.h"
#include "state/root.h"
#include "util/error.h"
#include "util/options.h"

static netfwv6_result mgr_get_port_hits_counted(struct netfwv6_mgr *mgr, bool *counted)
{
	struct control control;
	netfwv6_result result;

	if (!mgr || !counted)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the answer's out-pointer" : "the manager");
	pthread_mutex_lock(&mgr->state.mutex);
	result = state_open(&mgr->state);
	if (NETFWV6_SUCCEEDED(result))
		result = control_read(&mgr->state.root, &control);
	pthread_mutex_unlock(&mgr->state.mutex);
	if (NETFWV6_SUCCEEDED(result))
		*counted = control.on_drop & ON_DROP_COUNT_PORTS;
	return result;
}

netfwv6_result netfwv6_mgr_get_port_hits_counted(struct netfwv6_mgr *mgr, bool *counted)
{
	return told(state_of(mgr), mgr_get_port_hits_counted(mgr, counted));
}

/* Writes zeros to all. */
static netfwv6_result clear_hits(const struct state *state)
{
	uint32_t *keys = malloc(PORT_ENTRIES * sizeof(*keys)), n = PORT_ENTRIES;
	uint64_t *zeros = calloc(PORT_ENTRIES, sizeof(*zeros));
	netfwv6_result result = NETFWV6_S_OK;
	int fd = -1;

	if (!keys || !zeros)
		result = fail_errno(ENOMEM, "cannot count by port");
	if (NETFWV6_SUCCEEDED(result))
		result = pin_open_existing(state->root.dir, PIN_HITS, 0, &fd);
	for (uint32_t i = 0; i < PORT_ENTRIES && NETFWV6_SUCCEEDED(result); i++)
		keys[i] = i;
	if (NETFWV6_SUCCEEDED(result) && bpf_map_update_batch(fd, keys, zeros, &n, NULL))
		result = fail_errno(errno, "cannot clear %s/hits", state->root.dir);
	if (fd >= 0)
		close(fd);
	free(keys);
	free(zeros);
	return result;
}

static netfwv6_result switch_counting(struct state *state, void *counted)
{
	bool on = *(bool *)counted;
	struct control *control;
	netfwv6_result result = state_open(state);

	/* Off is what a state that does not exist says. */
	if (NETFWV6_FAILED(result) || (!on && state->root.state == ROOT_ABSENT))
		return result;
	result = state_make(state);
	if (NETFWV6_SUCCEEDED(result))
		result = control_map(&state->root, &control);
	if (NETFWV6_FAILED(result))
		return result;
	if (!on) {
		control_clear(control, ON_DROP_COUNT_PORTS);
	} else if (!(control->on_drop & ON_DROP_COUNT_PORTS)) {
		result = clear_hits(state);
		if (NETFWV6_SUCCEEDED(result))
			control_set(control, ON_DROP_COUNT_PORTS);
	}
	control_unmap(control);
	return result;
}

netfwv6_result netfwv6_mgr_put_port_hits_counted(struct netfwv6_mgr *mgr, bool counted)
{
	return told(state_of(mgr),
		    mgr ? with_administration(&mgr->state, switch_counting, &counted) :
			  fail(NETFWV6_E_POINTER, "the manager is null"));
}

static netfwv6_result read_hits(const struct state *state, struct range range, uint64_t *hits)
{
	uint32_t before = range.first - 1, after, count = range.count;
	uint32_t *keys = malloc(range.count * sizeof(*keys));
	struct control control;
	netfwv6_result result;
	int fd = -1;

	memset(hits, 0, range.count * sizeof(*hits));
	result = keys ? control_read(&state->root, &control) :
			fail_errno(ENOMEM, "cannot read hits");
	if (NETFWV6_SUCCEEDED(result) && control.on_drop & ON_DROP_COUNT_PORTS) {
		result = pin_open_existing(state->root.dir, PIN_HITS, BPF_F_RDONLY, &fd);
		/* A batch starts behind its first key. */
		if (NETFWV6_SUCCEEDED(result) &&
		    bpf_map_lookup_batch(fd, &before, &after, keys, hits, &count, NULL) &&
		    errno != ENOENT)
			result = fail_errno(errno, "cannot read %s/hits", state->root.dir);
	}
	if (fd >= 0)
		close(fd);
	free(keys);
	return result;
}

static netfwv6_result mgr_get_port_hits(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					uint32_t protocol, size_t n, uint64_t *hits)
{
	struct range range;
	netfwv6_result result;
	uint64_t *read;

	if (!mgr || !hits)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the hits' out-pointer" : "the manager");
	result = range_take(first, last, protocol, &range);
	if (NETFWV6_SUCCEEDED(result))
		result = elements_check_room(n, range.count);
	if (NETFWV6_FAILED(result))
		return result;
	read = malloc(range.count * sizeof(*read));
	if (!read)
		return fail_errno(ENOMEM, "cannot read hits");
	pthread_mutex_lock(&mgr->state.mutex);
	result = state_open(&mgr->state);
	if (NETFWV6_SUCCEEDED(result))
		result = read_hits(&mgr->state, range, read);
	pthread_mutex_unlock(&mgr->state.mutex);
	if (NETFWV6_SUCCEEDED(result))
		memcpy(hits, read, range.count * sizeof(*hits));
	free(read);
	return result;
}

netfwv6_result netfwv6_mgr_get_port_hits(struct netfwv6_mgr *mgr, uint32_t first, uint32_t last,
					 uint32_t protocol, size_t n, uint64_t *hits)
{
	return told(state_of(mgr), mgr_get_port_hits(mgr, first, last, protocol, n, hits));
}
