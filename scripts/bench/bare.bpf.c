// SPDX-License-Identifier: GPL-2.0-only
/* What costs of a firewall are compared with: programs that return their verdict. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp/pass")
int bare_pass(struct xdp_md *packet __attribute__((unused)))
{
	return XDP_PASS;
}

SEC("xdp/drop")
int bare_drop(struct xdp_md *packet __attribute__((unused)))
{
	return XDP_DROP;
}

SEC("tc/pass")
int bare_guard(struct __sk_buff *packet __attribute__((unused)))
{
	return -1; /* TC_ACT_UNSPEC */
}

char _license[] SEC("license") = "GPL";
