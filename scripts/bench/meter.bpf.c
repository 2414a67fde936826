// SPDX-License-Identifier: GPL-2.0-only
/*
 * What receiving costs: the time from the beginning to the end of each NET_RX softirq in which
 * one device alone was polled, and the packets that the device took from its ring in it. So
 * the driver, XDP, the making of socket buffers and the stack are in it, as far as packets get.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "meter.h"

#define NET_RX 3 /* NET_RX_SOFTIRQ */

struct ns_common {
	unsigned int inum;
} __attribute__((preserve_access_index));

struct net {
	struct ns_common ns;
} __attribute__((preserve_access_index));

typedef struct {
	struct net *net;
} __attribute__((preserve_access_index)) possible_net_t;

struct net_device {
	int ifindex;
	possible_net_t nd_net;
} __attribute__((preserve_access_index));

struct napi_struct {
	struct net_device *dev;
} __attribute__((preserve_access_index));

struct softirq {
	__u64 start;
	__u64 packets;
	__u64 device; /* its address; 0: none was polled yet */
	bool ours;    /* the measured one was */
	bool mixed;   /* more than one was */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct softirq);
} softirqs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct meter);
} meters SEC(".maps");

/* The device that is measured, and the inode of its network namespace. */
volatile int measured;
volatile __u32 measured_in;

static struct softirq *softirq(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&softirqs, &key);
}

static struct meter *meter(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&meters, &key);
}

SEC("raw_tp/softirq_entry")
int begin(struct bpf_raw_tracepoint_args *event)
{
	struct softirq *s = softirq();

	if (event->args[0] != NET_RX || !s)
		return 0;
	*s = (struct softirq){ .start = bpf_ktime_get_ns() };
	return 0;
}

static bool is_measured(struct net_device *device)
{
	return device && BPF_CORE_READ(device, ifindex) == measured &&
	       BPF_CORE_READ(device, nd_net.net, ns.inum) == measured_in;
}

SEC("raw_tp/napi_poll")
int polled(struct bpf_raw_tracepoint_args *event)
{
	struct napi_struct *napi = (void *)event->args[0];
	int packets = event->args[1];
	struct softirq *s = softirq();
	struct net_device *device = BPF_CORE_READ(napi, dev);

	if (!s || packets <= 0)
		return 0;
	s->mixed = s->mixed || (s->device && s->device != (__u64)device);
	s->device = (__u64)device;
	if (!is_measured(device))
		return 0;
	s->ours = true;
	s->packets += packets;
	return 0;
}

SEC("raw_tp/softirq_exit")
int end(struct bpf_raw_tracepoint_args *event)
{
	__u64 now = bpf_ktime_get_ns();
	struct softirq *s = softirq();
	struct meter *m = meter();

	if (event->args[0] != NET_RX || !s || !m || !s->ours)
		return 0;
	if (s->mixed) {
		m->untimed += s->packets;
	} else {
		m->time += now - s->start;
		m->timed += s->packets;
	}
	s->ours = false;
	return 0;
}

/* Frames that found the ring full. */
SEC("raw_tp/xdp_devmap_xmit")
int sent(struct bpf_raw_tracepoint_args *event)
{
	int drops = event->args[3];
	struct meter *m = meter();

	if (m && drops > 0)
		m->lost += drops;
	return 0;
}

char _license[] SEC("license") = "GPL";
