// SPDX-License-Identifier: LGPL-2.1-or-later
/* The firewall switch, and what it does to real traffic. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kills.h"
#include "sockets.h"
#include "world.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

static bool firewalled(const char *device)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);
	bool answer = false;

	assert_ok(netfwv6_connection_is_firewalled(connection, &answer));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return answer;
}

static struct netfwv6_connection_status status_of(const char *device)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);

	assert_ok(netfwv6_connection_get_status(connection, &status));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return status;
}

static void enable(const char *device)
{
	must("%s -q enable %s", netfwv6(), device);
}

static void set_global(uint32_t port, uint32_t protocol, bool open)
{
	struct netfwv6_mgr *mgr = open_mgr();

	assert_ok(open ? netfwv6_mgr_open_global_port(mgr, port, protocol, NULL) :
			 netfwv6_mgr_close_global_port(mgr, port, protocol));
	netfwv6_mgr_close(mgr);
}

static bool is_closed(void *counter)
{
	return packets(HOST_DEVICE, "closed-tcp") > *(uint64_t *)counter;
}

/* ---- Traffic ---------------------------------------------------------------- */

static void without_firewall_everything_arrives(void **s)
{
	int listener = host_listen(8080), udp = host_udp(8080), client, server;

	(void)s;
	client = peer_connect(8080);
	server = wait_for_accept(listener);
	peer_send(8080, "hello");
	wait_for_datagram(udp, "hello");
	close(client);
	close(server);
	close(listener);
	close(udp);
}

static void a_closed_tcp_port_gets_no_packet(void **s)
{
	int listener = host_listen(8080), other = host_listen(8081), client, marker, server;

	(void)s;
	set_global(8081, TCP, true);
	enable(HOST_DEVICE);
	client = peer_connect(8080);
	wait_for_packets(HOST_DEVICE, "closed-tcp", 1);
	marker = peer_connect(8081);
	server = wait_for_accept(other);
	assert_true(nothing_arrived(listener));
	close(client);
	close(marker);
	close(server);
	close(listener);
	close(other);
}

static void a_closed_udp_port_gets_no_packet(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);

	(void)s;
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, "blocked");
	peer_send(5001, "marker"); /* behind it, on the same wire */
	wait_for_datagram(open, "marker");
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	assert_int_equal(packets(HOST_DEVICE, "open-global"), 1);
	close(closed);
	close(open);
}

static void opening_and_closing_takes_effect_at_once(void **s)
{
	int udp = host_udp(5000), marker = host_udp(5001);

	(void)s;
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	for (int i = 0; i < 10; i++) {
		set_global(5000, UDP, true);
		peer_send(5000, "now");
		wait_for_datagram(udp, "now");
		set_global(5000, UDP, false);
		peer_send(5000, "never");
		peer_send(5001, "marker");
		wait_for_datagram(marker, "marker");
		assert_true(nothing_arrived(udp));
	}
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 10);
	close(udp);
	close(marker);
}

static void a_tcp_session_runs_through_an_open_port(void **s)
{
	char bytes[100000], got[100000];
	size_t sent = 0, received = 0;
	int listener = host_listen(8080), client, server;

	(void)s;
	memset(bytes, 'n', sizeof(bytes));
	set_global(8080, TCP, true);
	enable(HOST_DEVICE);
	client = peer_connect(8080);
	server = wait_for_accept(listener);
	while (received < sizeof(bytes)) {
		ssize_t n = write(client, bytes + sent, sizeof(bytes) - sent);

		sent += n > 0 ? n : 0;
		n = read(server, got + received, sizeof(got) - received);
		received += n > 0 ? n : 0;
	}
	assert_memory_equal(bytes, got, sizeof(bytes));
	close(client);
	close(server);
	close(listener);
}

static void echo_requests_and_neighbour_discovery_pass(void **s)
{
	(void)s;
	enable(HOST_DEVICE);
	must("ip -n %s neigh flush dev " PEER_DEVICE, world.peer);
	enter_peer();
	must("ping -6 -c 1 -W 10 " HOST_ADDRESS);
	enter_host();
	assert_true(packets(HOST_DEVICE, "other-protocol") >= 1);
}

