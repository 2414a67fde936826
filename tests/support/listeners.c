// SPDX-License-Identifier: LGPL-2.1-or-later
#include "listeners.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "world.h"

int make_listener(struct listener listener)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = listener.type };
	struct addrinfo *address;
	int fd, on = 1, only = listener.only_ipv6;
	char port[8];

	snprintf(port, sizeof(port), "%u", listener.port);
	assert_int_equal(getaddrinfo(listener.address, port, &hints, &address), 0);
	fd = socket(address->ai_family, listener.type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (listener.device)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, listener.device,
					    (socklen_t)strlen(listener.device) + 1),
				 0);
	assert_int_equal(bind(fd, address->ai_addr, address->ai_addrlen), 0);
	freeaddrinfo(address);
	if (listener.type == SOCK_STREAM)
		assert_int_equal(listen(fd, 8), 0);
	return fd;
}
