// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hooks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

/* Of newer headers than the oldest supported system has. */
#define TCX_INGRESS ((enum bpf_attach_type)46)
#define TCX_EGRESS ((enum bpf_attach_type)47)
#define IN_FRONT (1U << 3) /* BPF_F_BEFORE, of all */

#define MAX_PROGRAMS 64

/* ---- What is there ------------------------------------------------------------------- */

struct programs {
	uint32_t n, ids[MAX_PROGRAMS];
};

static bool query(uint32_t ifindex, enum bpf_attach_type type, struct programs *programs)
{
	uint32_t flags;

	programs->n = MAX_PROGRAMS;
	return bpf_prog_query((int)ifindex, type, 0, &flags, programs->ids, &programs->n) == 0;
}

/* Asks where the device is. False on kernels without links at these hooks. */
static bool query_in(const char *netns, const char *device, enum bpf_attach_type type,
		     struct programs *programs)
{
	int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), there;
	uint32_t ifindex;
	char path[64];
	bool known;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	there = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(here >= 0 && there >= 0);
	assert_int_equal(setns(there, CLONE_NEWNET), 0);
	ifindex = if_nametoindex(device);
	known = query(ifindex, type, programs);
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	assert_int_not_equal(ifindex, 0);
	close(here);
	close(there);
	return known;
}

bool has_tcx(void)
{
	struct programs programs;

	return query_in(world.host, "lo", TCX_INGRESS, &programs);
}

static bool is_guard(uint32_t id)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	int program = bpf_prog_get_fd_by_id(id);

	assert_true(program >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	close(program);
	return strncmp(info.name, "netfwv6_in_", strlen("netfwv6_in_")) == 0;
}

uint32_t xdp_on(const char *netns, const char *device)
{
	return atoi(must("ip -n %s -j link show %s | jq '.[0].xdp.prog.id // 0'", netns, device));
}

uint32_t guard_on(const char *netns, const char *device)
{
	struct programs programs;

	if (!query_in(netns, device, TCX_INGRESS, &programs))
		return atoi(must("tc -n %s -j filter show dev %s ingress | jq '[.[] | select(has("
				 "\"options\")) | .options.prog.id] | .[0] // 0'",
				 netns, device));
	for (uint32_t i = 0; i < programs.n; i++)
		if (is_guard(programs.ids[i]))
			return programs.ids[i];
	return 0;
}

bool is_bare(const char *netns, const char *device)
{
	struct programs in = {}, out = {};

	if (query_in(netns, device, TCX_INGRESS, &in))
		query_in(netns, device, TCX_EGRESS, &out);
	else
		in.n = out.n = 0;
	return !in.n && !out.n && !xdp_on(netns, device) &&
	       run("tc -n %s qdisc show dev %s | grep -qE 'clsact|ingress'", netns, device)
			       ->status != 0;
}

/* ---- What others do there -------------------------------------------------------------- */

void take_off(const char *hook, const char *device, bool unpin)
{
	const char *how = unpin ? "rm" : "bpftool link detach pinned";

	if (run("ls %s/links/*-%s", world.state, hook)->status == 0)
		must("%s %s/links/*-%s", how, world.state, hook);
	else
		must("tc filter del dev %s %s", device,
		     strcmp(hook, "guard") == 0 ? "ingress" : "egress");
}

static int load(enum bpf_prog_type type, enum bpf_attach_type attach, int verdict)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);

	return bpf_prog_load(type, "another", "GPL", insns, 2, &opts);
}

void replace_by_another(const char *hook)
{
	int program = strcmp(hook, "xdp") == 0 ?
			      load(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_PASS) :
			      load(BPF_PROG_TYPE_SCHED_CLS, TCX_INGRESS, TC_PASS);
	char path[128];
	int link;

	snprintf(path, sizeof(path), "%s", must("echo -n %s/links/*-%s", world.state, hook));
	link = bpf_obj_get(path);
	assert_true(program >= 0 && link >= 0);
	assert_int_equal(bpf_link_update(link, program, NULL), 0);
	close(program);
	close(link);
}

static enum bpf_attach_type type_of(bool egress)
{
	return egress ? TCX_EGRESS : TCX_INGRESS;
}

struct foreign put_in_front(const char *device, bool egress, enum tc_verdict verdict)
{
	struct foreign foreign = {
		.program = load(BPF_PROG_TYPE_SCHED_CLS, 0, verdict),
		.ifindex = if_nametoindex(device),
		.egress = egress,
	};

	if (!has_tcx()) {
		print_message("# this kernel has no program in front of ours\n");
		skip();
	}
	assert_true(foreign.program >= 0);
	assert_int_equal(
		bpf_prog_attach(foreign.program, (int)foreign.ifindex, type_of(egress), IN_FRONT),
		0);
	return foreign;
}

void take_away(struct foreign *foreign)
{
	assert_int_equal(
		bpf_prog_detach2(foreign->program, (int)foreign->ifindex, type_of(foreign->egress)),
		0);
	close(foreign->program);
}
