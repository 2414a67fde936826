// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/tap.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

uint64_t tap_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

netfwv6_result tap_claim(struct control *control, uint32_t *tap, uint64_t *lease)
{
	uint64_t now = tap_now();

	for (uint32_t i = TAP_LOG + 1; i < TAPS; i++) {
		*lease = control_lease(control, i);
		if (*lease < now && tap_renew(control, i, lease)) {
			control_clear(control, 1u << i);
			*tap = i;
			return NETFWV6_S_OK;
		}
	}
	return fail(NETFWV6_E_OUTOFMEMORY,
		    "%u others look at events already, and no more can: end one of them", TAPS - 1);
}

bool tap_renew(struct control *control, uint32_t tap, uint64_t *lease)
{
	uint64_t renewed = tap_now() + LEASE_NANOSECONDS;

	if (!control_swap_lease(control, tap, *lease, renewed))
		return false;
	*lease = renewed;
	return true;
}

netfwv6_result tap_put_ring(const struct state *state, uint32_t tap, int ring)
{
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_open_existing(state->root.dir, PIN_TAPS, 0, &fd));
	if (bpf_map_update_elem(fd, &tap, &ring, BPF_ANY))
		return fail_errno(errno, "cannot put a ring buffer in its place");
	return NETFWV6_S_OK;
}

/* One for each CPU, of both kinds of events. */
static netfwv6_result with_states(const struct state *state, uint32_t tap,
				  netfwv6_result (*action)(int map, const uint32_t *keys,
							   struct tap_state *cpus, int n,
							   uint64_t *sums),
				  uint64_t *sums)
{
	const uint32_t keys[] = { tap, TAPS + tap };
	int n = libbpf_num_possible_cpus(), fd = -1;
	struct tap_state *cpus = n > 0 ? calloc((size_t)n, sizeof(*cpus)) : NULL;
	netfwv6_result result;

	if (!cpus)
		return fail_errno(n > 0 ? ENOMEM : -n, "cannot look at a stream of events");
	result = pin_open_existing(state->root.dir, PIN_TAPSTAT, 0, &fd);
	if (NETFWV6_SUCCEEDED(result)) {
		result = action(fd, keys, cpus, n, sums);
		close(fd);
	}
	free(cpus);
	return result;
}

static netfwv6_result add_up(int map, const uint32_t *keys, struct tap_state *cpus, int n,
			     uint64_t *sums)
{
	for (int kind = 0; kind < 2; kind++) {
		if (bpf_map_lookup_elem(map, &keys[kind], cpus))
			return fail_errno(errno, "cannot read what was missed");
		for (int cpu = 0; cpu < n; cpu++) {
			sums[0] += cpus[cpu].suppressed;
			sums[1] += cpus[cpu].lost;
		}
	}
	return NETFWV6_S_OK;
}

netfwv6_result tap_missed(const struct state *state, uint32_t tap, uint64_t *suppressed,
			  uint64_t *lost)
{
	uint64_t sums[2] = {};

	TRY(with_states(state, tap, add_up, sums));
	*suppressed = sums[0];
	*lost = sums[1];
	return NETFWV6_S_OK;
}

static netfwv6_result clear_states(int map, const uint32_t *keys, struct tap_state *cpus, int n,
				   uint64_t *sums)
{
	(void)n;
	(void)sums;
	for (int kind = 0; kind < 2; kind++)
		if (bpf_map_update_elem(map, &keys[kind], cpus, BPF_ANY))
			return fail_errno(errno, "cannot begin a stream of events");
	return NETFWV6_S_OK;
}

netfwv6_result tap_forget(const struct state *state, struct control *control, uint32_t tap)
{
	control->tap[tap].told_suppressed = 0;
	control->tap[tap].told_lost = 0;
	return with_states(state, tap, clear_states, NULL);
}

void tap_release(const struct state *state, struct control *control, uint32_t tap, uint64_t lease)
{
	int fd = -1;

	if (!tap_renew(control, tap, &lease))
		return;
	control_clear(control, 1u << tap);
	if (NETFWV6_SUCCEEDED(pin_open(state->root.dir, PIN_TAPS, 0, &fd)) && fd >= 0) {
		bpf_map_delete_elem(fd, &tap);
		close(fd);
	}
	control_renew(control, tap, 0);
}
