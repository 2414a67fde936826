// SPDX-License-Identifier: LGPL-2.1-or-later
/* What XDP leaves in a packet's metadata, and what the guard believes of it. */
#include "rows.h"

#include <sched.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <linux/if_packet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "counts.h"
#include "guard.skel.h"
#include "programs.h"

static const struct variant to_open = { IPPROTO_TCP, OPEN_PORT, CLOSED_PORT };
static const struct variant to_closed = { IPPROTO_TCP, CLOSED_PORT, OPEN_PORT };

/* The guard, with a secret, behind some program at XDP. */
struct scene {
	struct firewall *fw;
	struct lane *lane;
	struct counts counts;
	uint64_t seen; /* behind the guard */
};

static struct counts counts_now(const struct scene *s)
{
	return read_counts(map_of(firewall_programs(s->fw), "nf6_counts"));
}

static struct scene begin_scene(enum lane_kind kind, int xdp, bool generic)
{
	struct scene s = { .fw = usual_firewall(), .lane = lane_make(LINK_ETHERNET, kind) };

	firewall_sum_up(s.fw);
	lane_guard(s.lane, program_of_guard(firewall_programs(s.fw)->behind, LINK_ETHERNET));
	lane_xdp(s.lane, xdp, generic);
	s.counts = counts_now(&s);
	return s;
}

static int own_program(void)
{
	return program_of_xdp(firewall_programs(usual_firewall()), LINK_ETHERNET);
}

/* Everything that this one packet moved: one reason at least. */
static struct counts send_one(struct scene *s, const struct piece *packet, const struct variant *v)
{
	struct counts before = s->counts, moved;
	struct frame frame;
	int turns = 0;

	link_build(&frame, LINK_PLAIN, packet, v);
	assert_int_equal(lane_send(s->lane, frame.bytes, frame.length, frame.length), 0);
	do {
		lane_wait(&turns);
		s->counts = counts_now(s);
		moved = counts_between(&before, &s->counts);
	} while (counted_reason(&moved, 1, frame.length) == COUNTED_NOTHING);
	return moved;
}

static bool came_out(struct scene *s)
{
	uint64_t before = s->seen;

	s->seen = lane_observed(s->lane).packets;
	return s->seen == before + 1;
}

static void expect_counted(const struct counts *moved, uint32_t reason, bool unseen)
{
	assert_int_equal(moved->of[reason].packets, 1);
	assert_int_equal(moved->of[COUNT_UNSEEN].packets, unseen);
	assert_int_equal(moved->of[COUNT_UNSEEN].bytes, unseen ? moved->of[reason].bytes : 0);
}

static void the_guard_takes_the_mark(void **state)
{
	struct scene s = begin_scene(LANE_VETH, own_program(), false);
	struct counts moved = send_one(&s, PIECES(IPV6, L4), &to_open);

	(void)state;
	expect_counted(&moved, REASON_OPEN_GLOBAL, false);
	assert_int_equal(moved.of[COUNT_UNMARKED].packets, 0);
	assert_true(came_out(&s));
	lane_free(s.lane);
}

/* Whoever gets the packet next may be a stranger, who sends it back with other headers. */
static void the_mark_is_good_for_once(void **state)
{
	struct scene s = begin_scene(LANE_VETH, own_program(), false);

	(void)state;
	send_one(&s, PIECES(IPV6, L4), &to_open);
	assert_true(came_out(&s));
	assert_int_not_equal(lane_observed(s.lane).secret, SECRET);
	lane_free(s.lane);
}

static void what_is_not_ipv6_is_unmarked_and_not_missed(void **state)
{
	struct scene s = begin_scene(LANE_VETH, own_program(), false);
	struct counts moved = send_one(&s, PIECES(TYPE(ETH_P_ARP), DATA(28)), &to_open);

	(void)state;
	expect_counted(&moved, REASON_NOT_IPV6, false);
	assert_int_equal(moved.of[COUNT_UNMARKED].packets, 0);
	assert_true(came_out(&s));
	lane_free(s.lane);
}

/* Where the driver has no room for metadata, the guard judges again, and both say so. */
static void a_driver_without_metadata(void **state)
{
	struct scene s = begin_scene(LANE_WHOLE, own_program(), false);
	struct counts moved = send_one(&s, PIECES(IPV6, L4), &to_open);
	uint64_t unmarked = moved.of[COUNT_UNMARKED].packets;

	(void)state;
	if (!unmarked)
		print_message("# this kernel's driver has room for metadata\n");
	expect_counted(&moved, REASON_OPEN_GLOBAL, unmarked);
	assert_true(came_out(&s));
	moved = send_one(&s, PIECES(IPV6, L4), &to_closed);
	expect_counted(&moved, REASON_CLOSED_TCP, unmarked);
	assert_false(came_out(&s));
	lane_free(s.lane);
}