static void ipv4_is_not_our_business(void **s)
{
	(void)s;
	must("ip -n %s addr add 192.0.2.1/24 dev " HOST_DEVICE, world.host);
	must("ip -n %s addr add 192.0.2.2/24 dev " PEER_DEVICE, world.peer);
	enable(HOST_DEVICE);
	enter_peer();
	must("ping -4 -c 1 -W 10 192.0.2.1");
	enter_host();
	assert_true(packets(HOST_DEVICE, "not-ipv6") >= 2); /* ARP, too */
	must("ip -n %s addr del 192.0.2.1/24 dev " HOST_DEVICE, world.host);
	must("ip -n %s addr del 192.0.2.2/24 dev " PEER_DEVICE, world.peer);
}

static void generic_mode_filters_alike(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);

	(void)s;
	set_global(5001, UDP, true);
	must("%s enable --mode generic " HOST_DEVICE, netfwv6());
	assert_int_equal(status_of(HOST_DEVICE).mode, NETFWV6_MODE_GENERIC);
	peer_send(5000, "blocked");
	peer_send(5001, "marker");
	wait_for_datagram(open, "marker");
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	close(closed);
	close(open);
}

static void jumbo_frames_pass_and_are_dropped(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);
	char big[1900];

	(void)s;
	must("ip -n %s link set " HOST_DEVICE " mtu 9000", world.host);
	must("ip -n %s link set " PEER_DEVICE " mtu 9000", world.peer);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	set_global(5001, UDP, true);
	must("%s enable " HOST_DEVICE " --mode native", netfwv6());
	peer_send(5000, big);
	peer_send(5001, big);
	wait_for_datagram(open, big);
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	close(closed);
	close(open);
	must("%s disable " HOST_DEVICE, netfwv6());
	must("ip -n %s link set " HOST_DEVICE " mtu 1500", world.host);
	must("ip -n %s link set " PEER_DEVICE " mtu 1500", world.peer);
}

static void large_datagrams_arrive_in_fragments(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001);
	char big[2000];

	(void)s;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	set_global(5001, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, big);
	peer_send(5001, big);
	wait_for_datagram(open, big);
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets(HOST_DEVICE, "closed-udp"), 1);
	assert_int_equal(packets(HOST_DEVICE, "later-fragment"), 2);
	close(closed);
	close(open);
}

/* A device whose frames start with the IP header, fed by hand. */
static int make_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		print_message("# no /dev/net/tun here\n");
		skip();
	}
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, TUNSETIFF, &request), 0);
	must("ip addr add 2001:db8:1::1/64 dev %s nodad && ip link set %s up", name, name);
	return fd;
}

struct udp_packet {
	struct ip6_hdr ip;
	struct udphdr udp;
	char text[6];
} __attribute__((packed));

