// SPDX-License-Identifier: LGPL-2.1-or-later
#include "assembled.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <linux/bpf.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf.h>
#include <cmocka.h>

#define INSN(op, dst, src, offset, value)                                                          \
	((struct bpf_insn){ .code = (op),                                                          \
			    .dst_reg = BPF_REG_##dst,                                              \
			    .src_reg = (src),                                                      \
			    .off = (offset),                                                       \
			    .imm = (value) })
#define MOVE(dst, src) INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, BPF_REG_##src, 0, 0)
#define SET(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD(dst, value) INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define LOAD(width, dst, src, offset)                                                              \
	INSN(BPF_LDX | BPF_MEM | (width), dst, BPF_REG_##src, offset, 0)
#define STORE(width, dst, offset, src)                                                             \
	INSN(BPF_STX | BPF_MEM | (width), dst, BPF_REG_##src, offset, 0)
#define SET_LONG(dst, kind, value)                                                                 \
	INSN(BPF_LD | BPF_DW | BPF_IMM, dst, kind, 0, (uint32_t)(value)),                          \
		INSN(0, 0, 0, 0, (uint32_t)((uint64_t)(value) >> 32))
#define SKIP_IF_ABOVE(dst, src, insns) INSN(BPF_JMP | BPF_JGT | BPF_X, dst, BPF_REG_##src, insns, 0)
#define CALL(function) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static int load(enum bpf_prog_type type, const char *name, const struct bpf_insn *insns,
		size_t count)
{
	int program = bpf_prog_load(type, name, "GPL", insns, count, NULL);

	if (program < 0)
		fail_msg("the program %s does not load: %s", name, strerror(errno));
	return program;
}

int load_observer(int map)
{
	const struct bpf_insn insns[] = {
		MOVE(6, 1),
		SET_LONG(7, BPF_PSEUDO_MAP_VALUE, map),
		LOAD(BPF_DW, 1, 7, offsetof(struct observed, packets)),
		ADD(1, 1),
		STORE(BPF_DW, 7, offsetof(struct observed, packets), 1),
		LOAD(BPF_W, 2, 6, offsetof(struct __sk_buff, data_meta)),
		LOAD(BPF_W, 3, 6, offsetof(struct __sk_buff, data)),
		MOVE(4, 2),
		ADD(4, 8),
		SET(0, 0),
		SKIP_IF_ABOVE(4, 3, 1),
		LOAD(BPF_DW, 0, 2, 0),
		STORE(BPF_DW, 7, offsetof(struct observed, secret), 0),
		SET(0, TC_ACT_SHOT),
		EXIT,
	};

	return load(BPF_PROG_TYPE_SCHED_CLS, "observer", insns, sizeof(insns) / sizeof(*insns));
}

int load_decapsulator(void)
{
	const struct bpf_insn insns[] = {
		SET(2, -(int)sizeof(struct ipv6hdr)),
		SET(3, BPF_ADJ_ROOM_MAC),
		SET(4, 0),
		CALL(BPF_FUNC_skb_adjust_room),

		SET(0, TC_ACT_UNSPEC),
		EXIT,
	};

	return load(BPF_PROG_TYPE_SCHED_CLS, "decapsulator", insns, sizeof(insns) / sizeof(*insns));
}

int load_forger(size_t size, uint64_t secret)
{
	const struct bpf_insn insns[] = {
		MOVE(6, 1),
		SET(2, -(int)size),
		CALL(BPF_FUNC_xdp_adjust_meta),
		LOAD(BPF_W, 2, 6, offsetof(struct xdp_md, data_meta)),
		LOAD(BPF_W, 3, 6, offsetof(struct xdp_md, data)),
		MOVE(4, 2),
		ADD(4, sizeof(secret)),
		SKIP_IF_ABOVE(4, 3, 3),
		SET_LONG(5, 0, secret),
		STORE(BPF_DW, 2, 0, 5),
		SET(0, XDP_PASS),
		EXIT,
	};

	return load(BPF_PROG_TYPE_XDP, "forger", insns, sizeof(insns) / sizeof(*insns));
}
