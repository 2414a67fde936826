// SPDX-License-Identifier: LGPL-2.1-or-later
#include "programs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>
#include "guard.skel.h"
#include "netfwv6.skel.h"

#define COUNTS "nf6_counts"

static void must_load(int error, const char *what)
{
	if (error)
		fail_msg("%s does not load: %s", what, strerror(-error));
}

/* Is it one that the programs of a state have in common? Global data is each one's own. */
static bool is_shared(const char *name)
{
	return strncmp(name, "nf6_", 4) == 0 || strcmp(name, SECRET_SECTION) == 0;
}

static void share_maps(struct bpf_object *object, const struct bpf_object *with, bool counts)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);

		if (is_shared(name) && (counts || strcmp(name, COUNTS) != 0))
			assert_int_equal(
				bpf_map__reuse_fd(map, bpf_object__find_map_fd_by_name(with, name)),
				0);
	}
}

static struct netfwv6_bpf *load_xdp(const struct connection_config *config)
{
	struct netfwv6_bpf *skel = netfwv6_bpf__open();

	assert_non_null(skel);
	skel->rodata->netfwv6_config = *config;
	skel->rodata->netfwv6_config.secret = SECRET;
	must_load(netfwv6_bpf__load(skel), "XDP");
	return skel;
}

static struct guard_bpf *load_guard(const struct connection_config *config,
				    const struct netfwv6_bpf *xdp, bool alone)
{
	struct guard_bpf *skel = guard_bpf__open();

	assert_non_null(skel);
	skel->rodata->netfwv6_config = *config;
	skel->rodata->netfwv6_config.secret = alone ? 0 : SECRET;
	share_maps(skel->obj, xdp->obj, !alone);
	must_load(guard_bpf__load(skel), "the guard");
	return skel;
}

/* Any will do; that of an empty map would put all marks into one line. */
static void set_secret(const struct netfwv6_bpf *xdp)
{
	const struct mark_secret secret = {
		.ports = 0x9e3779b97f4a7c15,
		.stamps = 0xd6e8feb86659fd93,
		.remote = { 0xc2b2ae3d, 0x27d4eb4f, 0x165667b1, 0x9e3779f9 },
	};
	uint32_t key = 0;

	assert_int_equal(
		bpf_map_update_elem(bpf_object__find_map_fd_by_name(xdp->obj, SECRET_SECTION), &key,
				    &secret, BPF_ANY),
		0);
}

struct programs programs_load(const struct connection_config *config)
{
	struct programs programs = { .xdp = load_xdp(config) };

	set_secret(programs.xdp);
	programs.behind = load_guard(config, programs.xdp, false);
	programs.alone = load_guard(config, programs.xdp, true);
	return programs;
}

void programs_free(struct programs *programs)
{
	guard_bpf__destroy(programs->alone);
	guard_bpf__destroy(programs->behind);
	netfwv6_bpf__destroy(programs->xdp);
}

int program_of_xdp(const struct programs *programs, enum link_type type)
{
	return bpf_program__fd(type == LINK_ETHERNET ? programs->xdp->progs.netfwv6_eth :
						       programs->xdp->progs.netfwv6_ip);
}

int program_of_guard(const struct guard_bpf *guard, enum link_type type)
{
	return bpf_program__fd(type == LINK_ETHERNET ? guard->progs.netfwv6_in_eth :
						       guard->progs.netfwv6_in_ip);
}

int map_of(const struct programs *programs, const char *name)
{
	int map = bpf_object__find_map_fd_by_name(programs->xdp->obj, name);

	assert_true(map >= 0);
	return map;
}

int counts_alone(const struct programs *programs)
{
	return bpf_map__fd(programs->alone->maps.nf6_counts);
}