static uint16_t checksum(const struct udp_packet *packet)
{
	uint32_t sum = htons(sizeof(packet->udp) + sizeof(packet->text)) + htons(IPPROTO_UDP);
	uint16_t word;

	/* The addresses, the UDP header and the text: all behind the first 8 bytes. */
	for (size_t i = 8; i < sizeof(*packet); i += sizeof(word)) {
		memcpy(&word, (const char *)packet + i, sizeof(word));
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void write_udp(int tun, uint16_t port, const char *text)
{
	struct udp_packet packet = {};

	packet.ip.ip6_flow = htonl(6 << 28);
	packet.ip.ip6_plen = htons(sizeof(packet.udp) + sizeof(packet.text));
	packet.ip.ip6_nxt = IPPROTO_UDP;
	packet.ip.ip6_hlim = 64;
	packet.ip.ip6_src.s6_addr32[0] = packet.ip.ip6_dst.s6_addr32[0] = htonl(0x20010db8);
	packet.ip.ip6_src.s6_addr32[1] = packet.ip.ip6_dst.s6_addr32[1] = htonl(0x00010000);
	packet.ip.ip6_src.s6_addr[15] = 2;
	packet.ip.ip6_dst.s6_addr[15] = 1;
	packet.udp.uh_sport = htons(9);
	packet.udp.uh_dport = htons(port);
	packet.udp.uh_ulen = packet.ip.ip6_plen;
	memcpy(packet.text, text, sizeof(packet.text));
	packet.udp.uh_sum = checksum(&packet);
	assert_int_equal(write(tun, &packet, sizeof(packet)), sizeof(packet));
}

static void a_device_without_ethernet_header_is_filtered(void **s)
{
	int closed = host_udp(5000), open = host_udp(5001), tun = make_tun("tun0");

	(void)s;
	write_udp(tun, 5000, "before");
	wait_for_datagram(closed, "before");
	set_global(5001, UDP, true);
	enable("tun0");
	assert_int_equal(status_of("tun0").mode, NETFWV6_MODE_GENERIC);
	write_udp(tun, 5000, "closed");
	write_udp(tun, 5001, "marker");
	wait_for_datagram(open, "marker");
	assert_true(nothing_arrived(closed));
	assert_int_equal(packets("tun0", "closed-udp"), 1);
	must("%s disable tun0", netfwv6());
	close(tun);
	close(closed);
	close(open);
}

static void other_devices_are_not_filtered(void **s)
{
	int udp = host_udp(5000), tun = make_tun("tun1");

	(void)s;
	enable("tun1");
	peer_send(5000, "elsewhere");
	wait_for_datagram(udp, "elsewhere");
	must("%s disable tun1", netfwv6());
	close(tun);
	close(udp);
}

/* ---- The switch -------------------------------------------------------------- */

static void enabling_and_disabling_are_idempotent(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	uint32_t program;

	(void)s;
	assert_false(firewalled(HOST_DEVICE));
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
	program = status_of(HOST_DEVICE).program_id;
	assert_true(firewalled(HOST_DEVICE));
	assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
	assert_int_equal(status_of(HOST_DEVICE).program_id, program);
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_ok(netfwv6_connection_disable_firewall(connection));
	assert_false(firewalled(HOST_DEVICE));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

static void a_global_port_holds_on_devices_enabled_later(void **s)
{
	int udp = host_udp(5000);

	(void)s;
	set_global(5000, UDP, true);
	enable(HOST_DEVICE);
	peer_send(5000, "later");
	wait_for_datagram(udp, "later");
	close(udp);
}

static void disabling_lets_everything_in_again(void **s)
{
	int udp = host_udp(5000);

	(void)s;
	enable(HOST_DEVICE);
	peer_send(5000, "blocked");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	must("%s disable " HOST_DEVICE, netfwv6());
	peer_send(5000, "free");
	wait_for_datagram(udp, "free");
	close(udp);
}

static void filtering_outlives_a_killed_enabler(void **s)
{
	uint64_t before;
	int client, ready[2];
	char byte;
	pid_t child;

	(void)s;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct netfwv6_connection *connection;
		struct netfwv6_mgr *mgr;

		if (NETFWV6_SUCCEEDED(netfwv6_mgr_open(&mgr, NULL)) &&
		    NETFWV6_SUCCEEDED(netfwv6_mgr_get_connection(mgr, HOST_DEVICE, &connection)) &&
		    NETFWV6_SUCCEEDED(netfwv6_connection_enable_firewall(connection, NULL)) &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	before = packets(HOST_DEVICE, "closed-tcp");
	client = peer_connect(8080);
	wait_until(is_closed, &before, "the SYN was dropped");
	close(client);
	close(ready[0]);
	close(ready[1]);
}

/* Kills a command on the host's device before its nth change; false when it ended first. */
static bool kill_before_change(const char *command, int n)
{
	const char *arguments[] = { "-q", command, HOST_DEVICE, NULL };

	return kill_at_change(n, BEFORE_CHANGE, arguments);
}

static void assert_usable(const char *command, int n)
{
	const struct output *output;
	bool now = firewalled(HOST_DEVICE);

	for (int i = 0; i < 2; i++) {
		output = run("%s -q %s " HOST_DEVICE, netfwv6(), i == now ? "disable" : "enable");
		if (output->status)
			fail_msg("after %s killed before change %d: %s", command, n, output->err);
		assert_int_equal(firewalled(HOST_DEVICE), i != now);
	}
}

/* Every change is a system call, so this meets every moment that differs. */
static void kill_at_any_moment(bool own_mount)
{
	int seen[2] = {}, n;

	for (n = 0; kill_before_change("enable", n); n++) {
		seen[firewalled(HOST_DEVICE)]++;
		assert_usable("enable", n);
		must("%s -q disable " HOST_DEVICE, netfwv6());
		if (own_mount)
			assert_int_not_equal(access(world.state, F_OK), 0);
		else
			assert_string_equal(must("ls -A %s", world.state), "");
	}
	print_message("# enable killed %d times: %d not firewalled, %d firewalled\n", n, seen[0],
		      seen[1]);
	assert_true(n > 20);
	seen[0] = seen[1] = 0;
	must("%s -q enable " HOST_DEVICE, netfwv6());
	for (n = 0; kill_before_change("disable", n); n++) {
		seen[firewalled(HOST_DEVICE)]++;
		assert_usable("disable", n);
		must("%s -q enable " HOST_DEVICE, netfwv6());
	}
	print_message("# disable killed %d times: %d not firewalled, %d firewalled\n", n, seen[0],
		      seen[1]);
	assert_true(n > 5);
}

static void a_kill_at_any_moment_leaves_old_or_new(void **s)
{
	(void)s;
	kill_at_any_moment(true);
}

static void a_kill_leaves_nothing_on_a_bpffs_of_others(void **s)
{
	char own[sizeof(world.state)];

	(void)s;
	must("mkdir %s-own && mount -t bpf bpf %s-own", world.state, world.state);
	memcpy(own, world.state, sizeof(own));
	strcat(world.state, "-own/state");
	setenv("NETFWV6_STATE", world.state, 1);
	kill_at_any_moment(false);
	must("%s -q disable " HOST_DEVICE, netfwv6());
	assert_string_equal(must("ls -A %s", world.state), "");
	memcpy(world.state, own, sizeof(own));
	setenv("NETFWV6_STATE", own, 1);
	must("umount %s-own && rmdir %s-own", own, own);
}

/* Puts a foreign program into our link, as if an older netfwv6 had attached it. */
static void downgrade(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP);
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "older", "GPL", pass, 2, &opts), link;
	char path[128];

	snprintf(path, sizeof(path), "%s", must("echo -n %s/links/*", world.state));
	link = bpf_obj_get(path);
	assert_true(program >= 0 && link >= 0);
	assert_int_equal(bpf_link_update(link, program, NULL), 0);
	close(program);
	close(link);
}

static void enabling_again_replaces_an_older_program(void **s)
{
	uint32_t program;

	(void)s;
	enable(HOST_DEVICE);
	peer_send(5000, "one");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	downgrade();
	assert_true(firewalled(HOST_DEVICE));
	program = status_of(HOST_DEVICE).program_id;
	enable(HOST_DEVICE);
	assert_int_not_equal(status_of(HOST_DEVICE).program_id, program);
	peer_send(5000, "two");
	wait_for_packets(HOST_DEVICE, "closed-udp", 2); /* counting goes on */
	downgrade();
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_false(firewalled(HOST_DEVICE));
}

static void a_kill_while_replacing_leaves_it_firewalled(void **s)
{
	int n = 0;

	(void)s;
	enable(HOST_DEVICE);
	do {
		downgrade();
		assert_true(firewalled(HOST_DEVICE));
	} while (kill_before_change("enable", n++));
	assert_true(n > 5);
	assert_true(firewalled(HOST_DEVICE));
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_int_not_equal(access(world.state, F_OK), 0);
}

/* Users who may not see links go by the record, which a killed replacer left behind. */
static void the_next_command_mends_a_record(void **s)
{
	const char *nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";

	(void)s;
	if (run("%s true", nobody)->status) {
		print_message("# no setpriv here\n");
		skip();
	}
	must("cp %s %s-netfwv6 && chmod 755 %s-netfwv6", netfwv6(), world.state, world.state);
	must("ip link add mend0 type veth peer name mend1");
	enable(HOST_DEVICE);
	downgrade();
	must("%s %s-netfwv6 status | grep -q 'no device'", nobody, world.state);
	must("%s disable mend0 && ip link del mend0", netfwv6());
	must("%s %s-netfwv6 status | grep -q '^" HOST_DEVICE ": '", nobody, world.state);
	must("rm %s-netfwv6", world.state);
}

static void enablers_at_the_same_time_agree(void **s)
{
	(void)s;
	for (int round = 0; round < 5; round++) {
		const struct output *output =
			run("for i in 1 2 3 4 5 6; do %s -q enable " HOST_DEVICE
			    " & pids=\"$pids $!\"; "
			    "done; for p in $pids; do wait $p || exit 1; done",
			    netfwv6());

		assert_int_equal(output->status, 0);
		assert_true(firewalled(HOST_DEVICE));
		must("%s -q disable " HOST_DEVICE, netfwv6());
	}
}

static void a_foreign_program_is_named_and_left_alone(void **s)
{
	const struct output *output;
	char id[16];

	(void)s;
	must("mkdir -p %s-xdp && mount -t bpf bpf %s-xdp", world.state, world.state);
	must("bpftool prog load build/tests/foreign.bpf.o %s-xdp/foreign", world.state);
	must("bpftool net attach xdp pinned %s-xdp/foreign dev " HOST_DEVICE, world.state);
	snprintf(id, sizeof(id), "id %d",
		 atoi(must("bpftool prog show pinned %s-xdp/foreign", world.state)));
	output = run("%s enable " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "foreign_prog"));
	assert_non_null(strstr(output->err, id));
	assert_false(firewalled(HOST_DEVICE));
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_non_null(strstr(must("bpftool net show dev " HOST_DEVICE), id));
	must("bpftool net detach xdp dev " HOST_DEVICE);
	must("umount %s-xdp && rmdir %s-xdp", world.state, world.state);
	assert_int_not_equal(access(world.state, F_OK), 0);
}

static void another_mode_is_refused_while_enabled(void **s)
{
	const struct output *output;

	(void)s;
	must("%s enable --mode generic " HOST_DEVICE, netfwv6());
	must("%s enable --mode generic " HOST_DEVICE, netfwv6());
	must("%s enable --mode auto " HOST_DEVICE, netfwv6());
	output = run("%s enable --mode native " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "generic mode"));
	assert_int_equal(status_of(HOST_DEVICE).mode, NETFWV6_MODE_GENERIC);
}

