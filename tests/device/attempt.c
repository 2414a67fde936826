// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attempt.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

struct device device_called(const char *name)
{
	struct device device;

	assert_ok(device_find(name, &device));
	return device;
}

struct device_traits traits_of(const char *name)
{
	struct device device = device_called(name);
	struct device_traits traits;

	assert_ok(device_traits_read(&device, 0, &traits));
	return traits;
}

/* Passes everything, and takes large frames, as ours does. */
static int load_pass(void)
{
	const struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int program =
		bpf_prog_load(BPF_PROG_TYPE_XDP, "traits_pass", "GPL", instructions, 2, &options);

	assert_true(program >= 0);
	return program;
}

int attach_xdp(const char *name, uint32_t mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = mode == NETFWV6_MODE_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	int program = load_pass();
	int link = bpf_link_create(program, (int)device_called(name).ifindex, BPF_XDP, &options);
	int error = link < 0 ? -errno : 0;

	close(program);
	return error ?: link;
}

bool takes_xdp(const char *name, uint32_t mode)
{
	int link = attach_xdp(name, mode);

	if (link >= 0)
		close(link);
	return link >= 0;
}

struct choice choice_for(const char *name, bool last_line)
{
	struct device device = device_called(name);
	struct device_traits traits = traits_of(name);
	struct choice choice;

	mode_choose(&device, &traits, last_line, &choice.mode, choice.note);
	return choice;
}

const char *objection(const char *name, uint32_t mode)
{
	struct device device = device_called(name);
	struct device_traits traits = traits_of(name);

	return NETFWV6_FAILED(mode_check(&device, &traits, mode)) ? netfwv6_detail() : "";
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}
