// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/seed.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "device/socket_list.h"
#include "marks_layout.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

#define MARKS_SIZE (MARK_LINES * sizeof(struct mark_line))

struct seed {
	struct policy *policy;
	struct mark_line *marks;
	struct mark_secret secret;
	uint64_t now;	       /* CLOCK_MONOTONIC_COARSE, nanoseconds, as the programs have it */
	uint32_t ifindex;      /* of the device that is about to be filtered */
	int tcp, answers, udp; /* flow tables */
};

/* ---- Marks ------------------------------------------------------------------------- */

static void seed_socket(const struct seed *seed, const struct connected_socket *socket)
{
	uint32_t entry = (socket->protocol == IPPROTO_UDP ? PORTS_PER_PROTOCOL : 0) +
			 ntohs(socket->local_port);
	const uint16_t ports[2] = { socket->remote_port, socket->local_port };
	struct mark_key key = { .protocol = socket->protocol };
	uint32_t line, stamps;

	memcpy(key.remote, socket->remote, sizeof(key.remote));
	memcpy(&key.ports, ports, sizeof(key.ports));
	line = mark_line_of(&seed->secret, &key);
	stamps = mark_stamps_of(&seed->secret, &key);
	for (int i = 0; i < MARK_STAMPS_EACH; i++)
		seed->marks[line].stamps[mark_stamp_at(stamps, i)] = MARK_STAMP(seed->now);
	policy_mark_in_use(seed->policy, entry);
}

/* ---- Flows ------------------------------------------------------------------------- */

static bool is_on_link(const uint32_t address[4])
{
	return (address[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

static uint32_t seen_of(const struct connected_socket *socket)
{
	if (socket->protocol == IPPROTO_UDP)
		return 0;
	switch (socket->state) {
	case TCP_SYN_SENT:
		return FLOW_SYN_OUT;
	case TCP_TIME_WAIT:
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		return FLOW_ESTABLISHED | FLOW_FIN_OUT | FLOW_FIN_IN;
	}
	return FLOW_ESTABLISHED;
}

static uint64_t seconds_of(const struct connected_socket *socket, uint32_t seen)
{
	if (socket->protocol == IPPROTO_UDP)
		return FLOW_SECONDS_UDP;
	if (seen & FLOW_SYN_OUT)
		return FLOW_SECONDS_HALF_OPEN;
	return seen & FLOW_FIN_IN ? FLOW_SECONDS_CLOSED : FLOW_SECONDS_ESTABLISHED;
}

/* As the learner writes it; what it has written already says more. */
static netfwv6_result seed_flow(const struct seed *seed, const struct connected_socket *socket)
{
	bool on_link = is_on_link(socket->local) || is_on_link(socket->remote);
	struct flow_key key = { .local_port = socket->local_port,
				.remote_port = socket->remote_port,
				.ifindex = on_link ? seed->ifindex : 0 };
	struct flow flow = { .seen = seen_of(socket) };
	int table = socket->protocol == IPPROTO_UDP ? seed->udp :
		    flow.seen & FLOW_SYN_OUT	    ? seed->tcp :
						      seed->answers;

	memcpy(&key.local, socket->local, sizeof(key.local));
	memcpy(&key.remote, socket->remote, sizeof(key.remote));
	flow.expires = seed->now + seconds_of(socket, flow.seen) * 1000000000ULL;
	if (bpf_map_update_elem(table, &key, &flow, BPF_NOEXIST) && errno != EEXIST)
		return fail_errno(errno, "cannot keep the conversation of a socket that stands");
	return NETFWV6_S_OK;
}

/* ---- Both -------------------------------------------------------------------------- */

static uint64_t time_of_flows(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static netfwv6_result seed_all(const struct seed *seed)
{
	struct snapshot_builder sockets = { .size = sizeof(struct connected_socket) };
	const struct connected_socket *all;
	netfwv6_result result = socket_list_read(&sockets);

	all = sockets.elements;
	for (size_t i = 0; i < sockets.count && NETFWV6_SUCCEEDED(result); i++) {
		seed_socket(seed, &all[i]);
		if (all[i].bound && all[i].bound != seed->ifindex)
			result = seed_flow(seed, &all[i]);
	}
	free(sockets.elements);
	return result;
}

static netfwv6_result read_secret(const struct root *root, struct mark_secret *secret)
{
	uint32_t key = 0;
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_open_existing(root->dir, PIN_SECRET, 0, &fd));
	if (bpf_map_lookup_elem(fd, &key, secret))
		return fail_errno(errno, "cannot read the secret of the marks in %s", root->dir);
	return NETFWV6_S_OK;
}

static netfwv6_result open_flows(const struct root *root, struct seed *seed)
{
	TRY(pin_open_existing(root->dir, PIN_TCP, 0, &seed->tcp));
	TRY(pin_open_existing(root->dir, PIN_TCP_ANSWERS, 0, &seed->answers));
	return pin_open_existing(root->dir, PIN_UDP, 0, &seed->udp);
}

static netfwv6_result map_marks(const struct root *root, struct seed *seed)
{
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_open_existing(root->dir, PIN_MARKS, 0, &fd));
	seed->marks = mmap(NULL, MARKS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (seed->marks == MAP_FAILED)
		return fail_errno(errno, "cannot map the marks in %s", root->dir);
	return NETFWV6_S_OK;
}

static void close_seed(const struct seed *seed)
{
	const int tables[] = { seed->tcp, seed->answers, seed->udp };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (tables[i] >= 0)
			close(tables[i]);
	if (seed->marks != MAP_FAILED)
		munmap(seed->marks, MARKS_SIZE);
}

netfwv6_result seed_from_sockets(const struct root *root, struct policy *policy, uint32_t ifindex)
{
	struct seed seed = { .policy = policy,
			     .marks = MAP_FAILED,
			     .now = time_of_flows(),
			     .ifindex = ifindex,
			     .tcp = -1,
			     .answers = -1,
			     .udp = -1 };
	netfwv6_result result = read_secret(root, &seed.secret);

	if (NETFWV6_SUCCEEDED(result))
		result = open_flows(root, &seed);
	if (NETFWV6_SUCCEEDED(result))
		result = map_marks(root, &seed);
	if (NETFWV6_SUCCEEDED(result))
		result = seed_all(&seed);
	close_seed(&seed);
	return result;
}
