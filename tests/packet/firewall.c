// SPDX-License-Identifier: LGPL-2.1-or-later
#include "firewall.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/bpf.h>
#include <cmocka.h>
#include <netinet/in.h>
#include "events.h"

#define PORTS_SIZE (PORT_ENTRIES * sizeof(uint64_t))
#define TABLE_SIZE (TABLE_ENTRIES * sizeof(uint64_t))

static struct firewall *firewalls[SLOT_MAX + 1];

/* ---- Loading ----------------------------------------------------------------------- */

static struct lane *guarded_lane(enum link_type type, enum lane_kind kind,
				 const struct guard_bpf *guard)
{
	struct lane *lane = lane_make(type, kind);

	lane_guard(lane, program_of_guard(guard, type));
	return lane;
}

static void make_lanes(struct firewall *fw)
{
	const struct programs *programs = &fw->programs;

	for (enum link_type type = LINK_ETHERNET; type <= LINK_RAW_IP; type++) {
		fw->alone[type] = guarded_lane(type, LANE_WHOLE, programs->alone);
		fw->both[type] = guarded_lane(type, LANE_WHOLE, programs->behind);
		lane_xdp(fw->both[type], program_of_xdp(programs, type), type == LINK_RAW_IP);
	}
	fw->pieces = guarded_lane(LINK_ETHERNET, LANE_PIECES, programs->alone);
}

static struct firewall *make_firewall(unsigned int slot)
{
	const struct connection_config config = {
		.own = slot ? ENTRY_OPEN(slot) : 0,
		.ignored = slot ? ENTRY_IGNORED(slot) : 0,
	};
	struct firewall *fw = calloc(1, sizeof(*fw));

	assert_non_null(fw);
	fw->programs = programs_load(&config);
	fw->counts = map_of(&fw->programs, "nf6_counts");
	fw->counts_alone = counts_alone(&fw->programs);
	fw->ports = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 map_of(&fw->programs, "nf6_ports"), 0);
	if (fw->ports == MAP_FAILED)
		fail_msg("the port table cannot be mapped: %s", strerror(errno));
	fw->unsummed = true;
	make_lanes(fw);
	return fw;
}

struct firewall *firewall_of(unsigned int slot)
{
	assert_in_range(slot, 0, SLOT_MAX);
	if (!firewalls[slot])
		firewalls[slot] = make_firewall(slot);
	return firewalls[slot];
}

static void free_firewall(struct firewall *fw)
{
	for (enum link_type type = LINK_ETHERNET; type <= LINK_RAW_IP; type++) {
		lane_free(fw->alone[type]);
		lane_free(fw->both[type]);
	}
	lane_free(fw->pieces);
	munmap(fw->ports, TABLE_SIZE);
	programs_free(&fw->programs);
	free(fw);
}

void firewall_free_all(void)
{
	for (unsigned int slot = 0; slot <= SLOT_MAX; slot++) {
		if (firewalls[slot])
			free_firewall(firewalls[slot]);
		firewalls[slot] = NULL;
	}
}

const struct programs *firewall_programs(struct firewall *fw)
{
	fw->others_count = true;
	return &fw->programs;
}

/* ---- Tables ------------------------------------------------------------------------ */

uint64_t *firewall_ports(struct firewall *fw)
{
	return fw->ports;
}

void firewall_close_all_ports(struct firewall *fw)
{
	memset(fw->ports, 0, PORTS_SIZE);
	fw->unsummed = true;
}

void firewall_sum_up(struct firewall *fw)
{
	memset(fw->ports + PORT_ENTRIES, 0, TABLE_SIZE - PORTS_SIZE);
	for (uint32_t i = 0; i < PORT_ENTRIES; i++) {
		if (fw->ports[i])
			fw->ports[SUMMARY_WORD(i)] |= BITMAP_BIT(i);
		if (fw->ports[i] & ~ENTRY_IN_USE)
			fw->ports[SETTINGS_WORD(i)] |= BITMAP_BIT(i);
	}
	fw->unsummed = false;
}

uint32_t entry_of(uint8_t protocol, uint16_t port)
{
	return port + (protocol == IPPROTO_UDP ? PORTS_PER_PROTOCOL : 0);
}

void firewall_set_marks(struct firewall *fw, const struct mark_line *lines)
{
	int map = map_of(&fw->programs, "nf6_marks");

	for (uint32_t i = 0; i < MARK_LINES; i++)
		assert_int_equal(bpf_map_update_elem(map, &i, &lines[i], BPF_ANY), 0);
}

void firewall_count_ports(struct firewall *fw, bool count)
{
	struct control control = { .on_drop = count ? ON_DROP_COUNT_PORTS : 0 };
	uint32_t key = 0;

	assert_int_equal(
		bpf_map_update_elem(map_of(&fw->programs, "nf6_control"), &key, &control, BPF_ANY),
		0);
}

uint64_t firewall_hits(struct firewall *fw, uint8_t protocol, uint16_t port)
{
	uint32_t key = entry_of(protocol, port);
	uint64_t hits;

	assert_int_equal(bpf_map_lookup_elem(map_of(&fw->programs, "nf6_hits"), &key, &hits), 0);
	return hits;
}
