// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lane.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#define PAGE 4096
#define MOST_PIECES 18 /* the linear part, and as many as a buffer has by default */

/* Filters in this order, whatever the kernel. */
#define PRIORITY_IN_FRONT 1
#define PRIORITY_GUARD 2
#define PRIORITY_OBSERVER 3

struct lane {
	enum link_type type;
	enum lane_kind kind;
	int fd, xdp_link, map;
	struct observed *observed;
	char device[IFNAMSIZ];
};

static void must(bool done, const char *what)
{
	if (!done)
		fail_msg("%s: %s", what, strerror(errno));
}

/* The kernel would send packets of its own, and loop them back. */
static void without_ipv6(void)
{
	FILE *file = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "we");

	must(file && fputs("1", file) >= 0 && !fclose(file), "cannot keep IPv6 quiet");
}

void lanes_begin(void)
{
	/* Where the driver is a module, there may be no udev to load it when it is asked for. */
	if (access("/dev/net/tun", F_OK) && system("modprobe tun"))
		print_message("# no /dev/net/tun here\n");
	must(!unshare(CLONE_NEWNET), "cannot make a network namespace");
	without_ipv6();
}

static void on_socket(struct ifreq *request, unsigned long call, const char *what)
{
	int socket_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(socket_fd >= 0, "cannot make a socket");
	must(!ioctl(socket_fd, call, request), what);
	close(socket_fd);
}

static void bring_up(const struct lane *lane)
{
	struct ifreq request = { .ifr_flags = IFF_UP };

	memcpy(request.ifr_name, lane->device, IFNAMSIZ);
	on_socket(&request, SIOCSIFFLAGS, "cannot bring up a device");
}

/* What is sent before the kernel has noticed that the link is up is lost. */
static void wait_for_link(const struct lane *lane)
{
	struct ifreq request = {};
	int turns = 0;

	snprintf(request.ifr_name, IFNAMSIZ, "%.12sp", lane->device);
	do {
		lane_wait(&turns);
		on_socket(&request, SIOCGIFFLAGS, "cannot look at a device");
	} while (!(request.ifr_flags & IFF_RUNNING));
}

/* Receive offload would make one piece of the headers. */
static void without_receive_offload(const struct lane *lane)
{
	struct ethtool_value off = { .cmd = ETHTOOL_SGRO };
	struct ifreq request = { .ifr_data = (void *)&off };

	memcpy(request.ifr_name, lane->device, IFNAMSIZ);
	on_socket(&request, SIOCETHTOOL, "cannot turn receive offload off");
}

void lane_wait(int *turns)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	if (++*turns > 1000)
		fail_msg("a packet that was sent is nowhere");
	nanosleep(&nap, NULL);
}

static void make_veth(struct lane *lane)
{
	struct sockaddr_ll peer = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	char command[128];
	static int number;

	snprintf(lane->device, IFNAMSIZ, "veth%d", number++);
	snprintf(command, sizeof(command),
		 "ip link add %s type veth peer name %sp && ip link set %sp up", lane->device,
		 lane->device, lane->device);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "%sp", lane->device);
	peer.sll_ifindex = (int)if_nametoindex(command);
	lane->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	must(lane->fd >= 0, "cannot make a packet socket");
	must(!bind(lane->fd, (struct sockaddr *)&peer, sizeof(peer)), "cannot bind it");
}

static void make_device(struct lane *lane)
{
	static const short kinds[] = {
		[LANE_WHOLE] = 0,
		[LANE_PIECES] = IFF_NAPI | IFF_NAPI_FRAGS,
		[LANE_OFFLOAD] = IFF_VNET_HDR,
	};
	struct ifreq request = { .ifr_name = "lane%d" };

	/* On a device of bare IP packets their protocol comes in front: IFF_NO_PI would guess it. */
	request.ifr_flags =
		kinds[lane->kind] | (lane->type == LINK_ETHERNET ? IFF_TAP | IFF_NO_PI : IFF_TUN);
	lane->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	must(lane->fd >= 0, "cannot open /dev/net/tun");
	must(!ioctl(lane->fd, TUNSETIFF, &request), "cannot make a device");
	memcpy(lane->device, request.ifr_name, IFNAMSIZ);
}

