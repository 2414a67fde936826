// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ways.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Programs at XDP ----------------------------------------------------------- */

/* With v1's generic XDP, which sees what an ifb sends back to it. */
static void put_xdp(const char *name)
{
	struct bpf_object *object = bpf_object__open_file(PROGRAMS, NULL);
	struct bpf_program *program;
	struct bpf_map *map;
	uint32_t target = if_nametoindex(PEER_DEVICE);

	assert_non_null(object);
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, strcmp(bpf_program__name(program), name) == 0);
	bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), ".rodata"))
		assert_int_equal(bpf_map__set_initial_value(map, &target, sizeof(target)), 0);
	assert_int_equal(bpf_object__load(object), 0);
	program = bpf_object__find_program_by_name(object, name);
	assert_int_equal(bpf_xdp_attach((int)if_nametoindex("v1"), bpf_program__fd(program),
					XDP_FLAGS_SKB_MODE, NULL),
			 0);
	bpf_object__close(object);
}

static void redirect_at_xdp(void)
{
	put_xdp("peer_again");
}

static void forge_metadata(void)
{
	put_xdp("peer_forge");
}

/* ---- The ways ------------------------------------------------------------------ */

#define PAIR "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; "
#define ANOTHER "ip link add w0 type veth peer name w1; ip link set w0 up; ip link set w1 up; "
#define IFB "ip link add ifb0 type ifb; ip link set ifb0 up; "
#define MACVLAN_ON(device)                                                                         \
	"ip link add m0 link " device " type macvlan mode private; ip link set m0 up; "
#define NFT_FWD(hook, device, to)                                                                  \
	"nft 'table netdev t { chain " device " { type filter hook " hook " device " device        \
	" priority 0; fwd to " to "; }; }'; "
#define TC(hook, device, filter)                                                                   \
	"tc qdisc add dev " device " clsact; tc filter add dev " device " " hook                   \
	" protocol all " filter "; "
#define MIRRED(to) "u32 match u32 0 0 action mirred egress redirect dev " to
#define PROGRAM(section) "bpf da obj $obj sec " section

const struct way ways[] = {
	{ .name = "plainly", .script = "" },
	{ .name = "nft fwd at egress",
	  .route = "v0",
	  .script = PAIR NFT_FWD("egress", "v0", PEER_DEVICE) },
	{ .name = "nft fwd at ingress",
	  .route = "v0",
	  .script = PAIR NFT_FWD("ingress", "v1", PEER_DEVICE) },
	{ .name = "nft fwd twice",
	  .route = "v0",
	  .script =
		  PAIR ANOTHER NFT_FWD("egress", "v0", "w0") NFT_FWD("egress", "w0", PEER_DEVICE) },
	{ .name = "mirred at egress",
	  .route = "v0",
	  .script = PAIR TC("egress", "v0", MIRRED(PEER_DEVICE)) },
	{ .name = "mirred at ingress",
	  .route = "v0",
	  .script = PAIR TC("ingress", "v1", MIRRED(PEER_DEVICE)) },
	{ .name = "bpf_redirect() at egress",
	  .route = "v0",
	  .script = PAIR TC("egress", "v0", PROGRAM("redirect")) },
	{ .name = "bpf_redirect() at ingress",
	  .route = "v0",
	  .script = PAIR TC("ingress", "v1", PROGRAM("redirect")) },
	{ .name = "bpf_redirect_peer()",
	  .route = "v0",
	  .script = PAIR TC("ingress", "v1", PROGRAM("enter")) },
	{ .name = "through an ifb",
	  .skips = true,
	  .script = IFB NFT_FWD("egress", PEER_DEVICE, "ifb0") },
	{ .name = "through an ifb, in a macvlan",
	  .skips = true,
	  .route = "m0",
	  .script = IFB MACVLAN_ON(PEER_DEVICE) NFT_FWD("egress", "m0", "ifb0") },
	{ .name = "through an ifb, then nft fwd",
	  .skips = true,
	  .route = "m0",
	  .script = PAIR IFB MACVLAN_ON("v0") NFT_FWD("egress", "m0", "ifb0")
		  NFT_FWD("egress", "v0", PEER_DEVICE) },
	{ .name = "through an ifb, then nft fwd twice",
	  .skips = true,
	  .route = "m0",
	  .script = PAIR ANOTHER IFB MACVLAN_ON("v0") NFT_FWD("egress", "m0", "ifb0")
		  NFT_FWD("egress", "v0", "w0") NFT_FWD("egress", "w0", PEER_DEVICE) },
	{ .name = "through an ifb, then bpf_redirect()",
	  .skips = true,
	  .route = "m0",
	  .script = PAIR IFB MACVLAN_ON("v0") NFT_FWD("egress", "m0", "ifb0")
		  TC("egress", "v0", PROGRAM("redirect")) },
	{ .name = "through an ifb, then generic XDP",
	  .skips = true,
	  .route = "v0",
	  .script = PAIR IFB NFT_FWD("ingress", "v1", "ifb0"),
	  .prepare = redirect_at_xdp },
	{ .name = "with forged metadata",
	  .route = "v0",
	  .script = PAIR NFT_FWD("ingress", "v1", PEER_DEVICE),
	  .prepare = forge_metadata },
	{ .name = "with a forged queue mapping",
	  .script = TC("egress", PEER_DEVICE, "matchall action skbedit queue_mapping 7"),
	  .lacking = "tc actions add action skbedit queue_mapping 7 index 7 && "
		     "tc actions del action skbedit index 7" },
};
const size_t n_ways = sizeof(ways) / sizeof(*ways);

