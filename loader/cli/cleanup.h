/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Variables that release what they hold at the end of their scope, which begin as NULL or -1, and
 * returning early.
 */
#ifndef NETFWV6_CLI_CLEANUP_H
#define NETFWV6_CLI_CLEANUP_H

#include <netfwv6.h>

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Returns from the function that it is in when the call of the library fails. */
#define TRY(call)                                                                                  \
	do {                                                                                       \
		netfwv6_result result_ = (call);                                                   \
		if (NETFWV6_FAILED(result_))                                                       \
			return result_;                                                            \
	} while (0)

static inline void free_at(void *pointer)
{
	free(*(void **)pointer);
}

static inline void close_at(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void free_ports_at(struct netfwv6_port_enum **ports)
{
	netfwv6_port_enum_free(*ports);
}

static inline void free_policy_at(struct netfwv6_policy **policy)
{
	netfwv6_policy_free(*policy);
}

static inline void free_connection_at(struct netfwv6_connection **connection)
{
	netfwv6_connection_free(*connection);
}

#endif
