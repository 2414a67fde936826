// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layout.h"
#include "marks_layout.h"

#define EXTRA_NAMESPACES 4

static char extra[EXTRA_NAMESPACES][48];
static int extras;

int scene_setup(void **unused)
{
	int result = world_setup(unused);

	extras = 0;
	must("ip -n %s addr add " HOST_LINK_LOCAL "/64 dev " HOST_DEVICE " nodad", world.host);
	must("ip -n %s addr add " PEER_LINK_LOCAL "/64 dev " PEER_DEVICE " nodad", world.peer);
	settle(world.host, HOST_DEVICE);
	settle(world.peer, PEER_DEVICE);
	return result;
}

int scene_teardown(void **unused)
{
	enter_outside();
	while (extras > 0)
		run("ip netns del %s", extra[--extras]);
	return world_teardown(unused);
}

void enter_namespace(const char *netns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(setns(fd, CLONE_NEWNET), 0);
	close(fd);
}

const char *make_namespace(const char *label)
{
	char *name = extra[extras];

	assert_true(extras < EXTRA_NAMESPACES);
	snprintf(name, sizeof(extra[0]), "nf6-%s-%s", label, own_id());
	must("ip netns add %s && ip -n %s link set lo up", name, name);
	extras++;
	return name;
}

static void bring_up(const struct end *end)
{
	if (end->address)
		must("ip -n %s addr add %s dev %s nodad", end->netns, end->address, end->device);
	must("ip -n %s link set %s up", end->netns, end->device);
}

void make_link(struct end a, struct end b)
{
	must("ip link add %s netns %s type veth peer name %s netns %s", a.device, a.netns, b.device,
	     b.netns);
	bring_up(&a);
	bring_up(&b);
	settle(a.netns, a.device);
	settle(b.netns, b.device);
}

const char *must_in(const char *netns, const char *format, ...)
{
	const char *output;
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	enter_namespace(netns);
	output = must("%s", command);
	enter_host();
	return output;
}

struct trial {
	const char *netns, *command;
};

static bool succeeds(void *context)
{
	const struct trial *trial = context;
	bool success;

	enter_namespace(trial->netns);
	success = run("%s", trial->command)->status == 0;
	enter_host();
	return success;
}

void wait_in(const char *netns, const char *command)
{
	struct trial trial = { netns, command };

	wait_until(succeeds, &trial, command);
}

void firewall(const char *format, ...)
{
	char arguments[512];
	va_list args;

	va_start(args, format);
	vsnprintf(arguments, sizeof(arguments), format, args);
	va_end(args);
	must("%s -q %s", netfwv6(), arguments);
}

static struct netfwv6_flow_table flow_table(const char *name)
{
	struct netfwv6_flow_table tables[8], found = {};
	struct netfwv6_mgr *mgr = open_mgr();
	size_t n = 0;

	assert_ok(
		netfwv6_mgr_get_flow_tables(mgr, 8, sizeof(struct netfwv6_flow_table), tables, &n));
	for (size_t i = 0; i < n; i++)
		if (strcmp(tables[i].name, name) == 0)
			found = tables[i];
	assert_true(found.capacity > 0);
	netfwv6_mgr_close(mgr);
	return found;
}

uint64_t flows_used(const char *table)
{
	return flow_table(table).used;
}

uint64_t flows_capacity(const char *table)
{
	return flow_table(table).capacity;
}

static const char *const flow_tables[] = { "tcp", "tcp_answers", "udp", "udp_answers" };
#define FLOW_TABLES_PINNED (sizeof(flow_tables) / sizeof(*flow_tables))

static int open_flow_table(const char *table)
{
	char path[128];
	int map;

	snprintf(path, sizeof(path), "%s/%s", world.state, table);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	return map;
}

unsigned int flows_with(const char *remote)
{
	struct in6_addr address;
	unsigned int n = 0;

	assert_int_equal(inet_pton(AF_INET6, remote, &address), 1);
	for (size_t i = 0; i < FLOW_TABLES_PINNED; i++) {
		struct flow_key key, *last = NULL;
		int map = open_flow_table(flow_tables[i]);

		while (bpf_map_get_next_key(map, last, &key) == 0) {
			last = &key;
			n += memcmp(&key.remote, &address, sizeof(address)) == 0;
		}
		close(map);
	}
	return n;
}

#define AGEING 512

/* All keys first: what is written moves in the table, and could come again and again. */
static size_t keys_of(int map, struct flow_key *keys)
{
	size_t n = 0;

	while (bpf_map_get_next_key(map, n ? &keys[n - 1] : NULL, &keys[n]) == 0)
		assert_true(++n < AGEING);
	return n;
}

