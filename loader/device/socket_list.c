// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Asked of the kernel's socket diagnostics, which may be modules that are missing; else read
 * from /proc, which may be hidden.
 */
#include "device/socket_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device/socket_diag.h"
#include "util/error.h"

/* The thread's: /proc/net would be the process's first thread's. */
#define PROC_NET "/proc/thread-self/net"

static netfwv6_result add_socket(struct snapshot_builder *sockets,
				 const struct connected_socket *socket)
{
	return socket->remote_port ? snapshot_add(sockets, socket) : NETFWV6_S_OK;
}

static netfwv6_result add_told(void *sockets, const struct inet_diag_msg *told, uint32_t protocol)
{
	struct connected_socket socket = {
		.protocol = protocol,
		.local_port = told->id.idiag_sport,
		.remote_port = told->id.idiag_dport,
		.state = told->idiag_state,
		.bound = told->id.idiag_if,
	};

	memcpy(socket.local, told->id.idiag_src, sizeof(socket.local));
	memcpy(socket.remote, told->id.idiag_dst, sizeof(socket.remote));
	return add_socket(sockets, &socket);
}

/* ---- /proc ---------------------------------------------------------------------------- */

/* "sl local:port remote:port st ...", numbers in hex; the first line is a heading. */
static bool take_line(const char *line, struct connected_socket *socket)
{
	unsigned int local_port, remote_port;
	uint32_t *to = socket->remote;

	if (sscanf(line, " %*u: %*32[0-9A-F]:%4x %8x%8x%8x%8x:%4x", &local_port, &to[0], &to[1],
		   &to[2], &to[3], &remote_port) != 6)
		return false;
	socket->local_port = htons((uint16_t)local_port);
	socket->remote_port = htons((uint16_t)remote_port);
	return true;
}

static netfwv6_result read_lines(FILE *file, uint32_t protocol, struct snapshot_builder *sockets)
{
	netfwv6_result result = NETFWV6_S_OK;
	char line[512];

	while (NETFWV6_SUCCEEDED(result) && fgets(line, sizeof(line), file)) {
		struct connected_socket socket = { .protocol = protocol };

		if (take_line(line, &socket))
			result = add_socket(sockets, &socket);
	}
	if (NETFWV6_SUCCEEDED(result) && ferror(file))
		result = fail_errno(errno, "cannot read the sockets in " PROC_NET);
	return result;
}

/* diagnostics: why those did not tell. */
static netfwv6_result read_file(const char *path, uint32_t protocol, int diagnostics,
				struct snapshot_builder *sockets)
{
	FILE *file = fopen(path, "re");
	netfwv6_result result;

	if (!file && errno == ENOENT && access(PROC_NET, F_OK) == 0)
		return NETFWV6_S_OK; /* IPv6 is switched off */
	if (!file)
		return fail_errno(
			errno,
			"sessions that stand would be cut, as nothing tells of the sockets: "
			"socket diagnostics say '%s', and %s",
			strerrordesc_np(-diagnostics) ?: "unknown error", path);
	result = read_lines(file, protocol, sockets);
	fclose(file);
	return result;
}

/* ---- Both ------------------------------------------------------------------------------- */

static netfwv6_result read_protocol(uint32_t protocol, const char *path,
				    struct snapshot_builder *sockets)
{
	netfwv6_result result;
	int error;

	result = socket_diag_ask(protocol, ~(1u << TCP_LISTEN), add_told, sockets, &error);
	return error ? read_file(path, protocol, error, sockets) : result;
}

netfwv6_result socket_list_read(struct snapshot_builder *sockets)
{
	TRY(read_protocol(IPPROTO_TCP, PROC_NET "/tcp6", sockets));
	return read_protocol(IPPROTO_UDP, PROC_NET "/udp6", sockets);
}
