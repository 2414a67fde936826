/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mount namespace that lasts: that of process 1. What is mounted in a mount namespace of a
 * command's own (`ip netns exec`, a service with PrivateMounts=) vanishes with the command.
 */
#ifndef NETFWV6_LASTING_H
#define NETFWV6_LASTING_H

#include <stdbool.h>
#include <sys/types.h>

struct lasting {
	int ns;	       /* a descriptor of it; -1: it is this process's own, or see error */
	int error;     /* an errno value: why it could not be opened */
	ino_t number;  /* tells it from others */
	char root[32]; /* leads to its files, in front of an absolute path */
};

void lasting_open(struct lasting *lasting);
void lasting_close(struct lasting *lasting);

/*
 * Does step there, in a child, and hands over the descriptor that it opened, if it did. Returns
 * an errno value. To be called where ns is not -1.
 */
int lasting_run(const struct lasting *lasting, int (*step)(const void *context, int *fd),
		const void *context, int *fd);

#endif