static void make_older(const char *table, uint64_t nanoseconds)
{
	struct flow_key keys[AGEING];
	int map = open_flow_table(table);
	size_t n = keys_of(map, keys);

	for (size_t i = 0; i < n; i++) {
		struct flow flow;

		if (bpf_map_lookup_elem(map, &keys[i], &flow))
			continue;
		flow.expires -= flow.expires < nanoseconds ? flow.expires : nanoseconds;
		assert_int_equal(bpf_map_update_elem(map, &keys[i], &flow, BPF_EXIST), 0);
	}
	close(map);
}

void let_pass(unsigned int seconds)
{
	for (size_t i = 0; i < FLOW_TABLES_PINNED; i++)
		make_older(flow_tables[i], seconds * 1000000000ULL);
}

/* The port table, as it is pinned: what no interface shows. */
static uint64_t port_entry(uint16_t port, uint32_t protocol, const uint64_t *new)
{
	uint32_t key = port + (protocol == NETFWV6_PROTOCOL_UDP ? PORTS_PER_PROTOCOL : 0);
	uint64_t entry = 0;
	char path[128];
	int map;

	snprintf(path, sizeof(path), "%s/ports", world.state);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	assert_int_equal(bpf_map_lookup_elem(map, &key, &entry), 0);
	if (new)
		assert_int_equal(bpf_map_update_elem(map, &key, new, BPF_ANY), 0);
	close(map);
	return entry;
}

bool in_use(uint16_t port, uint32_t protocol)
{
	return port_entry(port, protocol, NULL) & ENTRY_IN_USE;
}

void set_in_use(uint16_t port, uint32_t protocol, bool mark)
{
	uint64_t entry = port_entry(port, protocol, NULL);

	entry = mark ? entry | ENTRY_IN_USE : entry & ~ENTRY_IN_USE;
	port_entry(port, protocol, &entry);
}

static void read_marks(struct mark_line lines[MARK_LINES])
{
	char path[128];
	int map;

	snprintf(path, sizeof(path), "%s/marks", world.state);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	for (uint32_t i = 0; i < MARK_LINES; i++)
		assert_int_equal(bpf_map_lookup_elem(map, &i, &lines[i]), 0);
	close(map);
}

static struct mark_secret read_secret(void)
{
	struct mark_secret secret;
	uint32_t key = 0;
	char path[128];
	int map;

	snprintf(path, sizeof(path), "%s/secret", world.state);
	map = bpf_obj_get(path);
	assert_true(map >= 0);
	assert_int_equal(bpf_map_lookup_elem(map, &key, &secret), 0);
	close(map);
	return secret;
}

bool is_marked(uint32_t protocol, const char *remote, uint16_t remote_port, uint16_t port)
{
	static struct mark_line lines[MARK_LINES];
	const uint16_t ports[2] = { htons(remote_port), htons(port) };
	struct mark_key key = { .protocol = protocol };
	const struct mark_secret secret = read_secret();
	const struct mark_line *line;
	bool marked = true;

	if (remote)
		assert_int_equal(inet_pton(AF_INET6, remote, key.remote), 1);
	memcpy(&key.ports, ports, sizeof(key.ports));
	read_marks(lines);
	line = &lines[mark_line_of(&secret, &key)];
	if (!remote)
		return line->groups[mark_group_of(&secret, &key)];
	for (int i = 0; i < MARK_STAMPS_EACH; i++)
		marked = marked && line->stamps[mark_stamp_at(mark_stamps_of(&secret, &key), i)];
	return marked;
}

unsigned int stamps(void)
{
	static struct mark_line lines[MARK_LINES];
	unsigned int n = 0;

	read_marks(lines);
	for (uint32_t i = 0; i < MARK_LINES; i++)
		for (int j = 0; j < (int)MARK_STAMPS; j++)
			n += lines[i].stamps[j] != 0;
	return n;
}

struct awaited {
	const char *device;
	uint64_t packets;
};

static bool dropped_so_many(void *context)
{
	const struct awaited *awaited = context;

	return dropped(awaited->device) >= awaited->packets;
}

void wait_for_drops(const char *device, uint64_t n)
{
	struct awaited awaited = { device, n };
	char sentence[64];

	snprintf(sentence, sizeof(sentence), "%llu packets were dropped", (unsigned long long)n);
	wait_until(dropped_so_many, &awaited, sentence);
}

void watch_stack(const char *netns, const char *device)
{
	must_in(netns,
		"nft add table ip6 watch && nft add counter ip6 watch reached && "
		"nft 'add chain ip6 watch early { type filter hook prerouting priority "
		"-450; }' && nft 'add rule ip6 watch early iifname %s meta l4proto { tcp, "
		"udp } counter name reached'",
		device);
}

uint64_t reached_stack(const char *netns)
{
	return strtoull(must_in(netns, "nft -j list counter ip6 watch reached | "
				       "jq '.nftables[] | .counter? | select(.) | .packets'"),
			NULL, 10);
}