struct lane *lane_make(enum link_type type, enum lane_kind kind)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);

	assert_non_null(lane);
	lane->type = type;
	lane->kind = kind;
	lane->xdp_link = -1;
	if (kind == LANE_VETH)
		make_veth(lane);
	else
		make_device(lane);
	without_receive_offload(lane);
	bring_up(lane);
	if (kind == LANE_VETH)
		wait_for_link(lane);
	lane->map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "observed", sizeof(uint32_t),
				   sizeof(struct observed), 1, &opts);
	must(lane->map >= 0, "cannot make a map");
	lane->observed = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, lane->map, 0);
	must(lane->observed != MAP_FAILED, "cannot map a map");
	return lane;
}

void lane_free(struct lane *lane)
{
	char command[64];

	if (lane->kind == LANE_VETH) {
		snprintf(command, sizeof(command), "ip link del %s", lane->device);
		assert_int_equal(system(command), 0);
	}
	munmap(lane->observed, PAGE);
	close(lane->map);
	if (lane->xdp_link >= 0)
		close(lane->xdp_link);
	close(lane->fd);
	free(lane);
}

const char *lane_device(const struct lane *lane)
{
	return lane->device;
}

static void add_filter(const struct lane *lane, int program, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex(lane->device),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .priority = priority, .handle = 1);
	int error = bpf_tc_attach(&hook, &opts);

	if (error)
		fail_msg("cannot attach to %s: %s", lane->device, strerror(-error));
}

void lane_guard(struct lane *lane, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex(lane->device),
		    .attach_point = BPF_TC_INGRESS);
	int observer = load_observer(lane->map);

	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	add_filter(lane, program, PRIORITY_GUARD);
	add_filter(lane, observer, PRIORITY_OBSERVER);
	close(observer);
}

void lane_in_front(struct lane *lane, int program)
{
	add_filter(lane, program, PRIORITY_IN_FRONT);
}

void lane_xdp(struct lane *lane, int program, bool generic)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	if (lane->xdp_link >= 0)
		close(lane->xdp_link);
	lane->xdp_link =
		bpf_link_create(program, (int)if_nametoindex(lane->device), BPF_XDP, &opts);
	must(lane->xdp_link >= 0, "cannot attach to XDP");
}

/* As the driver of a device of bare IP packets would say. */
static uint16_t protocol_of(const uint8_t *packet, size_t length)
{
	int version = length ? packet[0] >> 4 : 0;

	return version == 6 ? ETH_P_IPV6 : version == 4 ? ETH_P_IP : ETH_P_TEB;
}

/* The linear part, then pieces of at most a page. */
static int cut(struct iovec *pieces, const uint8_t *packet, size_t length, size_t linear)
{
	int n = 0;

	pieces[n++] = (struct iovec){ (void *)packet, linear };
	for (size_t at = linear; at < length && n < MOST_PIECES; at += pieces[n++].iov_len)
		pieces[n] = (struct iovec){ (void *)(packet + at),
					    length - at < PAGE ? length - at : PAGE };
	return n;
}

int lane_send(struct lane *lane, const uint8_t *packet, size_t length, size_t linear)
{
	struct iovec pieces[1 + MOST_PIECES];
	struct tun_pi info = { .proto = __builtin_bswap16(protocol_of(packet, length)) };
	bool raw = lane->type == LINK_RAW_IP;
	size_t in_front = raw ? sizeof(info) : 0;
	ssize_t written;
	int n;

	if (lane->kind != LANE_PIECES || linear < ETH_HLEN || linear > length)
		linear = length;
	pieces[0] = (struct iovec){ &info, in_front };
	n = cut(pieces + raw, packet, length, linear) + raw;
	written = writev(lane->fd, pieces, n);
	if (written < 0)
		return -errno;
	assert_int_equal(written, in_front + length);
	return 0;
}

struct observed lane_observed(const struct lane *lane)
{
	return *(volatile struct observed *)lane->observed;
}