/* As a program does that captures everything on the device. */
static int capture_on(const struct lane *lane)
{
	struct sockaddr_ll on = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	on.sll_ifindex = (int)if_nametoindex(lane_device(lane));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&on, sizeof(on)), 0);
	return fd;
}

static void a_capture_costs_no_verdict(void **state)
{
	struct scene s = begin_scene(LANE_VETH, own_program(), false);
	int capture = capture_on(s.lane);
	struct counts moved = send_one(&s, PIECES(IPV6, L4), &to_open);

	(void)state;
	assert_int_equal(moved.of[REASON_OPEN_GLOBAL].packets, 1);
	if (moved.of[COUNT_UNSEEN].packets)
		print_message("# this kernel copies without the metadata\n");
	assert_true(came_out(&s));
	moved = send_one(&s, PIECES(IPV6, L4), &to_closed);
	assert_int_equal(moved.of[REASON_CLOSED_TCP].packets, 1);
	assert_false(came_out(&s));
	close(capture);
	lane_free(s.lane);
}

static void on_a_sealed_device_a_capture_costs_no_mark(void **state)
{
	const struct connection_config config = { .sealed = 1 };
	struct programs programs = programs_load(&config);
	struct lane *lane = lane_make(LINK_ETHERNET, LANE_VETH);
	struct counts before = read_counts(map_of(&programs, "nf6_counts")), now, moved;
	int capture = capture_on(lane), turns = 0;
	struct frame frame;

	(void)state;
	lane_guard(lane, program_of_guard(programs.behind, LINK_ETHERNET));
	lane_xdp(lane, program_of_xdp(&programs, LINK_ETHERNET), false);
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, NEXT(IPPROTO_ICMPV6), DATA(64)), &to_open);
	assert_int_equal(lane_send(lane, frame.bytes, frame.length, frame.length), 0);
	do {
		lane_wait(&turns);
		now = read_counts(map_of(&programs, "nf6_counts"));
		moved = counts_between(&before, &now);
	} while (!moved.of[REASON_OTHER_PROTOCOL].packets);
	expect_counted(&moved, REASON_OTHER_PROTOCOL, false);
	close(capture);
	lane_free(lane);
	programs_free(&programs);
}

/* What it counts besides depends on the kernel. */
static void generic_xdp(void **state)
{
	struct scene s = begin_scene(LANE_WHOLE, own_program(), true);
	struct counts moved = send_one(&s, PIECES(IPV6, L4), &to_open);

	(void)state;
	assert_int_equal(moved.of[REASON_OPEN_GLOBAL].packets, 1);
	assert_int_equal(moved.of[REASON_OPEN_GLOBAL].bytes, ETH_HLEN + 40 + 20);
	if (moved.of[COUNT_UNSEEN].packets)
		print_message("# this kernel's generic XDP loses the metadata\n");
	assert_true(came_out(&s));
	moved = send_one(&s, PIECES(IPV6, L4), &to_closed);
	assert_int_equal(moved.of[REASON_CLOSED_TCP].packets, 1);
	assert_false(came_out(&s));
	lane_free(s.lane);
}

/* What somebody else's metadata say of a packet. */
static const struct forgery {
	const char *what;
	size_t size;
	uint64_t secret;
	bool believed;
} forgeries[] = {
	{ "the secret", 8, SECRET, true },
	{ "another secret", 8, SECRET ^ 1ULL << 63, false },
	{ "the secret's lower half", 8, (uint32_t)SECRET, false },
	{ "no secret", 8, 0, false },
	{ "the secret in too much metadata", 16, SECRET, false },
	{ "nothing in too little metadata", 4, SECRET, false },
};

/* It is judged like any other; what is believed is that XDP has seen it. */
static void forged(void **state)
{
	const struct forgery *f = *state;
	int forger = load_forger(f->size, f->secret);
	struct scene s = begin_scene(LANE_VETH, forger, false);
	struct counts moved = send_one(&s, PIECES(IPV6, L4), &to_closed);

	expect_counted(&moved, REASON_CLOSED_TCP, !f->believed);
	assert_false(came_out(&s));
	moved = send_one(&s, PIECES(IPV6, L4), &to_open);
	expect_counted(&moved, REASON_OPEN_GLOBAL, !f->believed);
	assert_true(came_out(&s));
	lane_free(s.lane);
	close(forger);
}

