// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generator: run by BPF_F_TEST_XDP_LIVE_FRAMES on a template frame, it sends each copy
 * out of a device, and so into the other end of that link. Where there is more than one
 * target port, each frame goes to the next of the list, which is shuffled; the source port
 * changes against it, so that the checksum stays right.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PORTS 65536
#define SOURCE_PORT 54 /* of a frame with Ethernet and IPv6 header, nothing between */
#define CPUS 64

volatile __u32 device; /* to send by */
volatile __u32 targets;
__u16 ports[PORTS];

static struct {
	__u32 next;
	char alone[60]; /* on its cache line */
} positions[CPUS];

static void aim(void *frame)
{
	__u32 cpu = bpf_get_smp_processor_id() % CPUS;
	__u32 next = positions[cpu].next;
	__u16 port;

	if (next >= targets)
		next = 0;
	positions[cpu].next = next + 1;
	port = ports[next % PORTS];
	*(__u16 *)(frame + SOURCE_PORT) = bpf_htons(0xffff - port);
	*(__u16 *)(frame + SOURCE_PORT + 2) = bpf_htons(port);
}

SEC("xdp")
int generate(struct xdp_md *context)
{
	void *frame = (void *)(long)context->data;

	if (frame + SOURCE_PORT + 4 > (void *)(long)context->data_end)
		return bpf_redirect(device, 0);
	if (targets > 1)
		aim(frame);
	return bpf_redirect(device, 0);
}

char _license[] SEC("license") = "GPL";