static void a_driver_without_native_mode_gets_a_sentence(void **s)
{
	const struct output *output;

	(void)s;
	must("ip link add br0 type bridge");
	output = run("%s enable --mode native br0", netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "br0 takes no XDP program in native mode"));
	assert_non_null(strstr(output->err, "--mode generic"));
	assert_non_null(strstr(must("%s enable br0", netfwv6()), "generic mode"));
	must("%s disable br0 && ip link del br0", netfwv6());
}

static void the_loopback_is_refused(void **s)
{
	const struct output *output = run("%s enable lo", netfwv6());

	(void)s;
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "loopback"));
	assert_int_not_equal(access(world.state, F_OK), 0);
}

static void device_names_may_hold_dots(void **s)
{
	(void)s;
	must("ip link add v.100 type veth peer name v.101");
	enable("v.100");
	assert_true(firewalled("v.100"));
	must("%s disable v.100", netfwv6());
	assert_false(firewalled("v.100"));
	must("ip link del v.100");
}

static void a_renamed_device_stays_firewalled(void **s)
{
	(void)s;
	must("ip link add old0 type veth peer name old1");
	enable("old0");
	must("ip link set old0 name new0");
	assert_true(firewalled("new0"));
	must("ip link set old1 name old0"); /* the other end takes the name */
	assert_false(firewalled("old0"));
	enable("old0");
	assert_true(firewalled("new0") && firewalled("old0"));
	must("%s disable old0", netfwv6());
	assert_true(firewalled("new0"));
	must("%s disable new0 && ip link del new0", netfwv6());
}

