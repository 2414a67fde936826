/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes have a socket, by what /proc shows of them. */
#ifndef NETFWV6_CLI_PROCESSES_H
#define NETFWV6_CLI_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include "printable.h"

/* One process has one socket. */
struct holder {
	uint64_t inode;
	pid_t pid;
	char name[PRINTABLE_SIZE];
};

struct holders {
	struct holder *all; /* by inode, then by pid, each once */
	size_t count, room;
	bool hidden; /* processes of others are not shown to the caller */
};

static inline void free_holders(struct holders *holders)
{
	free(holders->all);
}

/* Reads all of them: an exit code, or GO_ON. */
int read_holders(struct holders *holders);

/* The first one of the socket, or NULL; those that follow it may have it, too. */
const struct holder *find_holder(const struct holders *holders, uint64_t inode);

#endif
