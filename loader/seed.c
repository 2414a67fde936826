// SPDX-License-Identifier: LGPL-2.1-or-later
#include "seed.h"

#include <stdio.h>

/* "sl local:port remote:port st ...", numbers in hex; the first line is a heading. */
static void seed_from(const char *path, uint32_t base, struct policy *policy)
{
	FILE *sockets = fopen(path, "re");
	char line[512];

	while (sockets && fgets(line, sizeof(line), sockets)) {
		unsigned int local, remote;

		if (sscanf(line, " %*u: %*32[0-9A-F]:%4x %*32[0-9A-F]:%4x", &local, &remote) == 2 &&
		    remote && !(policy_load(policy, base + local) & ENTRY_IN_USE))
			policy_set(policy, base + local, ENTRY_IN_USE);
	}
	if (sockets)
		fclose(sockets);
}

void seed_from_sockets(struct policy *policy)
{
	/* The thread's: /proc/net would be the process's first thread's. */
	seed_from("/proc/thread-self/net/tcp6", 0, policy);
	seed_from("/proc/thread-self/net/udp6", PORTS_PER_PROTOCOL, policy);
}