static void a_recreated_device_can_be_enabled(void **s)
{
	(void)s;
	for (int i = 0; i < 3; i++) {
		must("ip link add come0 type veth peer name come1");
		assert_false(firewalled("come0"));
		enable("come0");
		assert_true(firewalled("come0"));
		must("ip link del come0");
	}
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_int_not_equal(access(world.state, F_OK), 0); /* nothing stale kept it */
}

static void several_devices_count_for_themselves(void **s)
{
	(void)s;
	must("ip link add two0 type veth peer name two1");
	enable(HOST_DEVICE);
	enable("two0");
	peer_send(5000, "x");
	wait_for_packets(HOST_DEVICE, "closed-udp", 1);
	assert_int_equal(packets("two0", "closed-udp"), 0);
	must("%s disable two0 && ip link del two0", netfwv6());
	assert_true(firewalled(HOST_DEVICE));
}

static void connections_are_enumerated_firewalled_or_not(void **s)
{
	struct netfwv6_connection_enum *connections, *clone;
	struct netfwv6_connection *got[8];
	struct netfwv6_mgr *mgr = open_mgr();
	size_t n, count;

	(void)s;
	must("ip link add en0 type veth peer name en1");
	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	must("ip link del en0"); /* a snapshot keeps it */
	assert_ok(netfwv6_connection_enum_count(connections, &count));
	assert_int_equal(count, 3);
	assert_ok(netfwv6_connection_enum_skip(connections, 1));
	assert_ok(netfwv6_connection_enum_clone(connections, &clone));
	assert_ok(netfwv6_connection_enum_reset(connections));
	assert_result(netfwv6_connection_enum_next(connections, 8, got, &n), NETFWV6_S_FALSE);
	assert_int_equal(n, 3);
	assert_string_equal(netfwv6_connection_id(got[0]), HOST_DEVICE);
	for (size_t i = 0; i < n; i++) {
		bool answer = true;

		assert_result(netfwv6_connection_is_firewalled(got[i], &answer),
			      i ? NETFWV6_E_NOINTERFACE : NETFWV6_S_OK);
		netfwv6_connection_free(got[i]);
	}
	assert_result(netfwv6_connection_enum_next(clone, 8, got, &n), NETFWV6_S_FALSE);
	assert_int_equal(n, 2);
	netfwv6_connection_free(got[0]);
	netfwv6_connection_free(got[1]);
	netfwv6_connection_enum_free(connections);
	netfwv6_connection_enum_free(clone);
	netfwv6_mgr_close(mgr);
}

