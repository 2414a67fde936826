// SPDX-License-Identifier: LGPL-2.1-or-later
#include "run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>
#include <netinet/in.h>
#include "build.h"
#include "events.h"
#include "netfwv6.skel.h"

#define PAGE 4096
#define PORTS_SIZE (PORT_ENTRIES * sizeof(uint64_t))
#define TABLE_SIZE (TABLE_ENTRIES * sizeof(uint64_t))

#define ENOUGH 80 /* more than the questions of a jiffy */

struct firewall {
	struct netfwv6_bpf *skel;
	uint64_t *ports;
	bool unsummed;			   /* the summary is not what the entries are */
	struct count totals[REASON_COUNT]; /* as of the latest run */
	uint64_t flooded_tick;
};

static struct firewall *firewalls[SLOT_MAX + 1];
static enum flood flooded;

static const char *const keywords[REASON_COUNT] = {
#define X(number, identifier, keyword, sentence) [number] = keyword,
	NETFWV6_REASONS(X)
#undef X
};

static const char *keyword(enum reason reason)
{
	return reason < REASON_COUNT && keywords[reason] ? keywords[reason] : "a reason unknown";
}

static const char *verb(enum xdp_action action)
{
	return action == XDP_PASS ? "pass" : action == XDP_DROP ? "drop" : "neither pass nor drop";
}

/* In a buffer that the next call overwrites. */
static const char *hex_of(const uint8_t *packet, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	static char hex[2 * FRAME_MAX + 1];

	for (size_t i = 0; i < length; i++) {
		hex[2 * i] = digits[packet[i] >> 4];
		hex[2 * i + 1] = digits[packet[i] & 0xf];
	}
	hex[2 * length] = 0;
	return hex;
}

/* Every reason's counts, summed over the CPUs. */
static void read_totals(struct firewall *fw, struct count totals[REASON_COUNT])
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t keys[REASON_COUNT], count = REASON_COUNT, next;
	struct count *values;
	int err;

	assert_true(cpus > 0);
	values = calloc((size_t)cpus * REASON_COUNT, sizeof(*values));
	assert_non_null(values);
	err = bpf_map_lookup_batch(bpf_map__fd(fw->skel->maps.netfwv6_counts), NULL, &next, keys,
				   values, &count, NULL);
	memset(totals, 0, REASON_COUNT * sizeof(*totals));
	for (uint32_t i = 0; i < count; i++) {
		for (int cpu = 0; cpu < cpus; cpu++) {
			const struct count *one = &values[i * cpus + cpu];

			totals[keys[i]].packets += one->packets;
			totals[keys[i]].bytes += one->bytes;
		}
	}
	free(values);
	assert_true(err == 0 || err == -ENOENT); /* ENOENT: there are no more */
	assert_int_equal(count, REASON_COUNT);
}

static struct netfwv6_bpf *load(unsigned int slot)
{
	struct netfwv6_bpf *skel = netfwv6_bpf__open();

	if (!skel)
		return NULL;
	if (slot) {
		skel->rodata->netfwv6_config.own = ENTRY_OPEN(slot);
		skel->rodata->netfwv6_config.ignored = ENTRY_IGNORED(slot);
	}
	if (netfwv6_bpf__load(skel)) {
		netfwv6_bpf__destroy(skel);
		return NULL;
	}
	return skel;
}

static void free_firewall(struct firewall *fw)
{
	munmap(fw->ports, TABLE_SIZE);
	netfwv6_bpf__destroy(fw->skel);
	free(fw);
}

struct firewall *firewall_of(unsigned int slot)
{
	struct netfwv6_bpf *skel;
	void *ports;

	assert_in_range(slot, 0, SLOT_MAX);
	if (firewalls[slot])
		return firewalls[slot];
	skel = load(slot);
	if (!skel)
		fail_msg("the data plane does not load: %s", strerror(errno));
	ports = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		     bpf_map__fd(skel->maps.netfwv6_ports), 0);
	if (ports == MAP_FAILED) {
		netfwv6_bpf__destroy(skel);
		fail_msg("the port table cannot be mapped: %s", strerror(errno));
	}
	firewalls[slot] = calloc(1, sizeof(struct firewall));
	assert_non_null(firewalls[slot]);
	firewalls[slot]->skel = skel;
	firewalls[slot]->ports = ports;
	firewalls[slot]->unsummed = true;
	return firewalls[slot];
}

void firewall_free_all(void)
{
	for (unsigned int slot = 0; slot <= SLOT_MAX; slot++) {
		if (firewalls[slot])
			free_firewall(firewalls[slot]);
		firewalls[slot] = NULL;
	}
}

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
	int map = bpf_map__fd(fw->skel->maps.netfwv6_marks);

	for (uint32_t i = 0; i < MARK_LINES; i++)
		assert_int_equal(bpf_map_update_elem(map, &i, &lines[i], BPF_ANY), 0);
}

