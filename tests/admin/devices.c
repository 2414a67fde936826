// SPDX-License-Identifier: LGPL-2.1-or-later
#include "devices.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "layout.h"
#include "sockets.h"
#include "world.h"

const char *const devices[DEVICES] = { "fw0", "fw1", "fw2" };

#define ANSWERING 7000 /* a port of the peer's */

static char installed[128];

const char *command(void)
{
	return installed;
}

int devices_setup(void **unused)
{
	int result = world_setup(unused);

	snprintf(installed, sizeof(installed), "%s-netfwv6", world.state);
	must("cp %s %s && chmod 755 %s", netfwv6(), installed, installed);
	return result;
}

int devices_teardown(void **unused)
{
	end_children();
	return world_teardown(unused);
}

static const char *address(size_t device, int end)
{
	static char texts[DEVICES][2][32];
	char *text = texts[device][end - 1];

	snprintf(text, sizeof(texts[0][0]), "2001:db8:0:%zu::%d", device, end);
	return text;
}

const char *host_address(size_t device)
{
	return address(device, 1);
}

const char *peer_address(size_t device)
{
	return address(device, 2);
}

/* As by hand: a test that failed may have left a state that the library does not mend. */
static void forget_state(void)
{
	run("scripts/forget %s", world.state);
	assert_int_not_equal(access(world.state, F_OK), 0);
}

int devices_reset(void **unused)
{
	(void)unused;
	enter_host();
	end_children();
	forget_state();
	run("for d in $(ip -o link | sed -n 's/^[0-9]*: \\([^:@]*\\).*/\\1/p'); do "
	    "[ $d = lo ] || ip link del $d; done");
	for (size_t i = 0; i < DEVICES; i++)
		must("ip link add fw%zu type veth peer name peer%zu netns %s && "
		     "ip addr add %s/64 dev fw%zu nodad && ip link set fw%zu up && "
		     "ip -n %s addr add %s/64 dev peer%zu nodad && "
		     "ip -n %s link set peer%zu up",
		     i, i, world.peer, host_address(i), i, i, world.peer, peer_address(i), i,
		     world.peer, i);
	return 0;
}

void open_handles(struct handles *handles)
{
	expect_ok(netfwv6_mgr_open(&handles->mgr, NULL));
	for (size_t i = 0; i < DEVICES; i++)
		expect_ok(netfwv6_mgr_get_connection(handles->mgr, devices[i],
						     &handles->connections[i]));
}

void close_handles(struct handles *handles)
{
	for (size_t i = 0; i < DEVICES; i++)
		netfwv6_connection_free(handles->connections[i]);
	netfwv6_mgr_close(handles->mgr);
}

bool is_firewalled(size_t device)
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, devices[device]);
	bool answer = false;

	assert_ok(netfwv6_connection_is_firewalled(connection, &answer));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return answer;
}

/* ---- Packets ---------------------------------------------------------------------- */

struct probe {
	const char *device;
	int sockets[32];
	size_t n;
	uint64_t dropped_before;
	uint32_t arrived;
	bool firewalled;
};

static void begin_probe(struct probe *probe, size_t device)
{
	probe->device = devices[device];
	probe->firewalled = is_firewalled(device);
	if (probe->firewalled)
		probe->dropped_before = dropped(probe->device);
}

static bool all_are_decided(void *context)
{
	struct probe *probe = context;
	uint64_t decided = 0;

	for (size_t i = 0; i < probe->n; i++) {
		if (!nothing_arrived(probe->sockets[i]))
			probe->arrived |= 1u << i;
		decided += (probe->arrived >> i) & 1;
	}
	if (probe->firewalled)
		decided += dropped(probe->device) - probe->dropped_before;
	return decided >= probe->n;
}

static void send_to(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, text, &to.sin6_addr), 1);
	assert_int_equal(sendto(fd, "probe", 5, 0, (struct sockaddr *)&to, sizeof(to)), 5);
}

/* A socket of the peer. */
static int peer_udp(uint16_t port)
{
	int fd;

	enter_peer();
	fd = host_udp(port);
	enter_host();
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in6 own;
	socklen_t size = sizeof(own);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &size), 0);
	return ntohs(own.sin6_port);
}

uint32_t arrivals(size_t device, const uint16_t *ports, size_t n)
{
	struct probe probe = { .n = n };
	int peer = peer_udp(0);

	assert_true(n <= sizeof(probe.sockets) / sizeof(*probe.sockets));
	begin_probe(&probe, device);
	for (size_t i = 0; i < n; i++)
		probe.sockets[i] = host_udp(ports[i]);
	for (size_t i = 0; i < n; i++)
		send_to(peer, host_address(device), ports[i]);
	wait_until(all_are_decided, &probe, "every datagram arrived or was dropped");
	for (size_t i = 0; i < n; i++)
		close(probe.sockets[i]);
	close(peer);
	return probe.arrived;
}

uint16_t query(size_t device)
{
	int fd = host_udp(0);
	uint16_t port = port_of(fd);

	send_to(fd, peer_address(device), ANSWERING);
	close(fd);
	return port;
}