static void counters_and_status_ask_for_a_firewalled_device(void **s)
{
	struct netfwv6_connection_status status = { .sz = sizeof(status), .mode = 77 };
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	struct netfwv6_enable_options options = { .sz = sizeof(options), .mode = 3 };
	size_t n = 99;

	(void)s;
	assert_result(netfwv6_connection_get_counters(connection, 0, NULL, &n), NETFWV6_E_FAIL);
	assert_int_equal(n, 99);
	assert_result(netfwv6_connection_enable_firewall(connection, &options),
		      NETFWV6_E_INVALIDARG);
	status.sz = 3;
	assert_result(netfwv6_connection_get_status(connection, &status), NETFWV6_E_INVALIDARG);
	assert_int_equal(status.mode, 77);
	status.sz = sizeof(status);
	assert_ok(netfwv6_connection_get_status(connection, &status));
	assert_false(status.firewalled);
	assert_int_equal(status.mode, 0);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

/* ---- What is left behind ------------------------------------------------------ */

/* Objects of the kernel: ours by their names, links and the rest all together. */
static void count_objects(char *text, size_t size)
{
	snprintf(text, size, "%s",
		 must("for o in prog map; do bpftool $o show | grep -c 'name netfwv6'; done; "
		      "bpftool link show | grep -c '^[0-9]'; tc qdisc show | wc -l; "
		      "wc -l < /proc/self/mountinfo"));
}

static bool objects_are_as_before(void *before)
{
	char now[256];

	count_objects(now, sizeof(now));
	return strcmp(now, before) == 0;
}

static void fifty_cycles_leave_nothing_behind(void **s)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, HOST_DEVICE);
	char before[256];

	(void)s;
	assert_int_not_equal(access(world.state, F_OK), 0);
	count_objects(before, sizeof(before));
	for (int i = 0; i < 50; i++) {
		assert_ok(netfwv6_connection_enable_firewall(connection, NULL));
		assert_ok(netfwv6_connection_disable_firewall(connection));
	}
	/* The kernel frees maps after a grace period. */
	wait_until(objects_are_as_before, before, "programs, maps, links, mounts are as before");
	assert_int_not_equal(access(world.state, F_OK), 0);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
}

