// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/counts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/scope.h"

/* So many packets in a row that XDP did not see are more than somebody's redirects. */
#define BLIND_RUN 64

/* What XDP saw is with the guard by then, on whatever CPU. */
#define JIFFIES_BETWEEN 256

netfwv6_result counts_open(const struct state *state, uint32_t id, uint32_t flags, int *map)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = flags);
	char path[PIN_PATH_SIZE];

	*map = bpf_obj_get_opts(attachment_counts_path(state, id, path), &opts);
	return *map < 0 ? fail_errno(errno, "cannot open %s", path) : NETFWV6_S_OK;
}

/* One value for each CPU; the caller frees them. */
static netfwv6_result allocate(struct count **cpus, int *n)
{
	*n = libbpf_num_possible_cpus();
	*cpus = *n > 0 ? calloc((size_t)*n, sizeof(**cpus)) : NULL;
	return *cpus ? NETFWV6_S_OK :
		       fail_errno(*n > 0 ? ENOMEM : -*n, "cannot get at the counters");
}

static netfwv6_result counts_sum(int map, struct count *counts, uint64_t *latest)
{
	struct count *cpus CLEANUP(free_pointer) = NULL;
	int n;

	TRY(allocate(&cpus, &n));
	memset(counts, 0, REASON_COUNT * sizeof(*counts));
	memset(latest, 0, REASON_COUNT * sizeof(*latest));
	for (uint32_t i = 0; i < REASON_COUNT; i++) {
		if (bpf_map_lookup_elem(map, &i, cpus))
			return fail_errno(errno, "cannot read the counters");
		for (int cpu = 0; cpu < n; cpu++) {
			counts[i].packets += cpus[cpu].packets;
			counts[i].bytes += cpus[cpu].bytes;
			if (latest[i] < cpus[cpu].jiffy)
				latest[i] = cpus[cpu].jiffy;
		}
	}
	return NETFWV6_S_OK;
}

netfwv6_result counts_read(int map, struct count *counts)
{
	uint64_t latest[REASON_COUNT];

	return counts_sum(map, counts, latest);
}

netfwv6_result counts_clear(int map, uint32_t first, uint32_t n)
{
	struct count *zeros CLEANUP(free_pointer) = NULL;
	int cpus;

	TRY(allocate(&zeros, &cpus));
	for (uint32_t i = first; i < first + n; i++)
		if (bpf_map_update_elem(map, &i, zeros, BPF_ANY))
			return fail_errno(errno, "cannot reset the counters");
	return NETFWV6_S_OK;
}

/*
 * Marks end a run on the CPU that the guard runs on. Where there are none, XDP ends it on its own
 * CPU, which need not be the same: then its latest packet is long ago.
 */
static bool is_blind(const struct count *counts, const uint64_t *latest)
{
	return counts[COUNT_UNSEEN_RUN].packets >= BLIND_RUN &&
	       (!counts[COUNT_UNMARKED].packets ||
		latest[COUNT_UNSEEN_RUN] > latest[COUNT_UNMARKED] + JIFFIES_BETWEEN);
}

netfwv6_result counts_unseen(const struct state *state, uint32_t id,
			     const struct attachment_record *record, struct unseen *unseen)
{
	const bool is_native = record->mode == NETFWV6_MODE_NATIVE;
	struct count counts[REASON_COUNT];
	uint64_t latest[REASON_COUNT];
	int map CLEANUP(close_descriptor) = -1;

	*unseen = (struct unseen){};
	if (!id || !record->program[HOOK_XDP])
		return NETFWV6_S_OK;
	TRY(counts_open(state, id, BPF_F_RDONLY, &map));
	TRY(counts_sum(map, counts, latest));
	unseen->packets = counts[COUNT_UNSEEN].packets;
	unseen->unknown = !is_native || counts[COUNT_UNMARKED].packets;
	/* Where others put packets in, or captures take marks off, that says nothing of the driver. */
	unseen->xdp_is_blind =
		is_native && record->flags & ATTACHED_SEALED && is_blind(counts, latest);
	return NETFWV6_S_OK;
}
