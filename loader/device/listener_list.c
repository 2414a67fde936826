// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/listener_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "device/device.h"
#include "device/socket_diag.h"
#include "util/error.h"

/* A socket of IPv6 that is bound to an address of IPv4 gets nothing over IPv6. */
static bool is_address_reachable(const uint8_t *bytes)
{
	struct in6_addr address;

	memcpy(&address, bytes, sizeof(address));
	return !IN6_IS_ADDR_LOOPBACK(&address) && !IN6_IS_ADDR_V4MAPPED(&address);
}

/* Names the device that the socket is bound to. False: nothing gets there, it is lo, or gone. */
static bool find_bound_device(struct netfwv6_listener *listener)
{
	struct device device;

	if (!listener->ifindex)
		return true;
	if (NETFWV6_FAILED(device_of_index(listener->ifindex, &device)) ||
	    device.framing == FRAMING_LOOPBACK)
		return false;
	memcpy(listener->device, device.name, sizeof(listener->device));
	return true;
}

static netfwv6_result add_listener(void *listeners, const struct inet_diag_msg *told,
				   uint32_t protocol)
{
	struct netfwv6_listener listener = {
		.protocol = protocol,
		.port = ntohs(told->id.idiag_sport),
		.inode = told->idiag_inode,
		.ifindex = told->id.idiag_if,
	};

	memcpy(listener.address, told->id.idiag_src, sizeof(listener.address));
	if (!listener.port || !is_address_reachable(listener.address) ||
	    !find_bound_device(&listener))
		return NETFWV6_S_OK;
	return snapshot_add(listeners, &listener);
}

static netfwv6_result read_listeners(uint32_t protocol, uint32_t state, const char *module,
				     struct snapshot_builder *listeners)
{
	int error;

	TRY(socket_diag_ask(protocol, 1u << state, add_listener, listeners, &error));
	if (error == -ENOENT)
		return fail(NETFWV6_E_NOTIMPL,
			    "cannot tell what listens, as the kernel has no socket diagnostics for "
			    "it: 'modprobe %s' loads them",
			    module);
	if (error)
		return fail_errno(-error, "cannot tell what listens");
	return NETFWV6_S_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct netfwv6_listener *left = a, *right = b;
	int order = memcmp(left->address, right->address, sizeof(left->address));

	if (left->protocol != right->protocol)
		return left->protocol < right->protocol ? -1 : 1;
	if (left->port != right->port)
		return left->port < right->port ? -1 : 1;
	order = order ?: strcmp(left->device, right->device);
	return order ?: (left->inode > right->inode) - (left->inode < right->inode);
}

netfwv6_result listener_list_read(struct snapshot_builder *listeners)
{
	TRY(read_listeners(IPPROTO_TCP, TCP_LISTEN, "tcp_diag", listeners));
	TRY(read_listeners(IPPROTO_UDP, TCP_CLOSE, "udp_diag", listeners));
	if (listeners->count)
		qsort(listeners->elements, listeners->count, listeners->size, by_place);
	return NETFWV6_S_OK;
}