static void an_open_port_keeps_the_state(void **s)
{
	(void)s;
	set_global(443, TCP, true);
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE, netfwv6());
	must("%s check 443/tcp", netfwv6());
}

/* ---- Namespaces ---------------------------------------------------------------- */

static void the_state_outlives_ip_netns_exec(void **s)
{
	(void)s;
	enter_outside();
	must("ip netns exec %s %s -q enable " HOST_DEVICE, world.host, netfwv6());
	enter_host();
	assert_true(firewalled(HOST_DEVICE));
	must("ip netns exec %s %s -q open 443/tcp", world.host, netfwv6());
	must("%s check 443/tcp", netfwv6());
	must("%s close 443/tcp", netfwv6());
	must("ip netns exec %s %s -q disable " HOST_DEVICE, world.host, netfwv6());
	assert_false(firewalled(HOST_DEVICE));
	assert_int_not_equal(access(world.state, F_OK), 0);
}

static void a_host_program_may_ignore_its_children(void **s)
{
	(void)s;
	enter_outside();
	must("trap '' CHLD; exec ip netns exec %s %s -q enable " HOST_DEVICE, world.host,
	     netfwv6());
	enter_host();
	assert_true(firewalled(HOST_DEVICE));
}

static void a_state_behind_a_symbolic_link_is_unmounted(void **s)
{
	(void)s;
	must("mkdir %s-real && ln -s %s-real %s", world.state, world.state, world.state);
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_int_equal(run("grep -q '%s' /proc/self/mountinfo", world.state)->status, 1);
	must("rm %s", world.state);
}

static void a_bpffs_of_others_stays(void **s)
{
	(void)s;
	must("mkdir %s && mount -t bpf somebody %s", world.state, world.state);
	enable(HOST_DEVICE);
	must("%s disable " HOST_DEVICE, netfwv6());
	must("grep -q '^somebody %s ' /proc/self/mounts", world.state);
	must("umount %s && rmdir %s", world.state, world.state);
}

static void a_strict_umask_hides_no_state(void **s)
{
	(void)s;
	must("mkdir %s-own && mount -t bpf bpf %s-own", world.state, world.state);
	must("umask 077; %s --state %s-own/state -q open 443/tcp", netfwv6(), world.state);
	assert_string_equal(must("stat -c %%a %s-own/state", world.state), "755\n");
	must("%s --state %s-own/state -q close 443/tcp", netfwv6(), world.state);
	must("umount %s-own && rmdir %s-own", world.state, world.state);
}

static void a_frozen_table_can_be_read_and_left(void **s)
{
	const struct output *output;

	(void)s;
	must("%s open 443/tcp && %s enable " HOST_DEVICE, netfwv6(), netfwv6());
	must("bpftool map freeze pinned %s/ports", world.state);
	must("%s check 443/tcp && %s list && %s status", netfwv6(), netfwv6(), netfwv6());
	output = run("%s close 443/tcp", netfwv6());
	assert_int_equal(output->status, 3);
	assert_non_null(strstr(output->err, "frozen"));
	must("%s check 443/tcp", netfwv6());
	must("%s disable " HOST_DEVICE, netfwv6());
	assert_false(firewalled(HOST_DEVICE));
	must("umount %s", world.state); /* as the sentence says */
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 1);
}

static void a_state_without_its_record_goes_on_filtering(void **s)
{
	const struct output *output;

	(void)s;
	must("ip link add lost0 type veth peer name lost1");
	enable(HOST_DEVICE);
	must("rm %s/root", world.state);
	output = run("%s enable " HOST_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "no root record"));
	must("ip -o link show " HOST_DEVICE " | grep -q xdp");
	must("%s disable lost0", netfwv6());
	must("ip -o link show " HOST_DEVICE " | grep -q xdp");
	must("rm -f %s/links/* %s/egress/*", world.state, world.state);
	must("%s disable lost0", netfwv6());
	assert_int_equal(run("ip -o link show " HOST_DEVICE " | grep -q xdp")->status, 1);
	assert_int_not_equal(access(world.state, F_OK), 0);
	must("ip link del lost0");
}

