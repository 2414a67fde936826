// SPDX-License-Identifier: LGPL-2.1-or-later
#include "run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <cmocka.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include "build.h"
#include "firewall.h"

#define PAGE 4096
#define ENOUGH 80 /* more than the questions of a jiffy */
#define METADATA_MAX 32

/* What became of packets on one way. */
struct run {
	enum xdp_action action;
	int reason;  /* that was counted, or COUNTED_* */
	bool marked; /* by XDP */
};

static enum flood flooded;

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

/* ---- Running ----------------------------------------------------------------------- */

static void skip_if_large(int err, size_t length)
{
	if (!err)
		return;
	if (length <= PAGE)
		fail_msg("%zu bytes: %s", length, strerror(-err));
	print_message("# this kernel takes no packet of %zu bytes: %s\n", length, strerror(-err));
	skip();
}

static int counted(struct counts *last, int map, uint64_t packets, uint64_t bytes)
{
	struct counts before = *last, moved;

	*last = read_counts(map);
	moved = counts_between(&before, last);
	return counted_reason(&moved, packets, bytes);
}

/* Not repeated by the kernel, which waits for an RCU grace period then. */
static int test_run(int program, const uint8_t *packet, size_t length, uint32_t linear,
		    struct run *run)
{
	static uint8_t out[METADATA_MAX + FRAME_MAX];
	struct xdp_md split = { .data_end = linear };
	struct seen seen;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = length,
		    .data_out = out, .data_size_out = sizeof(out), .repeat = 1);
	int err;

	if (linear < length) {
		opts.ctx_in = &split;
		opts.ctx_size_in = sizeof(split);
	}
	err = bpf_prog_test_run_opts(program, &opts);
	run->action = opts.retval;
	memcpy(&seen, out, sizeof(seen));
	run->marked = !err && opts.data_size_out == length + sizeof(seen) && seen.secret == SECRET;
	return err;
}

static void catch_up(struct firewall *fw)
{
	if (fw->others_count) {
		fw->counted = read_counts(fw->counts);
		fw->counted_alone = read_counts(fw->counts_alone);
	}
	fw->others_count = false;
}

static struct run run_xdp(struct firewall *fw, enum link_type type, const uint8_t *packet,
			  size_t length, uint32_t linear)
{
	struct run run = {};

	catch_up(fw);
	skip_if_large(test_run(program_of_xdp(&fw->programs, type), packet, length, linear, &run),
		      length);
	run.reason = counted(&fw->counted, fw->counts, 1, length);
	return run;
}

/* Writes it to a device that often. */
static int send_all(struct lane *lane, const uint8_t *packet, size_t length, uint32_t linear,
		    uint32_t times, struct run *run)
{
	uint64_t before = lane_observed(lane).packets;
	int err = 0;

	for (uint32_t i = 0; i < times && !err; i++)
		err = lane_send(lane, packet, length, linear);
	run->action = lane_observed(lane).packets == before + times ? XDP_PASS :
		      lane_observed(lane).packets == before	    ? XDP_DROP :
								      XDP_ABORTED;
	return err;
}

static struct run run_guard(struct firewall *fw, enum link_type type, const uint8_t *packet,
			    size_t length, uint32_t linear)
{
	struct lane *lane = linear < length ? fw->pieces : fw->alone[type];
	struct run run = {};
	int err;

	catch_up(fw);
	err = send_all(lane, packet, length, linear, 1, &run);
	if (err && lane == fw->pieces)
		err = send_all(fw->alone[type], packet, length, linear, 1, &run);
	skip_if_large(err, length);
	run.reason = counted(&fw->counted_alone, fw->counts_alone, 1, length);
	return run;
}

static struct run run_both(struct firewall *fw, enum link_type type, const uint8_t *packet,
			   size_t length)
{
	struct run run = {};

	catch_up(fw);
	skip_if_large(send_all(fw->both[type], packet, length, ALL_LINEAR, 1, &run), length);
	run.reason = counted(&fw->counted, fw->counts, 1, length);
	return run;
}

static struct outcome outcome_of(struct run run, const uint8_t *packet, size_t length)
{
	if (run.reason < 0)
		fail_msg("%s was counted; packet of %zu bytes: %s",
			 run.reason == COUNTED_NOTHING ? "nothing" : "not exactly one reason",
			 length, hex_of(packet, length));
	return (struct outcome){ run.action, run.reason };
}

static uint64_t dropped(struct counts *last, int map)
{
	struct counts before = *last, moved;

	*last = read_counts(map);
	moved = counts_between(&before, last);
	return dropped_packets(&moved);
}

uint64_t xdp_drop_often(struct firewall *fw, const struct frame *frame, uint32_t times)
{
	const int program = program_of_xdp(&fw->programs, LINK_ETHERNET);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->bytes, .data_size_in = frame->length,
		    .repeat = (int)times);

	catch_up(fw);
	assert_int_equal(bpf_prog_test_run_opts(program, &opts), 0);
	return dropped(&fw->counted, fw->counts);
}

uint64_t guard_drop_often(struct firewall *fw, const struct frame *frame, uint32_t times)
{
	struct run run;

	catch_up(fw);
	assert_int_equal(send_all(fw->alone[LINK_ETHERNET], frame->bytes, frame->length, ALL_LINEAR,
				  times, &run),
			 0);
	assert_int_equal(run.action, XDP_DROP);
	return dropped(&fw->counted_alone, fw->counts_alone);
}

/* ---- One verdict ------------------------------------------------------------------- */

