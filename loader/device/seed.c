// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/seed.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
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
	uint8_t now; /* the stamp */
};

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
		seed->marks[line].stamps[mark_stamp_at(stamps, i)] = seed->now;
	policy_mark_in_use(seed->policy, entry);
}

static uint8_t stamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return MARK_STAMP((uint64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

static netfwv6_result seed_marks(const struct seed *seed)
{
	struct snapshot_builder sockets = { .size = sizeof(struct connected_socket) };
	const struct connected_socket *all;
	netfwv6_result result = socket_list_read(&sockets);

	all = sockets.elements;
	for (size_t i = 0; i < sockets.count && NETFWV6_SUCCEEDED(result); i++)
		seed_socket(seed, &all[i]);
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

netfwv6_result seed_from_sockets(const struct root *root, struct policy *policy)
{
	struct seed seed = { .policy = policy, .now = stamp_now() };
	int fd CLEANUP(close_descriptor) = -1;
	netfwv6_result result;

	TRY(read_secret(root, &seed.secret));
	TRY(pin_open_existing(root->dir, PIN_MARKS, 0, &fd));
	seed.marks = mmap(NULL, MARKS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (seed.marks == MAP_FAILED)
		return fail_errno(errno, "cannot map the marks in %s", root->dir);
	result = seed_marks(&seed);
	munmap(seed.marks, MARKS_SIZE);
	return result;
}
