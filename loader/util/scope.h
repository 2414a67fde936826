/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Variables that release what they hold at the end of their scope. They begin as NULL or -1. */
#ifndef NETFWV6_SCOPE_H
#define NETFWV6_SCOPE_H

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

static inline void close_descriptor(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