/* ---- Taking one ---------------------------------------------------------------- */

void clear_peer(void)
{
	enter_peer();
	run("nft flush ruleset; tc qdisc del dev " PEER_DEVICE " clsact; "
	    "ip -6 route del " HOST_ADDRESS "/128; "
	    "ip -6 route replace default via " HOST_ADDRESS " dev " PEER_DEVICE "; "
	    "for d in $(ip -o link | sed -n 's/^[0-9]*: \\([^:@]*\\).*/\\1/p'); do case $d in "
	    "lo | " PEER_DEVICE
	    ") ;; *) ip link set $d group 1 ;; esac; done; ip link del group 1");
	enter_host();
}

const char *host_mac(void)
{
	static char mac[32];

	if (!*mac)
		snprintf(mac, sizeof(mac), "%s",
			 must("ip -n %s -br link show " HOST_DEVICE " | awk '{ printf $3 }'",
			      world.host));
	return mac;
}

static void send_by(const char *device)
{
	must("ip -6 route add " HOST_ADDRESS "/128 dev %s src " PEER_ADDRESS, device);
	must("ip -6 neigh add " HOST_ADDRESS " dev %s lladdr %s", device, host_mac());
}

void add_way(const struct way *way)
{
	enter_peer();
	if (way->lacking && run("%s", way->lacking)->status) {
		enter_host();
		skip();
	}
	must("set -e; obj=" PROGRAMS "; mac=%s; %s", host_mac(), way->script);
	if (way->prepare)
		way->prepare();
	if (way->route)
		send_by(way->route);
	enter_host();
}

void take_way(const struct way *way)
{
	clear_peer();
	add_way(way);
}

/* ---- Sending ------------------------------------------------------------------- */

static struct sockaddr_in6 address_of(const char *text, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
	return address;
}

static int socket_on_way(int type)
{
	struct sockaddr_in6 own = address_of(PEER_ADDRESS, 0);
	uint32_t mark;
	int fd;

	enter_peer();
	mark = if_nametoindex(PEER_DEVICE);
	fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enter_host();
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	return fd;
}

void send_to(const char *text_address, uint16_t port, const char *text)
{
	struct sockaddr_in6 address = address_of(text_address, port);
	int fd = socket_on_way(SOCK_DGRAM);

	assert_int_equal(
		sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof(address)),
		strlen(text));
	close(fd);
}

void send_on_way(uint16_t port, const char *text)
{
	send_to(HOST_ADDRESS, port, text);
}

int connect_on_way(uint16_t port)
{
	struct sockaddr_in6 host = address_of(HOST_ADDRESS, port);
	int fd = socket_on_way(SOCK_STREAM);

	if (connect(fd, (struct sockaddr *)&host, sizeof(host)))
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}