static void another_namespace_is_refused(void **s)
{
	const struct output *output;

	(void)s;
	enable(HOST_DEVICE);
	enter_peer();
	output = run("%s enable " PEER_DEVICE, netfwv6());
	assert_int_equal(output->status, 4);
	assert_non_null(strstr(output->err, "another network namespace"));
	assert_int_equal(run("%s open 80", netfwv6())->status, 4);
	assert_int_equal(run("%s close 80", netfwv6())->status, 4);
	assert_int_equal(run("%s check 80", netfwv6())->status, 4);
	assert_int_equal(run("%s list", netfwv6())->status, 4);
	assert_int_equal(run("%s status", netfwv6())->status, 4);
	assert_int_equal(run("%s disable " PEER_DEVICE, netfwv6())->status, 4);
	enter_host();
	must("%s status", netfwv6());
	assert_int_equal(run("%s check 80/tcp", netfwv6())->status, 1);
}

static void a_state_whose_devices_are_gone_is_taken_over(void **s)
{
	(void)s;
	must("ip link add gone0 type veth peer name gone1");
	must("%s open 443/tcp", netfwv6());
	enable("gone0");
	must("ip link del gone0");
	enter_peer();
	assert_int_equal(run("%s check 443/tcp", netfwv6())->status, 4);
	must("%s enable " PEER_DEVICE, netfwv6());
	must("%s check 443/tcp && %s close 443/tcp", netfwv6(), netfwv6());
	must("%s disable " PEER_DEVICE, netfwv6());
	enter_host();
}

#define test(function) cmocka_unit_test_setup(function, world_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(without_firewall_everything_arrives),
		test(a_closed_tcp_port_gets_no_packet),
		test(a_closed_udp_port_gets_no_packet),
		test(opening_and_closing_takes_effect_at_once),
		test(a_tcp_session_runs_through_an_open_port),
		test(echo_requests_and_neighbour_discovery_pass),
		test(ipv4_is_not_our_business),
		test(generic_mode_filters_alike),
		test(jumbo_frames_pass_and_are_dropped),
		test(large_datagrams_arrive_in_fragments),
		test(a_device_without_ethernet_header_is_filtered),
		test(other_devices_are_not_filtered),
		test(enabling_and_disabling_are_idempotent),
		test(a_global_port_holds_on_devices_enabled_later),
		test(disabling_lets_everything_in_again),
		test(filtering_outlives_a_killed_enabler),
		test(a_kill_at_any_moment_leaves_old_or_new),
		test(a_kill_leaves_nothing_on_a_bpffs_of_others),
		test(enabling_again_replaces_an_older_program),
		test(a_kill_while_replacing_leaves_it_firewalled),
		test(the_next_command_mends_a_record),
		test(enablers_at_the_same_time_agree),
		test(a_foreign_program_is_named_and_left_alone),
		test(another_mode_is_refused_while_enabled),
		test(a_driver_without_native_mode_gets_a_sentence),
		test(the_loopback_is_refused),
		test(device_names_may_hold_dots),
		test(a_renamed_device_stays_firewalled),
		test(a_recreated_device_can_be_enabled),
		test(several_devices_count_for_themselves),
		test(connections_are_enumerated_firewalled_or_not),
		test(counters_and_status_ask_for_a_firewalled_device),
		test(fifty_cycles_leave_nothing_behind),
		test(an_open_port_keeps_the_state),
		test(the_state_outlives_ip_netns_exec),
		test(a_host_program_may_ignore_its_children),
		test(a_state_behind_a_symbolic_link_is_unmounted),
		test(a_bpffs_of_others_stays),
		test(a_strict_umask_hides_no_state),
		test(a_frozen_table_can_be_read_and_left),
		test(a_state_without_its_record_goes_on_filtering),
		test(another_namespace_is_refused),
		test(a_state_whose_devices_are_gone_is_taken_over),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