bool is_answered(size_t device)
{
	struct probe probe = { .n = 1 };
	int peer = peer_udp(ANSWERING);

	begin_probe(&probe, device);
	probe.sockets[0] = host_udp(0);
	send_to(probe.sockets[0], peer_address(device), ANSWERING);
	wait_for_datagram(peer, "probe");
	send_to(peer, host_address(device), port_of(probe.sockets[0]));
	wait_until(all_are_decided, &probe, "the answer arrived or was dropped");
	close(probe.sockets[0]);
	close(peer);
	return probe.arrived;
}

/* ---- Files ------------------------------------------------------------------------ */

int open_pin(const char *pin)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", world.state, pin);
	return bpf_obj_get(path);
}

bool is_marked(uint16_t port)
{
	uint32_t entry = PORTS_PER_PROTOCOL + port;
	int ports = open_pin("ports");
	uint64_t bits = 0;

	assert_true(ports >= 0);
	assert_int_equal(bpf_map_lookup_elem(ports, &entry, &bits), 0);
	close(ports);
	return bits & ENTRY_IN_USE;
}

/* The kernel's own pins, which it can put into each bpffs, have names in .debug. */
const char *state_files(void)
{
	return must("cd %s && find . -mindepth 1 ! -name '*.debug' -exec stat -c '%%n %%a %%u %%g' "
		    "{} + | sed 's|^[.]/||; s|/[0-9]*\\([ -]\\)|/ID\\1|' | LC_ALL=C sort -u",
		    world.state);
}

/* What a file is there for. */
enum when {
	ALWAYS,
	WITH_LINKS,	/* at egress and ingress: older kernels have filters instead */
	WITH_GUARD,	/* of these, too */
	WITH_XDP,	/* a device in a mode that has a program there */
	WITH_LAST_LINE, /* a device with another end is firewalled, and the kernel has links */
};

/* The documented table. What is shared is the group's, with its bits, if there is one. */
static const struct file {
	const char *name;
	unsigned int mode, shared;
	enum when when;
} files[] = {
	{ "attachments", 0644, 0, ALWAYS },
	{ "configured", 0644, 0, ALWAYS },
	{ "control", 0644, 0, ALWAYS },
	{ "counts", 0755, 0, ALWAYS },
	{ "counts/ID", 0644, 0, ALWAYS },
	{ "counts/lastline", 0644, 0, WITH_LAST_LINE },
	{ "filtered", 0644, 0, ALWAYS },
	{ "hits", 0644, 0, ALWAYS },
	{ "lastline", 0600, 0, WITH_LAST_LINE },
	{ "links", 0700, 0, ALWAYS },
	{ "links/ID-guard", 0600, 0, WITH_GUARD },
	{ "links/ID-learn", 0600, 0, WITH_LINKS },
	{ "links/ID-xdp", 0600, 0, WITH_XDP },
	{ "lock", 0700, 0050, ALWAYS },
	{ "log", 0700, 0, ALWAYS },
	{ "logging", 0644, 0, ALWAYS },
	{ "marks", 0600, 0, ALWAYS },
	{ "names", 0644, 0020, ALWAYS },
	{ "ports", 0644, 0020, ALWAYS },
	{ "protected", 0644, 0, ALWAYS },
	{ "root", 0644, 0, ALWAYS },
	{ "saved", 0644, 0, ALWAYS },
	{ "secret", 0600, 0, ALWAYS },
	{ "slots", 0644, 0020, ALWAYS },
	{ "taps", 0600, 0, ALWAYS },
	{ "tapstat", 0600, 0, ALWAYS },
	{ "tcp", 0600, 0, ALWAYS },
	{ "tcp_answers", 0600, 0, ALWAYS },
	{ "udp", 0600, 0, ALWAYS },
	{ "udp_answers", 0600, 0, ALWAYS },
};

static bool kernel_is(int major, int minor)
{
	int has_major = 0, has_minor = 0;
	struct utsname kernel;

	assert_int_equal(uname(&kernel), 0);
	assert_int_equal(sscanf(kernel.release, "%d.%d", &has_major, &has_minor), 2);
	return has_major > major || (has_major == major && has_minor >= minor);
}

struct hooked {
	bool any, by_xdp; /* devices */
};

static struct hooked hooked_devices(void)
{
	const char *modes = must("%s status --json | jq -r '.devices[].mode'", netfwv6());

	return (struct hooked){
		.any = *modes,
		.by_xdp = strstr(modes, "native") || strstr(modes, "generic"),
	};
}

/* All devices of these tests have another end. */
static bool is_there(enum when when, const struct hooked *hooked)
{
	switch (when) {
	case WITH_LINKS:
		return kernel_is(6, 6);
	case WITH_GUARD:
		return kernel_is(6, 6) && hooked->any;
	case WITH_XDP:
		return hooked->by_xdp;
	case WITH_LAST_LINE:
		return kernel_is(6, 4) && hooked->any;
	default:
		return true;
	}
}

void assert_state_files(gid_t group)
{
	struct hooked hooked = hooked_devices();
	char wanted[2048];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		bool shared = files[i].shared && group;

		if (is_there(files[i].when, &hooked))
			used += snprintf(
				wanted + used, sizeof(wanted) - used, "%s %o 0 %u\n", files[i].name,
				files[i].mode | (shared ? files[i].shared : 0), shared ? group : 0);
	}
	assert_string_equal(state_files(), wanted);
}