void firewall_count_ports(struct firewall *fw, bool count)
{
	struct control control = { .on_drop = count ? ON_DROP_COUNT_PORTS : 0 };
	uint32_t key = 0;

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(fw->skel->maps.netfwv6_control), &key,
					     &control, BPF_ANY),
			 0);
}

uint64_t firewall_hits(struct firewall *fw, uint8_t protocol, uint16_t port)
{
	uint32_t key = entry_of(protocol, port);
	uint64_t hits;

	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(fw->skel->maps.netfwv6_hits), &key, &hits),
			 0);
	return hits;
}

static int test_run(const struct netfwv6_bpf *skel, enum link_type type, const uint8_t *packet,
		    size_t length, uint32_t linear, enum xdp_action *action)
{
	const struct bpf_program *program =
		type == LINK_ETHERNET ? skel->progs.netfwv6_eth : skel->progs.netfwv6_ip;
	struct xdp_md split = { .data_end = linear };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = length, .repeat = 1);
	int err;

	if (linear < length) {
		run.ctx_in = &split;
		run.ctx_size_in = sizeof(split);
	}
	err = bpf_prog_test_run_opts(bpf_program__fd(program), &run);
	*action = run.retval;
	return err;
}

/* The one reason whose counter moved between the two, or -1. */
static int moved(const struct count before[REASON_COUNT], const struct count after[REASON_COUNT],
		 size_t length, uint32_t times)
{
	int which = -1;

	for (int i = 0; i < REASON_COUNT; i++) {
		uint64_t packets = after[i].packets - before[i].packets;
		uint64_t bytes = after[i].bytes - before[i].bytes;

		if (packets == 0 && bytes == 0)
			continue;
		if (packets != times || bytes != times * length || which != -1)
			return -1;
		which = i;
	}
	return which;
}

struct outcome firewall_run_often(struct firewall *fw, enum link_type type, const uint8_t *packet,
				  size_t length, uint32_t linear, uint32_t times)
{
	struct count before[REASON_COUNT];
	enum xdp_action action = XDP_ABORTED;
	int err = 0, reason;

	/* Not repeated by the kernel, which waits for an RCU grace period then. */
	memcpy(before, fw->totals, sizeof(before));
	for (uint32_t i = 0; i < times && !err; i++)
		err = test_run(fw->skel, type, packet, length, linear, &action);
	if (err && length > PAGE) {
		print_message("# this kernel runs no program on %zu bytes: %s\n", length,
			      strerror(-err));
		skip();
	}
	if (err)
		fail_msg("test run of %zu bytes: %s", length, strerror(-err));
	read_totals(fw, fw->totals);
	reason = moved(before, fw->totals, length, times);
	if (reason < 0)
		fail_msg("not exactly one counter moved by %u packets of %zu bytes: %s", times,
			 length, hex_of(packet, length));
	return (struct outcome){ action, reason };
}

/* Changes with each jiffy. */
static uint64_t present_tick(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

void firewall_flood(struct firewall *fw)
{
	static const struct variant closed = { IPPROTO_TCP, 0, 0 };
	static struct frame frame;
	uint64_t entry = fw->ports[0];

	frame_build(&frame, NULL, PIECES(ETHERNET, IPV6, L4), &closed);
	while (fw->flooded_tick != present_tick()) {
		fw->flooded_tick = present_tick();
		fw->ports[0] = 0;
		firewall_run_often(fw, LINK_ETHERNET, frame.bytes, frame.length, ALL_LINEAR,
				   ENOUGH);
		fw->ports[0] = entry;
	}
}

void firewalls_are_flooded(enum flood flood)
{
	flooded = flood;
}

struct outcome firewall_run(struct firewall *fw, enum link_type type, const uint8_t *packet,
			    size_t length, uint32_t linear)
{
	if (fw->unsummed)
		firewall_sum_up(fw);
	if (flooded == HEARD_FLOOD)
		firewall_count_ports(fw, true);
	if (flooded)
		firewall_flood(fw);
	return firewall_run_often(fw, type, packet, length, linear, 1);
}

void expect_outcome(struct outcome got, struct outcome expected, const uint8_t *packet,
		    size_t length, const char *where)
{
	if (got.action == expected.action && got.reason == expected.reason)
		return;
	fail_msg("%s%sexpected %s, %s; got %s, %s; packet of %zu bytes: %s",
		 flooded == HEARD_FLOOD ? "in a flood that is heard: " :
		 flooded		? "in a flood: " :
					  "",
		 where, verb(expected.action), keyword(expected.reason), verb(got.action),
		 keyword(got.reason), length, hex_of(packet, length));
}
