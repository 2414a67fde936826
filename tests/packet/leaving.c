// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is learned of a packet that leaves: nothing, where it is routed on from its destination. */
#include "rows.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "egress-ct.skel.h"
#include "egress.skel.h"
#include "guard-ct.skel.h"
#include "netfwv6-ct.skel.h"
#include "programs.h"

static const struct {
	const char *sentence;
	const struct piece *packet;
	bool learned;
} rows[] = {
	{ "a plain packet", PIECES(IPV6, L4), true },
	{ "a packet behind destination options", PIECES(IPV6, DEST(0), L4), true },
	{ "a routing header with no segments left", PIECES(IPV6, ROUTING(2), SEGMENTS_LEFT(0), L4),
	  true },
	{ "a routing header with a segment left", PIECES(IPV6, ROUTING(2), SEGMENTS_LEFT(1), L4),
	  false },
	{ "a segment left in front of destination options",
	  PIECES(IPV6, ROUTING(2), SEGMENTS_LEFT(1), DEST(0), L4), false },
};

static bool any_mark(const struct egress_bpf *skel)
{
	int map = bpf_map__fd(skel->maps.nf6_marks);
	const struct mark_line none = {};
	struct mark_line line;

	for (uint32_t i = 0; i < MARK_LINES; i++) {
		assert_int_equal(bpf_map_lookup_elem(map, &i, &line), 0);
		if (memcmp(&line, &none, sizeof(line)) != 0)
			return true;
	}
	return false;
}

static void send_out(const struct egress_bpf *skel, enum link link, const struct frame *frame)
{
	const struct bpf_program *program =
		link == LINK_RAW ? skel->progs.netfwv6_out_ip : skel->progs.netfwv6_out_eth;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->bytes, .data_size_in = frame->length,
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	assert_int_equal((int)opts.retval, -1);
}

static void run_row(const struct piece *packet, enum link link, bool learned)
{
	static const struct variant v = { IPPROTO_UDP, CLOSED_PORT, CLOSED_PORT };
	struct egress_bpf *skel = egress_bpf__open_and_load();
	static struct frame frame;
	struct flow_key key;

	assert_non_null(skel);
	link_build(&frame, link, packet, &v);
	send_out(skel, link, &frame);
	assert_int_equal(bpf_map_get_next_key(bpf_map__fd(skel->maps.nf6_udp), NULL, &key) == 0,
			 learned);
	assert_int_equal(any_mark(skel), learned);
	egress_bpf__destroy(skel);
}

static void what_leaves_is_learned(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("# %s\n", rows[i].sentence);
		run_row(rows[i].packet, LINK_PLAIN, rows[i].learned);
		run_row(rows[i].packet, LINK_TAGGED, rows[i].learned);
	}
}

/* Those that no other test needs. */
static void every_variant_loads(void **state)
{
	static const struct connection_config variants[] = {
		{ .stateless = 1 },
		{ .stateless = 1, .own = ENTRY_OPEN(31), .ignored = ENTRY_IGNORED(31) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(variants) / sizeof(*variants); i++) {
		struct programs programs = programs_load(&variants[i]);

		programs_free(&programs);
	}
}

static void load_object(const char *name, const void *(*elf)(size_t *size))
{
	size_t size;
	const void *bytes = elf(&size);
	struct bpf_object *object = bpf_object__open_mem(bytes, size, NULL);
	int error = object ? bpf_object__load(object) : -errno;

	if (error)
		fail_msg("%s does not load: %s", name, strerror(-error));
	bpf_object__close(object);
}

/* Where the kernel tracks connections, that is. */
static void programs_that_ask_tracking_load(void **state)
{
	(void)state;
	if (access("/proc/sys/net/netfilter/nf_conntrack_max", F_OK))
		skip();
	load_object("XDP", netfwv6_ct_bpf__elf_bytes);
	load_object("the guard", guard_ct_bpf__elf_bytes);
	load_object("the learner", egress_ct_bpf__elf_bytes);
}

void leaving(struct table *t)
{
	table_add(t, "what leaves is learned, unless it is routed on", what_leaves_is_learned,
		  NULL);
	table_add(t, "every variant of the programs loads", every_variant_loads, NULL);
	table_add(t, "the programs that ask connection tracking load",
		  programs_that_ask_tracking_load, NULL);
}