/* A tag that is cut off is lost before the guard, in the kernel itself. */
static bool kernel_loses(const uint8_t *packet, size_t length)
{
	int type = packet[2 * ETH_ALEN] << 8 | packet[2 * ETH_ALEN + 1];

	return length < ETH_HLEN + 6 && (type == ETH_P_8021Q || type == ETH_P_8021AD);
}

/* From its first byte to its last, it reads as IPv6: so is multicast that is looped back. */
static bool may_be_looped(const uint8_t *packet, size_t length)
{
	return packet[0] >> 4 == 6 && length == 40u + (packet[4] << 8 | packet[5]);
}

/* Only conversations can tell, which XDP does not ask. In a flood a mark alone is worth that. */
static bool is_left(const struct run *xdp, struct outcome guard)
{
	return xdp->action == XDP_PASS && guard.action == XDP_DROP &&
	       (guard.reason == REASON_UNMATCHED_TCP || guard.reason == REASON_UNMATCHED_UDP ||
		(!flooded &&
		 (guard.reason == REASON_CLOSED_TCP || guard.reason == REASON_CLOSED_UDP)));
}

/* What XDP may say where the guard says that. */
static bool xdp_agrees(const struct run *xdp, enum link_type type, struct outcome guard,
		       const uint8_t *packet, size_t length)
{
	bool let_pass = guard.action == XDP_PASS || is_left(xdp, guard);

	if (xdp->action == XDP_DROP)
		return guard.action == XDP_DROP && xdp->reason == (int)guard.reason;
	if (xdp->action != XDP_PASS || xdp->reason != COUNTED_NOTHING)
		return false;
	if (xdp->marked)
		return type == LINK_ETHERNET && let_pass;
	if (type == LINK_RAW_IP)
		return let_pass;
	return guard.reason == REASON_NOT_IPV6 || may_be_looped(packet, length);
}

static void fail_disagreement(const char *who, const struct run *run, struct outcome guard,
			      const uint8_t *packet, size_t length)
{
	fail_msg("%s: %s, counted %s, %s; the guard by itself: %s, %s; packet of %zu bytes: %s",
		 who, verb(run->action), run->reason < 0 ? "-" : keyword(run->reason),
		 run->marked ? "marked" : "no mark", verb(guard.action), keyword(guard.reason),
		 length, hex_of(packet, length));
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
	struct run run;

	frame_build(&frame, NULL, PIECES(ETHERNET, IPV6, L4), &closed);
	while (fw->flooded_tick != present_tick()) {
		fw->flooded_tick = present_tick();
		fw->ports[0] = 0;
		for (int i = 0; i < ENOUGH; i++)
			test_run(program_of_xdp(&fw->programs, LINK_ETHERNET), frame.bytes,
				 frame.length, ALL_LINEAR, &run);
		fw->others_count = true;
		guard_drop_often(fw, &frame, ENOUGH);
		fw->ports[0] = entry;
	}
}

void firewalls_are_flooded(enum flood flood)
{
	flooded = flood;
}

static void prepare(struct firewall *fw)
{
	if (fw->unsummed)
		firewall_sum_up(fw);
	if (flooded == HEARD_FLOOD)
		firewall_count_ports(fw, true);
	if (flooded)
		firewall_flood(fw);
}

#define JIFFIES 10 /* that may end just when a packet of a flood is sent */

/* In a flood what is closed is dropped in front, unless a jiffy with questions has begun. */
static struct run run_xdp_again(struct firewall *fw, enum link_type type, struct outcome guard,
				const uint8_t *packet, size_t length, uint32_t linear)
{
	struct run run;

	for (int jiffy = 0; jiffy < JIFFIES; jiffy++) {
		run = run_xdp(fw, type, packet, length, linear);
		if (!flooded || run.action == guard.action)
			break;
		fw->flooded_tick = 0;
		firewall_flood(fw);
	}
	return run;
}

/* Of a packet that the kernel loses between the hooks, if XDP lets it by. */
static struct outcome run_xdp_alone(struct firewall *fw, const uint8_t *packet, size_t length,
				    uint32_t linear)
{
	const struct outcome dropped = { XDP_DROP, REASON_TRUNCATED };
	const struct outcome passed = { XDP_PASS, REASON_NOT_IPV6 };
	struct run run = run_xdp(fw, LINK_ETHERNET, packet, length, linear);
	struct outcome outcome = run.action == XDP_DROP ? dropped : passed;

	if (!xdp_agrees(&run, LINK_ETHERNET, outcome, packet, length))
		fail_disagreement("XDP", &run, outcome, packet, length);
	run = run_both(fw, LINK_ETHERNET, packet, length);
	if (run.action != XDP_DROP ||
	    (run.reason != COUNTED_NOTHING && run.reason != (int)outcome.reason))
		fail_disagreement("both hooks", &run, outcome, packet, length);
	return outcome;
}

struct outcome firewall_run(struct firewall *fw, enum link_type type, const uint8_t *packet,
			    size_t length, uint32_t linear)
{
	struct outcome guard;
	struct run run;

	prepare(fw);
	run = run_guard(fw, type, packet, length, linear);
	if (run.action == XDP_DROP && run.reason == COUNTED_NOTHING && type == LINK_ETHERNET &&
	    kernel_loses(packet, length))
		return run_xdp_alone(fw, packet, length, linear);
	guard = outcome_of(run, packet, length);
	run = run_xdp_again(fw, type, guard, packet, length, linear);
	if (!xdp_agrees(&run, type, guard, packet, length))
		fail_disagreement("XDP", &run, guard, packet, length);
	run = run_both(fw, type, packet, length);
	if (run.action != guard.action || run.reason != (int)guard.reason)
		fail_disagreement("both hooks", &run, guard, packet, length);
	return guard;
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