static uint64_t run_of_unseen(const struct scene *s)
{
	return s->counts.of[COUNT_UNSEEN_RUN].packets;
}

/* Each CPU has a run of its own. */
static void stay_on_this_cpu(cpu_set_t *allowed)
{
	cpu_set_t this_one;

	CPU_ZERO(&this_one);
	CPU_SET(sched_getcpu(), &this_one);
	assert_int_equal(sched_getaffinity(0, sizeof(*allowed), allowed), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(this_one), &this_one), 0);
}

/* So a driver that has lost its program is found, whatever it marked before. */
static void the_run_of_unseen_ends_with_a_mark(void **state)
{
	int forger = load_forger(8, 0);
	struct scene s = begin_scene(LANE_VETH, own_program(), false);
	cpu_set_t allowed;
	uint64_t none;

	(void)state;
	stay_on_this_cpu(&allowed);
	send_one(&s, PIECES(IPV6, L4), &to_open);
	none = run_of_unseen(&s); /* of other CPUs */
	lane_xdp(s.lane, forger, false);
	for (int i = 1; i <= 3; i++) {
		send_one(&s, PIECES(IPV6, L4), i == 2 ? &to_closed : &to_open);
		assert_int_equal(run_of_unseen(&s), none + i);
	}
	send_one(&s, PIECES(TYPE(ETH_P_ARP), DATA(28)), &to_open);
	assert_int_equal(run_of_unseen(&s), none + 3);
	lane_xdp(s.lane, own_program(), false);
	send_one(&s, PIECES(IPV6, L4), &to_open);
	assert_int_equal(run_of_unseen(&s), none);
	lane_free(s.lane);
	close(forger);
	assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
}

#define ATTEMPTS 10 /* fewer than a jiffy has questions */

static uint64_t drops_of_xdp(const struct connection_config *config, const struct frame *frame)
{
	struct programs programs = programs_load(config);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->bytes, .data_size_in = frame->length,
		    .repeat = ATTEMPTS);
	struct counts counts;

	assert_int_equal(bpf_prog_test_run_opts(program_of_xdp(&programs, LINK_ETHERNET), &opts),
			 0);
	counts = read_counts(map_of(&programs, "nf6_counts"));
	programs_free(&programs);
	return dropped_packets(&counts);
}

/* It leaves what only conversations can tell to the guard, unless packets can skip that. */
static void xdp_asks_itself_where_it_is_alone(void **state)
{
	const struct connection_config alone = { .alone = 1 };
	static struct frame frame;

	(void)state;
	link_build(&frame, LINK_PLAIN, PIECES(IPV6, L4), &to_closed);
	assert_int_equal(drops_of_xdp(&alone, &frame), ATTEMPTS);
	assert_int_equal(drops_of_xdp(&(struct connection_config){}, &frame), 0);
}

static uint32_t length_of(int program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	return info.xlated_prog_len;
}

static void without_xdp_there_is_no_code_for_metadata(void **state)
{
	const struct programs *programs = firewall_programs(usual_firewall());

	(void)state;
	assert_true(length_of(program_of_guard(programs->alone, LINK_ETHERNET)) <
		    length_of(program_of_guard(programs->behind, LINK_ETHERNET)));
	assert_int_equal(length_of(program_of_guard(programs->alone, LINK_RAW_IP)),
			 length_of(program_of_guard(programs->behind, LINK_RAW_IP)));
}

void judged(struct table *t)
{
	table_add(t, "the guard takes XDP's mark", the_guard_takes_the_mark, NULL);
	table_add(t, "a mark is good for once", the_mark_is_good_for_once, NULL);
	table_add(t, "what is not IPv6 is unmarked, and not missed",
		  what_is_not_ipv6_is_unmarked_and_not_missed, NULL);
	table_add(t, "a driver without room for metadata", a_driver_without_metadata, NULL);
	table_add(t, "a capture on the device costs no verdict", a_capture_costs_no_verdict, NULL);
	table_add(t, "on a sealed device a capture costs no mark",
		  on_a_sealed_device_a_capture_costs_no_mark, NULL);
	table_add(t, "generic XDP", generic_xdp, NULL);
	table_add(t, "XDP asks itself where it is alone", xdp_asks_itself_where_it_is_alone, NULL);
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(*forgeries); i++)
		table_add(t, table_format(t, "forged metadata: %s", forgeries[i].what), forged,
			  (void *)&forgeries[i]);
	table_add(t, "the run of unseen packets ends with a mark",
		  the_run_of_unseen_ends_with_a_mark, NULL);
	table_add(t, "without XDP there is no code for metadata",
		  without_xdp_there_is_no_code_for_metadata, NULL);
}
